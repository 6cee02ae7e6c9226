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
    for i, (a, b) in enumerate(zip(first, last, strict=True)):
        medians[i] = _known_median(columns[a:b])
    return medians.reshape(values.shape)


def _known_median(samples: FloatArray) -> FloatArray:
    """Median (K,) of each column of samples (N, K), NaN left out."""
    if np.isfinite(samples).all():
        return np.asarray(np.median(samples, axis=0))
    known = [column[np.isfinite(column)] for column in samples.T]
    return np.array([np.median(column) if column.size else np.nan for column in known])


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
