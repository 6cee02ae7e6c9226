"""Formats in which sessions leave the practice record: each is one module, registered here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from formcheck.extras import Extra, using

if TYPE_CHECKING:
    from formcheck.record.exports.selection import Selection


# Yields the name of each file and what is in it, one at a time: a record may be larger than memory.
ExportFiles = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format: the function that makes its files, by module and name, its line in ``--help``, and what it needs."""

    module: str
    function: str
    about: str
    extra: Extra | None = None


EXPORT_FORMATS = {
    "csv": ExportFormat(
        "tables",
        "csv_files",
        "tables of sessions, reps, findings, what was measured by hand, notes, corrections; one of frames per session",
    ),
    "parquet": ExportFormat(
        "parquet", "parquet_files", "the same tables, with types (needs formcheck[research])", Extra.RESEARCH
    ),
    "xlsx": ExportFormat(
        "xlsx",
        "xlsx_files",
        "a workbook per session: repetitions, angles frame by frame (needs formcheck[clinic])",
        Extra.CLINIC,
    ),
    "json": ExportFormat("archive", "json_files", "everything that the record holds, for 'formcheck import'"),
    "fhir": ExportFormat(
        "fhir", "fhir_files", "one FHIR R4B Bundle per session (needs formcheck[clinic])", Extra.CLINIC
    ),
    "opensim": ExportFormat("opensim", "opensim_files", "angles as .mot and landmarks as .trc"),
    "pdf": ExportFormat("pdf", "pdf_files", "the report, to print or to send (needs Chromium, Chrome or Edge)"),
}


def export_files(kind: str, selection: Selection) -> ExportFiles:
    """Return the files of an export in a format of `EXPORT_FORMATS`."""
    chosen = EXPORT_FORMATS[kind]
    # The libraries of one format take seconds to load; the others do without them.
    with using(chosen.extra, f"--format {kind}") if chosen.extra is not None else nullcontext():
        module = importlib.import_module(f"{__name__}.{chosen.module}")
    make: Callable[[Selection], ExportFiles] = getattr(module, chosen.function)
    return make(selection)
