"""How a stored frame becomes the upright image that a viewer shows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from fractions import Fraction

    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter
    from numpy.typing import NDArray

    from formcheck.types import ImageBgr

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_SAR_TOLERANCE = 0.005
_ASPECT_TOLERANCE = 0.01


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a stored frame becomes the upright image: scale to square pixels, mirror, then turn.

    Parameters
    ----------
    coded_px : (w, h)
        Size of the decoded frame.
    square_px : (w, h)
        Its size with square pixels, before the turn.
    turn_deg : int
        Clockwise turn that makes it upright: 0, 90, 180 or 270.
    mirrored : bool
        Mirror left to right before the turn.
    """

    coded_px: tuple[int, int]
    square_px: tuple[int, int]
    turn_deg: int
    mirrored: bool

    @property
    def upright_px(self) -> tuple[int, int]:
        """Size (w, h) as a viewer shows it."""
        w, h = self.square_px
        return (h, w) if self.turn_deg in (90, 270) else (w, h)


def geometry_of(frame: VideoFrame, sample_aspect: Fraction | None) -> Geometry:
    """Geometry of a clip, from its first frame and its sample aspect ratio (width / height of a pixel)."""
    width = frame.width
    if sample_aspect and abs(float(sample_aspect) - 1) > _SAR_TOLERANCE:
        width = max(1, round(frame.width * sample_aspect))
    turn_deg, mirrored = _orientation(frame)
    return Geometry((frame.width, frame.height), (width, frame.height), turn_deg, mirrored)


def _orientation(frame: VideoFrame) -> tuple[int, bool]:
    """Clockwise turn to the nearest quarter, and whether to mirror before it.

    The display matrix (ISO/IEC 14496-12, tkhd) is rows a b u, c d v, x y w with x' = ax + cy and
    y' = bx + dy, y pointing down.
    """
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return 0, False
    a, b, _, c, d = np.frombuffer(bytes(matrix), dtype=np.int32)[:5].astype(np.float64)
    mirrored = bool(a * d - b * c < 0)
    sign = -1.0 if mirrored else 1.0
    turn = round(math.degrees(math.atan2(sign * b, sign * a)) / 90) % 4
    return turn * 90, mirrored


def shape_differs(frame: VideoFrame, geometry: Geometry) -> bool:
    """Whether a frame's ratio of width to height is not that of the clip's first one."""
    w, h = geometry.coded_px
    return abs(frame.width * h / (frame.height * w) - 1) > _ASPECT_TOLERANCE


def upright_bgr(frame: VideoFrame, reformatter: VideoReformatter, geometry: Geometry) -> ImageBgr:
    """Convert a decoded frame to (H, W, 3) uint8, upright and with square pixels."""
    w, h = geometry.square_px
    plain = reformatter.reformat(frame, w, h, "bgr24", threads=1).to_ndarray()
    image: NDArray[Any] = np.asarray(plain, dtype=np.uint8)
    if geometry.mirrored:
        image = cv2.flip(image, 1)
    if geometry.turn_deg:
        image = cv2.rotate(image, _TURNS[geometry.turn_deg])
    return image
