"""Removing a leg that keeps still from the image, when only its rough place is known.

A bent resting leg is so close to the working one that no outline drawn from landmarks parts them. But it keeps still:
a median over frames in which the working leg is well away shows how it looks. Of a frame, only those pixels near its
place that look so are replaced, by the background around it (a clean plate, as film makers call it). The working leg
looks different and remains where it passes in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.types import FloatArray, ImageBgr

# Long side of the images that plates are made from. The landmarker sees a person in 256 px.
_IMAGE_PX = 320
# A large image is first thinned to no less than this: a fraction of the work.
_THINNED_PX = 640
# More images than this do not make the median any clearer.
_ENOUGH_IMAGES = 15
# Widths in trunk lengths of the region around thigh, shank and foot: the limb with its clothes and shadow, and an error
# of the landmarks by half a limb. The background is taken from beyond.
_LEG_WIDTHS = (0.62, 0.57, 0.48)
_MARGIN = 0.1
# Width of the working thigh, which keeps still as well and must stay.
_THIGH_WIDTH = 0.3
# A pixel looks like the resting leg when no channel differs by more than this many grey levels, or this many times the
# usual noise; a shadow may darken it to this share. Blur (SD in px) takes off the noise of single pixels.
_ALIKE_GREY = 14.0
_ALIKE_NOISE = 4.0
_SHADOW = 0.6
_BRIGHTER = 1.1
_BLUR_PX = 1.5
_INPAINT_RADIUS_PX = 5
# Shifts of the camera, as a share of the image's long side: less is the moving leg's doing, more is another view.
_MIN_SHIFT = 0.002
_MAX_SHIFT = 0.15
# Moved back by the shift, an image must differ this much less from the reference than as it is.
_BETTER = 0.9


def shrink_image(image_bgr: ImageBgr) -> ImageBgr:
    """A copy of an image, small enough to keep many."""
    scale = min(1.0, _IMAGE_PX / max(image_bgr.shape[:2]))
    size = (max(1, round(image_bgr.shape[1] * scale)), max(1, round(image_bgr.shape[0] * scale)))
    step = max(1, max(image_bgr.shape[:2]) // _THINNED_PX)
    thinned = np.ascontiguousarray(image_bgr[::step, ::step])
    return np.asarray(cv2.resize(thinned, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


@dataclass(frozen=True, slots=True)
class CleanPlate:
    """How a resting leg looks, and what is behind it, within a box of the image.

    Parameters
    ----------
    reference : (H, W) float32
        The whole image in grey, to which frames are registered.
    corner : (x, y)
        Of the box, px of the image.
    leg : (h, w, 3) float32
        The leg, blurred.
    region : (h, w) uint8
        Not 0 where the leg may be.
    background : (h, w, 3) uint8
    tolerance : float
        Grey levels by which a pixel of the leg may differ.
    """

    reference: NDArray[np.float32]
    corner: tuple[int, int]
    leg: NDArray[np.float32]
    region: ImageBgr
    background: ImageBgr
    tolerance: float

    def hide(self, image_bgr: ImageBgr) -> ImageBgr:
        """A copy of an image (H, W, 3), of the clip's size, without the resting leg."""
        image = shrink_image(image_bgr)
        shift = _shift(self.reference, _grey(image))
        size = self.region.shape[::-1]
        to_box = np.array([[1.0, 0.0, self.corner[0] + shift[0]], [0.0, 1.0, self.corner[1] + shift[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        in_box = np.asarray(cv2.warpAffine(image, to_box, size, flags=flags, borderMode=cv2.BORDER_REPLICATE), np.uint8)
        return self._paint(image_bgr, self._shows_leg(in_box), to_box[:, 2], image_bgr.shape[1] / image.shape[1])

    def _shows_leg(self, in_box: ImageBgr) -> ImageBgr:
        """255 where the box (h, w, 3) of an image shows the resting leg, perhaps in shadow."""
        seen = cv2.GaussianBlur(in_box, (0, 0), _BLUR_PX).astype(np.float32)
        energy = np.maximum((self.leg * self.leg).sum(axis=2), 1.0)
        gain = np.clip((seen * self.leg).sum(axis=2) / energy, _SHADOW, _BRIGHTER)
        apart = np.abs(seen - gain[..., None] * self.leg).max(axis=2)
        alike = np.where((self.region > 0) & (apart < self.tolerance), 255, 0).astype(np.uint8)
        return np.asarray(cv2.morphologyEx(alike, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), dtype=np.uint8)

    def _paint(self, image_bgr: ImageBgr, mask: ImageBgr, corner: FloatArray, scale: float) -> ImageBgr:
        """Copy the background into an image where the mask, whose corner is given in px of the image, says so."""
        painted = image_bgr.copy()
        (height, width), (box_height, box_width) = image_bgr.shape[:2], mask.shape
        left, top = np.clip(np.floor(corner * scale), 0, (width, height)).astype(int)
        right, bottom = np.clip(np.ceil((corner + (box_width, box_height)) * scale), 0, (width, height)).astype(int)
        if right <= left or bottom <= top:
            return painted
        centre = 0.5 * (scale - 1)  # pixels are counted at their middles
        to_image = np.array(
            [[scale, 0.0, corner[0] * scale + centre - left], [0.0, scale, corner[1] * scale + centre - top]]
        )
        size = (int(right - left), int(bottom - top))
        large_mask = cv2.warpAffine(mask, to_image, size, flags=cv2.INTER_LINEAR)
        background = cv2.warpAffine(self.background, to_image, size, borderMode=cv2.BORDER_REPLICATE)
        large_mask = cv2.threshold(large_mask, 127, 255, cv2.THRESH_BINARY)[1]
        cv2.copyTo(background, large_mask, painted[top:bottom, left:right])
        return painted


def make_plate(
    images: Sequence[ImageBgr], *, leg_px: FloatArray, working_thigh_px: FloatArray, trunk_px: float
) -> CleanPlate | None:
    """Make the plate of a resting leg.

    Parameters
    ----------
    images : sequence of (H, W, 3)
        From `shrink_image`, at least one, in which the working leg is away from the resting one, but for the thigh.
    leg_px : (4, 2) float
        Where the resting leg's thigh begins, its knee, ankle and toes; px of the image.
    working_thigh_px : (2, 2) float
        Ends of the working thigh.
    trunk_px : float
        Length of the trunk.

    Returns
    -------
    CleanPlate or None
        None when the leg is outside the image.
    """
    region = _region(images[0].shape[:2], leg_px, trunk_px, 0.0)
    around = _region(images[0].shape[:2], leg_px, trunk_px, _MARGIN)
    x, y, width, height = cv2.boundingRect(cv2.dilate(around, np.ones((9, 9), np.uint8)))
    # The working thigh is neither to be hidden nor, blurred, a part of the background.
    start, end = np.round(working_thigh_px).astype(int).tolist()
    cv2.line(region, start, end, 0, max(2, round(_THIGH_WIDTH * trunk_px)))
    cv2.line(around, start, end, 255, max(2, round((_THIGH_WIDTH + _MARGIN) * trunk_px)))
    if not region.any():
        return None
    box = (slice(y, y + height), slice(x, x + width))
    reference = _grey(images[0])
    stack = np.stack([_registered(image, reference)[box] for image in _spread_out(images)])
    median = np.median(stack, axis=0).astype(np.uint8)
    leg = cv2.GaussianBlur(median, (0, 0), _BLUR_PX).astype(np.float32)
    noise = float(np.median(np.abs(cv2.GaussianBlur(stack[0], (0, 0), _BLUR_PX) - leg).max(axis=2)))
    return CleanPlate(
        reference=reference,
        corner=(x, y),
        leg=leg,
        region=region[box].copy(),
        background=np.asarray(cv2.inpaint(median, around[box], _INPAINT_RADIUS_PX, cv2.INPAINT_TELEA), dtype=np.uint8),
        tolerance=max(_ALIKE_GREY, _ALIKE_NOISE * noise),
    )


def _region(shape: tuple[int, ...], leg_px: FloatArray, trunk_px: float, margin: float) -> ImageBgr:
    """255 within the widths of a leg, and a margin (trunk lengths), around its bones."""
    region = np.zeros(shape, np.uint8)
    joints = np.round(leg_px).astype(int)
    for start, end, width in zip(joints[:-1], joints[1:], _LEG_WIDTHS, strict=True):
        cv2.line(region, start.tolist(), end.tolist(), 255, max(2, round((width + margin) * trunk_px)))
    return region


def _spread_out(images: Sequence[ImageBgr]) -> list[ImageBgr]:
    """Evenly chosen ones, if there are more than enough."""
    chosen = np.unique(np.linspace(0, len(images) - 1, _ENOUGH_IMAGES).round().astype(int))
    return [images[i] for i in chosen]


def _grey(image: ImageBgr) -> NDArray[np.float32]:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), dtype=np.float32)


def _shift(reference: NDArray[np.float32], grey: NDArray[np.float32]) -> tuple[float, float]:
    """How far (x, y) px the camera's view has moved since the reference."""
    window = cv2.createHanningWindow(reference.shape[::-1], cv2.CV_32F)
    # Copies: it multiplies what it is given by the window in place.
    (x, y), _ = cv2.phaseCorrelate(reference.copy(), grey.copy(), window)
    share = float(np.hypot(x, y)) / max(reference.shape)
    if not _MIN_SHIFT <= share <= _MAX_SHIFT:
        return 0.0, 0.0
    # In a dark, noisy image the correlation's peak may be anywhere.
    moved = float(cv2.absdiff(_moved_back(grey, x, y), reference).mean())
    return (x, y) if moved < _BETTER * float(cv2.absdiff(grey, reference).mean()) else (0.0, 0.0)


def _registered(image: ImageBgr, reference: NDArray[np.float32]) -> ImageBgr:
    """An image moved to where the reference has its content."""
    x, y = _shift(reference, _grey(image))
    return image if x == y == 0.0 else np.asarray(_moved_back(image, x, y), dtype=np.uint8)


def _moved_back(image: NDArray[Any], x: float, y: float) -> NDArray[Any]:
    back = np.array([[1.0, 0.0, -x], [0.0, 1.0, -y]])
    return cv2.warpAffine(image, back, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
