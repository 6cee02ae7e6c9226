"""The page that explains one clip: a single file that asks the network for nothing."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import jinja2
import numpy as np

from formcheck.form.headline import too_short
from formcheck.form.statistics import best, set_statistics, worst
from formcheck.form.summary import summarize
from formcheck.report.curves import chart_payload, curves_of
from formcheck.report.figures import leg_figure, set_figure
from formcheck.report.images import rep_images
from formcheck.report.page import (
    CHART_SCRIPT,
    STATUS_KEYS,
    VERDICT_KEYS,
    asset,
    page_template,
    policy,
    running_foot,
    shared_style,
)
from formcheck.report.panels import PANEL_HEIGHT, PANEL_WIDTH, static_panels
from formcheck.report.protocol import ProtocolView
from formcheck.report.rows import by_attention, rep_rows
from formcheck.report.tiles import deficit_words, hip_number
from formcheck.session.document import OPENCV_NAMES, installed_version
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import Z_95, printable
from formcheck.text.words import Words
from formcheck.types import Session, Verdict


def render_report(
    session: Session,
    *,
    texts: Texts,
    protocol_view: ProtocolView,
    thumbnails: Mapping[int, bytes],
    analysed_at: datetime,
    person: str | None = None,
    review: Sequence[str] = (),
    video: str | None = None,
) -> str:
    """Render a session as one self-contained HTML page.

    Parameters
    ----------
    session : Session
    texts : Texts
        The language of the page.
    protocol_view : ProtocolView
    thumbnails : mapping of int to bytes
        JPEG images by repetition index, for those of ``image_times(session)`` that could be read from the clip,
        each taken at its time.
    analysed_at : datetime
        Local time of the analysis.
    person : str, optional
        Code of whom it shows, for the foot of every printed page.
    review : sequence of str
        Sentences that say who reviewed it, and what of it is the reviewer's.
    video : str, optional
        Name of the annotated clip that will lie beside the page, which plays it there. Moved without it, the page says
        that it is not there.

    Returns
    -------
    str
        The page. Equal arguments give an equal page.
    """
    brief = too_short(session)
    curves = None if brief else curves_of(session, hip_target_deg=protocol_view.hip_target_deg)
    stats = set_statistics(session)
    styles = shared_style(charts=True) + running_foot(person, session.clip.name, texts)
    scripts = ([asset(CHART_SCRIPT), asset("chart.js")] if curves else []) + [asset("report.js")]
    headline, sentences = _summary(session, texts)
    page = _template().render(
        words=Words(texts),
        t=texts.get,
        session=session,
        protocol=protocol_view,
        analysed_at=analysed_at,
        review=review,
        stats=stats,
        hip=hip_number(session, stats),
        deficit=deficit_words(texts, stats.knee_end_deg, stats.knee_se_deg)
        if math.isfinite(stats.knee_end_deg)
        else "",
        curves=curves,
        payload=chart_payload(curves, texts) if curves else None,
        panels=static_panels(curves, texts) if curves else None,
        panel_size=(PANEL_WIDTH, PANEL_HEIGHT),
        figure=set_figure(session, stats),
        definition=leg_figure(90.0, 90.0, 35.0),
        headline=headline,
        brief=brief,
        sentences=sentences,
        reasons_given=[texts.say(reason) for reason in session.quality.reasons],
        rows=rep_rows(session, protocol_view, curves),
        best=best(session),
        worst=worst(session),
        checks=by_attention(session.findings_of(None)),
        images=rep_images(session, thumbnails, texts),
        versions=_versions(texts),
        styles=styles,
        scripts=scripts,
        policy=policy(styles, scripts, video=video is not None),
        video=video,
    )
    return printable(page)


def _summary(session: Session, texts: Texts) -> tuple[str, list[str]]:
    """The headline, and the sentences that are not said again under 'Quality and limits'."""
    summary = summarize(session)
    own = [sentence for sentence in summary.sentences if sentence not in session.quality.reasons]
    return texts.say(summary.headline), [texts.say(sentence) for sentence in own]


def _versions(texts: Texts) -> list[tuple[str, str]]:
    found = (
        ("formcheck", installed_version("formcheck")),
        ("MediaPipe", installed_version("mediapipe")),
        ("NumPy", np.__version__),
        ("OpenCV", installed_version(*OPENCV_NAMES)),
        ("PyAV", installed_version("av")),
        ("Python", platform.python_version()),
    )
    return [(name, number or texts.get("report.source.not_packaged")) for name, number in found]


@cache
def _template() -> jinja2.Template:
    return page_template(
        "formcheck.report",
        "report.html.j2",
        verdict_keys=VERDICT_KEYS,
        status_keys=STATUS_KEYS,
        MET=Verdict.MET,
        isfinite=math.isfinite,
        Z_95=Z_95,
    )
