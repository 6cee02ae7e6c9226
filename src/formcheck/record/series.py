"""Angles and landmarks of every frame: one compressed .npz a result, an array a column."""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from formcheck.errors import StoreError
from formcheck.extras import Extra, using
from formcheck.files import read_limited
from formcheck.message import messages_from
from formcheck.npz import read_npz
from formcheck.parsing import parse_json_object
from formcheck.pose.landmarks import COUNT
from formcheck.record.choice import series_file_of
from formcheck.record.store import Store
from formcheck.resolution import FRAME_TIME_DECIMALS, rounded_array
from formcheck.session.frames import FrameTable
from formcheck.timeseries import current_name
from formcheck.types import FloatArray, Phase, PoseTrack, Session, Side

FORMAT = 1
POINTS = (
    "nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer",
    "left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow",
    "right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index",
    "left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_heel", "right_heel", "left_toe", "right_toe",
)  # fmt: skip
ANGLES = (
    "hip_flexion_deg",
    "knee_flexion_deg",
    "ankle_dorsiflexion_deg",
    "foot_from_vertical_deg",
    "hip_se_deg",
    "knee_se_deg",
    "hand_distance_thighs",
)
# Decimals stored: finer than any of these values is worth, and they make the files a third smaller.
_ANGLE_DECIMALS = 3
_PX_DECIMALS = 2
_M_DECIMALS = 3
_VISIBILITY_DECIMALS = 2
_LUMA_DECIMALS = 1
SUFFIX = ".npz"
# Earlier versions stored Parquet, which takes 170 MB to read (docs/decisions/0017-lean-core.md).
FORMER_SUFFIX = ".parquet"


@dataclass(frozen=True, slots=True)
class Series:
    """One row per frame, by column name, and what is true of all rows."""

    columns: Mapping[str, Any]
    about: Mapping[str, Any]

    def world_m(self) -> FloatArray:
        """The model's metric guess (T, 33, 3) m, origin between the hips."""
        columns = [np.asarray(self.columns[f"{point}_{axis}_m"], float) for point in POINTS for axis in "xyz"]
        return np.stack(columns, axis=-1).reshape(-1, COUNT, 3)


def decimals(column: str) -> int | None:
    """Return the decimals that a column is stored with; None for one that is not rounded."""
    if column in ANGLES:
        return _ANGLE_DECIMALS
    if column == "luma":
        return _LUMA_DECIMALS
    endings = {"_px": _PX_DECIMALS, "_m": _M_DECIMALS, "_visibility": _VISIBILITY_DECIMALS}
    return next((places for ending, places in endings.items() if column.endswith(ending)), None)


def series_of(session: Session, track: PoseTrack) -> Series:
    """Collect the series of a judged track.

    Raises
    ------
    ValueError
        The session was not judged from this track.
    """
    frames = len(track.t_s)
    if len(session.phases) != frames:
        raise ValueError(f"expected the track that the session was judged from, got {frames} frames for another number")
    nothing = np.full(frames, np.nan)
    columns: dict[str, Any] = {"t_s": np.asarray(track.t_s, np.float64)}
    for name in ANGLES:
        columns[name] = _rounded(getattr(session.angles, name) if session.angles is not None else nothing, name)
    columns["usable"] = session.angles.usable if session.angles is not None else np.zeros(frames, np.bool_)
    columns["phase"] = [phase.value for phase in session.phases]
    columns["rep"] = session.rep_of_frame.astype(np.int16)
    columns["luma"] = _rounded(track.luma, "luma")
    columns["hidden"] = track.hidden
    for row, point in enumerate(POINTS):
        for axis, name in enumerate(("x_px", "y_px")):
            columns[f"{point}_{name}"] = _rounded(track.xy_px[:, row, axis], name)
        for axis, name in enumerate(("x_m", "y_m", "z_m")):
            columns[f"{point}_{name}"] = _rounded(track.world_m[:, row, axis], name)
        columns[f"{point}_visibility"] = _rounded(track.visibility[:, row], "_visibility")
    about = {
        "format": FORMAT,
        "size_px": list(track.size_px),
        "working_side": track.working_side,
        "side_given": track.side_given,
        "warnings": [message.to_json() for message in track.warnings],
    }
    return Series(columns, about)


