"""What a reviewer measured by hand on frames of a clip, out of the review: for tables and spreadsheets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from formcheck.types import FloatArray


@dataclass(frozen=True, slots=True)
class HandReading:
    """One reading.

    Parameters
    ----------
    at_s : float
        On the clip's clock.
    kind : str
        ``hip`` and ``knee``, flexion by goniometer; ``angle``, any other between two arms; ``line``, the length of a
        line; ``known_length``, what gives other lengths in centimetres.
    value : float or None
    unit : str
        ``deg``, ``cm``, or ``px`` of the upright frame where no known length was given.
    in_plane : float or None
        A hip or knee in the plane of the leg, which is what is compared; None in reviews of before that was done.
    formcheck, formcheck_se, difference : float or None
        Formcheck's own angle on that frame, before any calibration by hand, its standard error, and how much more was
        measured by hand.
    rater : str
        Who laid the goniometer; empty where that is not known.
    """

    at_s: float
    kind: str
    value: float | None
    unit: str
    in_plane: float | None = None
    formcheck: float | None = None
    formcheck_se: float | None = None
    difference: float | None = None
    rater: str = ""


def hand_readings(review: Mapping[str, Any]) -> list[HandReading]:
    """Return what was measured in a review, in the order of time.

    Parameters
    ----------
    review : mapping
        ``review`` of a ``.review.json`` (docs/review.md).
    """
    return sorted((*_angles(review), *_lengths(review)), key=lambda one: one.at_s)


def _angles(review: Mapping[str, Any]) -> Iterator[HandReading]:
    for one in review.get("goniometer", ()):
        yield HandReading(
            at_s=one["t_s"],
            kind="angle" if one["joint"] == "other" else one["joint"],
            value=one.get("angle_deg"),
            unit="deg",
            in_plane=one.get("plane_deg"),
            formcheck=one.get("tool_deg"),
            formcheck_se=one.get("tool_se_deg"),
            difference=one.get("difference_deg"),
            rater=one.get("rater", ""),
        )


def _lengths(review: Mapping[str, Any]) -> Iterator[HandReading]:
    known = review.get("scale")
    if known is not None:
        yield HandReading(known["t_s"], "known_length", known["length_cm"], "cm")
    for one in review.get("drawings", ()):
        if one["kind"] != "line":
            continue
        length_px = math.dist(*one["points"])
        if known is None:
            yield HandReading(one["t_s"], "line", round(length_px, 1), "px")
        else:
            cm_per_px = known["length_cm"] / math.dist(*known["points"])
            yield HandReading(one["t_s"], "line", round(length_px * cm_per_px, 2), "cm")


def frame_number(t_s: FloatArray, at_s: float) -> int:
    """Return the number of the frame that is shown at a time, from 1, in the order of the tables of frames."""
    return int(np.argmin(np.abs(t_s - at_s))) + 1
