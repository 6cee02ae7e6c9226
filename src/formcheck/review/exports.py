"""What leaves the page: the summary as HTML and PDF, the report as analysed, the layer and the sessions as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from formcheck.errors import FormcheckError
from formcheck.report.data import session_document
from formcheck.report.exemplars import choose_exemplars
from formcheck.report.html import render_report
from formcheck.report.moments import Goals, Moments
from formcheck.report.pdf import print_pdf
from formcheck.report.protocol import protocol_view
from formcheck.report.schema import SessionDocument
from formcheck.report.thumbnails import take_thumbnails
from formcheck.report.words import printable
from formcheck.review.accept import RefusedError
from formcheck.review.desk import Desk, Opened, session_of_layer
from formcheck.review.layer import layer_document
from formcheck.review.outcome import outcome
from formcheck.review.pictures import goniometer_picture, leg_picture
from formcheck.review.summary import About, render_summary
from formcheck.types import FloatArray, ImageBgr, PoseTrack, Session

# Pictures in one summary; each is some 100 kB.
_MAX_PICTURES = 40


class ChangePart(BaseModel):
    """One thing that the reviewer has otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    analysed: str
    reviewed: str
    reason: str


class ReviewedPart(BaseModel):
    """Who reviewed, when, and what was changed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reviewer: str
    done: bool
    saved_at: str | None
    revision: int
    changes: tuple[ChangePart, ...]


class ReviewedDocument(SessionDocument):
    """``session.json`` as reviewed: its shape, and ``reviewed`` beside it."""

    reviewed: ReviewedPart


class Exports:
    """What is made of an item to be taken along."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def page(self, key: str, layer: str) -> tuple[str, str]:
        """Return a page and its file name: the summary of the review, or the report as analysed."""
        opened = self._desk.open(key)
        if layer not in ("analysed", "reviewed"):
            raise RefusedError(f"expected layer=analysed or layer=reviewed, got '{layer}'")
        word: Literal["report", "review"] = "report" if layer == "analysed" else "review"
        made = self._report(opened) if layer == "analysed" else self._summary(opened)
        return made, f"{_stem(opened)}-{word}"

    def pdf(self, key: str, layer: str) -> tuple[bytes, str]:
        """Return the same as PDF."""
        page, name = self.page(key, layer)
        return print_pdf(page), name

    def review(self, key: str) -> tuple[bytes, str]:
        """Return the reviewer's layer, in the format of a ``.review.json``."""
        opened = self._desk.open(key)
        if opened.problem is not None:
            raise RefusedError(opened.problem)
        return layer_document(opened.kept, opened.material.analysed.clip.sha256), f"{_stem(opened)}.review"

    def session(self, key: str, layer: str) -> tuple[bytes, str]:
        """Return ``session.json`` as analysed, or as reviewed with what was changed."""
        opened = self._desk.open(key)
        session = session_of_layer(opened, layer)
        if layer == "analysed":
            document: dict[str, Any] = dict(opened.material.document)
        else:
            document = reviewed_document(opened, session)
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        return text.encode(), f"{_stem(opened)}-{layer}"

    def _report(self, opened: Opened) -> str:
        material = opened.material
        protocol = material.protocol
        if protocol is None:
            raise RefusedError(
                f"the protocol '{material.analysed.protocol_id}' of this session is not on this machine: open the "
                "review with --protocol FILE"
            )
        view, goals = protocol_view(protocol.protocol), self._goals(opened)
        thumbnails = {}
        if (clip := self._shown_clip(opened)) is not None:
            exemplars = choose_exemplars(material.analysed)
            thumbnails = take_thumbnails(clip, exemplars, track=material.track, session=material.analysed, goals=goals)
        analysed_at = opened.item.analysed_at()
        when = datetime.fromisoformat(analysed_at) if analysed_at else datetime.now().astimezone()
        person = opened.kept.review.person or opened.item.person
        return render_report(
            material.analysed, protocol_view=view, thumbnails=thumbnails, analysed_at=when, person=person
        )

    def _summary(self, opened: Opened) -> str:
        if opened.problem is not None:
            raise RefusedError(opened.problem)
        item, material = opened.item, opened.material
        dated = item.filmed()
        protocol = material.protocol_of(opened.kept.review)
        about = About(
            name=printable(item.name),
            person=opened.kept.review.person or item.person,
            date=datetime.fromisoformat(dated.date) if dated.date else None,
            date_kind=dated.kind,
            hip_target_deg=self._goals(opened).hip_limits_deg if protocol else None,
            prescribed=outcome(session_document(opened.reviewed.session))["prescribed"],
            pictures=self._pictures(opened),
        )
        return render_summary(
            material.analysed, opened.reviewed, opened.kept, protocol.protocol if protocol else None, about
        )

    def _shown_clip(self, opened: Opened) -> Path | None:
        return self._desk.shown_clip(opened.item, opened.material)

    def _goals(self, opened: Opened) -> Goals:
        protocol = opened.material.protocol_of(opened.kept.review)
        if protocol is None:
            # The pictures draw neither band nor counter; nothing of this is seen.
            return Goals(hip_limits_deg=(0.0, 180.0), reps=0, max_mean_speed_deg_s=1.0)
        hip, tempo = protocol.protocol.hip.flexion_deg, protocol.protocol.tempo
        return Goals((hip.low, hip.high), protocol.protocol.set.reps.value, tempo.max_mean_speed_deg_s.value)

    def _pictures(self, opened: Opened) -> dict[str, bytes]:
        """Pictures by the id of their key image or goniometer; a moment that cannot be read is left out."""
        clip, review = self._shown_clip(opened), opened.kept.review
        if clip is None:
            return {}
        session = opened.reviewed.session
        track = opened.material.track_of_leg(session.side)
        moments = Moments(track, session, goals=self._goals(opened))
        made: dict[str, bytes] = {}
        for image in review.key_images[:_MAX_PICTURES]:
            if (seen := self._seen(clip, track, image.t_s)) is not None:
                frame, shown_s, points_px = seen
                made[image.id] = leg_picture(frame, moments, shown_s, points_px)
        for one in review.goniometer[: _MAX_PICTURES - len(made)]:
            if (seen := self._seen(clip, track, one.t_s)) is not None:
                frame, _, points_px = seen
                made[one.id] = goniometer_picture(frame, one, points_px)
        return made

    def _seen(self, clip: Path, track: PoseTrack, t_s: float) -> tuple[ImageBgr, float, FloatArray] | None:
        """The frame at a time, its own time, and the person's points in it (33, 2); None where it cannot be read."""
        try:
            frame, shown_s = self._desk.clips.frame(clip, t_s, track.t_s)
        except FormcheckError:
            return None
        return frame, shown_s, track.xy_px[int(np.argmin(np.abs(track.t_s - shown_s)))]


def reviewed_document(opened: Opened, session: Session) -> dict[str, Any]:
    """Return ``session.json`` as reviewed, with who changed what."""
    review = opened.kept.review
    changes = tuple(
        ChangePart(what=one.what, analysed=one.analysed, reviewed=one.reviewed, reason=one.reason)
        for one in opened.reviewed.changes
    )
    part = ReviewedPart(
        reviewer=review.reviewer,
        done=review.done,
        saved_at=opened.kept.saved_at,
        revision=review.revision,
        changes=changes,
    )
    document = session_document(session) if opened.reviewed.changes else dict(opened.material.document)
    return ReviewedDocument.model_validate({**document, "reviewed": part.model_dump()}).model_dump(mode="json")


def _stem(opened: Opened) -> str:
    """A file name for what is exported: the person's code if there is one, and the clip's name or the session's."""
    stem = Path(opened.material.analysed.clip.name).stem if opened.item.clip is not None else opened.item.name
    person = opened.kept.review.person
    return f"{person}-{stem}" if person else stem
