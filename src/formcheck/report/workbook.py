"""A judged set as a workbook for a spreadsheet program: repetitions, and angles by frame. Needs the extra "clinic"."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from formcheck.form.set_numbers import set_numbers
from formcheck.form.statistics import statuses
from formcheck.resolution import FRAME_TIME_DECIMALS, rounded, rounded_array
from formcheck.session.by_hand import HandReading, frame_number
from formcheck.text.catalogue import Texts
from formcheck.text.findings import deciding_words, rule_title, status_word, unit_word, verdict_word
from formcheck.text.numbers import printable
from formcheck.types import FloatArray, Session

_Row = Sequence[Any]
# Headers of the catalogue, each with how its numbers are shown: the cells hold all decimals that are kept.
_REP_COLUMNS: Mapping[str, str] = {
    "rep": "0", "status": "@", "deciding": "@", "partial": "General", "start_s": "0.00", "peak_s": "0.00",
    "end_s": "0.00", "knee_start_deg": "0.0", "knee_end_deg": "0.0", "knee_se_deg": "0.0", "hip_mean_deg": "0.0",
    "hip_min_deg": "0.0", "hip_max_deg": "0.0", "hip_se_deg": "0.0", "extend_s": "0.00", "hold_s": "0.00",
    "return_s": "0.00", "peak_speed_deg_s": "0",
}  # fmt: skip
_ANGLE_COLUMNS: Mapping[str, str] = {
    "t_s": "0.000", "hip_flexion_deg": "0.0", "hip_se_deg": "0.0", "knee_flexion_deg": "0.0", "knee_se_deg": "0.0",
    "ankle_dorsiflexion_deg": "0.0", "foot_from_vertical_deg": "0.0", "hand_distance_thighs": "0.00",
    "usable": "General", "phase": "@", "rep": "0",
}  # fmt: skip
# The Set sheet's: unlike in the others, each row has a unit of its own.
_SET_COLUMNS: Mapping[str, str] = {
    "number": "@", "value": "General", "unit": "@", "se": "General", "limit_low": "General", "limit_high": "General",
    "verdict": "@",
}  # fmt: skip
_HAND_COLUMNS: Mapping[str, str] = {
    "frame": "0", "t_s": "0.000", "what": "@", "value": "0.0", "unit": "@", "in_plane": "0.0",
    "formcheck": "0.0", "formcheck_se": "0.0",
    "difference": "0.0", "rater": "@",
}  # fmt: skip
_SET_DECIMALS = 2
_WIDTH, _TEXT_WIDTH = 13, 90
# Without times of their own, equal sets are equal bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MADE_AT = datetime(1980, 1, 1, tzinfo=UTC)


def workbook(
    session: Session, head: Sequence[str], texts: Texts, *, t_s: FloatArray, by_hand: Sequence[HandReading] = ()
) -> bytes:
    """Return a set as an .xlsx file: sheets of the set, its repetitions, its angles, and what was measured by hand.

    Numbers are numbers, with their units in the header of the column; an empty cell means not measurable.

    Parameters
    ----------
    session : Session
    head : sequence of str
        Whose set it is, and what is to be said of it: a line of the first sheet each.
    texts : Texts
    t_s : (T,) float
        Frame times, also of a session without angles.
    by_hand : sequence of HandReading
        What a reviewer measured; without any there is no sheet of it.
    """
    book = openpyxl.Workbook(write_only=True)
    book.properties.creator = "formcheck"
    book.properties.created = book.properties.modified = _MADE_AT
    words = book.create_sheet(texts.get("workbook.set"))
    words.column_dimensions["A"].width = _TEXT_WIDTH
    for number in range(2, len(_SET_COLUMNS) + 1):
        words.column_dimensions[get_column_letter(number)].width = _WIDTH
    for line in head:
        words.append([_cell(words, line, "@", wrapped=True)])
    words.append([])
    _rows(words, _SET_COLUMNS, _set_rows(session, texts), texts)
    _table(book.create_sheet(texts.get("workbook.reps")), _REP_COLUMNS, _rep_rows(session, texts), texts)
    _table(book.create_sheet(texts.get("workbook.angles")), _ANGLE_COLUMNS, _angle_rows(session, t_s, texts), texts)
    if by_hand:
        _table(book.create_sheet(texts.get("workbook.by_hand")), _HAND_COLUMNS, _hand_rows(by_hand, t_s, texts), texts)
    return _file_bytes(book)


def _table(sheet: Any, columns: Mapping[str, str], rows: Iterable[_Row], texts: Texts) -> None:
    # In a sheet that is written row by row these come before the first row.
    sheet.freeze_panes = "B2"
    for number in range(1, len(columns) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTH
    _rows(sheet, columns, rows, texts)


def _rows(sheet: Any, columns: Mapping[str, str], rows: Iterable[_Row], texts: Texts) -> None:
    sheet.append([_cell(sheet, texts.get(f"workbook.column.{name}"), "@", bold=True, wrapped=True) for name in columns])
    for row in rows:
        sheet.append([_cell(sheet, value, shown) for value, shown in zip(row, columns.values(), strict=True)])


def _cell(sheet: Any, value: Any, shown: str, *, bold: bool = False, wrapped: bool = False) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    cell = WriteOnlyCell(sheet, printable(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        # Also one that begins as a formula.
        cell.data_type = "s"
    cell.number_format = shown
    if bold:
        cell.font = Font(bold=True)
    if wrapped:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _set_rows(session: Session, texts: Texts) -> Iterator[_Row]:
    """The numbers of the set, and what each rule found in the set as a whole."""
    for key, number in set_numbers(session).items():
        label, unit = texts.get(f"clinician.numbers.{key}"), unit_word(texts, number.unit)
        yield label, _kept_decimals(number.value), unit, _kept_decimals(number.se), None, None, None
    for one in session.findings_of(None):
        observed, error, low, high = map(_kept_decimals, (one.observed, one.se, *one.limit))
        measured = (observed, unit_word(texts, one.unit) if observed is not None else None, error)
        yield rule_title(texts, one.rule), *measured, low, high, verdict_word(texts, one.verdict)


def _kept_decimals(value: float | None) -> float | None:
    return None if value is None else round(value, _SET_DECIMALS)


def _hand_rows(by_hand: Sequence[HandReading], t_s: FloatArray, texts: Texts) -> Iterator[_Row]:
    for one in by_hand:
        what, unit = texts.get(f"workbook.what.{one.kind}"), unit_word(texts, one.unit)
        own = (one.in_plane, one.formcheck, one.formcheck_se, one.difference, one.rater or None)
        yield frame_number(t_s, one.at_s), one.at_s, what, one.value, unit, *own


def _rep_rows(session: Session, texts: Texts) -> Iterator[_Row]:
    status_of = {one.rep: one for one in statuses(session)}
    for rep in map(rounded, session.reps):
        status = status_of.get(rep.index)
        yield (
            rep.index,
            status_word(texts, status.status) if status is not None else texts.get("status.cut"),
            deciding_words(texts, status.status, status.deciding) if status is not None else None,
            rep.partial,
            *(rep.start_s, rep.peak_s, rep.end_s),
            *(rep.knee_flexion_start_deg, rep.knee_flexion_peak_deg, rep.knee_se_deg),
            *(rep.hip_flexion_mean_deg, rep.hip_flexion_min_deg, rep.hip_flexion_max_deg, rep.hip_se_deg),
            *(rep.extend_s, rep.hold_s, rep.return_s, rep.peak_speed_deg_s),
        )


def _angle_rows(session: Session, t_s: FloatArray, texts: Texts) -> Iterator[_Row]:
    angles = rounded(session.angles) if session.angles is not None else None
    measured = [name for name in _ANGLE_COLUMNS if name.endswith(("_deg", "_thighs"))]
    nothing = [math.nan] * len(t_s)
    columns = [getattr(angles, name).tolist() if angles is not None else nothing for name in measured]
    usable = angles.usable.tolist() if angles is not None else [False] * len(t_s)
    phases = [texts.get(f"phase.{phase}") for phase in session.phases]
    reps = [rep or None for rep in session.rep_of_frame.tolist()]
    return zip(rounded_array(t_s, FRAME_TIME_DECIMALS).tolist(), *columns, usable, phases, reps, strict=True)


def _file_bytes(book: Any) -> bytes:
    made, settled = io.BytesIO(), io.BytesIO()
    ExcelWriter(book, zipfile.ZipFile(made, "w")).save()
    with zipfile.ZipFile(made) as archive, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as again:
        for name in archive.namelist():
            again.writestr(zipfile.ZipInfo(name, _ZIP_TIME), archive.read(name), zipfile.ZIP_DEFLATED)
    return settled.getvalue()
