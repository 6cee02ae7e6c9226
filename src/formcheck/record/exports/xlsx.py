"""Sessions as workbooks for a spreadsheet program. Needs the extra "clinic"."""

from __future__ import annotations

import numpy as np

from formcheck.form.summary import summarize
from formcheck.record.exports import ExportFiles
from formcheck.record.exports.selection import Selection, per_session
from formcheck.record.profiles import profile_words
from formcheck.record.review_words import review_sentences
from formcheck.record.series import frames_of
from formcheck.report.workbook import workbook
from formcheck.session.document import from_document
from formcheck.text.numbers import day_and_time


def xlsx_files(selection: Selection) -> ExportFiles:
    """Return one workbook per session."""
    yield from per_session(selection, lambda uid: iter([(f"{uid}.xlsx", _workbook(selection, uid))]))


def _workbook(selection: Selection, uid: str) -> bytes:
    line, texts = selection.line(uid), selection.texts
    frames = frames_of(selection.series(uid))
    session = from_document(selection.result(uid)["document"], frames)
    summary = summarize(session)
    when = day_and_time(texts, line.practised_at)
    head = [
        texts.get("record.show.title", uid=uid, profile=profile_words(texts, line.profile), when=when),
        *map(texts.say, (summary.headline, *summary.sentences)),
        *review_sentences(line, texts),
    ]
    return workbook(session, head, texts, t_s=np.asarray(frames.angles["t_s"]), by_hand=selection.by_hand(uid))