def track_of(series: Series, session: Session) -> PoseTrack:
    """Return the track that a stored series was made of, with the decimals that were stored."""
    columns, about = series.columns, series.about
    points = [np.asarray(columns[f"{point}_{axis}_px"], np.float64) for point in POINTS for axis in "xy"]
    visibility = [np.asarray(columns[f"{point}_visibility"], np.float64) for point in POINTS]
    return PoseTrack(
        t_s=np.asarray(columns["t_s"], np.float64),
        xy_px=np.stack(points, axis=-1).reshape(-1, len(POINTS), 2),
        world_m=series.world_m(),
        visibility=np.stack(visibility, axis=-1),
        luma=np.asarray(columns["luma"], np.float64),
        hidden=np.asarray(columns["hidden"], np.bool_),
        size_px=(int(about["size_px"][0]), int(about["size_px"][1])),
        working_side=Side(about["working_side"]) if about["working_side"] else None,
        side_given=bool(about["side_given"]),
        clip=session.clip,
        model=session.model,
        warnings=messages_from(about["warnings"]),
    )


def _rounded(values: FloatArray, column: str) -> Any:
    places = decimals(column) or 0
    # Adding zero turns -0.0 into 0.0, so that equal results are equal bytes.
    return (np.round(np.asarray(values, np.float64), places) + 0.0).astype(np.float32)


def series_bytes(series: Series) -> bytes:
    """Return the series as the contents of a file. NaN = not measurable; equal series give equal bytes."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {name: np.asarray(values) for name, values in series.columns.items()}
    np.savez_compressed(buffer, about=np.array(json.dumps(series.about, sort_keys=True)), **arrays)
    return buffer.getvalue()


def read_series(path: Path, *, sha256: str | None = None) -> Series:
    """Read a series back, and make sure that it is the one that was written.

    Raises
    ------
    StoreError
        The file is missing, damaged or of a newer format.
    UsageError
        It is one of an earlier formcheck, and what reads those is not installed.
    """
    try:
        data = read_limited(path)
    except FileNotFoundError:
        raise StoreError(f"{path}: expected the series of a session, but the file is gone") from None
    except OSError as error:
        raise _damaged(path, error) from None
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise StoreError(f"{path}: expected the series as it was saved, but the file has changed or is damaged")
    series = (_from_parquet if path.suffix == FORMER_SUFFIX else _from_bytes)(path, data)
    if series.about["format"] != FORMAT:
        raise StoreError(
            f"{path}: expected a series of format {FORMAT}, got {series.about['format']}; update formcheck"
        )
    return series


def _from_bytes(path: Path, data: bytes) -> Series:
    try:
        stored = read_npz(io.BytesIO(data))
        about = parse_json_object(str(stored.pop("about")))
        columns = {current_name(name): values for name, values in stored.items()}
        phases = columns["phase"].tolist()
    except (OSError, ValueError, KeyError) as error:
        raise _damaged(path, error) from None
    return Series({**columns, "phase": phases}, about)


def _from_parquet(path: Path, data: bytes) -> Series:
    with using(Extra.RESEARCH, f"{path}, a series that an earlier version stored as Parquet"):
        import pyarrow as pa
        import pyarrow.parquet as pq
    try:
        table = pq.read_table(io.BytesIO(data))
        about = parse_json_object((table.schema.metadata or {})[b"formcheck"])
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise _damaged(path, error) from None
    columns = {
        current_name(name): table.column(name).to_pylist() if name == "phase" else table.column(name).to_numpy()
        for name in table.column_names
    }
    return Series(columns, about)


def _damaged(path: Path, error: Exception) -> StoreError:
    return StoreError(f"{path}: expected the series of a session, but it is damaged ({type(error).__name__})")


def plain_columns(series: Series) -> dict[str, list[Any]]:
    """Return the columns as plain lists, None for what is not measurable, rounded as they are stored."""
    columns = {}
    for name, values in series.columns.items():
        places = decimals(name)
        listed = values if isinstance(values, list) else np.asarray(values).tolist()
        if places is not None:
            listed = [round(value, places) if math.isfinite(value) else None for value in listed]
        columns[name] = listed
    return columns


def frames_of(series: Series) -> FrameTable:
    """Return what was judged frame by frame, for `from_document`."""
    # Rounded again: single precision holds no decimal exactly, and the times are those of the track.
    angles = {name: rounded_array(series.columns[name], _ANGLE_DECIMALS) for name in ANGLES}
    return FrameTable(
        angles={
            "t_s": rounded_array(series.columns["t_s"], FRAME_TIME_DECIMALS),
            **angles,
            "usable": np.asarray(series.columns["usable"], np.bool_),
        },
        phases=tuple(Phase(phase) for phase in series.columns["phase"]),
        rep_of_frame=np.asarray(series.columns["rep"], np.int64),
    )


def load_series(store: Store, connection: Connection, uid: str, *, as_analysed: bool = False) -> Series:
    """Return the series of the result that is shown of a session."""
    name, sha256 = series_file_of(connection, uid, as_analysed=as_analysed)
    return read_series(store.series_path(name), sha256=sha256)
