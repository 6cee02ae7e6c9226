"""Synthetic motion with known answers: a stick figure that lies on its back and glides, seen by a camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from formcheck.form.judge import judge_track
from formcheck.pose.landmarks import COUNT, LEGS
from formcheck.protocols.loader import load_protocol
from formcheck.types import ClipInfo, FloatArray, ImageBgr, ModelInfo, PoseTrack, Session, Side

# Metres; a person of about 1.75 m (Winter, Biomechanics, table 4.1). x to the feet, y to the left, z up.
TRUNK, THIGH, SHANK, FOOT = 0.50, 0.43, 0.43, 0.20
HALF_SHOULDERS, HALF_HIPS = 0.18, 0.09


@dataclass(frozen=True)
class Move:
    """One there-and-back of the knee: flexion in degrees, durations in seconds."""

    start_deg: float = 90.0
    peak_deg: float = 20.0
    extend_s: float = 1.8
    hold_s: float = 0.5
    return_s: float = 1.6
    rest_s: float = 0.7


def ease(x: FloatArray) -> FloatArray:
    """Minimum-jerk profile from 0 to 1."""
    x = np.clip(x, 0.0, 1.0)
    return x**3 * (10 - 15 * x + 6 * x**2)


def times(duration_s: float, *, fps: float = 30.0) -> FloatArray:
    return np.arange(int(duration_s * fps)) / fps


def events(moves: Sequence[Move], *, lead_s: float = 1.0) -> list[tuple[float, float, float, float]]:
    """Start, peak, end of hold and end of each move, in seconds."""
    result, now = [], lead_s
    for move in moves:
        peak = now + move.extend_s
        leave = peak + move.hold_s
        end = leave + move.return_s
        result.append((now, peak, leave, end))
        now = end + move.rest_s
    return result


def duration(moves: Sequence[Move], *, lead_s: float = 1.0) -> float:
    return lead_s + sum(m.extend_s + m.hold_s + m.return_s + m.rest_s for m in moves)


def knee_curve(t_s: FloatArray, moves: Sequence[Move], *, lead_s: float = 1.0) -> FloatArray:
    """Knee flexion (T,) deg at times (T,)."""
    first = moves[0].start_deg if moves else 90.0
    knee = np.full(len(t_s), first)
    for move, (start, peak, leave, end) in zip(moves, events(moves, lead_s=lead_s), strict=True):
        there = move.start_deg + (move.peak_deg - move.start_deg) * ease((t_s - start) / (peak - start))
        back = move.start_deg + (move.peak_deg - move.start_deg) * (1 - ease((t_s - leave) / (end - leave)))
        knee = np.where(t_s >= start, np.where(t_s < leave, there, back), knee)
    return knee


def track(
    t_s: FloatArray,
    knee_deg: FloatArray,
    hip_deg: FloatArray | float = 90.0,
    *,
    side: Side = Side.LEFT,
    camera_side: Side | None = None,
    azimuth_deg: float = 0.0,
    roll_deg: float = 0.0,
    trunk_tilt_deg: float = 0.0,
    noise_px: float = 0.0,
    scale_px_m: float = 300.0,
    size_px: tuple[int, int] = (960, 540),
    hidden: bool = True,
    seed: int = 1,
) -> PoseTrack:
    """Landmarks of a lying person whose ``side`` leg works, as a far camera sees them.

    ``camera_side`` is the side the camera stands on (default: the working leg's), ``azimuth_deg`` its turn
    towards the feet, ``roll_deg`` a turn of the image. ``trunk_tilt_deg`` raises the trunk (90: sitting).
    """
    joints = _joints(np.asarray(knee_deg, float), np.broadcast_to(hip_deg, t_s.shape), side, trunk_tilt_deg)
    view = camera_side or side
    xy = _project(joints, view, azimuth_deg)[..., :2] * scale_px_m
    turn = np.radians(roll_deg)
    xy = xy @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    xy = xy - xy.reshape(-1, 2).mean(axis=0) + np.array(size_px) / 2
    rng = np.random.default_rng(seed)
    xy = xy + rng.normal(0.0, noise_px, xy.shape) if noise_px else xy
    if hidden:
        xy[:, LEGS[side.other].below_hip] = np.nan
    return make_track(
        t_s,
        xy,
        world_m=_project(joints, view, azimuth_deg),
        side=side,
        size_px=size_px,
        hidden=hidden,
    )


def make_track(
    t_s: FloatArray,
    xy_px: FloatArray,
    *,
    world_m: FloatArray | None = None,
    side: Side | None = Side.LEFT,
    size_px: tuple[int, int] = (960, 540),
    hidden: bool = True,
    name: str = "synthetic.mp4",
) -> PoseTrack:
    """Wrap landmarks (T, 33, 2) px as a track."""
    count = len(t_s)
    length_s = float(t_s[-1]) if count else 0.0
    return PoseTrack(
        t_s=t_s,
        xy_px=xy_px,
        world_m=np.zeros((count, COUNT, 3)) if world_m is None else world_m,
        visibility=np.where(np.isfinite(xy_px[..., 0]), 0.95, np.nan),
        luma=np.full(count, 120.0),
        hidden=np.full(count, hidden),
        size_px=size_px,
        working_side=side,
        side_given=False,
        clip=ClipInfo(name, "0" * 64, size_px, length_s, 0, "h264", 30.0),
        model=ModelInfo("exact", "1" * 64, "synthetic"),
    )


def glide(
    moves: Sequence[Move], *, fps: float = 30.0, hip_deg: float = 90.0, lead_s: float = 1.0, **camera
) -> PoseTrack:
    """A whole set: the track of ``moves`` with rest before and after."""
    t_s = times(duration(moves, lead_s=lead_s) + 1.0, fps=fps)
    return track(t_s, knee_curve(t_s, moves, lead_s=lead_s), hip_deg, **camera)


def bent_rest(moves: Sequence[Move]) -> PoseTrack:
    """A whole set of the left leg while the right one stands bent on its foot; both are visible."""
    working = glide(moves, hidden=False)
    knee = np.full(len(working.t_s), 95.0)
    resting = track(working.t_s, knee, 50.0, side=Side.RIGHT, camera_side=Side.LEFT, hidden=False)
    xy = working.xy_px.copy()
    leg = LEGS[Side.RIGHT]
    xy[:, list(leg.all)] = resting.xy_px[:, list(leg.all)] + xy[:1, [leg.hip]] - resting.xy_px[:1, [leg.hip]]
    return make_track(working.t_s, xy)


def draw_legs(pose: PoseTrack, index: int) -> ImageBgr:
    """The image of a frame: both legs where the track has them, the left one in front, and a wall brighter than 200."""
    image = np.full((pose.size_px[1], pose.size_px[0], 3), 210, np.uint8)
    for side, colour in ((Side.RIGHT, (150, 60, 60)), (Side.LEFT, (60, 60, 150))):
        joints = np.round(pose.xy_px[index, list(LEGS[side].all[:3])]).astype(np.int32)
        cv2.polylines(image, [joints], isClosed=False, color=colour, thickness=30)
    return image


def session(pose: PoseTrack, protocol: str = "sciatic-glide", *, whole_set: bool = False) -> Session:
    """Judge a track by a built-in protocol."""
    return judge_track(pose, load_protocol(protocol), whole_set=whole_set)


def _joints(knee_deg: FloatArray, hip_deg: FloatArray, side: Side, tilt_deg: float) -> FloatArray:
    """Joints (T, 33, 3) m: trunk on the floor, working leg at the given angles, the other one straight."""
    count = len(knee_deg)
    tilt = np.radians(tilt_deg)
    up_trunk = np.array([-np.cos(tilt), 0.0, np.sin(tilt)])
    square = np.array([np.sin(tilt), 0.0, np.cos(tilt)])
    left = np.array([0.0, 1.0, 0.0])
    joints = np.zeros((count, COUNT, 3))

    def put(row: int, place: FloatArray) -> None:
        joints[:, row] = place

    neck = TRUNK * up_trunk
    for row in range(11):  # the face: ears at the head, nose in front of them
        put(row, neck + 0.2 * up_trunk + (0.12 if row == 0 else 0.02) * square)
    for row, sign in ((11, 1), (12, -1)):
        put(row, neck + sign * HALF_SHOULDERS * left)
    for sign, name in ((1, Side.LEFT), (-1, Side.RIGHT)):
        works = name is side
        hip = sign * HALF_HIPS * left
        thigh_deg = hip_deg if works else np.zeros(count)
        shank_deg = thigh_deg - (knee_deg if works else np.zeros(count))
        thigh, shank = _direction(thigh_deg), _direction(shank_deg)
        foot = _direction(shank_deg + 90.0)
        leg = LEGS[name]
        knee = hip + THIGH * thigh
        ankle = knee + SHANK * shank
        put(leg.hip, np.broadcast_to(hip, knee.shape))
        put(leg.knee, knee)
        put(leg.ankle, ankle)
        put(leg.heel, ankle - 0.05 * foot)
        put(leg.toe, ankle + FOOT * foot)
        hand = hip + 0.8 * THIGH * _direction(hip_deg) if works else -hip + 0.8 * THIGH * _direction(hip_deg)
        rows = (13, 15, 17, 19, 21) if name is Side.LEFT else (14, 16, 18, 20, 22)
        put(rows[0], (neck + hand) / 2)
        for row in rows[1:]:
            put(row, hand)
    return joints


def _direction(angle_deg: FloatArray) -> FloatArray:
    """Unit vectors (T, 3) in the sagittal plane: 0 towards the feet, 90 up."""
    angle = np.radians(angle_deg)
    return np.stack([np.cos(angle), np.zeros_like(angle), np.sin(angle)], axis=-1)


def _project(joints: FloatArray, camera_side: Side, azimuth_deg: float) -> FloatArray:
    """To camera axes (T, 33, 3): x right, y down, z away; a camera far off at hip height."""
    azimuth = np.radians(azimuth_deg)
    sign = 1.0 if camera_side is Side.LEFT else -1.0
    to_camera = np.array([np.sin(azimuth), sign * np.cos(azimuth), 0.0])
    right = np.cross(-to_camera, [0.0, 0.0, 1.0])
    return np.stack([joints @ right, -joints[..., 2], -(joints @ to_camera)], axis=-1)
