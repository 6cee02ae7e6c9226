"""The tables of the record, as the newest migration leaves them. docs/record.md explains each column.

Times are ISO 8601 text with the offset of the place where it happened, days are ``YYYY-MM-DD`` there. Rows of
results, answers, marks, notes, corrections and prescriptions are only ever added; the newest one holds, and of results
a reviewed one that was not withdrawn before all others (`choice`). A review is one row, which its next version
replaces. A question is a row until it is answered, a calibration until it is removed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from formcheck.parsing import parse_json_object

METADATA = MetaData()
# A set of a thousand repetitions with all its findings is a hundredth of it.
_MAX_DOCUMENT_BYTES = 64_000_000

STATUS_COUNTS = {"met_reps": "met", "not_met_reps": "not_met", "undecided_reps": "undecided"}
"""Columns of a result that count repetitions by their status, and the fields of `SetStatistics` they are from."""
STATISTICS = (
    "knee_end_deg",
    "knee_end_met_deg",
    "knee_se_deg",
    "hip_mean_deg",
    "hip_range_deg",
    "rep_s",
    "peak_speed_deg_s",
    "hip_se_deg",
)
"""Columns of a result that are fields of `SetStatistics` under the same names."""
REVIEW_COLUMNS = ("reviewer", "reviewed_at", "overruled")
"""Columns of a reviewed result; null in one as analysed."""
CALIBRATION_COLUMNS = ("calibration", "calibrated_frames")
"""Columns that say by which marks by hand the angles are calibrated (`values.CalibratedBy`), and on how many frames."""
REP_TIMES = ("start_s", "peak_s", "end_s")
REP_NUMBERS = {
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
"""Columns of a repetition, and the fields of `Rep` they are from; null = not measurable."""


def _key() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _of_session() -> Column[int]:
    return Column("session_id", ForeignKey("session.id", ondelete="CASCADE"), nullable=False, index=True)


def _of_profile() -> Column[int]:
    return Column("profile_id", ForeignKey("profile.id", ondelete="CASCADE"), nullable=False, index=True)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


PROFILE = Table("profile", METADATA, _key(), Column("code", Text, nullable=False, unique=True), _text("made_at"))

PROTOCOL = Table(
    "protocol",
    METADATA,
    Column("sha256", Text, primary_key=True),
    *(_text(name) for name in ("id", "version", "name", "text")),
)

SESSION = Table(
    "session",
    METADATA,
    _key(),
    Column("uid", Text, nullable=False, unique=True),
    _of_profile(),
    _text("identity"),
    *(_text(name) for name in ("origin", "ended", "practised_at", "day")),
    _text("content_sha256"),
    Column("protocol_sha256", ForeignKey("protocol.sha256"), nullable=False),
    *(_text(name) for name in ("model_name", "model_sha256")),
    UniqueConstraint("profile_id", "identity"),
    CheckConstraint("origin in ('analyze', 'live')", name="origin_known"),
    CheckConstraint("ended in ('whole', 'stopped', 'interrupted')", name="ended_known"),
    Index("session_by_day", "profile_id", "day"),
)

RESULT = Table(
    "result",
    METADATA,
    _key(),
    _of_session(),
    *(_text(name) for name in ("kept_at", "software", "fingerprint")),
    Column("document", LargeBinary, nullable=False),
    *(_text(name) for name in ("series_file", "series_sha256")),
    _text("side", nullable=True),
    Column("usable_fraction", Float, nullable=False),
    Column("rep_count", Integer, nullable=False),
    *(Column(name, Integer, nullable=False) for name in STATUS_COUNTS),
    *(Column(name, Float) for name in STATISTICS),
    Column("protocol_sha256", ForeignKey("protocol.sha256")),
    *(_text(name, nullable=True) for name in ("reviewer", "reviewed_at")),
    *(Column(name, Integer) for name in ("calibrated_frames", "overruled")),
    *(_text(name, nullable=True) for name in ("withdrawn_at", "calibration")),
    UniqueConstraint("session_id", "fingerprint"),
)

REP = Table(
    "rep",
    METADATA,
    Column("result_id", ForeignKey("result.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    *(Column(name, Boolean, nullable=False) for name in ("complete", "partial")),
    _text("status", nullable=True),
    _text("deciding"),
    *(Column(name, Float, nullable=False) for name in REP_TIMES),
    *(Column(name, Float) for name in REP_NUMBERS),
    # A repetition is found by its result alone: the row can be its own index.
    sqlite_with_rowid=False,
)

ANSWER = Table(
    "answer",
    METADATA,
    _key(),
    _of_session(),
    *(_text(name) for name in ("author_role", "given_at")),
    Column("pain_before", Integer),
    Column("pain_after", Integer),
    *(_text(name, nullable=True) for name in ("places", "stopped_because", "red_flags")),
    CheckConstraint("pain_before between 0 and 10", name="pain_before_in_range"),
    CheckConstraint("pain_after between 0 and 10", name="pain_after_in_range"),
)

QUESTION = Table("question", METADATA, _key(), _of_session(), *(_text(name) for name in ("asked_at", "name")))

MARK = Table(
    "mark",
    METADATA,
    _key(),
    _of_session(),
    _text("kind"),
    Column("at_s", Float, nullable=False),
    Column("knee_flexion_deg", Float),
    Column("knee_se_deg", Float),
)

NOTE = Table(
    "note",
    METADATA,
    _key(),
    _of_profile(),
    Column("session_id", ForeignKey("session.id", ondelete="CASCADE"), index=True),
    *(_text(name) for name in ("author_role", "written_at", "text")),
)

CORRECTION = Table(
    "correction",
    METADATA,
    _key(),
    _of_session(),
    *(_text(name) for name in ("author_role", "made_at", "subject", "value", "reason")),
)

REVIEW = Table(
    "review",
    METADATA,
    Column("session_id", ForeignKey("session.id", ondelete="CASCADE"), primary_key=True),
    Column("revision", Integer, nullable=False),
    *(_text(name) for name in ("saved_at", "reviewer")),
    Column("done", Boolean, nullable=False),
    *(_text(name) for name in ("text", "outcome")),
)

PRESCRIPTION = Table(
    "prescription",
    METADATA,
    _key(),
    _of_profile(),
    *(_text(name) for name in ("author_role", "made_at", "protocol_id", "side")),
    Column("reps", Integer, nullable=False),
    Column("sets_per_day", Integer, nullable=False),
    _text("starts_on"),
    _text("ends_on", nullable=True),
    _text("notes"),
)

CALIBRATION = Table(
    "calibration", METADATA, _key(), _of_profile(), *(_text(name) for name in ("made_at", "side", "text"))
)


def now() -> str:
    """Return this moment as the record writes it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def packed(document: Mapping[str, Any]) -> bytes:
    """Return a document as the record stores it: zlib, a tenth of its length."""
    return zlib.compress(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode(), 9)


def unpacked(data: bytes) -> dict[str, Any]:
    """Return a stored document.

    Raises
    ------
    ValueError
        It is damaged, or larger than any that was ever stored.
    """
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(data, _MAX_DOCUMENT_BYTES)
    except zlib.error as error:
        raise ValueError(f"expected a stored document, got other bytes ({error})") from None
    if not unpacker.eof:
        raise ValueError(f"expected a whole document of at most {_MAX_DOCUMENT_BYTES / 1e6:g} MB")
    return parse_json_object(text)
