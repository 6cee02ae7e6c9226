"""The tables of a batch: one row a clip, one row a repetition. docs/batch.md explains each column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any, Protocol

from formcheck.batch.rows import SET_NUMBERS, SOFTWARE, SessionRows
from formcheck.batch.tasks import BatchClip, ClipFailure
from formcheck.extras import Extra, installed
from formcheck.record.exports.tables import CsvFile
from formcheck.text.catalogue import Texts


class ClipState(StrEnum):
    """What became of a clip."""

    DONE = "done"
    FAILED = "failed"
    DUPLICATE = "duplicate"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class ClipResult:
    """What is known of one clip of a batch.

    Parameters
    ----------
    clip : BatchClip
    state : ClipState
    content_sha256, folder : str
        Fingerprint of the clip's bytes, and where its results are; empty if there are none.
    settings : str
        Fingerprint of what it was analysed with; empty if it was not.
    same_as : str
        Path of the clip with the same content that was analysed instead.
    failure, rows : optional
        Why it failed, or what was measured.
    """

    clip: BatchClip
    state: ClipState
    content_sha256: str = ""
    folder: str = ""
    settings: str = ""
    same_as: str = ""
    failure: ClipFailure | None = None
    rows: SessionRows | None = None


def _columns(*groups: tuple[type, Sequence[str]]) -> dict[str, type]:
    return {name: kind for kind, names in groups for name in names}


class Results(Protocol):
    """The results of the clips of a batch in their order, each read when it is asked for, without repetitions."""

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> ClipResult: ...

    def __iter__(self) -> Iterator[ClipResult]: ...


# The columns of each table, and what is in them.
RESULTS = _columns(
    (str, ("name", "path", "state", "trouble", "reason", "duplicate_of", "folder", "content_sha256", "side")),
    (bool, ("side_given",)),
    (int, ("rep_count", "met_reps", "not_met_reps", "undecided_reps", "partial_reps", "cut_reps")),
    (float, SET_NUMBERS),
    (str, ("not_met",)),
    (float, ("usable_fraction",)),
    (str, ("quality", "headline")),
    (bool, ("lying",)),
    (float, ("azimuth_deg", "duration_s")),
    (int, ("width_px", "height_px")),
    (float, ("nominal_fps",)),
    (str, ("codec", "protocol", "protocol_version", "protocol_sha256", "model", "model_sha256", *SOFTWARE, "settings")),
)
REPS = _columns(
    (str, ("name", "path", "content_sha256", "side")),
    (int, ("rep",)),
    (bool, ("complete", "partial")),
    (str, ("status", "deciding")),
    (float, ("start_s", "peak_s", "end_s", "knee_start_deg", "knee_end_deg", "knee_se_deg")),
    (float, ("hip_mean_deg", "hip_min_deg", "hip_max_deg", "hip_se_deg")),
    (float, ("extend_s", "hold_s", "return_s", "peak_speed_deg_s")),
    (str, ("settings",)),
)
CSV_TABLES = ("results.csv", "reps.csv")
_PARQUET_MARK = b"PAR1"
DATASETS = ("results", "reps")
"""Folders of Parquet files, read as one table each."""


def write_csv(results: Iterable[ClipResult], texts: Texts, clips_file: IO[bytes], reps_file: IO[bytes]) -> None:
    """Write both tables, `CSV_TABLES`. Equal results give equal bytes in one language."""
    clips, reps = CsvFile(clips_file, RESULTS), CsvFile(reps_file, REPS)
    for result in results:
        clips.add(_clip_row(result, texts))
        for row in _rep_rows(result):
            reps.add(row)


def dataset_part(results: Sequence[ClipResult], texts: Texts) -> dict[str, bytes]:
    """Return a Parquet file for each of `DATASETS`; none where what writes it is not installed."""
    if not installed(Extra.RESEARCH):
        return {}
    from formcheck.record.exports.parquet import parquet_bytes

    rep_rows = [row for result in results for row in _rep_rows(result)]
    return {
        "results": parquet_bytes(RESULTS, [_clip_row(result, texts) for result in results]),
        "reps": parquet_bytes(REPS, rep_rows),
    }


def is_dataset_file(data: bytes | None) -> bool:
    """Tell a whole Parquet file from half of one."""
    return data is not None and data[:4] == data[-4:] == _PARQUET_MARK


def _clip_row(result: ClipResult, texts: Texts) -> dict[str, Any]:
    """Return a clip's row; None for what is not known."""
    failure, rows = result.failure, result.rows
    measured = {}
    if rows is not None:
        quality = " ".join(texts.say(reason) for reason in rows.quality)
        measured = {**rows.clip, "headline": texts.say(rows.headline), "quality": quality}
    return {
        **dict.fromkeys(RESULTS),
        **measured,
        "name": result.clip.name,
        "path": result.clip.display_path,
        "state": result.state.value,
        "trouble": failure.kind.value if failure else None,
        "reason": failure.reason if failure else None,
        "duplicate_of": result.same_as or None,
        "folder": result.folder or None,
        "content_sha256": result.content_sha256 or None,
        "settings": result.settings or None,
    }


def _rep_rows(result: ClipResult) -> Iterator[dict[str, Any]]:
    """One row a repetition of an analysed clip; those of a duplicate stand with the clip that it equals."""
    if result.rows is None:
        return
    for rep in result.rows.reps:
        yield {
            "name": result.clip.name,
            "path": result.clip.display_path,
            "content_sha256": result.content_sha256,
            "side": result.rows.clip["side"],
            **rep,
            "settings": result.settings,
        }
