"""Taking `LegAngles` apart into frames, and putting frames together again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from formcheck.types import LegAngles


def row_of(angles: LegAngles, at: int) -> LegAngles:
    """One frame."""
    row: dict[str, Any] = {name: values[at : at + 1] for name, values in per_frame(angles).items()}
    return replace(angles, **row)


def join_rows(rows: Sequence[LegAngles]) -> LegAngles:
    """One after the other; what is not per frame is the last one's."""
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(row, name) for row in rows]) for name in per_frame(rows[-1])
    }
    return replace(rows[-1], **joined)


def unknown_row(like: LegAngles, t_s: float) -> LegAngles:
    """A frame of the same leg in which nothing is known."""
    blank: dict[str, Any] = {
        name: np.array([np.nan if values.dtype.kind == "f" else 0], values.dtype)
        for name, values in per_frame(like).items()
    }
    return replace(like, **{**blank, "t_s": np.array([t_s])})


def per_frame(angles: LegAngles) -> dict[str, Any]:
    """The arrays that have one entry per frame, by name."""
    values = {field.name: getattr(angles, field.name) for field in fields(angles)}
    return {name: array for name, array in values.items() if isinstance(array, np.ndarray)}
