"""Compares an analysis with what is known of the clip."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from kept_landmarks import with_kept_landmarks
from numpy.typing import NDArray

from formcheck.form.judge import judge_track
from formcheck.pipeline import DEFAULT_QUALITY, Options, follow_causally, landmarker_maker, make_track
from formcheck.pose.landmarker import MediaPipeLandmarker, no_detection
from formcheck.pose.landmarks import LEGS, SHOULDERS
from formcheck.pose.models import find_model, identify
from formcheck.pose.occlusion import MakeLandmarker
from formcheck.pose.track_file import load_track, save_track
from formcheck.protocols.loader import load_protocol
from formcheck.text.numbers import Z_95
from formcheck.types import PoseTrack, Session, Side
from formcheck.video.source import FileSource

FloatArray = NDArray[np.float64]

# A rater who did not know the truth marked joints by eye: hip 6.6 degrees lower and knee 3.1 degrees less flexed than
# the skeleton, alike in every clip (SD 1.5 and 1.1; 17 frames of 8 clips). Constants for all clips, never refitted.
MARKED_HIP_DEG = -6.6
MARKED_KNEE_DEG = -3.1
# A leg is followed when knee and ankle are nearer to their own true places than to the other leg's.
_JOINTS = ("knee", "ankle")
# The thresholds of counters in tutorials, as interior angles: extended above, bent below.
_COUNTER_EXTENDED_DEG, _COUNTER_BENT_DEG = 150.0, 110.0


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of one angle over the usable frames of a clip, degrees. ``peak`` is the mean absolute error at peaks."""

    bias: float
    mae: float
    p95: float
    peak: float
    covered: float


