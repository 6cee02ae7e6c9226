"""The summary of a review for the patient: one HTML page that contains everything it shows."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from importlib.metadata import version

import jinja2

from formcheck.form import rules
from formcheck.form.cues import choose_cue
from formcheck.form.headline import headline
from formcheck.form.set_numbers import SetNumber, set_numbers
from formcheck.form.statistics import RepStatus, set_statistics, statuses
from formcheck.protocols.model import Protocol
from formcheck.report.curves import curves_of
from formcheck.report.page import (
    STATUS_KEYS,
    VERDICT_KEYS,
    page_template,
    policy,
    resource_text,
    running_foot,
    shared_style,
)
from formcheck.report.panels import PANEL_HEIGHT, PANEL_WIDTH, static_panels
from formcheck.review.apply import ReviewedSession
from formcheck.review.library import DateKind
from formcheck.review.model import Goniometer, Joint, Note
from formcheck.review.raters import agreements
from formcheck.review.storage import StoredReview
from formcheck.text import numbers
from formcheck.text.catalogue import Texts
from formcheck.text.findings import rule_title, verdict_word
from formcheck.text.numbers import Z_95, ceiling, printable
from formcheck.text.words import Words
from formcheck.types import Finding, Rep, Session, Status, Verdict

# More is not remembered on the mat.
_MAX_CUES = 2


@dataclass(frozen=True, slots=True)
class SummaryHead:
    """What the page says of the clip at its head; without a ``hip_target_deg`` no curves are drawn."""

    name: str
    person: str | None
    date: datetime | None
    prescribed: int | None
    date_kind: DateKind = "filmed"
    hip_target_deg: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number as analysed and as reviewed, as it is shown."""

    label: str
    analysed: str
    reviewed: str

    @property
    def differs(self) -> bool:
        """Whether the review changes it."""
        return self.analysed != self.reviewed


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A repetition with its status (None: incomplete), the findings that are not met or undecided, and its notes."""

    rep: Rep
    status: Status | None
    findings: tuple[str, ...]
    notes: tuple[Note, ...]


def render_summary(
    analysed: Session,
    reviewed: ReviewedSession,
    stored: StoredReview,
    protocol: Protocol | None,
    head: SummaryHead,
    images: Mapping[str, bytes],
    texts: Texts,
) -> str:
    """Render the summary of a review as one HTML page.

    Parameters
    ----------
    analysed : Session
    reviewed : ReviewedSession
    stored : StoredReview
    protocol : Protocol or None
        What the reviewed session is judged by, if it is on this machine.
    head : SummaryHead
    images : mapping of str to bytes
        JPEGs by the id of their key image or goniometer.
    texts : Texts

    Returns
    -------
    str
        The page. Equal arguments give an equal page.
    """
    session, review = reviewed.session, stored.review
    styles = (
        shared_style(charts=False)
        + resource_text("formcheck.review", "templates/summary.css")
        + running_foot(head.person, session.clip.name, texts)
    )
    curves = curves_of(session, hip_target_deg=head.hip_target_deg) if head.hip_target_deg is not None else None
    rows = number_rows(analysed, session, texts)
    page = _template().render(
        words=Words(texts),
        t=texts.get,
        seconds=partial(_bare_seconds, texts),
        head=head,
        session=session,
        headline=texts.say(headline(_without_allowed(reviewed))),
        review=review,
        saved_at=datetime.fromisoformat(stored.saved_at) if stored.saved_at else None,
        patient=patient_sentences(reviewed, protocol, texts),
        rows=rows,
        differs=any(row.differs for row in rows),
        changes=[change.to_json(texts) for change in reviewed.changes],
        notices=[texts.say(notice) for notice in reviewed.not_applied],
        goniometer=[
            (one, *_goniometer_words(one, texts)) for one in sorted(review.goniometer, key=lambda one: one.t_s)
        ],
        several_raters=len({one.rater for one in review.goniometer}) > 1,
        agreement=[texts.say(one.message) for one in agreements(review.goniometer)],
        calibrated_frames=reviewed.hand_calibration.frames if reviewed.hand_calibration is not None else 0,
        key_images=[one for one in sorted(review.key_images, key=lambda one: one.t_s) if one.id in images],
        images={key: base64.b64encode(data).decode() for key, data in images.items()},
        checks=_set_rows(reviewed, texts),
        curves=curves,
        panels=static_panels(curves, texts) if curves else None,
        panel_size=(PANEL_WIDTH, PANEL_HEIGHT),
        partial=any(rep.partial for rep in session.reps),
        reps=_rep_rows(reviewed, review.notes, texts),
        several_authors=bool({note.by for note in review.notes} - {"", review.reviewer}),
        session_notes=[note for note in review.notes if note.scope == "session"],
        frame_notes=sorted((n for n in review.notes if n.scope == "frame"), key=lambda note: note.t_s or 0.0),
        version=version("formcheck"),
        styles=styles,
        policy=policy(styles, []).replace("script-src ;", "script-src 'none';"),
    )
    return printable(page)


def _set_rows(reviewed: ReviewedSession, texts: Texts) -> list[tuple[Finding, str, str]]:
    """Return the findings on the set, those that are not met first, each with its verdict and its sentence."""
    found = sorted(reviewed.session.findings_of(None), key=lambda f: (f.advisory, f.verdict is Verdict.MET))
    return [(finding, _verdict(reviewed, finding, texts), reviewed.sentence(texts, finding)) for finding in found]


def patient_sentences(reviewed: ReviewedSession, protocol: Protocol | None, texts: Texts) -> list[str]:
    """Tell the patient in a few sentences what was done and what to mind next. Never asks for more range."""
    session = reviewed.session
    count = set_statistics(session).complete
    if not count:
        return [texts.get("clinician.patient.no_rep")]
    leg = f"_{session.side.value}" if session.side is not None else ""
    sentences = [f"{texts.get(f'clinician.patient.done{leg}', n=count)} {_tally(session, texts)}"]
    cues = _cues(reviewed, texts)
    if cues:
        sentences.append(texts.get("clinician.patient.next_time", cues=" ".join(cues)))
    if protocol is None or protocol.kind == "practice":
        sentences.append(texts.get("clinician.patient.symptoms"))
    return sentences


def _tally(session: Session, texts: Texts) -> str:
    """Say how much needs no correction, and how much could not be decided."""
    stats = set_statistics(session)
    if stats.met == stats.complete and not stats.set_faults:
        return texts.get("clinician.patient.all_met")
    if stats.undecided == stats.complete and not stats.set_faults:
        return texts.get("clinician.patient.all_undecided")
    parts = [texts.get("clinician.patient.met", n=stats.met)] if stats.met else []
    if not stats.met and (stats.not_met or stats.set_faults):
        parts.append(texts.get("clinician.patient.faults"))
    elif stats.set_faults:
        parts.append(texts.get("clinician.patient.set_faults"))
    if stats.undecided:
        parts.append(texts.get("clinician.patient.undecided", n=stats.undecided))
    return " ".join(parts)


def _cues(reviewed: ReviewedSession, texts: Texts) -> list[str]:
    """Return the most important things to mind."""
    found = _without_allowed(reviewed).findings
    left = [f for f in found if not f.advisory and f.rule != rules.SET_COMPLETE.id]
    cues: list[str] = []
    while len(cues) < _MAX_CUES and (cue := choose_cue(left)) is not None:
        cues.append(texts.get(cue))
        left = [finding for finding in left if finding.rule != cue.split(".")[1]]
    return cues


def _without_allowed(reviewed: ReviewedSession) -> Session:
    """Return the reviewed session without the rules that the reviewer finds right for the whole set."""
    session = reviewed.session
    found = session.findings_of(None)
    allowed = {f.rule for f in found if f.verdict is Verdict.MET and reviewed.is_overruled(f)}
    return replace(session, findings=tuple(f for f in session.findings if f.rule not in allowed))


def number_rows(analysed: Session, reviewed: Session, texts: Texts) -> list[NumberRow]:
    """Return the numbers of a set, as analysed and as reviewed."""
    before, after = set_numbers(analysed), set_numbers(reviewed)
    return [
        NumberRow(texts.get(f"clinician.numbers.{key}"), show(before[key], texts), show(after[key], texts))
        for key, show in _SHOWN.items()
    ]


def _count(number: SetNumber, texts: Texts) -> str:
    return numbers.rounded(texts, number.value)


def _angle(number: SetNumber, texts: Texts) -> str:
    if not math.isfinite(number.value):
        return texts.get("number.cannot_tell")
    return f"{numbers.degrees(texts, number.value)} ± {ceiling(Z_95 * number.se)}°"


def _bare_seconds(texts: Texts, value: float) -> str:
    return numbers.rounded(texts, value, 1) if math.isfinite(value) else "–"


def _time(number: SetNumber, texts: Texts) -> str:
    return numbers.seconds(texts, number.value)


_SHOWN = {
    "reps": _count,
    "met": _count,
    "knee_end": _angle,
    "knee_start": _angle,
    "hip": _angle,
    "hip_range": _angle,
    "extend": _time,
    "length": _time,
}


def _goniometer_words(one: Goniometer, texts: Texts) -> tuple[str, str, str]:
    """Return the reviewer's angle, what formcheck measured there, and the difference with what it means."""
    shown_deg, angle_deg = one.measured_deg(), one.plane_deg
    if angle_deg is None or one.tool_deg is None or one.tool_se_deg is None:
        not_measured = texts.get("clinician.goniometer.not_measured") if one.joint is not Joint.OTHER else "–"
        return numbers.degrees(texts, shown_deg), not_measured, "–"
    band_deg = Z_95 * one.tool_se_deg
    decimals = numbers.decimals_for(one.tool_deg, angle_deg, band_deg)
    tool = f"{numbers.degrees(texts, one.tool_deg, decimals)} ± {numbers.rounded_up(texts, band_deg, decimals)}°"
    difference = numbers.signed(texts, numbers.difference(one.tool_deg, angle_deg, decimals), decimals)
    key = "within" if abs(angle_deg - one.tool_deg) < band_deg else "beyond"
    words = texts.get(f"clinician.goniometer.{key}", difference=difference)
    shown, plane = (numbers.degrees(texts, value, decimals) for value in (shown_deg, angle_deg))
    yours = shown if shown == plane else texts.get("clinician.goniometer.angles", shown=shown, plane=plane)
    return yours, tool, words


