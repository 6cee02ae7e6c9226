"""Calibrates the angles of one clip by frames that a person measured with a goniometer.

What is left of the error is mostly the same in all frames of a clip in which the thigh is held alike, or changes evenly
with the knee's angle, so a few frames measured by hand tell most of it. How much of it is believed follows from how far
marks scatter, and from how large the error was to be expected (docs/method.md, "Calibrated by hand").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.angles.between_days import unexpected_scatter_deg2
from formcheck.angles.image_angles import hip_in_leg_plane_deg, view_sd_deg
from formcheck.types import FloatArray, LegAngles, MarkedJoint, MeasuredMark

# By how much an angle from points set on a video frame scatters about the true one. Two raters of our own frames
# differ by 2.2 degrees on average, which is 2.0 for each; in a published study with Kinovea, hips and knees that were
# measured again within a day varied by 3 to 8 degrees in 95 of 100 cases (Damsted et al., Int J Sports Phys Ther 2015).
RATER_SD_DEG = 2.0
# Marks are compared with the frame nearest to them, if that is within this time.
_NEAREST_S = 0.12
# The knee's angle from which its influence is counted, and how far that reaches.
_MIDDLE_DEG, _REACH_DEG = 45.0, 45.0
# Frames in which the thigh is lifted by so much more or less have little of their error in common.
_THIGH_DEG = 20.0
# A mark that is so many standard deviations away shows that formcheck lost the leg in that frame.
_LOST = 4.0


@dataclass(frozen=True, slots=True)
class ErrorShares:
    """What an angle's squared standard error consists of: alike in all frames, growing with the knee, scatter."""

    constant: float
    with_knee: float
    scatter: float


# Set by the spread within rendered clips, not fitted: twice or half of them make little difference (docs/method.md).
_SHARES: dict[MarkedJoint, ErrorShares] = {
    "hip": ErrorShares(0.9, 0.2, 0.15),
    "knee": ErrorShares(0.6, 0.5, 0.35),
}


@dataclass(frozen=True, slots=True)
class HandMark:
    """One angle (deg of flexion) measured by hand on the frame at ``t_s``, as the image shows it."""

    t_s: float
    joint: MarkedJoint
    marked_deg: float


@dataclass(frozen=True, slots=True)
class MarkedClip:
    """The marks of one clip.

    Parameters
    ----------
    marks : sequence of MeasuredMark
    rater_sd_deg : float
        How far a mark scatters.
    azimuth_deg, elevation_deg : float
        The view in which they were made.
    in_common : float
        How much of its lasting error the clip that is calibrated has in common with this one: 1 for itself.
    """

    marks: Sequence[MeasuredMark]
    rater_sd_deg: float
    azimuth_deg: float
    elevation_deg: float
    in_common: float = 1.0


@dataclass(frozen=True, slots=True)
class JointShift:
    """What is added to one angle of a clip.

    Parameters
    ----------
    joint : {"hip", "knee"}
    frames : int
        How many frames were marked.
    shift_deg, se_deg : (T,) float
        What is added, and the standard error that is left; NaN where the angle is not known.
    bent_deg, straight_deg : float
        What is added where the knee is bent most, and where it is straightest.
    """

    joint: MarkedJoint
    frames: int
    shift_deg: FloatArray
    se_deg: FloatArray
    bent_deg: float
    straight_deg: float


def row_at(angles: LegAngles, t_s: float) -> int | None:
    """Return the frame that a mark at a time is compared with; None if there is none, or nothing was measured in it."""
    row = int(np.argmin(np.abs(angles.t_s - t_s)))
    near = abs(angles.t_s[row] - t_s) <= _NEAREST_S
    return row if near and angles.usable[row] else None


def usable_marks(angles: LegAngles, marks: Sequence[HandMark]) -> list[tuple[HandMark, int]]:
    """Return the marks that can calibrate, each with its frame.

    Left out are those where formcheck measured nothing, and those so far from it that it lost the leg.
    """
    found = []
    for mark in marks:
        row = row_at(angles, mark.t_s)
        if row is None:
            continue
        value_deg, se_deg = (float(values[row]) for values in _values(angles, mark.joint))
        view_deg = view_sd_deg(mark.joint, angles.view.azimuth_deg, angles.view.elevation_deg)
        if abs(marked_in_plane_deg(angles, mark) - value_deg) <= _LOST * math.hypot(se_deg, RATER_SD_DEG, view_deg):
            found.append((mark, row))
    return found


