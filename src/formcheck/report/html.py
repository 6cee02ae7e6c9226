"""The page that explains one clip: a single file that asks the network for nothing."""

from __future__ import annotations

import base64
import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import jinja2
import numpy as np

from formcheck.form.summary import summarize
from formcheck.report import words
from formcheck.report.curves import Curves, chart_payload, curves_of
from formcheck.report.exemplars import Exemplar, choose_exemplars
from formcheck.report.figures import (
    HipBar,
    hip_bar,
    leg_figure,
    median_figure,
    tempo_bar,
)
from formcheck.report.numbers import key_numbers
from formcheck.report.page import CHART_SCRIPT, asset, page_template, policy, running_foot, shared_style
from formcheck.report.panels import PANEL_HEIGHT, PANEL_WIDTH, Span, static_panels
from formcheck.report.protocol import ProtocolView
from formcheck.session.document import OPENCV_NAMES, installed_version
from formcheck.text.catalogue import Texts
from formcheck.types import Finding, Rep, Session, Verdict

_TEXTS = Texts("en")
PANEL = "panel.html.j2"
"""The macro that draws a static panel."""

_VERDICT_ORDER = (Verdict.NOT_MET, Verdict.BORDERLINE, Verdict.NOT_ASSESSABLE, Verdict.MET)


@dataclass(frozen=True, slots=True)
class _RepRow:
    """One repetition as its row in the table."""

    rep: Rep
    open_findings: tuple[Finding, ...]
    settled: tuple[Finding, ...]
    met: int
    advisory: int
    hip: HipBar | None
    tempo: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Picture:
    """A repetition's picture with its reason."""

    exemplar: Exemplar
    data_uri: str


def render_report(
    session: Session,
    *,
    protocol_view: ProtocolView,
    thumbnails: Mapping[int, bytes],
    analysed_at: datetime,
    person: str | None = None,
) -> str:
    """Render a session as one self-contained HTML page.

    Parameters
    ----------
    session : Session
    protocol_view : ProtocolView
    thumbnails : mapping of int to bytes
        JPEG pictures by repetition index, for those of ``choose_exemplars(session)`` that could be
        read from the clip, each taken at ``at_s``.
    analysed_at : datetime
        Local time of the analysis.
    person : str, optional
        Code of whom it shows, for the foot of every printed page.

    Returns
    -------
    str
        The page. Equal arguments give an equal page.
    """
    curves = curves_of(session, hip_target_deg=protocol_view.hip_target_deg)
    numbers = key_numbers(session)
    styles = shared_style(charts=True) + running_foot(person, session.clip.name)
    scripts = ([asset(CHART_SCRIPT), asset("chart.js")] if curves else []) + [asset("report.js")]
    page = _template().render(
        session=session,
        protocol=protocol_view,
        analysed_at=analysed_at,
        numbers=numbers,
        curves=curves,
        payload=chart_payload(curves) if curves else None,
        panels=static_panels(curves) if curves else None,
        panel_size=(PANEL_WIDTH, PANEL_HEIGHT),
        figure=median_figure(numbers),
        definition=leg_figure(90.0, 90.0, 35.0),
        summary=_summary(session),
        reasons_given=[_TEXTS.say(reason) for reason in session.quality.reasons],
        rows=_rep_rows(session, protocol_view, curves),
        checks=_ordered(session.findings_of(None)),
        pictures=_pictures(session, thumbnails),
        retake=bool(session.quality.reasons),
        versions=_versions(),
        styles=styles,
        scripts=scripts,
        policy=policy(styles, scripts),
    )
    return words.printable(page)


def _summary(session: Session) -> tuple[str, list[str]]:
    """The headline, and the sentences that are not said again under 'Quality and limits'."""
    summary = summarize(session)
    own = [sentence for sentence in summary.sentences if sentence not in session.quality.reasons]
    return _TEXTS.say(summary.headline), [_TEXTS.say(sentence) for sentence in own]


def _rep_rows(session: Session, protocol: ProtocolView, curves: Curves | None) -> list[_RepRow]:
    lengths = [rep.extend_s + rep.hold_s + rep.return_s for rep in session.reps if rep.complete]
    longest_s = max((length for length in lengths if math.isfinite(length)), default=0.0)
    hip_range = curves.hip_range_deg if curves else (0, 180)
    rows = []
    for rep in session.reps:
        findings = _ordered(session.findings_of(rep.index))
        rows.append(
            _RepRow(
                rep=rep,
                open_findings=tuple(f for f in findings if not _settled(f)),
                settled=tuple(f for f in findings if _settled(f)),
                met=sum(f.verdict is Verdict.MET and not f.advisory for f in findings),
                advisory=sum(f.advisory for f in findings),
                hip=hip_bar(rep, hip_range, protocol.hip_target_deg),
                tempo=tempo_bar(rep, longest_s),
            )
        )
    return rows


def _settled(finding: Finding) -> bool:
    """Tell what needs no second look: a rule that is met, or one that only advises."""
    return finding.advisory or finding.verdict is Verdict.MET


def _ordered(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Put what asks for attention first and advice last."""
    return tuple(sorted(findings, key=lambda f: (f.advisory, _VERDICT_ORDER.index(f.verdict))))


def _pictures(session: Session, thumbnails: Mapping[int, bytes]) -> list[_Picture]:
    return [
        _Picture(exemplar, "data:image/jpeg;base64," + base64.b64encode(thumbnails[exemplar.rep]).decode())
        for exemplar in choose_exemplars(session)
        if exemplar.rep in thumbnails
    ]


def _versions() -> list[tuple[str, str]]:
    found = (
        ("formcheck", installed_version("formcheck")),
        ("MediaPipe", installed_version("mediapipe")),
        ("NumPy", np.__version__),
        ("OpenCV", installed_version(*OPENCV_NAMES)),
        ("PyAV", installed_version("av")),
        ("Python", platform.python_version()),
    )
    return [(name, number or "not installed as a package") for name, number in found]


@cache
def _template() -> jinja2.Template:
    return page_template(
        "formcheck.report",
        "report.html.j2",
        words=words,
        verdict_words=words.VERDICT_WORDS,
        MET=Verdict.MET,
        isfinite=math.isfinite,
        whole=words.whole,
    )
