"""What the page is sent about items and sessions, as plain values for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from formcheck.form import rules
from formcheck.form.statistics import RepStatus, statuses
from formcheck.form.summary import listed
from formcheck.message import Message
from formcheck.protocols.model import Protocol
from formcheck.record.profiles import profile_words
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.apply import ReviewedSession
from formcheck.review.changes import calibration_change
from formcheck.review.library import Item
from formcheck.review.media import Playback
from formcheck.review.model import Review
from formcheck.review.opened import OpenedItem
from formcheck.review.raters import agreements
from formcheck.server.endpoints import page_catalogue
from formcheck.session.document import to_document
from formcheck.text.catalogue import Texts
from formcheck.text.findings import (
    deciding_words,
    exercise_name,
    leg_words,
    limit_words,
    observed_words,
    rule_title,
    status_words,
)
from formcheck.text.numbers import printable
from formcheck.types import Finding, FloatArray, PoseTrack, Session
from formcheck.video.window import FASTEST, SLOWEST

_HIP_RULES = frozenset({rules.HIP.id, rules.THIGH_STILL.id})
_PAGE_SECTIONS = ("finding", "number", "phase", "review", "side", "stage", "status", "verdict")
_ANGLES = {
    "hip_deg": "hip_flexion_deg",
    "knee_deg": "knee_flexion_deg",
    "hip_se_deg": "hip_se_deg",
    "knee_se_deg": "knee_se_deg",
}


def page_texts(texts: Texts) -> dict[str, Any]:
    """Return the language of the page, and the texts in which its scripts find their words."""
    return page_catalogue(texts, _PAGE_SECTIONS)


def protocol_choices(protocols: AvailableProtocols, texts: Texts) -> list[dict[str, Any]]:
    """Return the protocols that the page offers."""
    return [
        {"id": one.id, "name": exercise_name(texts, one.id, one.name), "version": one.version}
        for one in (loaded.protocol for loaded in protocols.by_id.values())
    ]


def item_head(item: Item, review: Review, texts: Texts) -> dict[str, Any]:
    """Return what identifies an item: the person by their code, and ``whose`` it is in words."""
    person = review.person or item.person
    return {
        "id": item.id,
        "name": printable(item.name),
        "person": person,
        "whose": profile_words(texts, person) if person else None,
        **item.date().to_json(),
    }


def video_part(item: Item, track: PoseTrack, playback: Playback | None) -> dict[str, Any]:
    """Return what the page must know of an item's video."""
    return {
        "url": f"/api/items/{item.id}/video" if playback is not None else None,
        "size_px": list(track.size_px),
        "rotation": playback.rotation_deg if playback is not None else 0,
        "proxy": playback is not None and not playback.direct,
        "offset_s": round(playback.offset_s, 6) if playback is not None else 0.0,
        "speeds": [SLOWEST, FASTEST],
    }


def session_part(reviewed: ReviewedSession, texts: Texts) -> dict[str, Any]:
    """Return a session: its document with the words that the page shows, and its angles."""
    session = reviewed.session
    document = document_of(reviewed, texts)
    status_of = {one.rep: one for one in statuses(session)}
    for part, rep in zip(document["reps"], session.reps, strict=True):
        part["findings"] = _with_words(part["findings"], session.findings_of(rep.index), reviewed, texts)
        part.update(_status_words(status_of.get(rep.index), texts))
    document["leg_words"] = leg_words(texts, session)
    document["findings"] = _with_words(document["findings"], session.findings_of(None), reviewed, texts)
    return {"same": False, "document": document, "angles": angle_arrays(session)}


def document_of(reviewed: ReviewedSession, texts: Texts) -> dict[str, Any]:
    """Return the document of a reviewed session, whose sentences say what is the reviewer's."""
    document = to_document(reviewed.session, texts)
    parts = [document["findings"], *(rep["findings"] for rep in document["reps"])]
    findings = [reviewed.session.findings_of(None)]
    findings += [reviewed.session.findings_of(rep.index) for rep in reviewed.session.reps]
    for part, finding in zip(chain(*parts), chain(*findings), strict=True):
        sentence = reviewed.sentence(texts, finding)
        # Such a sentence cannot be made again from the facts beside it.
        part["verbatim"] = part["verbatim"] or sentence != part["text"]
        part["text"] = sentence
    return document


def _with_words(
    parts: list[dict[str, Any]], findings: Sequence[Finding], reviewed: ReviewedSession, texts: Texts
) -> list[dict[str, Any]]:
    """Return findings with their words, whose verdict it is, and the curve on which they are marked."""
    return [
        part
        | {
            "title": rule_title(texts, finding.rule),
            "observed_words": observed_words(texts, finding),
            "limit_words": limit_words(texts, finding),
            "overruled": reviewed.is_overruled(finding),
            "curve": "hip" if finding.rule in _HIP_RULES else "knee",
        }
        for part, finding in zip(parts, findings, strict=True)
    ]


