"""From a session's folder to its results: the judged set, the report, and what the person said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.angles.rows import row_of
from formcheck.errors import InputError
from formcheck.files import PART_FILES, acquire_lock, remove_stale, write_whole
from formcheck.form.online import judge_online
from formcheck.live import journal
from formcheck.live.answers import Answers
from formcheck.live.pain import PainKeeper, PainMark
from formcheck.live.practice import Why
from formcheck.pipeline import write_session
from formcheck.pose.online_tracker import join_tracks
from formcheck.protocols.loader import LoadedProtocol, load_protocol
from formcheck.types import ClipInfo, LegAngles, ModelInfo, PoseTrack, Session, Side, View

PRACTICE = "practice.json"
_SIDES = tuple(Side)


@dataclass(frozen=True, slots=True)
class Practised:
    """A finished set: everything that is kept of it.

    ``session`` is None when no picture was ever seen. ``counted`` is what was counted aloud.
    """

    folder: Path
    started_at: str
    why: Why
    session: Session | None
    protocol: LoadedProtocol
    counted: int
    marks: tuple[PainMark, ...]
    answers: Answers


def finish(
    folder: Path, *, why: Why, answers: Answers | None = None, counts: dict[str, Any] | None = None
) -> Practised:
    """Judge what the journal of a session holds, and leave the results beside it.

    ``practice.json`` is written last: a folder without it is not finished.
    """
    kept = read(folder)
    if kept.session is not None and kept.track is not None:
        write_session(folder, kept.track, kept.session, kept.protocol)
    practised = Practised(
        folder, kept.started_at, why, kept.session, kept.protocol, kept.counted, kept.marks, answers or Answers()
    )
    document = {
        "format": journal.FORMAT,
        "started_at": practised.started_at,
        "why": practised.why,
        "counted": practised.counted,
        "marks": [asdict(mark) | {"knee_deg": _number(mark.knee_deg)} for mark in practised.marks],
        "answers": asdict(practised.answers),
        "frames": counts or {},
    }
    write_whole(folder / PRACTICE, json.dumps(document, indent=2))
    return practised


def load_finished(folder: Path) -> Practised:
    """A finished session again, judged from its journal.

    Raises
    ------
    InputError
        The folder holds no finished session.
    """
    try:
        document = json.loads((folder / PRACTICE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: expected a finished session ({PRACTICE}), got: {error}") from None
    kept = read(folder)
    said = document["answers"]
    answers = Answers(said["pain_before"], said["pain_after"], tuple(said["where"]), tuple(said["red_flags"]))
    return Practised(
        folder, kept.started_at, Why(document["why"]), kept.session, kept.protocol, kept.counted, kept.marks, answers
    )


def recover(root: Path, *, tell: Callable[[Practised], None]) -> None:
    """Finish the sessions in ``root`` that a killed process left, as interrupted."""
    for folder in sorted(path.parent for path in root.glob(f"*/{journal.ABOUT}")):
        if (folder / PRACTICE).exists():
            continue
        claim = acquire_lock(folder / journal.LOCK)
        if claim is None:
            continue
        try:
            # A recording that was not finished cannot be played, and shows the person.
            remove_stale(folder, PART_FILES, older_than_s=0)
            tell(finish(folder, why=Why.INTERRUPTED))
        finally:
            claim.release()
        (folder / journal.LOCK).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class _Kept:
    started_at: str
    protocol: LoadedProtocol
    track: PoseTrack | None
    session: Session | None
    counted: int
    marks: tuple[PainMark, ...]


def read(folder: Path) -> _Kept:
    """Everything a session's journal holds; torn last records are left out.

    Raises
    ------
    InputError
        The journal is damaged beyond its end.
    """
    try:
        about = json.loads((folder / journal.ABOUT).read_text(encoding="utf-8"))
        events = _events((folder / journal.EVENTS).read_text(encoding="utf-8"))
        protocol = load_protocol(folder / "protocol.toml")
        track = _track(folder, about, events)
        rows = _angles(folder, events)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder}: expected the journal of a session, but it is damaged ({type(error).__name__}: {error})"
        ) from None
    marks = tuple(
        PainMark(e["t_s"], np.nan if e["knee_deg"] is None else e["knee_deg"], e["rep"], e["by"])
        for e in events
        if e["event"] == "pain"
    )
    session = None
    if track is not None:
        session = judge_online(track, rows, protocol)
        pain = PainKeeper()
        pain.marks.extend(marks)
        session = replace(session, findings=session.findings + pain.judge(session.reps))
    counted = sum(e["event"] == "rep" for e in events)
    return _Kept(about["started_at"], protocol, track, session, counted, marks)


def _events(text: str) -> list[dict[str, Any]]:
    lines = text.split("\n")
    # What follows the last line break was torn off.
    return [json.loads(line) for line in lines[:-1] if line]


def _records(path: Path, kind: str, events: list[dict[str, Any]]) -> NDArray[Any]:
    described = next((event["record"] for event in events if event["event"] == kind), None)
    if described is None:
        return np.zeros(0)
    dtype = np.dtype([(name, base, tuple(shape)) for name, base, shape in described])
    data = path.read_bytes()
    return np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)


def _track(folder: Path, about: dict[str, Any], events: list[dict[str, Any]]) -> PoseTrack | None:
    records = _records(folder / journal.FRAMES, "frames", events)
    if records.size == 0:
        return None
    width, height = about["size_px"]
    clip = ClipInfo(**{**about["clip"], "size_px": (width, height), "duration_s": float(records["t_s"][-1])})
    stretches: list[PoseTrack] = []
    edges = [0, *(np.flatnonzero(np.diff(records["side"])) + 1).tolist(), len(records)]
    for first, last in pairwise(edges):
        part = records[first:last]
        arrays: dict[str, Any] = {name: part[name] for name in part.dtype.names or () if name != "side"}
        arrays = {name: v.astype(np.float64) if v.dtype.kind == "f" else v for name, v in arrays.items()}
        stretches.append(
            PoseTrack(
                **arrays,
                size_px=(width, height),
                working_side=_SIDES[part["side"][0]] if part["side"][0] >= 0 else None,
                side_given=about["side_given"],
                clip=clip,
                model=ModelInfo(**about["model"]),
            )
        )
    return join_tracks(stretches)


def _angles(folder: Path, events: list[dict[str, Any]]) -> list[LegAngles]:
    records = _records(folder / journal.ANGLES, "angles", events)
    if records.size == 0:
        return []
    reference = next(event["reference"] for event in events if event["event"] == "angles")
    arrays: dict[str, Any] = {name: records[name] for name in records.dtype.names or () if name != "side"}
    # The view is told from the whole track by whoever judges.
    nowhere = View(None, np.nan, 0.0, np.nan)
    angles = LegAngles(**arrays, side=Side.LEFT, hip_reference=reference, view=nowhere)
    return [replace(row_of(angles, at), side=_SIDES[side]) for at, side in enumerate(records["side"].tolist())]


def _number(value: float) -> float | None:
    return value if np.isfinite(value) else None
