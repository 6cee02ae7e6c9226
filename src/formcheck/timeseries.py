"""Values with one entry per frame: stretches of frames, running medians, and frames taken out or joined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from formcheck.types import BoolArray, FloatArray, LegAngles, PoseTrack

PerFrame = TypeVar("PerFrame", PoseTrack, LegAngles)

LONGEST_GAP_S = 600.0
"""A frame that comes later than this after the one before has a wrong time: no pause of a set lasts so long."""
LONGEST_S = 86_400.0
"""No clip of a set is longer than a day."""

# Windows whose medians are taken together, so that a clip of an hour needs no more memory than one of a minute.
_MEDIANS_AT_ONCE = 1024
# What arrays were called in files of earlier versions.
_FORMER_NAMES = {"hands_on_thigh": "hand_distance_thighs"}


def runs(mask: BoolArray) -> list[slice]:
    """Slices of the stretches in which ``mask`` (T,) is True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [slice(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def running_median(t_s: FloatArray, values: FloatArray, *, window_s: float) -> FloatArray:
    """Median of the known samples within ``window_s`` around each time.

    Parameters
    ----------
    t_s : (T,) float
        Increasing.
    values : (T,) or (T, K) float
        NaN where not known; each column is taken by itself.
    window_s : float

    Returns
    -------
    Array of the shape of ``values``; NaN where nothing is known within the window.
    """
    columns = values.reshape(len(t_s), -1)
    first = np.searchsorted(t_s, t_s - window_s / 2)
    last = np.searchsorted(t_s, t_s + window_s / 2, side="right")
    medians = np.full(columns.shape, np.nan)
    for begin in range(0, len(t_s), _MEDIANS_AT_ONCE):
        rows = slice(begin, begin + _MEDIANS_AT_ONCE)
        medians[rows] = _known_medians(columns, first[rows], last[rows])
    return medians.reshape(values.shape)


def _known_medians(columns: FloatArray, first: NDArray[np.intp], last: NDArray[np.intp]) -> FloatArray:
    """Medians (N, K) of the known samples ``first[i]:last[i]`` of each column.

    All windows are sorted in one call: one call of `np.median` for each took a tenth of the time of live practice.
    """
    at = first[:, None] + np.arange(int((last - first).max()))
    samples = columns[np.minimum(at, len(columns) - 1)]
    known = np.isfinite(samples) & (at < last[:, None])[..., None]
    # What is not known is sorted behind what is.
    ordered = np.sort(np.where(known, samples, np.inf), axis=1)
    count = known.sum(axis=1)[:, None]
    lower = np.take_along_axis(ordered, np.maximum(count - 1, 0) // 2, axis=1)
    upper = np.take_along_axis(ordered, count // 2, axis=1)
    return np.where(count > 0, (lower + upper) / 2, np.nan)[:, 0]


def current_name(stored: str) -> str:
    """The name of an array, from the name under which a file of this or an earlier version holds it."""
    return _FORMER_NAMES.get(stored, stored)


def frame_arrays(values: PoseTrack | LegAngles) -> dict[str, NDArray[Any]]:
    """The arrays with one entry per frame, by field name."""
    every = {field.name: getattr(values, field.name) for field in fields(values)}
    return {name: array for name, array in every.items() if isinstance(array, np.ndarray)}


def take_frames(values: PerFrame, rows: slice | NDArray[np.intp]) -> PerFrame:
    """These frames only."""
    taken: dict[str, Any] = {name: array[rows] for name, array in frame_arrays(values).items()}
    return replace(values, **taken)


def join_frames(parts: Sequence[PerFrame]) -> PerFrame:
    """The frames of all parts in a row; what is not per frame is the last part's."""
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts]) for name in frame_arrays(parts[-1])
    }
    return replace(parts[-1], **joined)


def unknown_frames(like: PerFrame, t_s: FloatArray) -> PerFrame:
    """Frames at times (N,) in which nothing is known: NaN, and False where there is no NaN."""
    blank: dict[str, Any] = {name: _blank(array, len(t_s)) for name, array in frame_arrays(like).items()}
    return replace(like, **{**blank, "t_s": t_s})


def _blank(array: NDArray[Any], count: int) -> NDArray[Any]:
    return np.full((count, *array.shape[1:]), np.nan if array.dtype.kind == "f" else 0, array.dtype)
