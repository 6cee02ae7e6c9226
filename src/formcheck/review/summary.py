"""The summary of a review for the patient: one HTML page that contains everything it shows."""

from __future__ import annotations

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.metadata import version

import jinja2

from formcheck.form.cues import choose_cue
from formcheck.form.rules import SET_COMPLETE
from formcheck.form.statistics import set_statistics
from formcheck.form.summary import summarize
from formcheck.protocols.model import Protocol
from formcheck.report import words
from formcheck.report.curves import curves_of
from formcheck.report.data import session_document
from formcheck.report.page import page_template, policy, resource_text, running_foot, shared_style
from formcheck.report.panels import PANEL_HEIGHT, PANEL_WIDTH, static_panels
from formcheck.review.apply import ReviewedSession
from formcheck.review.compare import Number, numbers
from formcheck.review.library import DateKind
from formcheck.review.model import Goniometer, Joint, Note
from formcheck.review.outcome import standing
from formcheck.review.storage import StoredReview
from formcheck.text.catalogue import Texts
from formcheck.types import Finding, Rep, Session, Verdict

_JOINT_WORDS = {Joint.KNEE: "Knee", Joint.HIP: "Hip", Joint.OTHER: "Angle"}
_STANDING_WORDS = {
    "correct": words.VERDICT_WORDS[Verdict.MET],
    "incorrect": words.VERDICT_WORDS[Verdict.NOT_MET],
    "unsure": words.VERDICT_WORDS[Verdict.BORDERLINE],
}
_DATE_WORDS = {"filmed": "Filmed", "file": "File of", "analysed": "Analysed", "practised": "Practised"}
_STANDING_TITLES = {"correct": "Met", "incorrect": "Not met", "unsure": "Unsure"}
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
class RepRow:
    """A repetition with its status, the findings that are not met or undecided, and its notes."""

    rep: Rep
    standing: str
    findings: tuple[str, ...]
    notes: tuple[str, ...]


_ENGLISH = Texts("en")


