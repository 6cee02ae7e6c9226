"""The page of a batch: how it went, which clips to check first, and links to their reports; and its further pages.

The first page holds the first of both lists, ``summary/`` the rest, so that it opens at once however many clips there
are. Further pages are files of their own, linked: they need no script, and open from a folder as from a web server.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any
from urllib.parse import quote

import jinja2

from formcheck.batch.index import KeyIndex, key_number
from formcheck.batch.outliers import MAX_DEVIATIONS, Outlier, UsualValues, WorstFirst, find_outlier
from formcheck.batch.paging import SUMMARY_FILE, Paging, page_places
from formcheck.batch.tables import ClipResult, ClipState, Results
from formcheck.batch.tasks import BatchSettings
from formcheck.message import Message
from formcheck.report.page import page_template, policy, resource_text, shared_style
from formcheck.text import numbers
from formcheck.text.catalogue import Texts
from formcheck.text.findings import exercise_name
from formcheck.text.numbers import printable
from formcheck.text.words import Words


def summary_files(results: Results, settings: BatchSettings, *, tables: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the pages as files, by name. Equal arguments give equal pages, and they load nothing from the network.

    Parameters
    ----------
    results : Results
        Gone through twice, and those to check once more.
    settings : BatchSettings
    tables : sequence of str
        Files and folders that the first page links to.
    """
    survey = _Survey(results)
    pages = _Pages(survey, settings)
    worst = WorstFirst(survey.norms)
    rows: list[ClipResult] = []
    for number, places in enumerate(page_places(len(results)), 1):
        shown = [results[place] for place in places]
        for place, result in zip(places, shown, strict=True):
            worst.add(place, result)
        if number == 1:
            rows = shown
        else:
            yield pages.further(Paging("all", len(results), number), results=shown)
    order = worst.places()
    for number, places in enumerate(page_places(len(order)), 1):
        outliers = [find_outlier(results[order[place]], survey.norms) for place in places]
        if number == 1:
            yield pages.summary(rows, outliers, outlier_count=len(order), tables=tables)
        else:
            yield pages.further(Paging("first", len(order), number), outliers=outliers)
    if not order:
        yield pages.summary(rows, [], outlier_count=0, tables=tables)


class _Survey:
    """What is said of all clips together."""

    def __init__(self, results: Results) -> None:
        self.total = len(results)
        self.count: Counter[ClipState] = Counter()
        self.reps, self.length_s = 0, 0.0
        self._names = KeyIndex()
        usual = UsualValues()
        for result in results:
            self.count[result.state] += 1
            name = _name_number(result)
            self._names[name] = (self._names.get(name) or 0) + 1
            if result.rows is not None:
                self.reps += result.rows.clip["rep_count"]
                self.length_s += result.rows.clip["duration_s"]
                usual.add(result.rows.clip)
        self.norms = usual.norms()

    def parent_folder(self, result: ClipResult) -> str:
        """Return the last two folders of a clip whose name is not unique, to tell it apart; else nothing."""
        if self._names.get(_name_number(result)) == 1:
            return ""
        return "/".join(result.clip.display_path.split("/")[-3:-1]) + "/"


def _name_number(result: ClipResult) -> int:
    return key_number(hashlib.sha256(result.clip.name.encode("utf-8", "surrogatepass")).hexdigest())


class _Pages:
    """Renders the pages of one batch."""

    def __init__(self, survey: _Survey, settings: BatchSettings) -> None:
        self._survey = survey
        texts = Texts(settings.language)
        styles = shared_style(charts=False) + resource_text("formcheck.batch", "assets/summary.css")
        protocol = tomllib.loads(settings.protocol_text)
        self._shared: dict[str, Any] = {
            "words": Words(texts),
            "degrees": partial(_degrees, texts),
            "headline": texts.get("number.list", parts=tuple(_headline(survey.total, survey.count))),
            "parent_folder": survey.parent_folder,
            "exercise": exercise_name(texts, protocol["id"], protocol["name"]),
            "styles": styles,
            "policy": policy(styles, []),
            "survey": survey,
            "settings": settings,
        }

    def summary(
        self,
        rows: Sequence[ClipResult],
        outliers: Sequence[Outlier | None],
        *,
        outlier_count: int,
        tables: Sequence[str],
    ) -> tuple[str, bytes]:
        """Render the first page."""
        paging = {"all": Paging("all", self._survey.total), "first": Paging("first", outlier_count)}
        page = _template("summary.html.j2").render(
            self._shared, results=rows, outliers=outliers, paging=paging, tables=tables, root=""
        )
        return SUMMARY_FILE, printable(page).encode()

    def further(
        self, paging: Paging, *, results: Sequence[ClipResult] = (), outliers: Sequence[Outlier | None] = ()
    ) -> tuple[str, bytes]:
        """Render a further page of one of the lists."""
        page = _template("clips.html.j2").render(
            self._shared, results=results, outliers=outliers, paging={paging.name: paging}, root=paging.root
        )
        return paging.file, printable(page).encode()


def _headline(total: int, count: Counter[ClipState]) -> Iterator[Message]:
    yield Message.of("batch.analysed", n=total, done=count[ClipState.DONE])
    if count[ClipState.FAILED]:
        yield Message.of("batch.failed", n=count[ClipState.FAILED])
    if count[ClipState.PENDING]:
        yield Message.of("batch.not_done", n=count[ClipState.PENDING])


def _degrees(texts: Texts, value: float | None, se: float | None) -> str:
    """Return an angle with its 95 % band, or a dash when it was not measured."""
    if value is None:
        return "–"
    return numbers.with_band(texts, value, math.nan if se is None else se) + "°"


@cache
def _template(name: str) -> jinja2.Template:
    shared = {"ClipState": ClipState, "MAX_DEVIATIONS": MAX_DEVIATIONS, "quote": quote}
    return page_template("formcheck.batch", name, **shared)
