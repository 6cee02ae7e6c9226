"""The repetitions of a set together: their numbers, which of them are small, and the phase of every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.protocols.model import RepetitionLimits
from formcheck.types import BoolArray, FloatArray, Phase, Rep


@dataclass(frozen=True, slots=True)
class RepSet:
    """Repetitions, and for every frame its phase and the index of its repetition (0: none).

    Not counted, by their times: there-and-backs of the knee that may be repetitions or leg raises (``unsure_s``), and
    those in which the legs could not be told apart (``mixed_s``).
    """

    reps: tuple[Rep, ...]
    phases: tuple[Phase, ...]
    rep_of_frame: NDArray[np.int64]
    unsure_s: tuple[float, ...] = ()
    mixed_s: tuple[float, ...] = ()


def make_rep_set(
    t_s: FloatArray,
    usable: BoolArray,
    reps: Sequence[Rep],
    limits: RepetitionLimits,
) -> RepSet:
    """Number repetitions from 1, mark those well below the median excursion as partial, and label the frames.

    Parameters
    ----------
    t_s : (T,) float
        Times of the frames.
    usable : (T,) bool
        Frames in which the leg could be measured; the phase of the others is unknown.
    reps : sequence of Rep
        In order of time, not overlapping.
    limits : RepetitionLimits
    """
    complete = [rep.excursion_deg for rep in reps if rep.complete]
    small_deg = limits.partial_below_fraction.value * float(np.median(complete)) if complete else 0.0
    numbered = tuple(
        replace(rep, index=i, partial=rep.complete and rep.excursion_deg < small_deg)
        for i, rep in enumerate(reps, start=1)
    )
    return RepSet(numbered, *_label_frames(t_s, usable, numbered))


def _label_frames(
    t_s: FloatArray, usable: BoolArray, reps: Sequence[Rep]
) -> tuple[tuple[Phase, ...], NDArray[np.int64]]:
    # numbers of phases, since numpy turns the members of a text enum into plain text
    names = tuple(Phase)
    phases = np.full(len(t_s), names.index(Phase.REST))
    rep_of_frame = np.zeros(len(t_s), dtype=np.int64)
    for rep in reps:
        leave_s = rep.peak_s + rep.hold_s
        for phase, begin_s, end_s in (
            (Phase.EXTENDING, rep.start_s, rep.peak_s),
            (Phase.HOLDING, rep.peak_s, leave_s),
            (Phase.RETURNING, leave_s, rep.end_s),
        ):
            rows = (t_s >= begin_s) & (t_s < end_s)
            phases[rows] = names.index(phase)
            rep_of_frame[rows] = rep.index
    phases[~usable] = names.index(Phase.UNKNOWN)
    return tuple(names[number] for number in phases), rep_of_frame
