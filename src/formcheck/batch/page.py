"""The page of a batch: how it went, which clips to check first, and links to their reports."""

from __future__ import annotations

import math
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, partial
from urllib.parse import quote

import jinja2

from formcheck.batch.outliers import MAX_DEVIATIONS, find_outliers
from formcheck.batch.tables import ClipResult, ClipState, table_names
from formcheck.batch.tasks import BatchSettings
from formcheck.message import Message
from formcheck.report.page import page_template, policy, resource_text, shared_style
from formcheck.text import numbers
from formcheck.text.catalogue import Texts
from formcheck.text.findings import exercise_name
from formcheck.text.numbers import printable
from formcheck.text.words import Words

# More than anyone reads; the tables have all.
_MAX_OUTLIERS = 200
_MAX_ROWS = 5000


def render_summary(results: Sequence[ClipResult], settings: BatchSettings) -> str:
    """Render the page. Equal arguments give an equal page, and it loads nothing from the network."""
    texts, outliers = Texts(settings.language), find_outliers(results)
    styles = shared_style(charts=False) + resource_text("formcheck.batch", "assets/summary.css")
    done = [result.rows.clip for result in results if result.rows is not None]
    count = Counter(result.state for result in results)
    protocol = tomllib.loads(settings.protocol_text)
    page = _template().render(
        words=Words(texts),
        degrees=partial(_degrees, texts),
        headline=texts.get("number.list", parts=tuple(_headline(len(results), count))),
        results=results[:_MAX_ROWS],
        total=len(results),
        count=count,
        outliers=outliers[:_MAX_OUTLIERS],
        outlier_count=len(outliers),
        parent_folders=_parent_folders(results),
        reps=sum(row["rep_count"] for row in done),
        length_s=math.fsum(row["duration_s"] for row in done),
        exercise=exercise_name(texts, protocol["id"], protocol["name"]),
        settings=settings,
        tables=table_names(),
        styles=styles,
        policy=policy(styles, []),
    )
    return printable(page)


def _headline(total: int, count: Counter[ClipState]) -> Iterator[Message]:
    yield Message.of("batch.analysed", n=total, done=count[ClipState.DONE])
    if count[ClipState.FAILED]:
        yield Message.of("batch.failed", n=count[ClipState.FAILED])
    if count[ClipState.PENDING]:
        yield Message.of("batch.not_done", n=count[ClipState.PENDING])


def _parent_folders(results: Sequence[ClipResult]) -> dict[str, str]:
    """Return the last two folders of clips whose name is not unique, by path, to tell them apart."""
    counts = Counter(result.clip.name for result in results)
    paths = [result.clip.display_path for result in results if counts[result.clip.name] > 1]
    return {path: "/".join(path.split("/")[-3:-1]) + "/" for path in paths}


def _degrees(texts: Texts, value: float | None, se: float | None) -> str:
    """Return an angle with its 95 % band, or a dash when it was not measured."""
    if value is None:
        return "–"
    return numbers.with_band(texts, value, math.nan if se is None else se) + "°"


@cache
def _template() -> jinja2.Template:
    shared = {"ClipState": ClipState, "MAX_DEVIATIONS": MAX_DEVIATIONS, "quote": quote}
    return page_template("formcheck.batch", "summary.html.j2", **shared)
