"""A stored session as the values it was made of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from formcheck.message import verbatim
from formcheck.record.series import ANGLES, Series
from formcheck.types import (
    ClipInfo,
    Finding,
    LegAngles,
    ModelInfo,
    Phase,
    Quality,
    Rep,
    Session,
    Side,
    Verdict,
    View,
)


def session_of(document: Mapping[str, Any], series: Series) -> Session:
    """Return the session that a document and its series describe, with the decimals that were stored."""
    clip, model, protocol = document["clip"], document["software"]["model"], document["protocol"]
    view = View(document["view"]["lying"], *(_nan(document["view"][name]) for name in _VIEW_ANGLES))
    side = Side(document["side"]) if document["side"] else None
    findings = [*document["findings"], *(f for rep in document["reps"] for f in rep["findings"])]
    return Session(
        clip=ClipInfo(
            **{**clip, "size_px": (clip["size_px"][0], clip["size_px"][1]), "nominal_fps": _nan(clip["nominal_fps"])}
        ),
        model=ModelInfo(**model),
        protocol_id=protocol["id"],
        protocol_version=protocol["version"],
        protocol_name=protocol["name"],
        protocol_sha256=protocol["sha256"],
        side=side,
        side_given=document["side_given"],
        angles=_angles(series, side, view) if side is not None else None,
        view=view,
        phases=tuple(Phase(phase) for phase in series.columns["phase"]),
        rep_of_frame=np.asarray(series.columns["rep"], np.int64),
        reps=tuple(_rep(rep) for rep in document["reps"]),
        findings=tuple(_finding(finding) for finding in findings),
        quality=Quality(document["quality"]["usable_fraction"], tuple(map(verbatim, document["quality"]["reasons"]))),
    )


_VIEW_ANGLES = ("trunk_from_floor_deg", "roll_deg", "azimuth_deg")
_REP_NUMBERS = (
    "knee_flexion_start_deg",
    "knee_flexion_peak_deg",
    "knee_se_deg",
    "hip_flexion_mean_deg",
    "hip_flexion_min_deg",
    "hip_flexion_max_deg",
    "hip_se_deg",
    "extend_s",
    "hold_s",
    "return_s",
    "peak_speed_deg_s",
)


def _nan(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _angles(series: Series, side: Side, view: View) -> LegAngles:
    return LegAngles(
        t_s=np.asarray(series.columns["t_s"], np.float64),
        **{name: np.asarray(series.columns[name], np.float64) for name in ANGLES},
        usable=np.asarray(series.columns["usable"], np.bool_),
        side=side,
        view=view,
    )


def _rep(rep: Mapping[str, Any]) -> Rep:
    return Rep(
        index=rep["index"],
        start_s=rep["start_s"],
        peak_s=rep["peak_s"],
        end_s=rep["end_s"],
        complete=rep["complete"],
        partial=rep["partial"],
        **{name: _nan(rep[name]) for name in _REP_NUMBERS},
    )


def _finding(finding: Mapping[str, Any]) -> Finding:
    low, high = finding["limit"]
    return Finding(**{**finding, "verdict": Verdict(finding["verdict"]), "limit": (low, high)})
