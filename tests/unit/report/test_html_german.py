"""The report in German, and what else depends on the language."""

from __future__ import annotations

import dataclasses
import re

import pytest

from formcheck.message import Message
from formcheck.text.catalogue import Texts, catalogue, languages
from formcheck.types import Session, Verdict
from report_pages import DE, JPEG, Page, render
from report_sessions import make_blank_session, make_finding, make_rep, make_session

# Sections of the catalogue that a report speaks from.
SPOKEN = ("exercise", "finding", "number", "phase", "quality", "reason", "report", "rule", "side", "status", "summary")


# None of them is a German word.
ENGLISH = re.compile(r"\b(the|of|and|is|are|not|with|to|from|for|by|at|or|knee|rep|repetitions?)\b", re.IGNORECASE)


def telling_set() -> Session:
    """A set that makes a report say most of what it can say."""
    reps = [make_rep(1), make_rep(2, partial=True), make_rep(3, hold_s=float("nan")), make_rep(4, complete=False)]
    session = make_session(rep_count=4, gap_s=(6.0, 6.5), reps=reps, reasons=(Message.of("quality.dark"),))
    more = [
        make_finding("slow", 3, Verdict.BORDERLINE, observed=74.6, limit=(None, 75.0), unit="deg/s"),
        make_finding("hands_on_thigh", 3, Verdict.NOT_MET, observed=0.5, limit=(None, 0.35), unit="thigh lengths"),
        make_finding("slow", None, Verdict.MET, observed=60.0, limit=(None, 75.0), unit="deg/s", met_in=(1, 3), se=1.0),
        make_finding("hip_steady", None, Verdict.NOT_ASSESSABLE, observed=None, reason="no_rep_judged"),
    ]
    return dataclasses.replace(session, findings=(*session.findings, *more))


def said(html: str) -> list[str]:
    """Everything a reader sees or hears: text, and the attributes that are read aloud."""
    page = Page(html)
    names = ("alt", "aria-label", "data-label", "data-interior-words", "title", "placeholder")
    return [*page.text, *(attrs[name] for _, attrs in page.elements for name in names if attrs.get(name))]


@pytest.mark.parametrize("make", [telling_set, make_blank_session, lambda: make_session(reps=())])
def test_a_german_report_is_german_throughout(make):
    session = make()
    if make is make_blank_session:
        session = dataclasses.replace(
            session, quality=dataclasses.replace(session.quality, reasons=(Message.of("quality.nobody"),))
        )
    html = render(session, {1: JPEG, 2: JPEG, 3: JPEG}, DE)
    page = Page(html)
    assert page.all("html")[0]["lang"] == "de"
    parts = said(html)
    provenance = {session.clip.name, session.model.engine}
    for part in parts:
        if part.strip(" ,\n") not in provenance and not part.startswith(("sha256", "\nformcheck")):
            assert not ENGLISH.search(part.replace("angles.csv", "").replace("from:", "")), part
    english = {
        fragment.strip()
        for key, text in catalogue("en").items()
        if key.split(".")[0] in SPOKEN and catalogue("de")[key] != text
        for fragment in re.split(r"\{\w+[^}]*\}", text)
        if len(fragment.strip()) > 3
    }
    for part in parts:
        assert part.strip() not in english
    whole = " ".join(" ".join(parts).split())
    for fragment in english:
        assert " " not in fragment or fragment not in whole


@pytest.mark.parametrize("language", languages())
def test_numbers_have_the_language_s_decimal_mark(language):
    texts = Texts(language)
    words = Page(render(telling_set(), texts=texts)).words()
    mark = texts.get("number.decimal_mark")
    for number in ("4{}0 s", "1{}6 · 0{}8 · 1{}6 s", "0:01{}0", "74{}6°/s"):
        assert number.replace("{}", mark) in words


@pytest.mark.parametrize("language", languages())
def test_printed_pages_are_numbered_in_the_language(language):
    html = render(make_session(), texts=Texts(language))
    number = Texts(language).get("report.printed_page", page='" counter(page) "', pages='" counter(pages) "')
    assert f'content: "{number}"' in html