def marked_in_plane_deg(angles: LegAngles, mark: HandMark) -> float:
    """Return a mark as what it is in the plane of the leg, to be compared with the angles."""
    if mark.joint == "knee":
        return mark.marked_deg
    return hip_in_leg_plane_deg(mark.marked_deg, angles.view, near=angles.side is angles.view.near_side)


def measured_marks(angles: LegAngles, marks: Sequence[HandMark]) -> list[MeasuredMark]:
    """Return the usable marks beside what was measured on their frames."""
    found = []
    for mark, row in usable_marks(angles, marks):
        value_deg, se_deg = _values(angles, mark.joint)
        found.append(
            MeasuredMark(
                joint=mark.joint,
                frame=row,
                difference_deg=marked_in_plane_deg(angles, mark) - float(value_deg[row]),
                hip_deg=float(angles.hip_flexion_deg[row]),
                knee_deg=float(angles.knee_flexion_deg[row]),
                se_deg=float(np.nanmin(se_deg)),
            )
        )
    return found


def find_shifts(
    angles: LegAngles,
    marks: Sequence[HandMark],
    *,
    rater_sd_deg: float = RATER_SD_DEG,
    shot: NDArray[np.int64] | None = None,
) -> tuple[JointShift, ...]:
    """Return how hip and knee are to be shifted by marks on the same clip, as far as they have usable ones.

    Parameters
    ----------
    angles : LegAngles
        Not calibrated by hand.
    marks : sequence of HandMark
        Made without seeing the angles (blind).
    rater_sd_deg : float
        How far a mark scatters.
    shot : (T,) int, optional
        Number of the shot of each frame: the camera may stand elsewhere after a cut, so marks tell nothing of others.
    """
    view = angles.view
    own = MarkedClip(measured_marks(angles, marks), rater_sd_deg, view.azimuth_deg, view.elevation_deg)
    return shifts_by(angles, [own], shot=shot)


def shifts_by(
    angles: LegAngles,
    clips: Sequence[MarkedClip],
    *,
    among: FloatArray | None = None,
    shot: NDArray[np.int64] | None = None,
) -> tuple[JointShift, ...]:
    """Return how hip and knee are to be shifted by marks on this or on other clips.

    The shift is the one expected from the marks (best linear prediction: Henderson, Biometrics 1975;31:423): each
    counts by the inverse of its variance, with what it has in common with the others. Few or uncertain marks leave the
    shift nearer to zero, and marks at one angle of the knee, or with the thigh elsewhere, tell less of other frames.
    What clips differ among each other beyond what was to be expected widens the error that is left
    (`between_days.unexpected_scatter_deg2`): the clip that is calibrated will differ from them as much.

    Parameters
    ----------
    angles : LegAngles
        Not calibrated by hand.
    clips : sequence of MarkedClip
    among : (K, K) float, optional
        How much of their lasting errors the marked clips have in common with each other, 1 on the diagonal. Not needed
        for one.
    shot : (T,) int, optional
        Where the clip itself is the one that is marked, see `find_shifts`.
    """
    among = np.eye(len(clips)) if among is None else among
    return tuple(
        _find_shift(angles, joint, mine, among, shot) for joint in _SHARES if (mine := _marks_of(joint, clips)).marks
    )


@dataclass(frozen=True, slots=True)
class _Marks:
    """The marks of one joint, and of each the number of its clip, its scatter, its view's error and share, all (M,)."""

    marks: Sequence[MeasuredMark]
    clip: NDArray[np.int64]
    rater_sd_deg: FloatArray
    view_sd_deg: FloatArray
    in_common: FloatArray


def _marks_of(joint: MarkedJoint, clips: Sequence[MarkedClip]) -> _Marks:
    found = [(mark, number) for number, clip in enumerate(clips) for mark in clip.marks if mark.joint == joint]
    of_clip = np.array([number for _, number in found], np.int64)
    return _Marks(
        [mark for mark, _ in found],
        of_clip,
        np.array([clips[number].rater_sd_deg for number in of_clip]),
        np.array([view_sd_deg(joint, clips[number].azimuth_deg, clips[number].elevation_deg) for number in of_clip]),
        np.array([clips[number].in_common for number in of_clip]),
    )


def shift_angles(angles: LegAngles, shifts: Sequence[JointShift]) -> LegAngles:
    """Return the angles with the shifts added, and the standard errors that are left."""
    for shift in shifts:
        value_deg = np.maximum(_values(angles, shift.joint)[0] + shift.shift_deg, 0.0)
        if shift.joint == "hip":
            angles = replace(angles, hip_flexion_deg=value_deg, hip_se_deg=shift.se_deg)
        else:
            angles = replace(angles, knee_flexion_deg=value_deg, knee_se_deg=shift.se_deg)
    return angles