@dataclass(frozen=True, slots=True)
class ClipResult:
    """One clip of a set (its folder's name); times in seconds.

    ``timing`` holds (median, worst) absolute errors of start, peak and end.
    """

    name: str
    azimuth_deg: float
    dim: bool
    side_right: bool
    usable: float
    reps: int
    true_reps: int
    swapped_frames: int
    knee: Errors
    hip: Errors
    timing: dict[str, tuple[float, float]]
    naive_knee: Errors
    naive_hip: Errors
    naive_reps: int
    set_name: str = ""
    causal_knee: Errors | None = None
    causal_hip: Errors | None = None
    causal_reps: int | None = None

    @property
    def off_side_deg(self) -> float:
        """How far the camera is off square to the nearer side of the body."""
        turn = abs(self.azimuth_deg)
        return min(turn, 180 - turn)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LabelResult:
    """One clip with joints marked by hand: errors (F,) in degrees against the mean rater, NaN where not usable."""

    name: str
    frames: list[int]
    knee: list[float]
    hip: list[float]
    naive_knee: list[float]
    naive_hip: list[float]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known of a clip: its spec, its repetitions, and columns (T,) through time."""

    side: Side
    true_reps: list[dict[str, float]]
    camera: dict[str, float]
    dim: bool
    columns: dict[str, FloatArray]
    tags: tuple[str, ...] = ()

    @property
    def reps(self) -> int:
        return len(self.true_reps)

    @property
    def azimuth_deg(self) -> float:
        return float(self.camera["azimuth_deg"])

    @property
    def elevation_deg(self) -> float:
        """How far the camera looks down on the hip of someone on a mat."""
        return float(np.degrees(np.arctan2(self.camera["height_m"] - 0.1, self.camera["distance_m"])))

    def at(self, t_s: FloatArray, column: str) -> FloatArray:
        """A column at other times."""
        return np.interp(t_s, self.columns["time_s"], self.columns[column])

    def marked_hip(self, t_s: FloatArray) -> FloatArray:
        """Hip flexion (deg) as a rater would mark it."""
        return self.at(t_s, "hip_flexion_deg") + MARKED_HIP_DEG

    def marked_knee(self, t_s: FloatArray) -> FloatArray:
        """Knee flexion (deg) as a rater would mark it."""
        return 180.0 - self.at(t_s, "knee_deg") + MARKED_KNEE_DEG

    def on_image(self, t_s: FloatArray) -> dict[str, FloatArray]:
        """Hip and knee flexion (deg) as a rater would measure them on the frames, whatever the view does to them."""
        names = ("shoulder", "hip", "knee", "ankle")
        shoulder, hip, knee, ankle = (
            np.stack([self.at(t_s, f"{self.side}_{name}_{axis}") for axis in ("px", "py")], axis=1) for name in names
        )
        return {
            "hip": 180.0 - _interior_deg(shoulder, hip, knee) + MARKED_HIP_DEG,
            "knee": 180.0 - _interior_deg(hip, knee, ankle) + MARKED_KNEE_DEG,
        }


def read_truth(clip: Path) -> Truth:
    """Read NAME.json and NAME.csv beside a clip."""
    about = json.loads(clip.with_suffix(".json").read_text(encoding="utf-8"))
    with clip.with_suffix(".csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name != "phase"}
    spec = about["spec"]
    side, dim, tags = Side(about["working_side"]), spec["light"]["level"] < 0.5, tuple(about.get("tags", ()))
    return Truth(side, about["reps"], spec["camera"], dim, columns, tags)


def compare_clip(clip: Path, *, cache: Path | None = None, causal: bool = False) -> ClipResult:
    """Run the pipeline and the naive reading on a clip with truth; with ``causal`` the path of live practice too."""
    truth = read_truth(clip)
    track, plain = landmarks(clip, cache=cache)
    session = judge_track(track, load_protocol())
    t_s, count = track.t_s, len(track.t_s)
    true_hip, true_knee = truth.marked_hip(t_s), truth.marked_knee(t_s)
    peaks_s = np.array([rep["peak_s"] for rep in truth.true_reps])
    hip, knee, usable = np.full(count, np.nan), np.full(count, np.nan), np.zeros(count, bool)
    hip_se, knee_se = hip, knee
    if session.angles is not None:
        hip, knee = session.angles.hip_flexion_deg, session.angles.knee_flexion_deg
        hip_se, knee_se, usable = session.angles.hip_se_deg, session.angles.knee_se_deg, session.angles.usable
    naive_hip, naive_knee = naive_angles(plain, truth.side)
    live: dict[str, Any] = {}
    if causal:
        live_s, live_hip, live_knee, live_reps = causal_angles(clip, cache=cache)
        live = {
            "causal_knee": _errors(live_s, live_knee - truth.marked_knee(live_s), None, peaks_s),
            "causal_hip": _errors(live_s, live_hip - truth.marked_hip(live_s), None, peaks_s),
            "causal_reps": live_reps,
        }
    return ClipResult(
        name=clip.stem,
        azimuth_deg=truth.azimuth_deg,
        dim=truth.dim,
        side_right=session.side is truth.side,
        usable=float(usable.mean()),
        reps=session.rep_count,
        true_reps=truth.reps,
        swapped_frames=_swapped(track, usable, session, truth),
        knee=_errors(t_s, knee - true_knee, knee_se, peaks_s),
        hip=_errors(t_s, hip - true_hip, hip_se, peaks_s),
        timing=_timing(session, truth.true_reps),
        naive_knee=_errors(t_s, naive_knee - true_knee, None, peaks_s),
        naive_hip=_errors(t_s, naive_hip - true_hip, None, peaks_s),
        naive_reps=naive_count(naive_knee),
        set_name=clip.parent.name,
        **live,
    )


def landmarks(clip: Path, *, cache: Path | None, side: Side | None = None) -> tuple[PoseTrack, FloatArray]:
    """The pipeline's track, and the plain landmarks (T, 33, 2) px of its frames, of one landmarker on every frame."""
    track, naive = pipeline_track(clip, cache=cache, side=side), _stored(clip, cache, side, ".naive.npy")
    if naive and naive.exists():
        return track, np.load(naive)
    kept = set(track.t_s.tolist())
    with FileSource(clip) as source, MediaPipeLandmarker(find_model("full")) as landmarker:
        found = [(f.t_s, (landmarker.detect(f.image_bgr, f.t_s) or no_detection()).xy_px) for f in source]
    plain = np.stack([xy_px for t_s, xy_px in found if t_s in kept])
    if naive:
        np.save(naive, plain)
    return track, plain


