"""The frames of a judged set as a table: ``angles.csv``, written and read back."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import InputError
from formcheck.files import read_limited
from formcheck.types import FloatArray, Phase, Session

_NUMBERS = {
    "hip_flexion_deg": 2,
    "knee_flexion_deg": 2,
    "ankle_dorsiflexion_deg": 2,
    "hip_se_deg": 2,
    "knee_se_deg": 2,
}
_LATER_NUMBERS = {"foot_from_vertical_deg": 2, "hand_distance_thighs": 3}
ANGLE_COLUMNS = ("t_s", *_NUMBERS, "usable", "phase", "rep", *_LATER_NUMBERS)
"""Columns of ``angles.csv``; the last two are missing in files of before schema version 1.1."""
_TIME_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class FrameTable:
    """What was judged frame by frame.

    Parameters
    ----------
    angles : mapping of str to (T,) array
        The arrays of `LegAngles` by their names.
    phases : tuple of Phase
    rep_of_frame : (T,) int
    """

    angles: Mapping[str, Any]
    phases: tuple[Phase, ...]
    rep_of_frame: NDArray[np.int64]


def angles_csv(session: Session, *, t_s: FloatArray | None = None) -> str:
    """Return one row per frame: times, angles in degrees, standard errors, phase and repetition.

    An empty cell means not measurable; ``usable`` is ``true`` or ``false``; ``rep`` is empty outside
    repetitions.

    Parameters
    ----------
    session : Session
    t_s : (T,) float, optional
        Frame times, needed only when the session has no angles; then every angle is empty.

    Raises
    ------
    ValueError
        The session has no angles and ``t_s`` is missing, or lengths differ.
    """
    times = session.angles.t_s if session.angles is not None else t_s
    if times is None:
        raise ValueError("expected t_s for a session without angles, got None: pass the track's times")
    frames = len(session.phases)
    if times.shape != (frames,) or session.rep_of_frame.shape != (frames,):
        raise ValueError(
            f"expected one time, phase and repetition a frame, got {times.shape}, ({frames},), "
            f"{session.rep_of_frame.shape}: take all from one track"
        )
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(ANGLE_COLUMNS)
    writer.writerows(_rows(session, times))
    return file.getvalue()


def write_angles_csv(session: Session, path: Path, *, t_s: FloatArray | None = None) -> None:
    """Write `angles_csv` to a file, which is replaced if it is there.

    Raises
    ------
    ValueError
        As `angles_csv`.
    OSError
        The file cannot be written.
    """
    path.write_text(angles_csv(session, t_s=t_s), encoding="utf-8", newline="")


def _rows(session: Session, times: FloatArray) -> Iterator[tuple[str, ...]]:
    angles = session.angles
    if angles is None:
        columns = {name: [""] * times.size for name in (*_NUMBERS, *_LATER_NUMBERS)}
        usable = [False] * times.size
    else:
        columns = {
            name: [_cell(value, decimals) for value in getattr(angles, name).tolist()]
            for name, decimals in (_NUMBERS | _LATER_NUMBERS).items()
        }
        usable = angles.usable.tolist()
    for row, (time, phase, rep) in enumerate(
        zip(times.tolist(), session.phases, session.rep_of_frame.tolist(), strict=True)
    ):
        yield (
            f"{time:.{_TIME_DECIMALS}f}",
            *(columns[name][row] for name in _NUMBERS),
            "true" if usable[row] else "false",
            phase.value,
            str(rep) if rep else "",
            *(columns[name][row] for name in _LATER_NUMBERS),
        )


def _cell(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if math.isfinite(value) else ""


def read_angles_csv(path: Path) -> FrameTable:
    """Read the frames back.

    Raises
    ------
    InputError
        There is no such table, or it is damaged.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(read_limited(path).decode(), newline="")))
        angles: dict[str, Any] = {"t_s": np.array([float(row["t_s"]) for row in rows])}
        for name in (*_NUMBERS, *_LATER_NUMBERS):
            angles[name] = np.array([float(row.get(name) or "nan") for row in rows])
        angles["usable"] = np.array([row["usable"] == "true" for row in rows], np.bool_)
        phases = tuple(Phase(row["phase"]) for row in rows)
        rep_of_frame = np.array([int(row["rep"] or 0) for row in rows], np.int64)
    except FileNotFoundError:
        raise InputError(f"{path.parent.name}: {path.name} is missing; analyse the clip again") from None
    except (OSError, ValueError, KeyError, TypeError, OverflowError, csv.Error) as error:
        raise InputError(
            f"{path.parent.name}/{path.name}: expected the table of an analysis, but it is damaged "
            f"({type(error).__name__}); analyse the clip again"
        ) from None
    return FrameTable(angles, phases, rep_of_frame)
