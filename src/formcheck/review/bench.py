"""What the bench shows of a session: its document, and its angles frame by frame."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from formcheck.protocols.model import Protocol
from formcheck.report.data import session_document
from formcheck.report.words import rule_title
from formcheck.review.apply import Reviewed
from formcheck.types import FloatArray, PoseTrack, Session

_ANGLES = {
    "hip_deg": "hip_flexion_deg",
    "knee_deg": "knee_flexion_deg",
    "hip_se_deg": "hip_se_deg",
    "knee_se_deg": "knee_se_deg",
}


def session_part(session: Session, document: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a session for the page; ``document`` when it is at hand as it was written."""
    return {
        "same": False,
        "document": document if document is not None else session_document(session),
        "angles": angle_arrays(session),
    }


def reviewed_part(reviewed: Reviewed) -> dict[str, Any]:
    """Return the reviewed session for the page; without numbers where the review changes none."""
    if not reviewed.changes:
        return {"same": True, "changes": [], "needs_side": None}
    changes = [
        {"what": one.what, "analysed": one.analysed, "reviewed": one.reviewed, "reason": one.reason}
        for one in reviewed.changes
    ]
    return {**session_part(reviewed.session), "changes": changes, "needs_side": reviewed.needs_side}


def angle_arrays(session: Session) -> dict[str, list[Any]]:
    """Return one entry a frame, None = not measurable."""
    angles = session.angles
    nothing = [None] * len(session.phases)
    columns: dict[str, list[Any]] = {
        name: _listed(getattr(angles, field)) if angles is not None else list(nothing)
        for name, field in _ANGLES.items()
    }
    usable = angles.usable.astype(int).tolist() if angles is not None else [0] * len(nothing)
    return {
        **columns,
        "usable": usable,
        "phase": [phase.value for phase in session.phases],
        "rep": session.rep_of_frame.tolist(),
    }


def _listed(values: FloatArray) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in np.round(values, 2).tolist()]


def point_bytes(track: PoseTrack) -> bytes:
    """Return the picture points (T, 33, 2) as little-endian float32, NaN = not seen."""
    return track.xy_px.astype("<f4").tobytes()


def thresholds(protocol: Protocol | None) -> dict[str, float | None]:
    """Return the limits that the curves draw."""
    if protocol is None:
        return dict.fromkeys(("hip_low_deg", "hip_high_deg", "knee_start_deg", "max_mean_speed_deg_s"))
    return {
        "hip_low_deg": protocol.hip.flexion_deg.low,
        "hip_high_deg": protocol.hip.flexion_deg.high,
        "knee_start_deg": protocol.knee.min_start_flexion_deg.value,
        "max_mean_speed_deg_s": protocol.tempo.max_mean_speed_deg_s.value,
    }


def rules_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rules of a session with their titles; ``per_rep`` those that look at single repetitions."""
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