def _status_words(one: RepStatus | None, texts: Texts) -> dict[str, str]:
    """Return a repetition's status in words, and what decides it; None for one that is not complete."""
    if one is None:
        return {"status_words": texts.get("status.cut"), "deciding_words": ""}
    return {
        "status_words": status_words(texts, one.status, one.deciding),
        "deciding_words": deciding_words(texts, one.status, one.deciding),
    }


def reviewed_part(reviewed: ReviewedSession, texts: Texts) -> dict[str, Any]:
    """Return the reviewed session; without numbers where the review changes none."""
    notices = [texts.say(one) for one in (*reviewed.not_applied, *reviewed.warnings)]
    if not reviewed.changes:
        return {"same": True, "changes": [], "needs_side": None, "notices": notices}
    changes = [change.to_json(texts) for change in reviewed.changes]
    return {
        **session_part(reviewed, texts),
        "changes": changes,
        "needs_side": reviewed.needs_side,
        "notices": notices,
        "calibration": _calibration_part(reviewed, texts),
    }


def _calibration_part(reviewed: ReviewedSession, texts: Texts) -> dict[str, Any] | None:
    """Return on how many frames the session is calibrated by hand, and what that changes; None if it is not."""
    by_hand = reviewed.hand_calibration
    if by_hand is None:
        return None
    changes = [calibration_change(shift, by_hand.before).to_json(texts) for shift in by_hand.shifts]
    return {"frames": by_hand.frames, "changes": changes}


def agreement_part(review: Review, texts: Texts) -> list[str]:
    """Return how far raters agree who measured the same frames."""
    return [texts.say(one.message) for one in agreements(review.goniometer)]


def draft_notices(review: Review, texts: Texts) -> list[str]:
    """Say of a review that was complete why it is a draft."""
    if not review.draft_because:
        return []
    why = listed(Message(f"clinician.notice.changed.{one}") for one in review.draft_because)
    return [texts.get("clinician.notice.analysed_again", why=why)]


def angle_arrays(session: Session) -> dict[str, list[Any]]:
    """Return lists with one entry per frame, None = not measurable."""
    angles = session.angles
    nothing = [None] * len(session.phases)
    columns: dict[str, list[Any]] = {
        name: _with_none(getattr(angles, field)) if angles is not None else list(nothing)
        for name, field in _ANGLES.items()
    }
    usable = angles.usable.astype(int).tolist() if angles is not None else [0] * len(nothing)
    return {
        **columns,
        "usable": usable,
        "phase": [phase.value for phase in session.phases],
        "rep": session.rep_of_frame.tolist(),
    }


def _with_none(values: FloatArray) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in np.round(values, 2).tolist()]


def landmark_bytes(track: PoseTrack) -> bytes:
    """Return the image points (T, 33, 2) as little-endian float32, NaN = not seen."""
    return track.xy_px.astype("<f4").tobytes()


def hip_band(protocol: Protocol | None) -> dict[str, float | None]:
    """Return the limits of the hip that the curves show; None for a protocol that is not on this machine."""
    band = protocol.hip.flexion_deg if protocol is not None else None
    return {"hip_low_deg": band.low if band else None, "hip_high_deg": band.high if band else None}


def review_words(review: Review, texts: Texts) -> str:
    """Say whether a review is complete or a draft, and whose it is."""
    key = f"clinician.head.{'reviewed' if review.done else 'draft'}"
    return f"{texts.get(f'{key}_by')} {review.reviewer}" if review.reviewer else texts.get(key)


def _shown_as(opened: OpenedItem, layer: str, texts: Texts) -> str:
    """Say what the numbers of one side are: as analysed or as reviewed, by whom, and whether calibrated by hand."""
    review, by_hand = opened.stored.review, opened.reviewed.hand_calibration
    use = opened.session(layer).kept_calibration
    if layer == "analysed" or review.is_empty:
        said = [texts.get("clinician.numbers.analysed")]
    else:
        said = [review_words(review, texts)]
        if by_hand is not None:
            said.append(texts.get("clinician.compared.by_hand", n=by_hand.frames))
    if use is not None and use.used:
        said.append(texts.get("clinician.compared.kept", n=use.frames))
    return " · ".join(said)


def compared_part(
    opened: OpenedItem, layer: str, video: Mapping[str, Any], notices: list[str], texts: Texts
) -> dict[str, Any]:
    """Return one side of a comparison."""
    session = opened.session(layer)
    return {
        **item_head(opened.item, opened.stored.review, texts),
        "layer": layer,
        "shown_as": _shown_as(opened, layer, texts),
        "side": session.side,
        "protocol": session.protocol_id,
        "video": video,
        "duration_s": session.clip.duration_s,
        "notices": notices,
        "reps": [
            {"index": rep.index, "start_s": rep.start_s, "peak_s": rep.peak_s, "end_s": rep.end_s}
            for rep in session.reps
            if rep.complete
        ],
    }
