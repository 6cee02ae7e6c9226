"""What was seen in a clip's frames, gathered into arrays and joined from segment to segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from formcheck.pose.engine import Detection, nobody
from formcheck.pose.landmarks import HIPS, SHOULDERS
from formcheck.pose.segments import Piece
from formcheck.types import FloatArray

# Over the last so many seconds before a cut one segment's landmarks become the next one's ...
_FADE_S = 0.4
# ... unless a point of theirs is further away than this (trunk lengths): they took the legs for one another.
_NEAR = 0.25


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame after inference: what was seen in the plain picture, and with the resting leg hidden.

    None: that view was not looked at. ``change`` is from the picture before (see `shots`).
    """

    t_s: float
    luma: float
    plain: Detection | None
    hidden: Detection | None
    change: float = 0.0


class Sights(NamedTuple):
    """Many `Seen`: times, brightness and changes (T,), and both views with a leading axis T, NaN where not seen.

    None: no frame was looked at in that view.
    """

    t_s: FloatArray
    luma: FloatArray
    change: FloatArray
    plain: Detection | None
    hidden: Detection | None


def pack_sights(seen: Sequence[Seen]) -> Sights:
    """Put frames into arrays, which take a fraction of their memory."""
    return Sights(
        np.array([s.t_s for s in seen]),
        np.array([s.luma for s in seen]),
        np.array([s.change for s in seen]),
        plain=_pack_view([s.plain for s in seen]),
        hidden=_pack_view([s.hidden for s in seen]),
    )


def _pack_view(view: list[Detection | None]) -> Detection | None:
    if not any(view):
        return None
    blank = nobody()
    return Detection(*(np.array(values, dtype=np.float32) for values in zip(*(d or blank for d in view), strict=True)))


def join_sights(pieces: Sequence[Piece[Sights]]) -> Sights:
    """One segment after the other; from one to the next the landmarks go over little by little."""
    for left, right in pairwise(pieces):
        _fade(left.own, right.before, until_s=float(right.own.t_s[0]))
    owns = [piece.own for piece in pieces]
    t_s, luma, change = (np.concatenate([own[i] for own in owns]) for i in range(3))
    counts = [len(own.t_s) for own in owns]
    plain = _join_views([own.plain for own in owns], counts)
    hidden = _join_views([own.hidden for own in owns], counts)
    return Sights(t_s, luma, change, plain, hidden)


def _join_views(views: Sequence[Detection | None], counts: Sequence[int]) -> Detection | None:
    if not any(views):
        return None
    return Detection(
        *(
            np.concatenate(parts)
            for parts in zip(*(view or unseen(n) for view, n in zip(views, counts, strict=True)), strict=True)
        )
    )


def unseen(count: int) -> Detection:
    """Rows of NaN that take no memory."""
    return Detection(*(np.broadcast_to(np.float32(np.nan), (count, *values.shape)) for values in nobody()))


def _fade(left: Sights, right: Sights, *, until_s: float) -> None:
    """Turn the end of ``left`` into ``right``, which saw the same frames, where they mean the same by every point."""
    rows = right.t_s > until_s - _FADE_S
    count = int(rows.sum())
    if count == 0:  # few pictures: none of them so near to the cut
        return
    share = 1 - (until_s - right.t_s[rows]) / _FADE_S
    for view, others in ((left.plain, right.plain), (left.hidden, right.hidden)):
        if view is None or others is None:
            continue
        old, new = view.xy_px[-count:], others.xy_px[rows]
        apart = np.hypot(*np.moveaxis(new - old, -1, 0)).max(axis=1)
        trunk = np.hypot(*(old[:, SHOULDERS].mean(axis=1) - old[:, HIPS].mean(axis=1)).T)
        # NaN, where one of them saw nobody, is not near
        weight = np.where(apart < _NEAR * trunk, share, 0.0)
        for i in range(3):
            step = weight.reshape(-1, *[1] * (view[i].ndim - 1)) * (others[i][rows] - view[i][-count:])
            view[i][-count:] += np.nan_to_num(step)
