"""Values that pass between the rooms.

Conventions: points are (x, y) in pixels with y pointing down, sizes are (w, h), images are
(H, W, 3) BGR uint8. Left and right are the subject's. Angles are neutral-zero (0 = straight,
flexion positive). Intervals are [start, end). Times are seconds on the clip's own clock.
Missing is NaN. Every array held by a value here is read-only.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.message import Message

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ImageBgr = NDArray[np.uint8]
ProtocolKind = Literal["practice", "assessment"]
MarkedJoint = Literal["hip", "knee"]
# Why a kept calibration by hand is not used in a clip.
Refusal = Literal["network", "far_side", "view"]


SIDE_UNDECIDED = "quality.side_undecided"
"""Key of the reason that says that the working side is undecided."""

SECOND_PERSON = "warning.second_person"
"""Key of a track's warning that somebody else is in the picture."""

TOO_SLOW = "warning.too_slow"
"""Key of a live track's warning that the machine was too slow to look at every frame."""


class Side(StrEnum):
    """The subject's side."""

    LEFT = "left"
    RIGHT = "right"

    @property
    def other(self) -> Side:
        return Side.RIGHT if self is Side.LEFT else Side.LEFT


class Phase(StrEnum):
    """What the knee does at an instant. ``UNKNOWN`` where the angle could not be measured."""

    REST = "rest"
    EXTENDING = "extending"
    HOLDING = "holding"
    RETURNING = "returning"
    UNKNOWN = "unknown"


class Status(StrEnum):
    """How a complete repetition was done, by all rules that count."""

    MET = "met"
    NOT_MET = "not_met"
    UNDECIDED = "undecided"


class Verdict(StrEnum):
    """The answer of a rule.

    ``BORDERLINE``: neither met nor not met with enough probability. ``INFORMATION``: said, and not judged, because it
    was not asked for (a whole set, where a clip may show a part of one).
    """

    MET = "MET"
    NOT_MET = "NOT_MET"
    BORDERLINE = "BORDERLINE"
    NOT_ASSESSABLE = "NOT_ASSESSABLE"
    INFORMATION = "INFORMATION"


def freeze(array: Any, dtype: Any = np.float64) -> NDArray[Any]:
    """Return a read-only copy of ``array`` as ``dtype``."""
    frozen = np.array(array, dtype=dtype)
    frozen.setflags(write=False)
    return frozen


