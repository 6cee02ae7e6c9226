"""The page of a batch: what was done, what to look at first, and the way to each clip's report."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from urllib.parse import quote

import jinja2

from formcheck.batch.outliers import find_outliers
from formcheck.batch.tables import Line, State
from formcheck.batch.values import Settings
from formcheck.report import words
from formcheck.report.page import page_template, policy, resource_text, shared_style

# More than anyone looks at; the tables hold all.
_MAX_OUTLIERS = 200
_MAX_ROWS = 5000


def render_summary(lines: Sequence[Line], settings: Settings) -> str:
    """Render the page. Equal arguments give an equal page, which asks the network for nothing."""
    outliers = find_outliers(lines)
    styles = shared_style(charts=False) + resource_text("formcheck.batch", "assets/summary.css")
    done = [line for line in lines if line.entry is not None]
    page = _template().render(
        lines=lines[:_MAX_ROWS],
        total=len(lines),
        count={state: sum(line.state is state for line in lines) for state in State},
        done=done,
        outliers=outliers[:_MAX_OUTLIERS],
        more_outliers=len(outliers) - _MAX_OUTLIERS,
        places=_places(lines),
        reps=sum(line.entry.columns["rep_count"] for line in done if line.entry),
        seconds=math.fsum(line.entry.columns["duration_s"] for line in done if line.entry),
        protocol=tomllib.loads(settings.protocol_text)["name"],
        settings=settings,
        styles=styles,
        policy=policy(styles, []),
    )
    return words.printable(page)


def _places(lines: Sequence[Line]) -> dict[str, str]:
    """What tells clips of the same name apart: the end of their paths that differs, by path."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.clip.name] = counts.get(line.clip.name, 0) + 1
    return {
        line.clip.shown: "/".join(line.clip.shown.split("/")[-3:-1]) + "/"
        for line in lines
        if counts[line.clip.name] > 1
    }


@cache
def _template() -> jinja2.Template:
    return page_template("formcheck.batch", "summary.html.j2", words=words, State=State, quote=quote)
