"""Results in the record: a session's document, and the numbers taken out of it for counting and drawing."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from datetime import datetime
from statistics import median
from typing import Any

from sqlalchemy import Connection, insert, select

from formcheck.record.schema import REP, RESULT

_REP_COLUMNS = {
    "start_s": "start_s",
    "peak_s": "peak_s",
    "end_s": "end_s",
    "knee_start_deg": "knee_flexion_start_deg",
    "knee_end_deg": "knee_flexion_peak_deg",
    "knee_se_deg": "knee_se_deg",
    "hip_mean_deg": "hip_flexion_mean_deg",
    "hip_min_deg": "hip_flexion_min_deg",
    "hip_max_deg": "hip_flexion_max_deg",
    "hip_se_deg": "hip_se_deg",
    "extend_s": "extend_s",
    "hold_s": "hold_s",
    "return_s": "return_s",
    "peak_speed_deg_s": "peak_speed_deg_s",
}


def now() -> str:
    """Return this moment as the record writes it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def fingerprint_of(document: dict[str, Any]) -> str:
    """SHA-256 of a result's document; protocol, model and software versions are part of it."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def packed(document: dict[str, Any]) -> bytes:
    """Return a document as the record stores it: zlib, a tenth of its length."""
    return zlib.compress(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(), 9)


def unpacked(data: bytes) -> dict[str, Any]:
    """Return a stored document."""
    document: dict[str, Any] = json.loads(zlib.decompress(data))
    return document


def add_result(
    connection: Connection,
    session_id: int,
    document: dict[str, Any],
    *,
    kept_at: str,
    software: str,
    series_file: str,
    series_sha256: str,
) -> bool:
    """Add a result with its repetitions; False when the very same one is there."""
    fingerprint = fingerprint_of(document)
    same = (RESULT.c.session_id == session_id) & (RESULT.c.fingerprint == fingerprint)
    if connection.execute(select(RESULT.c.id).where(same)).one_or_none() is not None:
        return False
    rows = [_rep_row(rep) for rep in document["reps"]]
    values = {
        "session_id": session_id,
        "kept_at": kept_at,
        "software": software,
        "fingerprint": fingerprint,
        "document": packed(document),
        "series_file": series_file,
        "series_sha256": series_sha256,
        "side": document["side"],
        "usable_fraction": document["quality"]["usable_fraction"],
        "rep_count": document["rep_count"],
        **_medians(rows),
    }
    result_id = connection.execute(insert(RESULT).values(values).returning(RESULT.c.id)).scalar_one()
    if rows:
        connection.execute(insert(REP), [{"result_id": result_id, **row} for row in rows])
    return True


def _rep_row(rep: dict[str, Any]) -> dict[str, Any]:
    faults = [f["rule"] for f in rep["findings"] if f["verdict"] == "NOT_MET" and not f["advisory"]]
    return {
        "number": rep["index"],
        "complete": rep["complete"],
        "partial": rep["partial"],
        # A good repetition is whole, full, and fails no rule that counts.
        "good": rep["complete"] and not rep["partial"] and not faults,
        **{column: rep[field] for column, field in _REP_COLUMNS.items()},
        "faults": ",".join(faults),
    }


def _medians(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Take the knee over the good repetitions, hip and tempo over the complete ones."""
    good = [row for row in rows if row["good"]]
    whole = [row for row in rows if row["complete"]]
    ranges = [row["hip_max_deg"] - row["hip_min_deg"] for row in whole if row["hip_max_deg"] is not None]
    return {
        "good_reps": len(good),
        "knee_end_deg": _median([row["knee_end_deg"] for row in good]),
        "knee_se_deg": _median([row["knee_se_deg"] for row in good]),
        "hip_mean_deg": _median([row["hip_mean_deg"] for row in whole]),
        "hip_range_deg": _median(ranges),
        "rep_s": _median([row["end_s"] - row["start_s"] for row in whole]),
        "peak_speed_deg_s": _median([row["peak_speed_deg_s"] for row in whole]),
    }


def _median(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(median(known), 3) if known else None