class _FrozenArrays:
    """Makes every ndarray field of a dataclass read-only on construction."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray) and value.flags.writeable:
                object.__setattr__(self, field.name, freeze(value, value.dtype))


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of a source, upright as a viewer shows it.

    Parameters
    ----------
    index : int
        Position in the source, counted from 0 at the source's first frame.
    t_s : float
        Presentation time, strictly increasing within a source.
    image_bgr : (H, W, 3) uint8
    """

    index: int
    t_s: float
    image_bgr: ImageBgr


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """What a clip is. ``sha256`` is of the file's bytes, ``duration_s`` the real length of what can be read.

    ``speed`` is that of playing the file against reality: below 1 in slow motion, NaN where it changes on the way.
    ``nominal_fps`` is of real seconds.
    """

    name: str
    sha256: str
    size_px: tuple[int, int]
    duration_s: float
    rotation_deg: int
    codec: str
    nominal_fps: float
    speed: float = 1.0

    @property
    def speed_to_read_with(self) -> float | None:
        """What to open the clip with again, to get the same times; None: what the file itself says."""
        return self.speed if math.isfinite(self.speed) else None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The landmark model that made a track."""

    name: str
    sha256: str
    engine: str


@dataclass(frozen=True, slots=True)
class PoseTrack(_FrozenArrays):
    """Where the joints of one person are, frame by frame: the seam between vision and judgement.

    Points are in the order of MediaPipe's 33 landmarks, with the labels of the legs corrected: the working leg has one
    side's indices for the whole clip. A frame in which nobody was found is NaN; no frame is dropped.

    Parameters
    ----------
    t_s : (T,) float
        Strictly increasing presentation times.
    xy_px : (T, 33, 2) float
        Image points.
    world_m : (T, 33, 3) float
        The model's own metric guess, origin between the hips.
    visibility : (T, 33) float
        The model's visibility score, 0 to 1. It does NOT drop when legs are confused.
    luma : (T,) float
        Mean brightness of the frame, 0 to 255.
    hidden : (T,) bool
        True where the resting leg was painted out before inference, so that its points are NaN.
    size_px : (w, h)
    working_side : Side or None
        Side of the leg that works; None when none was found.
    side_given : bool
        True when the user named the side.
    clip, model
        Fingerprints of the clip and of the landmark model.
    warnings : tuple of Message
        What was lost on the way from file to track.
    shot : (T,) int or None
        Number of the shot a frame belongs to, growing from 0 at every cut; None for one shot.
    """

    t_s: FloatArray
    xy_px: FloatArray
    world_m: FloatArray
    visibility: FloatArray
    luma: FloatArray
    hidden: BoolArray
    size_px: tuple[int, int]
    working_side: Side | None
    side_given: bool
    clip: ClipInfo
    model: ModelInfo
    warnings: tuple[Message, ...] = ()
    shot: NDArray[np.int64] | None = None


@dataclass(frozen=True, slots=True)
class View:
    """How the camera saw the person. NaN or None where it could not be told.

    Parameters
    ----------
    lying : bool or None
        The trunk lies along the floor, face up. None = cannot tell.
    trunk_from_floor_deg : float
        Angle between the trunk's long axis and the floor; 0 = flat, 90 = upright.
    roll_deg : float
        Quarter turn of the frame that puts the floor at the bottom: 0, 90, 180 or 270.
    azimuth_deg : float
        How far the camera is turned off square to the person's side, positive towards the feet.
    elevation_deg : float
        How far the camera looks down on the person, positive from above.
    jitter_deg : float
        Jitter of the thigh's angle (RMS): more than a held thigh moves when its points wander between the legs.
    near_side : Side or None
        The person's side that faces the camera.
    """

    lying: bool | None
    trunk_from_floor_deg: float
    roll_deg: float
    azimuth_deg: float
    elevation_deg: float = math.nan
    jitter_deg: float = math.nan
    near_side: Side | None = None


@dataclass(frozen=True, slots=True)
class LegAngles(_FrozenArrays):
    """How the working leg is bent, frame by frame.

    Parameters
    ----------
    t_s, hip_flexion_deg, knee_flexion_deg, ankle_dorsiflexion_deg, foot_from_vertical_deg : (T,) float
        Angles as defined in docs/method.md; NaN = not measurable.
    hip_se_deg, knee_se_deg : (T,) float
        Standard error of hip and knee.
    hand_distance_thighs : (T,) float
        Distance of the nearer hand from the thigh's axis in thigh lengths; NaN = not seen.
    usable : (T,) bool
        Hip and knee can both be trusted to their standard error.
    side : Side
    view : View
    """

    t_s: FloatArray
    hip_flexion_deg: FloatArray
    knee_flexion_deg: FloatArray
    ankle_dorsiflexion_deg: FloatArray
    foot_from_vertical_deg: FloatArray
    hip_se_deg: FloatArray
    knee_se_deg: FloatArray
    hand_distance_thighs: FloatArray
    usable: BoolArray
    side: Side
    view: View


@dataclass(frozen=True, slots=True)
class MeasuredMark:
    """An angle that a person measured on a frame with a goniometer, beside what formcheck measured there.

    Parameters
    ----------
    joint : {"hip", "knee"}
    frame : int
        The same number for marks on the same frame.
    difference_deg : float
        The person's angle less formcheck's, which is the one before any calibration by hand.
    hip_deg, knee_deg : float
        Formcheck's flexion on that frame.
    se_deg : float
        The smallest standard error of the joint in that clip.
    """

    joint: MarkedJoint
    frame: int
    difference_deg: float
    hip_deg: float
    knee_deg: float
    se_deg: float


@dataclass(frozen=True, slots=True)
class KeptCalibration:
    """A calibration by hand that is kept for a leg of a person, with the view in which it was made.

    Parameters
    ----------
    made_at : str
        ISO 8601, with the offset from UTC.
    raters : str
        Codes of those who measured.
    side : Side
    network : str
        Fingerprint of the landmark network and of its calibration (`angles.calibration.fingerprint`).
    azimuth_deg, elevation_deg : float
        Of the view.
    leg_near : bool
        The leg was the one nearer to the camera.
    rater_sd_deg : float
        How far a mark scatters.
    marks : tuple of MeasuredMark
    clip_sha256 : str or None
        Of the marked clip; None where it is not known, or was filmed live.
    """

    made_at: str
    raters: str
    side: Side
    network: str
    azimuth_deg: float
    elevation_deg: float
    leg_near: bool
    rater_sd_deg: float
    marks: tuple[MeasuredMark, ...]
    clip_sha256: str | None = None

    @property
    def frames(self) -> int:
        """How many frames were marked."""
        return len({mark.frame for mark in self.marks})


@dataclass(frozen=True, slots=True)
class CalibrationUse:
    """What became of a person's kept calibrations in a session; ``refusal`` None = its angles are shifted by them.

    ``kept`` is the newest that is used, ``others`` are the older ones that are used with it, the newest first.
    """

    kept: KeptCalibration
    refusal: Refusal | None = None
    others: tuple[KeptCalibration, ...] = ()

    @property
    def together(self) -> tuple[KeptCalibration, ...]:
        """All of them, the newest first."""
        return (self.kept, *self.others)

    @property
    def frames(self) -> int:
        """How many frames were marked, in all of them."""
        return sum(one.frames for one in self.together)

    @property
    def used(self) -> bool:
        """Whether the angles are shifted by them."""
        return self.refusal is None


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one rule, for one repetition (``rep``) or for the whole set (``rep`` is None).

    A finding holds facts; its sentence is made from them when it is shown
    (`formcheck.text.findings.finding_sentence`).

    Parameters
    ----------
    rule : str
        Id of a row of ``form.rules.RULES``.
    rep : int or None
    verdict : Verdict
    observed, se : float or None
        The number looked at and its standard error, in ``unit``; None = no number.
    limit : (low, high)
        None for an open end.
    unit : str
    at_s : float or None
        Where to look in the clip.
    advisory : bool
        Worth a look, never counted against the set.
    variant : str
        Which reading of the rule is meant: the side on which a band was missed (``low``, ``high``), how the protocol
        wants the foot held, or that a ``whole`` set was meant. Empty: there is only one.
    reason : str or None
        Key of what is said instead of a comparison of numbers, such as why the rule could not be assessed.
    met_in : (int, int) or None
        For the whole set: in how many repetitions the rule is met, and of how many.
    text : str or None
        A sentence stored by an older formcheck, which did not keep what it is made of.
    """

    rule: str
    rep: int | None
    verdict: Verdict
    observed: float | None
    limit: tuple[float | None, float | None]
    unit: str
    at_s: float | None
    advisory: bool = False
    se: float | None = None
    variant: str = ""
    reason: str | None = None
    met_in: tuple[int, int] | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Rep:
    """One there-and-back of the knee.

    ``complete`` is False when the clip's start or end, or a gap in what could be measured, cuts it; such a repetition
    is not counted.
    ``partial`` marks a small one (well below the set's median); it is counted.
    ``hold_s`` is the time near the peak between extending and returning. ``hip_flexion_start_deg`` and
    ``hip_flexion_peak_deg`` say where the thigh is when the knee begins to straighten, and at its straightest. Angles
    in degrees of flexion; NaN where not measurable.
    """

    index: int
    start_s: float
    peak_s: float
    end_s: float
    complete: bool
    partial: bool
    knee_flexion_start_deg: float
    knee_flexion_peak_deg: float
    knee_se_deg: float
    hip_flexion_mean_deg: float
    hip_flexion_min_deg: float
    hip_flexion_max_deg: float
    hip_se_deg: float
    extend_s: float
    hold_s: float
    return_s: float
    peak_speed_deg_s: float
    # Missing from results of formcheck 0.1.
    hip_flexion_start_deg: float = math.nan
    hip_flexion_peak_deg: float = math.nan

    @property
    def excursion_deg(self) -> float:
        """Knee movement from start to peak, degrees."""
        return self.knee_flexion_start_deg - self.knee_flexion_peak_deg


