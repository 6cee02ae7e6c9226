"""A session of the record that a reviewer calibrated, corrected, overruled and signed, by the real review."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.record.store import Store
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileItem, FileLibrary
from formcheck.review.library import Item, session_outcome
from formcheck.review.model import GivenRep, Goniometer, Joint, Overrule, Review
from formcheck.review.record_library import RecordItem
from formcheck.review.signing import signed_result
from formcheck.text.catalogue import Texts
from formcheck.types import Session, Verdict

REVIEWER = "R7"
REASON = "Seen on the video."
FRAMES = 2
# What the marks show beyond what formcheck measured.
_MORE_DEG = 8.0


def _mark(key: str, t_s: float, joint: Joint, flexion_deg: float) -> Goniometer:
    inner = math.radians(180.0 - flexion_deg)
    end = (300.0 + 100.0 * math.cos(inner), 200.0 + 100.0 * math.sin(inner))
    return Goniometer(id=key, t_s=t_s, joint=joint, points=((400.0, 200.0), (300.0, 200.0), end))


def marks_on(session: Session) -> tuple[Goniometer, ...]:
    """Return hip and knee on two frames, one with the knee bent and one with it straight."""
    angles, rep = session.angles, session.reps[0]
    assert angles is not None
    found = []
    for at_s in (rep.start_s, rep.peak_s):
        row = int(np.argmin(np.abs(angles.t_s - at_s)))
        for joint, values in ((Joint.HIP, angles.hip_flexion_deg), (Joint.KNEE, angles.knee_flexion_deg)):
            degrees = float(values[row]) + _MORE_DEG
            found.append(_mark(f"{joint.value}{row}", float(angles.t_s[row]), joint, degrees))
    return tuple(found)


def full_review(session: Session, **more: Any) -> Review:
    """Return a complete review: angles calibrated, the last repetition taken out, and a verdict overruled."""
    reps = tuple(GivenRep(start_s=r.start_s, peak_s=r.peak_s, end_s=r.end_s) for r in session.reps[:-1])
    overrule = Overrule(rule="slow", rep=2, verdict=Verdict.NOT_MET, reason=REASON)
    said = {"reviewer": REVIEWER, "goniometer": marks_on(session), "calibrated": True, "reps": reps}
    return Review(done=True, **{**said, "overrules": (overrule,), **more})


def sign(store: Store, uid: str, *, language: str = "en", **more: Any) -> Session:
    """Review and sign a session of the record; return it as reviewed."""
    return sign_item(RecordItem(store, uid, AvailableProtocols()), language=language, **more)


def clip_item(results: Path) -> FileItem:
    """Return the results of a clip as what is reviewed."""
    return FileLibrary(results.parent, AvailableProtocols(), only=results).items()[0]


def sign_item(item: Item, *, language: str = "en", **more: Any) -> Session:
    """Review and sign what is reviewed; return it as reviewed."""
    analysis = item.read_analysis()
    review = full_review(analysis.session, **more)
    reviewed = analysis.apply(review)
    item.review_store().save(
        review,
        expected=item.review_store().load().review.revision,
        outcome=session_outcome(reviewed.session),
        sign=lambda stored: signed_result(analysis, reviewed, stored, Texts(language)),
    )
    return reviewed.session


def reopen(store: Store, uid: str) -> None:
    """Make the review of a session a draft again."""
    reopen_item(RecordItem(store, uid, AvailableProtocols()))


def reopen_item(item: Item) -> None:
    """Make the review of what is reviewed a draft again."""
    reviews = item.review_store()
    stored = reviews.load()
    draft = stored.review.model_copy(update={"done": False})
    reviews.save(draft, expected=stored.review.revision, outcome=stored.outcome or {})
