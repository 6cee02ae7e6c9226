"""A judged clip in miniature: a track and the session judged from it, made by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from formcheck.types import (
    ClipInfo,
    Finding,
    LegAngles,
    ModelInfo,
    Phase,
    PoseTrack,
    Quality,
    Rep,
    Session,
    Side,
    Verdict,
    View,
)

MODEL = ModelInfo("full", "0" * 64, "test")
LEG = (11, 23, 25, 27, 29, 31)


def leg_xy(size_px: tuple[int, int], knee_flexion_deg: float = 60.0) -> NDArray[np.float64]:
    """Return (6, 2): a lying person's shoulder, hip, knee, ankle, heel, toe; head to the right, hip at 90."""
    w, h = size_px
    unit = 0.22 * min(w, h)
    hip = np.array([0.5 * w, 0.62 * h])
    knee = hip - [0.0, unit]
    bend = np.radians(knee_flexion_deg)
    ankle = knee - unit * np.array([np.sin(bend), np.cos(bend)])
    return np.array(
        [hip + np.array([1.2 * unit, 0]), hip, knee, ankle, ankle - [0.15 * unit, 0], ankle - [0, 0.3 * unit]]
    )


def rep(index: int, start_s: float, end_s: float, *, excursion_deg: float = 60.0, complete: bool = True) -> Rep:
    third_s = (end_s - start_s) / 3
    return Rep(
        index, start_s, start_s + third_s, end_s, complete, False, 80.0, 80.0 - excursion_deg, 1.5,
        90.0, 88.0, 92.0, 1.5, third_s, third_s, third_s, 60.0,
    )  # fmt: skip


def finding(rule: str, rep: int | None, verdict: Verdict = Verdict.NOT_MET, *, advisory: bool = False) -> Finding:
    limit = (75.0, 105.0) if rule == "hip_in_band" else (None, 50.0)
    return Finding(rule, rep, verdict, 60.0, limit, "deg", None, advisory)


def judged(
    t_s: Sequence[float],
    *,
    size_px: tuple[int, int] = (320, 240),
    reps: Sequence[Rep] = (),
    findings: Sequence[Finding] = (),
    phases: Sequence[Phase] | None = None,
    usable: Sequence[bool] | None = None,
    lying: bool | None = True,
    side: Side | None = Side.LEFT,
) -> tuple[PoseTrack, Session]:
    """Make a track of one pose at ``t_s`` and a session about it: hip 90 +- 2, knee 60 +- 1.5 throughout."""
    count = len(t_s)
    xy_px = np.full((count, 33, 2), np.nan)
    xy_px[:, list(LEG)] = leg_xy(size_px)
    info = ClipInfo("clip.mp4", "0" * 64, size_px, max(t_s, default=0.0) + 0.04, 0, "h264", 25.0)
    nan = np.full(count, np.nan)
    track = PoseTrack(
        np.array(t_s), xy_px, np.full((count, 33, 3), np.nan), np.ones((count, 33)), np.full(count, 120.0),
        np.zeros(count, np.bool_), size_px, side, False, info, MODEL,
    )  # fmt: skip
    view = View(lying, 2.0, 0.0, 5.0)
    good = np.ones(count, np.bool_) if usable is None else np.array(usable)
    angles = LegAngles(
        np.array(t_s), np.full(count, 90.0), np.full(count, 60.0), nan, nan, np.full(count, 2.0),
        np.full(count, 1.5), nan, good, side or Side.LEFT, view,
    )  # fmt: skip
    rep_of_frame = np.zeros(count, np.int64)
    for one in reps:
        rep_of_frame[(np.array(t_s) >= one.start_s) & (np.array(t_s) < one.end_s)] = one.index
    session = Session(
        info, MODEL, "glide", "1.0.0", "Glide", "0" * 64, side, False, angles if side else None, view,
        tuple(phases or [Phase.REST] * count), rep_of_frame, tuple(reps), tuple(findings),
        Quality(float(good.mean()) if count else 0.0, ()),
    )  # fmt: skip
    return track, session


def assert_same_session(one: Session, other: Session) -> None:
    np.testing.assert_equal(as_plain(one), as_plain(other))


def as_plain(value):
    """Return dataclasses as dicts, so that NaN equals NaN and arrays are compared by their elements."""
    if isinstance(value, tuple):
        return [as_plain(one) for one in value]
    if not hasattr(value, "__dataclass_fields__"):
        return value
    return {name: as_plain(getattr(value, name)) for name in value.__dataclass_fields__}
