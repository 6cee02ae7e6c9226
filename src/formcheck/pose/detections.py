"""What the landmarker found in a clip's frames, as arrays, joined from segment to segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from formcheck.pose.landmarker import Detection, no_detection
from formcheck.pose.landmarks import HIPS, SHOULDERS
from formcheck.pose.segments import SegmentResult
from formcheck.types import FloatArray

# Over this long before the end of a segment its landmarks blend into the next one's ...
_BLEND_S = 0.4
# ... unless a point of theirs is further away than this (trunk lengths): one of them confused the legs.
_NEAR = 0.25


@dataclass(frozen=True, slots=True)
class FrameDetections:
    """What was found in one frame: in the plain image, and in the image with the resting leg hidden.

    None: the landmarker was not run on that image. ``change`` is the difference from the frame before (see
    `scene_cuts`).
    """

    t_s: float
    luma: float
    plain: Detection | None
    hidden: Detection | None
    change: float = 0.0


class ClipDetections(NamedTuple):
    """What was found in many frames, as arrays.

    ``t_s``, ``luma`` and ``change`` are (T,); the arrays of ``plain`` and ``hidden`` have a leading axis T, with NaN
    where nobody was found or the landmarker was not run. None: it was not run on any image of that kind.
    """

    t_s: FloatArray
    luma: FloatArray
    change: FloatArray
    plain: Detection | None
    hidden: Detection | None


def pack_detections(frames: Sequence[FrameDetections]) -> ClipDetections:
    """Put the detections of frames into arrays, which take a fraction of their memory."""
    return ClipDetections(
        np.array([frame.t_s for frame in frames]),
        np.array([frame.luma for frame in frames]),
        np.array([frame.change for frame in frames]),
        plain=_pack([frame.plain for frame in frames]),
        hidden=_pack([frame.hidden for frame in frames]),
    )


def _pack(found: list[Detection | None]) -> Detection | None:
    if not any(found):
        return None
    blank = no_detection()
    return Detection(*(np.array(values, dtype=np.float32) for values in zip(*(d or blank for d in found), strict=True)))


def join_detections(segments: Sequence[SegmentResult[ClipDetections]]) -> ClipDetections:
    """One segment after the other; from one to the next the landmarks change over gradually."""
    parts = [_blend(left.own, right.warm_up, until_s=float(right.own.t_s[0])) for left, right in pairwise(segments)] + [
        segments[-1].own
    ]
    t_s, luma, change = (np.concatenate([part[i] for part in parts]) for i in range(3))
    counts = [len(part.t_s) for part in parts]
    plain = _join([part.plain for part in parts], counts)
    hidden = _join([part.hidden for part in parts], counts)
    return ClipDetections(t_s, luma, change, plain, hidden)


def _join(parts: Sequence[Detection | None], counts: Sequence[int]) -> Detection | None:
    if not any(parts):
        return None
    filled = [part or no_detections(count) for part, count in zip(parts, counts, strict=True)]
    return Detection(*(np.concatenate(arrays) for arrays in zip(*filled, strict=True)))


def no_detections(count: int) -> Detection:
    """So many frames of NaN, which take no memory."""
    return Detection(*(np.broadcast_to(np.float32(np.nan), (count, *values.shape)) for values in no_detection()))


def _blend(left: ClipDetections, right: ClipDetections, *, until_s: float) -> ClipDetections:
    """Let the end of ``left`` change over to ``right``, which has the same frames, where all their points agree."""
    rows = right.t_s > until_s - _BLEND_S
    if not rows.any():  # at a low frame rate no frame is so near to the cut
        return left
    share = 1 - (until_s - right.t_s[rows]) / _BLEND_S
    plain, hidden = (
        _blend_end(old, Detection(*(values[rows] for values in new)), share) if old and new else old
        for old, new in ((left.plain, right.plain), (left.hidden, right.hidden))
    )
    return left._replace(plain=plain, hidden=hidden)


def _blend_end(old: Detection, new: Detection, share: FloatArray) -> Detection:
    """Move the last frames of ``old`` towards ``new`` by a growing ``share`` (N,) where they agree."""
    end = slice(-len(share), None)
    apart = np.hypot(*np.moveaxis(new.xy_px - old.xy_px[end], -1, 0)).max(axis=1)
    trunk = np.hypot(*(old.xy_px[end, SHOULDERS].mean(axis=1) - old.xy_px[end, HIPS].mean(axis=1)).T)
    # NaN, where one of them found nobody, is not near.
    weight = np.where(apart < _NEAR * trunk, share, 0.0)
    blended = Detection(*(values.copy() for values in old))
    for values, target in zip(blended, new, strict=True):
        step = weight.reshape(-1, *[1] * (values.ndim - 1)) * (target - values[end])
        values[end] += np.nan_to_num(step)
    return blended
