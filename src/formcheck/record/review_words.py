"""Who reviewed a session, and what of its numbers is the reviewer's, in words: for the report and the terminal."""

from __future__ import annotations

from formcheck.record.values import CalibratedBy, ReviewStatus, SessionLine
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import day_and_time


def review_sentences(line: SessionLine, texts: Texts) -> list[str]:
    """Say whether the numbers of a session are as analysed or as reviewed, by whom and when, and what that changed."""
    if line.review_status is not ReviewStatus.REVIEWED or line.reviewed_at is None:
        return [texts.get(f"record.review.{line.review_status}")]
    named = {"when": day_and_time(texts, line.reviewed_at)} | ({"reviewer": line.reviewer} if line.reviewer else {})
    said = [texts.get("record.review.reviewed_by" if line.reviewer else "record.review.reviewed", **named)]
    # The summary says where marks of an earlier clip are used.
    if line.calibration is CalibratedBy.CLIP:
        said.append(texts.get("record.review.calibrated", n=line.calibrated_frames))
    if line.overruled:
        said.append(texts.get("record.review.overruled", n=line.overruled))
    return said


def review_word(line: SessionLine, texts: Texts) -> str:
    """Return the review status in a word or two; empty for a session as analysed."""
    return "" if line.review_status is ReviewStatus.ANALYSED else texts.get(f"record.review.{line.review_status}_word")
