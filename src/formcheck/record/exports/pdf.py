"""The report of a session as PDF."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from formcheck.errors import StoreError
from formcheck.parsing import parse_toml
from formcheck.protocols.model import Hold, ToesReading
from formcheck.record.choice import result_of
from formcheck.record.exports import ExportFiles
from formcheck.record.exports.selection import Selection, per_session
from formcheck.record.profiles import profile_words
from formcheck.record.queries import protocol_text
from formcheck.record.review_words import review_sentences
from formcheck.record.series import frames_of
from formcheck.report.html import render_report
from formcheck.report.pdf import print_pdf
from formcheck.report.protocol import ProtocolView
from formcheck.session.document import from_document
from formcheck.text.numbers import day_and_time


def pdf_files(selection: Selection) -> ExportFiles:
    """Return one PDF per session."""
    yield from per_session(selection, lambda uid: iter([(f"{uid}.pdf", print_pdf(saved_report(selection, uid)))]))


def saved_report(selection: Selection, uid: str, *, video: str | None = None) -> str:
    """Render the report of the result that is shown of a session. The record has no frames of the clip to show.

    With ``video``, the name of an annotated clip that lies beside the page, it plays that. Person and day stand where
    the report of a clip has the clip's name, which often says who is in it.
    """
    line, document = selection.line(uid), selection.result(uid)["document"]
    analysed = result_of(selection.connection, uid, as_analysed=True)
    session = from_document(document, frames_of(selection.series(uid)))
    person = profile_words(selection.texts, line.profile)
    name = f"{person}, {day_and_time(selection.texts, line.practised_at)}"
    return render_report(
        replace(session, clip=replace(session.clip, name=name)),
        texts=selection.texts,
        protocol_view=_protocol_view(protocol_text(selection.connection, document["protocol"]["sha256"])),
        thumbnails={},
        analysed_at=datetime.fromisoformat(analysed["kept_at"]),
        review=review_sentences(line, selection.texts),
        video=video,
    )


def _protocol_view(text: str) -> ProtocolView:
    """Take only what the report shows from a stored protocol, so that one of an older formcheck will do."""
    try:
        values = parse_toml(text)
        hip = values["hip"]["flexion_deg"]
        return ProtocolView(
            toes=ToesReading(values["toes"]["reading"]),
            prescribed_reps=int(values["set"]["reps"]["value"]),
            hip_target_deg=(float(hip["low"]), float(hip["high"])),
            hold=Hold(values["hands"].get("hold", Hold.BOTH)),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"the protocol stored with this session cannot be read by this formcheck ({type(error).__name__}); "
            "use the version that stored it"
        ) from None
