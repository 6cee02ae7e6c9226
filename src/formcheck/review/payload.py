"""What the page is sent about items and sessions, as plain values for JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from formcheck.protocols.model import Protocol
from formcheck.report.data import session_document
from formcheck.report.words import printable, rule_title
from formcheck.review.apply import ReviewedSession
from formcheck.review.library import Item
from formcheck.review.media import Playback
from formcheck.review.model import Review
from formcheck.types import FloatArray, PoseTrack, Session

_ANGLES = {
    "hip_deg": "hip_flexion_deg",
    "knee_deg": "knee_flexion_deg",
    "hip_se_deg": "hip_se_deg",
    "knee_se_deg": "knee_se_deg",
}
_EMPTY_ENTRY: Mapping[str, Any] = dict.fromkeys(
    (
        "date", "date_kind", "protocol", "side", "reps", "correct", "incorrect", "unsure", "prescribed", "pain_before",
        "pain_after", "usable_fraction", "error", "reviewed_at", "review_problem",
    )
) | {"quality": [], "state": "not analysed", "reviewed": False, "review_started": False}  # fmt: skip


def worklist_entry(item: Item) -> dict[str, Any]:
    """Return an entry of the worklist."""
    entry = {
        "id": item.id,
        "name": printable(item.name),
        "origin": item.origin,
        "person": item.person,
        "has_video": item.clip is not None,
    }
    return {**_EMPTY_ENTRY, **entry, **item.entry()}


def item_head(item: Item, review: Review) -> dict[str, Any]:
    """Return what identifies an item."""
    return {
        "id": item.id,
        "name": printable(item.name),
        "person": review.person or item.person,
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
    }


def session_part(session: Session, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a session; ``document`` is its ``session.json`` where that was read from a file."""
    return {
        "same": False,
        "document": document if document is not None else session_document(session),
        "angles": angle_arrays(session),
    }


def reviewed_part(reviewed: ReviewedSession) -> dict[str, Any]:
    """Return the reviewed session; without numbers where the review changes none."""
    if not reviewed.changes:
        return {"same": True, "changes": [], "needs_side": None}
    changes = [asdict(change) for change in reviewed.changes]
    return {**session_part(reviewed.session), "changes": changes, "needs_side": reviewed.needs_side}


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


def thresholds(protocol: Protocol | None) -> dict[str, float | None]:
    """Return the limits that the curves show; None for a protocol that is not on this machine."""
    if protocol is None:
        return dict.fromkeys(("hip_low_deg", "hip_high_deg", "knee_start_deg", "max_mean_speed_deg_s"))
    return {
        "hip_low_deg": protocol.hip.flexion_deg.low,
        "hip_high_deg": protocol.hip.flexion_deg.high,
        "knee_start_deg": protocol.knee.min_start_flexion_deg.value,
        "max_mean_speed_deg_s": protocol.tempo.max_mean_speed_deg_s.value,
    }


def rules_part(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a session with their titles; ``per_rep`` those that judge single repetitions."""
    only_set = {"lying_on_back", "set_complete"}
    return [
        {
            "id": finding["rule"],
            "label": rule_title(finding["rule"]),
            "advisory": finding["advisory"],
            "per_rep": finding["rule"] not in only_set,
        }
        for finding in document["findings"]
    ]


def compared_part(
    item: Item, review: Review, session: Session, video: Mapping[str, Any], notices: list[str]
) -> dict[str, Any]:
    """Return one side of a comparison."""
    return {
        **item_head(item, review),
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