def _rep_rows(reviewed: ReviewedSession, notes: Sequence[Note], texts: Texts) -> list[SummaryRow]:
    session = reviewed.session
    of_rep: dict[int, RepStatus] = {one.rep: one for one in statuses(session)}
    rows = []
    for rep in session.reps:
        found = tuple(
            f"{rule_title(texts, f.rule)}: {_verdict(reviewed, f, texts)}"
            for f in session.findings_of(rep.index)
            if not f.advisory and (f.verdict is not Verdict.MET or reviewed.is_overruled(f))
        )
        own = tuple(note for note in notes if note.scope == "rep" and note.rep == rep.index)
        rows.append(SummaryRow(rep, of_rep[rep.index].status if rep.index in of_rep else None, found, own))
    return rows


def _verdict(reviewed: ReviewedSession, finding: Finding, texts: Texts) -> str:
    word = verdict_word(texts, finding.verdict)
    return texts.get("clinician.finding.by_reviewer", verdict=word) if reviewed.is_overruled(finding) else word


@cache
def _template() -> jinja2.Template:
    return page_template(
        "formcheck.review",
        "summary.html.j2",
        isfinite=math.isfinite,
        Z_95=Z_95,
        verdict_keys=VERDICT_KEYS,
        status_keys=STATUS_KEYS,
    )