@dataclass(frozen=True, slots=True)
class Quality:
    """What could be measured. ``reasons`` say what is missing, worst first, each with its remedy."""

    usable_fraction: float
    reasons: tuple[Message, ...]

    @property
    def measured(self) -> bool:
        """Whether hip and knee were measured at all."""
        return self.usable_fraction > 0


def told_side(side: Side | None, quality: Quality, *, given: bool) -> Side | None:
    """Return the working leg if it can be told, else None.

    A leg that a person named stays. Without a name, the leg that was followed is a guess until it was measured: nobody
    lies there, say, and there is no working leg.
    """
    return side if given or quality.measured else None


@dataclass(frozen=True, slots=True)
class Session:
    """One judged set. ``angles`` is None when no leg could be measured.

    ``side`` is the working leg as of `told_side`.
    ``protocol_kind`` is ``practice`` or ``assessment``. ``phases`` has one entry per frame of the track;
    ``findings`` are those of the set first, then those of each repetition.
    ``rep_of_frame`` (T,) int is the index of the
    repetition a frame belongs to, 0 for none. ``kept_calibration`` is what became of the person's calibration by hand,
    None where there is none for this leg.
    """

    clip: ClipInfo
    model: ModelInfo
    protocol_id: str
    protocol_version: str
    protocol_name: str
    protocol_sha256: str
    side: Side | None
    side_given: bool
    angles: LegAngles | None
    view: View
    phases: tuple[Phase, ...]
    rep_of_frame: NDArray[np.int64]
    reps: tuple[Rep, ...]
    findings: tuple[Finding, ...]
    quality: Quality
    protocol_kind: ProtocolKind = "practice"
    kept_calibration: CalibrationUse | None = None

    def __post_init__(self) -> None:
        ordered = sorted(self.findings, key=lambda finding: (finding.rep is not None, finding.rep or 0))
        object.__setattr__(self, "findings", tuple(ordered))

    @property
    def rep_count(self) -> int:
        """Complete repetitions, partial ones included."""
        return sum(rep.complete for rep in self.reps)

    @property
    def side_decided(self) -> bool:
        """False where no leg can be named, or the landmarker alone says that the further leg works.

        It takes one leg for the other at times.
        """
        return self.side is not None and all(reason.key != SIDE_UNDECIDED for reason in self.quality.reasons)

    def findings_of(self, rep: int | None) -> tuple[Finding, ...]:
        """Findings of one repetition, or of the whole set for None."""
        return tuple(f for f in self.findings if f.rep == rep)