def pipeline_track(
    clip: Path, *, cache: Path | None, side: Side | None = None, quality: str = DEFAULT_QUALITY
) -> PoseTrack:
    """The pipeline's track of a clip, kept in ``cache`` between runs."""
    stored = _stored(clip, cache, side, ".npz" if quality == DEFAULT_QUALITY else f"-{quality}.npz")
    if stored and stored.exists():
        return load_track(stored)
    track = make_track(clip, options=Options(side=side, quality=quality), progress=lambda _stage, _share: None)
    if stored:
        save_track(track, stored)
    return track


def _stored(clip: Path, cache: Path | None, side: Side | None, ending: str) -> Path | None:
    if cache is None:
        return None
    cache.mkdir(parents=True, exist_ok=True)
    key = hashlib.sha256(clip.read_bytes()).hexdigest()[:16] + (f"-{side}" if side else "")
    return cache / f"{clip.stem}-{key}{ending}"


def causal_angles(clip: Path, *, cache: Path | None) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Times (T,) s, hip and knee (T,) deg and the repetitions as live practice sees them: on every frame."""
    options = Options(causal=True)

    def follow(make_landmarker: MakeLandmarker) -> tuple[PoseTrack, Session]:
        return follow_causally(
            clip,
            protocol=load_protocol(),
            options=options,
            progress=lambda _stage, _share: None,
            make_landmarker=make_landmarker,
        )

    stored = _stored(clip, cache, None, "-live.npz")
    make = landmarker_maker(identify(find_model(options.effort.network)))
    track, session = with_kept_landmarks(stored, make, follow)
    nothing = np.full(len(track.t_s), np.nan)
    angles = session.angles
    hip, knee = (angles.hip_flexion_deg, angles.knee_flexion_deg) if angles is not None else (nothing, nothing)
    return track.t_s, hip, knee, session.rep_count


def naive_angles(xy_px: FloatArray, side: Side) -> tuple[FloatArray, FloatArray]:
    """Hip and knee flexion (T,) deg straight from the landmarks that bear the side's name."""
    leg = LEGS[side]
    shoulder, hip, knee, ankle = (
        xy_px[:, row] for row in (SHOULDERS[side is Side.RIGHT], leg.hip, leg.knee, leg.ankle)
    )
    return 180 - _interior_deg(shoulder, hip, knee), 180 - _interior_deg(hip, knee, ankle)


def naive_count(knee_flexion_deg: FloatArray) -> int:
    """Repetitions as tutorials count them: fixed thresholds on the interior angle."""
    count, extended = 0, False
    for interior in 180 - knee_flexion_deg[np.isfinite(knee_flexion_deg)]:
        if interior > _COUNTER_EXTENDED_DEG:
            extended = True
        elif extended and interior < _COUNTER_BENT_DEG:
            count, extended = count + 1, False
    return count


def read_labels(file: Path, *, only: Path | None = None) -> dict[str, dict[int, dict[str, list[FloatArray]]]]:
    """Joints marked by hand: clip -> frame -> point -> places (2,) px, one a rater.

    ``only`` names a text file of the frames to take, a line CLIP or CLIP FRAME; of clips that it does not name all are
    taken if it names none of this file.
    """
    marked: dict[str, Any] = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    with file.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            place = np.array([float(row["x_px"]), float(row["y_px"])])
            marked[row["clip"]][int(row["frame"])][row["point"]].append(place)
            marked[row["clip"]][int(row["frame"])]["side"] = [row["near_side"]]
            marked[row["clip"]][int(row["frame"])]["t_s"] = [float(row["t_s"])]
    wanted = [tuple(line.split()) for line in only.read_text(encoding="utf-8").splitlines()] if only else []
    if not any(line and line[0] in marked for line in wanted):
        return marked
    return {
        clip: kept
        for clip, frames in marked.items()
        if (kept := {at: points for at, points in frames.items() if {(clip,), (clip, str(at))} & set(wanted)})
    }


def label_side(frames: dict[int, Any]) -> Side:
    """The side of the leg that was marked in a clip."""
    return Side.LEFT if next(iter(frames.values()))["side"][0] == "L" else Side.RIGHT


