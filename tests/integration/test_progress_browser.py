"""The page of progress in a real browser, opened as a file the way a reader opens it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page

from accessible import violations
from formcheck.record.prescriptions import prescriptions
from formcheck.record.profiles import profile_key
from formcheck.record.progress import render_progress
from formcheck.record.queries import sessions
from formcheck.record.store import open_store
from formcheck.text.catalogue import Texts
from practice import DAYS, FIRST, PROFILE

EN = Texts("en")


@pytest.fixture(scope="module")
def path(tmp_path_factory, month_record):
    folder = tmp_path_factory.mktemp("progress")
    with open_store(month_record, write=False) as store, store.reading() as connection:
        key = profile_key(connection, PROFILE)
        lines, known = sessions(connection, profile_id=key), prescriptions(connection, key)
    last = FIRST + timedelta(days=DAYS - 1)
    made = datetime(2026, 3, 30, tzinfo=UTC)
    (folder / "page.html").write_text(render_progress(PROFILE, lines, known, EN, today=last, made_at=made), "utf-8")
    return folder / "page.html"


@pytest.fixture
def open_page(browser, path) -> Iterator:
    contexts, complaints, requests = [], [], []

    def open_it(width: int = 1280, **options) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []
    assert {url for url in requests if not url.startswith("data:")} == {path.as_uri()}


def test_every_chart_is_drawn_and_says_what_is_pointed_at(open_page):
    page = open_page()
    assert page.locator(".live-chart canvas").count() == page.locator("figure.chart").count() == 10
    assert page.locator("svg.static >> visible=true").count() == 0
    chart = page.locator('[data-chart="left-end"]')
    plot = chart.locator(".u-over")
    plot.hover(position={"x": 6, "y": 40})
    assert chart.locator(".readout").inner_text().startswith("2 March 2026: 44° ± ")
    holder = chart.locator(".live-chart")
    holder.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert chart.locator(".readout").inner_text().startswith("3 March 2026: 4")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(open_page, scheme):
    assert violations(open_page(390, color_scheme=scheme)) == []


def test_left_and_right_stand_side_by_side_and_below_each_other_on_a_phone(open_page):
    def places(page: Page) -> list[dict]:
        return [page.locator(f'[data-chart="{side}-end"]').bounding_box() for side in ("left", "right")]

    left, right = places(open_page())
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]
    phone = open_page(390)
    left, right = places(phone)
    assert left["x"] == right["x"]
    assert phone.evaluate("document.documentElement.scrollWidth") == 390


def test_paper_and_readers_without_script_get_the_static_charts(open_page):
    page = open_page()
    page.emulate_media(media="print")
    assert page.locator("svg.static >> visible=true").count() == 10
    assert page.locator(".live-chart >> visible=true").count() == 0
    plain = open_page(java_script_enabled=False)
    assert plain.locator("svg.static >> visible=true").count() == 10


def test_the_dark_page_is_dark_and_its_charts_too(open_page):
    page = open_page(color_scheme="dark")
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(",")) < 150
