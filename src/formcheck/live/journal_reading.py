"""Reads the journal of a set: one that has ended, or whose process was killed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import InputError
from formcheck.files import read_limited
from formcheck.live.journal import ANGLES, EVENTS, FRAMES, HEADER, PROTOCOL, SIDES
from formcheck.live.pain import PainMark
from formcheck.message import Message
from formcheck.npz import MAX_UNPACKED_BYTES
from formcheck.parsing import parse_json_object, parse_moment
from formcheck.pose.online_tracker import join_tracks
from formcheck.protocols.loader import LoadedProtocol, load_protocol
from formcheck.session.kept import parse_kept
from formcheck.timeseries import current_name, take_frames
from formcheck.types import TOO_SLOW, ClipInfo, KeptCalibration, LegAngles, ModelInfo, PoseTrack, Side, View

# A frame has some 2 kB.
_MOST_RECORD_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class JournalContents:
    """What a journal holds. ``track`` is None without frames; ``rep_count`` is what was counted aloud."""

    started_at: str
    language: str
    protocol: LoadedProtocol
    track: PoseTrack | None
    angles: tuple[LegAngles, ...]
    rep_count: int
    marks: tuple[PainMark, ...]
    kept: tuple[KeptCalibration, ...] = ()


def read_journal(folder: Path) -> JournalContents:
    """Read a set's journal; incomplete last records are ignored.

    Raises
    ------
    InputError
        The journal is damaged before its end.
    """
    try:
        header = parse_json_object(read_limited(folder / HEADER), nan=True)
        events = _read_events(read_limited(folder / EVENTS).decode())
        return JournalContents(
            started_at=parse_moment(header["started_at"]).isoformat(),
            language=header["language"],
            protocol=load_protocol(folder / PROTOCOL),
            track=_read_track(folder, header, events),
            angles=_read_angles(folder, events),
            rep_count=sum(event["event"] == "rep" for event in events),
            marks=tuple(_mark(event) for event in events if event["event"] == "pain"),
            kept=tuple(map(parse_kept, header.get("kept", ()))),
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(
            f"{folder}: expected the journal of a session, but it is damaged ({type(error).__name__}: {error})"
        ) from None


def _read_events(text: str) -> list[dict[str, Any]]:
    # What follows the last line break is an incomplete line.
    return [parse_json_object(line, nan=True) for line in text.split("\n")[:-1] if line]


def _read_records(path: Path, kind: str, events: list[dict[str, Any]]) -> NDArray[Any]:
    described = next((event["record"] for event in events if event["event"] == kind), None)
    if described is None:
        return np.zeros(0)
    dtype = np.dtype([(name, base, tuple(shape)) for name, base, shape in described])
    if dtype.hasobject or not 0 < dtype.itemsize <= _MOST_RECORD_BYTES:
        raise ValueError(f"expected records of numbers, got {dtype.itemsize} bytes each")
    data = read_limited(path, limit=MAX_UNPACKED_BYTES)
    return np.frombuffer(data[: len(data) // dtype.itemsize * dtype.itemsize], dtype)


def _read_track(folder: Path, header: dict[str, Any], events: list[dict[str, Any]]) -> PoseTrack | None:
    records = _read_records(folder / FRAMES, "frames", events)
    if records.size == 0:
        return None
    width, height = header["size_px"]
    clip = ClipInfo(**{**header["clip"], "size_px": (width, height), "duration_s": float(records["t_s"][-1])})
    parts: list[PoseTrack] = []
    edges = [0, *(np.flatnonzero(np.diff(records["side"])) + 1).tolist(), len(records)]
    for first, last in pairwise(edges):
        part = records[first:last]
        arrays: dict[str, Any] = {name: part[name] for name in part.dtype.names or () if name != "side"}
        arrays = {name: v.astype(np.float64) if v.dtype.kind == "f" else v for name, v in arrays.items()}
        parts.append(
            PoseTrack(
                **arrays,
                size_px=(width, height),
                working_side=SIDES[part["side"][0]] if part["side"][0] >= 0 else None,
                side_given=header["side_given"],
                clip=clip,
                model=ModelInfo(**header["model"]),
            )
        )
    return join_tracks(parts, warnings=tuple(_too_slow(event) for event in events if event["event"] == "too_slow"))


def _read_angles(folder: Path, events: list[dict[str, Any]]) -> tuple[LegAngles, ...]:
    records = _read_records(folder / ANGLES, "angles", events)
    if records.size == 0:
        return ()
    arrays: dict[str, Any] = {current_name(name): records[name] for name in records.dtype.names or () if name != "side"}
    # The view is found in the whole track, by whoever judges.
    unknown = View(None, np.nan, 0.0, np.nan)
    angles = LegAngles(**arrays, side=Side.LEFT, view=unknown)
    return tuple(
        replace(take_frames(angles, slice(at, at + 1)), side=SIDES[side])
        for at, side in enumerate(records["side"].tolist())
    )


def _too_slow(event: dict[str, Any]) -> Message:
    rates = {name: float(event[name]) for name in ("looked_at_hz", "coming_hz")}
    return Message.of(TOO_SLOW, **rates)


def _mark(event: dict[str, Any]) -> PainMark:
    knee_deg = math.nan if event["knee_deg"] is None else event["knee_deg"]
    return PainMark(event["t_s"], knee_deg, event["rep"], event["by"])