def marked_angles(points: dict[str, Any]) -> tuple[float, float] | None:
    """Hip and knee flexion (deg) by the mean rater, as they appear in the image; None where a joint was not marked."""
    names = ("shoulder", "hip", "knee", "ankle")
    if not all(points[name] for name in names):
        return None
    shoulder, hip, knee, ankle = (np.mean(points[name], axis=0) for name in names)
    return 180 - float(_interior_deg(shoulder, hip, knee)), 180 - float(_interior_deg(hip, knee, ankle))


def compare_labels(clip: Path, frames: dict[int, Any], *, cache: Path | None = None) -> LabelResult:
    """Run the pipeline and the naive reading on a clip with joints marked in some frames."""
    side = label_side(frames)
    track, plain = landmarks(clip, cache=cache, side=side)
    session = judge_track(track, load_protocol())
    naive_hip, naive_knee = naive_angles(plain, side)
    result = LabelResult(clip.name, [], [], [], [], [])
    for frame, points in sorted(frames.items()):
        marked = marked_angles(points)
        if marked is None:
            continue
        marked_hip, marked_knee = marked
        angles, at_s = session.angles, points["t_s"][0]
        result.frames.append(frame)
        result.hip.append(_at(track.t_s, angles.hip_flexion_deg, at_s) - marked_hip if angles else np.nan)
        result.knee.append(_at(track.t_s, angles.knee_flexion_deg, at_s) - marked_knee if angles else np.nan)
        result.naive_hip.append(_at(track.t_s, naive_hip, at_s) - marked_hip)
        result.naive_knee.append(_at(track.t_s, naive_knee, at_s) - marked_knee)
    return result


def _at(t_s: FloatArray, values: FloatArray, at_s: float) -> float:
    """Values (T,) at a time between two frames; NaN beside one that has none."""
    return float(np.interp(at_s, t_s, values))


def _interior_deg(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    u, v = a - b, c - b
    cosine = (u * v).sum(-1) / (np.linalg.norm(u, axis=-1) * np.linalg.norm(v, axis=-1))
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def _errors(t_s: FloatArray, error: FloatArray, se: FloatArray | None, peaks_s: FloatArray) -> Errors:
    known = np.isfinite(error)
    if not known.any():
        return Errors(*[float("nan")] * 5)
    off = np.abs(error[known])
    at_peaks = [abs(error[np.abs(t_s - peak).argmin()]) for peak in peaks_s]
    covered = float((off <= Z_95 * se[known]).mean()) if se is not None else float("nan")
    return Errors(
        bias=float(error[known].mean()),
        mae=float(off.mean()),
        p95=float(np.percentile(off, 95)),
        peak=float(np.nanmean(at_peaks)) if np.isfinite(at_peaks).any() else float("nan"),
        covered=covered,
    )


def _timing(session: Session, true_reps: list[dict[str, float]]) -> dict[str, tuple[float, float]]:
    """Median and worst error of the events, where every repetition was found."""
    reps = [rep for rep in session.reps if rep.complete]
    if len(reps) != len(true_reps) or not reps:
        return {}
    events = {
        name: [abs(getattr(rep, name) - true[name]) for rep, true in zip(reps, true_reps, strict=True)]
        for name in ("start_s", "peak_s", "end_s")
    }
    return {name: (float(np.median(errors)), float(max(errors))) for name, errors in events.items()}


def _swapped(track: PoseTrack, usable: NDArray[np.bool_], session: Session, truth: Truth) -> int:
    """Usable frames in which the followed knee and ankle are nearer to the other leg's."""
    if session.side is None:
        return 0
    leg = LEGS[session.side]
    found = track.xy_px[:, [leg.knee, leg.ankle]]

    def places(of: Side) -> FloatArray:
        axes = [[truth.at(track.t_s, f"{of}_{joint}_{axis}") for axis in ("px", "py")] for joint in _JOINTS]
        return np.stack([np.stack(pair, axis=-1) for pair in axes], axis=1)

    own = np.linalg.norm(found - places(truth.side), axis=-1).sum(-1)
    other = np.linalg.norm(found - places(truth.side.other), axis=-1).sum(-1)
    return int((usable & (other < own)).sum())
