"""Small judged sessions with known numbers, for the tests of the report."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from formcheck.message import Message, verbatim
from formcheck.protocols.model import Hold, ToesReading
from formcheck.report.protocol import ProtocolView
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

REP_S = 4.0
PROTOCOL_VIEW = ProtocolView(toes=ToesReading.CEILING, prescribed_reps=20, hip_target_deg=(75.0, 105.0), hold=Hold.BOTH)
CLIP = ClipInfo("clip.mp4", "ab" * 32, (960, 540), 14.0, 0, "h264", 30.0)
MODEL = ModelInfo("pose_landmarker_full", "cd" * 32, "MediaPipe Tasks, CPU")
SIDE_VIEW = View(lying=True, trunk_from_floor_deg=3.2, roll_deg=0.0, azimuth_deg=-6.0)
NO_VIEW = View(lying=None, trunk_from_floor_deg=math.nan, roll_deg=math.nan, azimuth_deg=math.nan)


def make_finding(rule: str, rep: int | None, verdict: Verdict, **kwargs) -> Finding:
    values = {"observed": 88.0, "limit": (75.0, 105.0), "unit": "deg", "at_s": None}
    return Finding(rule=rule, rep=rep, verdict=verdict, **(values | kwargs))


def make_count(reps: int) -> Finding:
    """The finding that says that repetitions could be counted."""
    limit = (20.0, None)
    return make_finding(
        "set_complete", None, Verdict.INFORMATION, observed=float(reps), limit=limit, unit="reps", reason="count"
    )


def make_rep(index: int, **kwargs) -> Rep:
    """Knee from 88 to 22 degrees, hip 90 (86 to 94), 1.6 + 0.8 + 1.6 seconds."""
    start_s = 1.0 + REP_S * (index - 1)
    values = {
        "start_s": start_s,
        "peak_s": start_s + 2.0,
        "end_s": start_s + REP_S,
        "complete": True,
        "partial": False,
        "knee_flexion_start_deg": 88.0,
        "knee_flexion_peak_deg": 22.0,
        "knee_se_deg": 1.5,
        "hip_flexion_mean_deg": 90.0,
        "hip_flexion_min_deg": 86.0,
        "hip_flexion_max_deg": 94.0,
        "hip_se_deg": 2.0,
        "extend_s": 1.6,
        "hold_s": 0.8,
        "return_s": 1.6,
        "peak_speed_deg_s": 70.0,
    }
    return Rep(index=index, **(values | kwargs))


def make_angles(t_s: np.ndarray, *, rep_count: int, gap_s: tuple[float, float] | None = None) -> LegAngles:
    in_set = (t_s >= 1.0) & (t_s < 1.0 + REP_S * rep_count)
    turn = np.where(in_set, (1 - np.cos(2 * np.pi * (t_s - 1.0) / REP_S)) / 2, 0.0)
    usable = np.ones(t_s.size, dtype=bool) if gap_s is None else (t_s < gap_s[0]) | (t_s >= gap_s[1])
    hidden = np.where(usable, 1.0, np.nan)
    return LegAngles(
        t_s=t_s,
        hip_flexion_deg=(90.0 + 4.0 * np.sin(t_s)) * hidden,
        knee_flexion_deg=(88.0 - 66.0 * turn) * hidden,
        ankle_dorsiflexion_deg=np.full(t_s.size, np.nan),
        foot_from_vertical_deg=np.full(t_s.size, np.nan),
        hip_se_deg=2.0 * hidden,
        knee_se_deg=1.5 * hidden,
        hand_distance_thighs=np.full(t_s.size, np.nan),
        usable=usable,
        side=Side.RIGHT,
        view=SIDE_VIEW,
    )


def make_session(
    *,
    rep_count: int = 3,
    fps: float = 30.0,
    name: str = "clip.mp4",
    gap_s: tuple[float, float] | None = None,
    reps: Sequence[Rep] | None = None,
    findings: Sequence[Finding] | None = None,
    reasons: tuple[str | Message, ...] = (),
) -> Session:
    """A measured set: repetition 2 has a fault, the toes could not be told."""
    t_s = np.arange(round((REP_S * rep_count + 2.0) * fps)) / fps
    angles = make_angles(t_s, rep_count=rep_count, gap_s=gap_s)
    made = tuple(reps) if reps is not None else tuple(make_rep(i + 1) for i in range(rep_count))
    rep_of_frame = np.zeros(t_s.size, dtype=np.int64)
    for rep in made:
        rep_of_frame[(t_s >= rep.start_s) & (t_s < rep.end_s)] = rep.index
    return Session(
        clip=ClipInfo(name, CLIP.sha256, CLIP.size_px, float(t_s[-1]), 0, CLIP.codec, fps),
        model=MODEL,
        protocol_id="sciatic-glide",
        protocol_version="1.0.0",
        protocol_name="Supine sciatic nerve glide",
        protocol_sha256="ef" * 32,
        side=Side.RIGHT,
        side_given=False,
        angles=angles,
        view=SIDE_VIEW,
        phases=tuple(Phase.EXTENDING if rep else Phase.REST for rep in rep_of_frame.tolist()),
        rep_of_frame=rep_of_frame,
        reps=made,
        findings=tuple(findings) if findings is not None else _findings(made),
        quality=Quality(
            float(angles.usable.mean()), tuple(one if isinstance(one, Message) else verbatim(one) for one in reasons)
        ),
    )


def make_blank_session(*, frames: int = 20) -> Session:
    """Nothing could be measured."""
    reason = "Nobody was seen. Film one person from the side."
    return Session(
        clip=CLIP,
        model=MODEL,
        protocol_id="sciatic-glide",
        protocol_version="1.0.0",
        protocol_name="Supine sciatic nerve glide",
        protocol_sha256="ef" * 32,
        side=None,
        side_given=False,
        angles=None,
        view=NO_VIEW,
        phases=(Phase.UNKNOWN,) * frames,
        rep_of_frame=np.zeros(frames, dtype=np.int64),
        reps=(),
        findings=(
            make_finding("lying_on_back", None, Verdict.NOT_ASSESSABLE, observed=None),
            make_finding("set_complete", None, Verdict.NOT_ASSESSABLE, observed=None, limit=(20.0, None)),
        ),
        quality=Quality(0.0, (verbatim(reason),)),
    )


def _findings(reps: Sequence[Rep]) -> tuple[Finding, ...]:
    found = [
        make_finding("lying_on_back", None, Verdict.MET, observed=3.2, limit=(None, 30.0)),
        make_finding("toes", None, Verdict.NOT_ASSESSABLE, observed=None, limit=(-45.0, 45.0), advisory=True),
        make_count(sum(rep.complete for rep in reps)),
    ]
    for rep in reps:
        drifts = rep.index == 2
        found += [
            make_finding("hip_in_band", rep.index, Verdict.MET),
            make_finding(
                "hip_steady",
                rep.index,
                Verdict.NOT_MET if drifts else Verdict.MET,
                observed=18.0 if drifts else 8.0,
                limit=(None, 10.0),
            ),
            make_finding("toes", rep.index, Verdict.NOT_ASSESSABLE, observed=None, advisory=True),
        ]
    return tuple(found)