def render_summary(
    analysed: Session,
    reviewed: ReviewedSession,
    stored: StoredReview,
    protocol: Protocol | None,
    head: SummaryHead,
    images: Mapping[str, bytes],
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

    Returns
    -------
    str
        The page. Equal arguments give an equal page.
    """
    session, review = reviewed.session, stored.review
    styles = (
        shared_style(charts=False)
        + resource_text("formcheck.review", "templates/summary.css")
        + running_foot(head.person, session.clip.name)
    )
    curves = curves_of(session, hip_target_deg=head.hip_target_deg) if head.hip_target_deg is not None else None
    rows = number_rows(analysed, session)
    page = _template().render(
        head=head,
        session=session,
        headline=_ENGLISH.say(summarize(session).headline),
        review=review,
        saved_at=datetime.fromisoformat(stored.saved_at) if stored.saved_at else None,
        patient=patient_sentences(reviewed, protocol),
        rows=rows,
        differs=any(row.differs for row in rows),
        changes=reviewed.changes,
        notices=reviewed.not_applied,
        goniometer=[(one, _tool_words(one)) for one in sorted(review.goniometer, key=lambda one: one.t_s)],
        joint_words=_JOINT_WORDS,
        key_images=[one for one in sorted(review.key_images, key=lambda one: one.t_s) if one.id in images],
        images={key: base64.b64encode(data).decode() for key, data in images.items()},
        checks=_set_rows(reviewed),
        curves=curves,
        panels=static_panels(curves) if curves else None,
        panel_size=(PANEL_WIDTH, PANEL_HEIGHT),
        date_words=_DATE_WORDS,
        partial=any(rep.partial for rep in session.reps),
        reps=_rep_rows(reviewed, review.notes),
        session_notes=[note for note in review.notes if note.scope == "session"],
        frame_notes=sorted((n for n in review.notes if n.scope == "frame"), key=lambda note: note.t_s or 0.0),
        standing_words=_STANDING_WORDS,
        standing_titles=_STANDING_TITLES,
        version=version("formcheck"),
        styles=styles,
        policy=policy(styles, []).replace("script-src ;", "script-src 'none';"),
    )
    return words.printable(page)


def _set_rows(reviewed: ReviewedSession) -> list[tuple[Finding, str]]:
    """The findings on the set as a whole, those that are not met first, each with who says so."""
    found = sorted(reviewed.session.findings_of(None), key=lambda f: (f.advisory, f.verdict is Verdict.MET))
    return [(finding, _by_whom(reviewed, finding)) for finding in found]


def patient_sentences(reviewed: ReviewedSession, protocol: Protocol | None) -> list[str]:
    """Tell the patient in a few sentences what was done and what to mind next. Never asks for more range."""
    session = reviewed.session
    complete = [rep for rep in session.reps if rep.complete]
    if not complete:
        return ["In this clip no complete repetition could be counted."]
    noun = "repetition" if len(complete) == 1 else "repetitions"
    leg = f" with the {session.side.value} leg" if session.side is not None else ""
    sentences = [f"You did {len(complete)} {noun}{leg}. {_praise(session)}"]
    cues = _cues(reviewed)
    if cues:
        sentences.append("Next time: " + " ".join(cues))
    if protocol is None or protocol.kind == "practice":
        sentences.append(
            "Go only as far as your leg pain does not increase. How far the knee straightens is led by your symptoms: "
            "further is not better."
        )
    return sentences


def _praise(session: Session) -> str:
    """Say what of it was as asked, and what cannot be said."""
    done = set_statistics(session)
    if done.met == done.complete and not done.set_faults:
        return "There was nothing to mend."
    if done.undecided == done.complete and not done.set_faults:
        return "Whether there is something to mend could not be judged surely from this clip."
    parts = [f"In {done.met} of them there was nothing to mend."] if done.met else []
    if not done.met and (done.not_met or done.set_faults):
        parts.append("There is something to mend, which is what practice is for.")
    elif done.set_faults:
        parts.append("Over the whole set there is something to mend, which is what practice is for.")
    if done.undecided:
        parts.append(f"{done.undecided} could not be judged surely.")
    return " ".join(parts)


def _cues(reviewed: ReviewedSession) -> list[str]:
    """The most important things to mind, at most two; nothing that the reviewer finds right for the whole set."""
    findings = reviewed.session.findings
    allowed = {f.rule for f in findings if f.rep is None and f.verdict is Verdict.MET and reviewed.is_overruled(f)}
    left = [f for f in findings if not f.advisory and f.rule not in allowed and f.rule != SET_COMPLETE.id]
    cues: list[str] = []
    while len(cues) < _MAX_CUES and (cue := choose_cue(left)) is not None:
        cues.append(_ENGLISH.get(cue))
        left = [finding for finding in left if finding.rule != cue.split(".")[1]]
    return cues


def number_rows(analysed: Session, reviewed: Session) -> list[NumberRow]:
    """The numbers that a reader looks for, as analysed and as reviewed."""
    before, after = numbers(analysed), numbers(reviewed)
    return [NumberRow(label, show(before[key]), show(after[key])) for key, (label, show) in _SHOWN.items()]


def _count(number: Number) -> str:
    return str(words.whole(number.value)) if math.isfinite(number.value) else words.CANNOT_TELL


def _angle(number: Number) -> str:
    if not math.isfinite(number.value):
        return words.CANNOT_TELL
    return f"{words.whole(number.value)}° ± {words.ceiling(words.Z_95 * number.se)}°"


def _time(number: Number) -> str:
    return words.seconds(number.value)


_SHOWN = {
    "reps": ("Complete repetitions", _count),
    "correct": ("of them met (every rule that counts)", _count),
    "knee_end": ("Knee at the end of a repetition (0° = straight)", _angle),
    "knee_start": ("Knee at the start of a repetition", _angle),
    "hip": ("Hip while the knee moves (90° = thigh upright)", _angle),
    "hip_range": ("Movement of the hip in a repetition", _angle),
    "extend": ("Time to straighten", _time),
    "length": ("Length of a repetition", _time),
}


def _tool_words(one: Goniometer) -> tuple[str, str]:
    """What the tool measured there, and the difference with what it means."""
    if one.tool_deg is None or one.tool_se_deg is None or one.difference_deg is None:
        return "not measured" if one.joint is not Joint.OTHER else "–", "–"
    band_deg = words.Z_95 * one.tool_se_deg
    inside = "within" if abs(one.difference_deg) <= band_deg else "beyond"
    sign = "+" if one.difference_deg > 0 else "\N{MINUS SIGN}" if one.difference_deg < 0 else ""
    difference = f"{sign}{words.whole(abs(one.difference_deg))}°, {inside} the error of measurement"
    return f"{words.whole(one.tool_deg)}° ± {words.ceiling(band_deg)}°", difference


def _rep_rows(reviewed: ReviewedSession, notes: Sequence[Note]) -> list[RepRow]:
    session = reviewed.session
    counted = {rep["index"]: rep for rep in session_document(session)["reps"]}
    rows = []
    for rep in session.reps:
        found = [
            f"{words.rule_title(f.rule)}: {words.VERDICT_WORDS[f.verdict].word.lower()}{_by_whom(reviewed, f)}"
            for f in session.findings_of(rep.index)
            if not f.advisory and (f.verdict is not Verdict.MET or reviewed.is_overruled(f))
        ]
        own = tuple(note.text for note in notes if note.scope == "rep" and note.rep == rep.index)
        rows.append(RepRow(rep, standing(counted[rep.index]) if rep.complete else "", tuple(found), own))
    return rows


def _by_whom(reviewed: ReviewedSession, finding: Finding) -> str:
    return " (reviewer)" if reviewed.is_overruled(finding) else ""


@cache
def _template() -> jinja2.Template:
    return page_template(
        "formcheck.review",
        "summary.html.j2",
        words=words,
        whole=words.whole,
        isfinite=math.isfinite,
        Z_95=words.Z_95,
        verdict_words=words.VERDICT_WORDS,
    )