def _find_shift(
    angles: LegAngles,
    joint: MarkedJoint,
    given: _Marks,
    among: FloatArray,
    shot: NDArray[np.int64] | None,
) -> JointShift:
    _, se_deg = _values(angles, joint)
    shares = _SHARES[joint]
    hip_deg, knee_deg, marked_se_deg, difference_deg = np.array(
        [(mark.hip_deg, mark.knee_deg, mark.se_deg, mark.difference_deg) for mark in given.marks]
    ).T
    frames = np.array([mark.frame for mark in given.marks])
    shots = (None, None) if shot is None else (shot, shot[frames])
    # Bridged gaps have larger errors of their own, which marks elsewhere do not tell.
    clip_se_deg = float(np.nanmin(se_deg))
    of_clip = _Errors(angles.hip_flexion_deg, angles.knee_flexion_deg, np.full(len(se_deg), clip_se_deg), shots[0])
    of_marks = _Errors(hip_deg, knee_deg, marked_se_deg, shots[1])
    common = given.in_common * of_clip.shared_with(of_marks, shares)
    same_clip = given.clip[:, None] == given.clip
    noise = shares.scatter * np.outer(marked_se_deg, marked_se_deg) * (same_clip & (frames[:, None] == frames))
    shared = among[np.ix_(given.clip, given.clip)] * of_marks.shared_with(of_marks, shares)
    # What the view does to a mark it does to all of a clip, and to those of other days from a view that is alike.
    view = np.outer(given.view_sd_deg, given.view_sd_deg)
    marked = shared + noise + view + np.diag(given.rater_sd_deg**2)
    unexpected = unexpected_scatter_deg2(difference_deg, marked, np.unique(given.clip, return_inverse=True)[1])
    marked = marked + unexpected * same_clip
    weights = np.linalg.solve(marked, common.T).T
    shift_deg = weights @ difference_deg
    known_deg2 = (weights * common).sum(axis=1)
    # What no mark tells of stays as uncertain as it was.
    own = clip_se_deg**2 * (shares.constant + shares.with_knee * of_clip.reach**2 + shares.scatter)
    left_deg2 = np.maximum(own, clip_se_deg**2) + unexpected - known_deg2 + se_deg**2 - clip_se_deg**2
    measured = np.flatnonzero(angles.usable)
    usable_knee_deg = angles.knee_flexion_deg[measured]
    return JointShift(
        joint=joint,
        frames=len(set(zip(given.clip.tolist(), frames.tolist(), strict=True))),
        shift_deg=shift_deg,
        # Never wider than before: what the marks show is only ever more than was known.
        se_deg=np.minimum(se_deg, np.sqrt(left_deg2)),
        bent_deg=float(shift_deg[measured[np.argmax(usable_knee_deg)]]),
        straight_deg=float(shift_deg[measured[np.argmin(usable_knee_deg)]]),
    )


@dataclass(frozen=True, slots=True)
class _Errors:
    """What the errors of some frames depend on: hip, knee and standard error (N,) deg, and the shot (N,), if known."""

    hip_deg: FloatArray
    knee_deg: FloatArray
    se_deg: FloatArray
    shot: NDArray[np.int64] | None

    @property
    def reach(self) -> FloatArray:
        """How far the knee is from the middle of its way, from -1 (straight) to 1."""
        return np.asarray((self.knee_deg - _MIDDLE_DEG) / _REACH_DEG)

    def shared_with(self, other: _Errors, shares: ErrorShares) -> FloatArray:
        """Return the covariance (N, M) deg2 of their lasting errors: less, the less alike the thigh is lifted."""
        apart = (self.hip_deg[:, None] - other.hip_deg) / _THIGH_DEG
        alike = np.exp(-(apart**2) / 2)
        if self.shot is not None and other.shot is not None:
            alike = alike * (self.shot[:, None] == other.shot)
        lasting = shares.constant + shares.with_knee * self.reach[:, None] * other.reach
        return np.asarray(np.outer(self.se_deg, other.se_deg) * alike * lasting)


def _values(angles: LegAngles, joint: MarkedJoint) -> tuple[FloatArray, FloatArray]:
    if joint == "hip":
        return angles.hip_flexion_deg, angles.hip_se_deg
    return angles.knee_flexion_deg, angles.knee_se_deg
