"""What a batch leaves behind besides the results: tables as CSV, the summary, and how it went in a few words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from formcheck.batch.page import summary_files
from formcheck.batch.paging import PAGES_FOLDER, SUMMARY_FILE
from formcheck.batch.results import BatchResults
from formcheck.batch.reviews import KeptReview
from formcheck.batch.storage import ResultStorage
from formcheck.batch.tables import CSV_TABLES, DATASETS, ClipResult, ClipState, write_csv
from formcheck.batch.tasks import PRIVATE_FOLDER, BatchSettings
from formcheck.extras import Extra, installed
from formcheck.text.catalogue import Texts

_WRITTEN = f"{PRIVATE_FOLDER}/written"
# Tables of earlier versions, which would be of other results.
_OBSOLETE = ("results.parquet", "reps.parquet")
_MAX_FAILURES = 20


@dataclass(frozen=True, slots=True)
class BatchReport:
    """How many clips are in which state, the first of those that failed, and the reviews that go with new results."""

    counts: Counter[ClipState]
    failures: tuple[ClipResult, ...]
    reviews: tuple[KeptReview, ...]


def write_report(
    results: BatchResults,
    storage: ResultStorage,
    settings: BatchSettings,
    *,
    csv: bool,
    changed: bool,
    partial: bool,
    reviews: Sequence[KeptReview],
) -> BatchReport:
    """Write tables and summary, unless they are of the same results already.

    Parameters
    ----------
    results : BatchResults
    storage : ResultStorage
    settings : BatchSettings
    csv : bool
        Write the tables as CSV.
    changed : bool
        Clips were analysed, so that they are certainly not.
    partial : bool
        The run ended before all clips were listed: tables and summary of all of them stay as they are.
    reviews : sequence of KeptReview
        Handed on.
    """
    state = _fingerprint(results, settings, csv=csv)
    ((_, written),) = storage.read([_WRITTEN])
    there = storage.names("")
    outdated = changed or written != state or not {SUMMARY_FILE, *(CSV_TABLES if csv else ())}.issubset(there)
    if outdated and not (partial and SUMMARY_FILE in there):
        storage.remove(_WRITTEN)
        _write(results, storage, settings, csv=csv)
        storage.write(_WRITTEN, state)
    states = [results.state(place) for place in range(len(results))]
    failed = (results[place] for place, state in enumerate(states) if state is ClipState.FAILED)
    return BatchReport(Counter(states), tuple(islice(failed, _MAX_FAILURES)), tuple(reviews))


def _fingerprint(results: BatchResults, settings: BatchSettings, *, csv: bool) -> bytes:
    return json.dumps([settings.fingerprint, settings.language, csv, results.fingerprint()]).encode()


def _write(results: BatchResults, storage: ResultStorage, settings: BatchSettings, *, csv: bool) -> None:
    if csv:
        with storage.writing(CSV_TABLES[0]) as clips_file, storage.writing(CSV_TABLES[1]) as reps_file:
            write_csv(results.with_reps(), Texts(settings.language), clips_file, reps_file)
    for name in (*_OBSOLETE, *(() if csv else CSV_TABLES)):
        storage.remove(name)
    pages = set()
    for name, page in summary_files(results, settings, tables=list(_linked_tables(csv=csv))):
        storage.write(name, page)
        pages.add(name)
    for name in storage.names(PAGES_FOLDER):
        if f"{PAGES_FOLDER}/{name}" not in pages:
            storage.remove(f"{PAGES_FOLDER}/{name}")


def _linked_tables(*, csv: bool) -> Iterator[str]:
    if csv:
        yield from CSV_TABLES
    if installed(Extra.RESEARCH):
        yield from (f"{dataset}/" for dataset in DATASETS)
