"""The page of a batch: how it went, which clips to check first, and links to their reports."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from urllib.parse import quote

import jinja2

from formcheck.batch.outliers import find_outliers
from formcheck.batch.tables import ClipResult, ClipState
from formcheck.batch.tasks import BatchSettings
from formcheck.report import words
from formcheck.report.page import page_template, policy, resource_text, shared_style

# More than anyone reads; the tables have all.
_MAX_OUTLIERS = 200
_MAX_ROWS = 5000


def render_summary(results: Sequence[ClipResult], settings: BatchSettings) -> str:
    """Render the page. Equal arguments give an equal page, and it loads nothing from the network."""
    outliers = find_outliers(results)
    styles = shared_style(charts=False) + resource_text("formcheck.batch", "assets/summary.css")
    done = [result.rows.clip for result in results if result.rows is not None]
    page = _template().render(
        results=results[:_MAX_ROWS],
        total=len(results),
        count={state: sum(result.state is state for result in results) for state in ClipState},
        outliers=outliers[:_MAX_OUTLIERS],
        more_outliers=len(outliers) - _MAX_OUTLIERS,
        parent_folders=_parent_folders(results),
        reps=sum(row["rep_count"] for row in done),
        seconds=math.fsum(row["duration_s"] for row in done),
        protocol=tomllib.loads(settings.protocol_text)["name"],
        settings=settings,
        styles=styles,
        policy=policy(styles, []),
    )
    return words.printable(page)


def _parent_folders(results: Sequence[ClipResult]) -> dict[str, str]:
    """Return the last two folders of clips whose name is not unique, by path, to tell them apart."""
    counts = Counter(result.clip.name for result in results)
    paths = [result.clip.display_path for result in results if counts[result.clip.name] > 1]
    return {path: "/".join(path.split("/")[-3:-1]) + "/" for path in paths}


@cache
def _template() -> jinja2.Template:
    return page_template("formcheck.batch", "summary.html.j2", words=words, ClipState=ClipState, quote=quote)
