"""Follow a point through a clip: optical flow from frame to frame, corrected by what a hand has set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from formcheck.types import FloatArray, Frame, ImageBgr

# Half a window that holds a joint but little of what is behind it, found from coarse to fine: of 2, 3.5 and 6 % the one
# that stayed nearest to the rendered joints of the sample clips (4 px on average over five repetitions at 540 lines).
_WINDOW_SHARE = 0.02
_LEVELS = 3
# Going there and back must end where it began; otherwise the point is hidden, or one of many that look alike.
_MOST_BACK_PX = 1.5


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a point was in each frame, (t_s, x, y); ``lost`` when it could not be followed to the end."""

    places: tuple[tuple[float, float, float], ...]
    lost: bool


def follow(frames: Iterable[Frame], point: tuple[float, float], until_s: float) -> Followed:
    """Follow a point from the first of the frames on, until a time or until it is lost.

    Parameters
    ----------
    frames : iterable of Frame
        In the order of time; the point is set on the first one.
    point : (x, y)
        Px of the frame.
    until_s : float
        The last frame is the one at or before it.
    """
    places: list[tuple[float, float, float]] = []
    before: ImageBgr | None = None
    at: FloatArray = np.array([point], np.float64)
    for frame in frames:
        if frame.t_s > until_s + 1e-6:
            break
        image = np.asarray(cv2.cvtColor(frame.image_bgr, cv2.COLOR_BGR2GRAY), np.uint8)
        if before is not None:
            moved = _step(before, image, at)
            if moved is None:
                return Followed(tuple(places), lost=True)
            at = moved
        places.append((round(frame.t_s, 4), round(float(at[0, 0]), 2), round(float(at[0, 1]), 2)))
        before = image
    return Followed(tuple(places), lost=False)


def _step(before: ImageBgr, after: ImageBgr, at: FloatArray) -> FloatArray | None:
    """Return where a point (1, 2) of one image is in the next; None when it cannot be told."""
    side = max(9, round(_WINDOW_SHARE * min(before.shape[:2]))) * 2 + 1
    there, found = _flow(before, after, at, side)
    back, found_back = _flow(after, before, there, side)
    height, width = after.shape[:2]
    inside = 0 <= there[0, 0] < width and 0 <= there[0, 1] < height
    sure = found and found_back and float(np.linalg.norm(back - at)) <= _MOST_BACK_PX
    return there if inside and sure else None


def _flow(before: ImageBgr, after: ImageBgr, at: FloatArray, side: int) -> tuple[FloatArray, bool]:
    start = np.asarray(at, np.float32)
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, start, np.empty_like(start), winSize=(side, side), maxLevel=_LEVELS
    )
    return np.asarray(there, np.float64), bool(np.asarray(found)[0, 0])


def through_mark(places: Sequence[tuple[float, float, float]], mark: tuple[float, float, float]) -> FloatArray:
    """Return places (N, 3) that end at a mark: what they are off there by is spread evenly over their time."""
    path = np.array(places, np.float64)
    share = (path[:, 0] - path[0, 0]) / max(mark[0] - path[0, 0], 1e-9)
    path[:, 1:] += share[:, None] * (np.array(mark[1:]) - path[-1, 1:])
    return path
