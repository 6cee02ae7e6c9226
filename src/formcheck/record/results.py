"""Results in the record: a session's document, and the numbers taken out of it for lists and charts."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from formcheck.form.statistics import RepStatus, set_statistics, statuses
from formcheck.record.schema import (
    REP,
    REP_NUMBERS,
    REP_TIMES,
    RESULT,
    STATISTICS,
    STATUS_COUNTS,
    packed,
    unpacked,
)
from formcheck.record.values import CalibratedBy
from formcheck.resolution import rounded
from formcheck.session.document import from_document, reviewed_part
from formcheck.session.schema import ReviewedPart
from formcheck.types import Rep, Session


def fingerprint_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of a result's document; protocol, model and software versions are part of it."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def add_result(
    connection: Connection,
    session_id: int,
    document: Mapping[str, Any],
    *,
    kept_at: str,
    software: str,
    series_file: str,
    series_sha256: str,
    withdrawn_at: str | None = None,
) -> bool:
    """Add a result with its repetitions, as analysed or as reviewed; False when the very same one is there.

    The protocol that the document names must be in the record.

    Raises
    ------
    ValueError
        The document is not that of a session.
    """
    fingerprint = fingerprint_of(document)
    same = (RESULT.c.session_id == session_id) & (RESULT.c.fingerprint == fingerprint)
    if connection.execute(select(RESULT.c.id).where(same)).one_or_none() is not None:
        return False
    session = from_document(document)
    values = {
        "session_id": session_id,
        "kept_at": kept_at,
        "software": software,
        "fingerprint": fingerprint,
        "document": packed(document),
        "series_file": series_file,
        "series_sha256": series_sha256,
        "side": session.side,
        "usable_fraction": session.quality.usable_fraction,
        **_statistics(session),
        "protocol_sha256": session.protocol_sha256,
        **_review_columns(session, reviewed_part(document)),
        "withdrawn_at": withdrawn_at,
    }
    result_id = connection.execute(insert(RESULT).values(values).returning(RESULT.c.id)).scalar_one()
    _add_reps(connection, result_id, session)
    return True


def derive_again(connection: Connection) -> None:
    """Derive the numbers of every result from its document, in place of those that an older formcheck derived."""
    for result_id in connection.execute(select(RESULT.c.id)).scalars().all():
        data = connection.execute(select(RESULT.c.document).where(RESULT.c.id == result_id)).scalar_one()
        session = from_document(unpacked(data))
        connection.execute(update(RESULT).where(RESULT.c.id == result_id).values(_statistics(session)))
        connection.execute(delete(REP).where(REP.c.result_id == result_id))
        _add_reps(connection, result_id, session)


def _review_columns(session: Session, reviewed: ReviewedPart | None) -> dict[str, Any]:
    """Return who signed a result, and by which marks by hand its angles are calibrated."""
    use = session.kept_calibration
    calibration, frames = (CalibratedBy.KEPT, use.frames) if use is not None and use.used else (None, 0)
    if reviewed is None:
        return {"calibration": calibration, "calibrated_frames": frames}
    if not reviewed.done or reviewed.saved_at is None:
        raise ValueError("expected a review that was signed as complete, got a draft")
    if reviewed.calibrated_frames:
        calibration, frames = CalibratedBy.CLIP, reviewed.calibrated_frames
    return {
        "reviewer": reviewed.reviewer,
        "reviewed_at": reviewed.saved_at,
        "overruled": reviewed.overruled,
        "calibration": calibration,
        "calibrated_frames": frames,
    }


def _statistics(session: Session) -> dict[str, Any]:
    found = rounded(set_statistics(session))
    return {
        "rep_count": found.complete,
        **{column: getattr(found, field) for column, field in STATUS_COUNTS.items()},
        **{name: _number(getattr(found, name)) for name in STATISTICS},
    }


def _add_reps(connection: Connection, result_id: int, session: Session) -> None:
    status_of = {status.rep: status for status in statuses(session)}
    rows = [{"result_id": result_id, **_rep_row(rep, status_of.get(rep.index))} for rep in session.reps]
    if rows:
        connection.execute(insert(REP), rows)


def _rep_row(rep: Rep, status: RepStatus | None) -> dict[str, Any]:
    return {
        "number": rep.index,
        "complete": rep.complete,
        "partial": rep.partial,
        "status": status.status.value if status is not None else None,
        "deciding": ",".join(finding.rule for finding in status.deciding) if status is not None else "",
        **{name: getattr(rep, name) for name in REP_TIMES},
        **{column: _number(getattr(rep, field)) for column, field in REP_NUMBERS.items()},
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
