"""Home in a real browser: its views at three sizes in two languages, the plan, questions, and who may ask."""

from __future__ import annotations

import html
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accessible import violations
from e2e.conftest import watch
from e2e.home_page import OPERATED, assert_fits, go, make_plan, reached_by_tab, run_home
from e2e.test_review_german import english
from formcheck.record.prescriptions import prescriptions
from formcheck.record.profiles import profile_key
from formcheck.record.questions import answers_of, open_questions
from formcheck.record.store import open_store
from formcheck.record.values import Origin, Question, RedFlag
from formcheck.text.catalogue import Texts
from practice import keep_set

PROFILE = "me"
VIEWS = ("", "practise", "check", "mine")


def seed(folder: Path) -> str:
    """Keep two sets, the newer one with open questions; return its id."""
    now = datetime.now().astimezone()
    with open_store(folder) as store:
        keep_set(store, "one", profile=PROFILE, practised_at=now - timedelta(days=1))
        saved = keep_set(store, "two", profile=PROFILE, practised_at=now, origin=Origin.LIVE, questions=tuple(Question))
    return saved.uid


@pytest.fixture(scope="module")
def records(tmp_path_factory) -> dict[str, Path]:
    """A record for the home of each language, which no test changes."""
    folders = {language: tmp_path_factory.mktemp(language) for language in ("en", "de")}
    for folder in folders.values():
        seed(folder)
    return folders


@pytest.fixture(scope="module")
def homes(records) -> Iterator[dict[str, str]]:
    """One home in each language."""
    with (
        run_home("--lang", "en", "home", "--no-open", "--store", records["en"]) as english_home,
        run_home("--lang", "de", "home", "--no-open", "--store", records["de"]) as german_home,
    ):
        yield {"en": english_home, "de": german_home}


@pytest.fixture
def own_home(tmp_path) -> Iterator[tuple[str, Path, str]]:
    """A home that a test may change: its address, its record, and the set with open questions."""
    uid = seed(tmp_path)
    with run_home("--lang", "en", "home", "--no-open", "--store", tmp_path) as address:
        yield address, tmp_path, uid


def open_view(page: Page, view: str) -> None:
    go(page, view)
    expect(page.locator({"": ".doors", "practise": ".camera-place", "check": ".drop-area", "mine": "iframe"}[view])
           ).to_be_visible()  # fmt: skip
    if view == "mine":
        expect(page.frame_locator("iframe.framed").locator("h1")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_view_fits_and_can_be_pressed(homes, browser, language, width):
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 844}, has_touch=width < 500)
    page = watch(context.new_page(), homes[language], complaints)
    page.goto(homes[language])
    for view in VIEWS:
        open_view(page, view)
        page.wait_for_timeout(100)
        assert_fits(page)
    page.locator(".card").first.get_by_role("button").click()
    expect(page.locator(".plan-form")).to_be_visible()
    assert_fits(page)
    context.close()
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_view(homes, browser, scheme):
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page.goto(homes["en"])
    found = {}
    for view in VIEWS:
        open_view(page, view)
        found[view] = violations(page)
    page.close()
    assert found == {view: [] for view in VIEWS}


def test_the_page_is_german_throughout(homes, visit):
    page = visit(homes["de"])
    found = {}
    for view in VIEWS:
        open_view(page, view)
        # A date is numbers, and where things are kept is a path.
        found[view] = {text for text in english(page) if not re.search(r"[/\\]", text)}
    assert found == {view: set() for view in VIEWS}


@pytest.mark.parametrize("view", VIEWS)
def test_the_keyboard_reaches_everything(homes, visit, view):
    page = visit(homes["en"])
    open_view(page, view)
    wanted = page.evaluate(OPERATED)
    assert wanted >= 3
    assert reached_by_tab(page) >= wanted


def test_doors_open_by_the_keyboard_and_lead_back(homes, visit):
    page = visit(homes["en"])
    for name, shown in (("check", ".drop-area"), ("mine", ".columns"), ("practise", ".camera-place")):
        open_view(page, "")
        page.locator(f".door[href='#/{name}']").focus()
        page.keyboard.press("Enter")
        expect(page.locator(shown)).to_be_visible()
        page.locator(".back").click()
        expect(page.locator(".doors")).to_be_visible()
    page.locator(".door[href='/review']").click()
    expect(page.locator(".list tbody tr")).to_have_count(2)
    page.locator(".brand[href='/']").click()
    expect(page.locator(".doors")).to_be_visible()


def test_a_plan_is_made_and_changed(own_home, visit):
    address, folder, _ = own_home
    page = visit(address)
    make_plan(page, side="left", sets=3, reps=4)
    expect(page.locator(".plan")).to_contain_text("3 sets a day, 4 repetitions")
    expect(page.locator(".today")).to_contain_text("1 of 3 sets with the left leg")
    # A plan of today is not called none.
    report = page.frame_locator("iframe.framed").locator("main")
    expect(report).not_to_contain_text(Texts("en").get("progress.none_prescribed"))
    make_plan(page, side="both", sets=1, reps=1)
    expect(page.locator(".plan")).to_contain_text("1 set a day, 1 repetition each")
    expect(page.locator(".today span")).to_have_count(2)
    with open_store(folder, write=False) as store, store.reading() as connection:
        known = prescriptions(connection, profile_key(connection, PROFILE))
    assert [(one.side, one.sets_per_day, one.reps) for one in known] == [("left", 3, 4), ("both", 1, 1)]
    go(page, "practise")
    options = page.locator(".choice").first.locator(".option")
    expect(options.first).to_contain_text("Right leg: 1 repetition, 0 of 1")


def test_questions_are_asked_one_by_one_and_advice_follows(own_home, visit):
    address, folder, uid = own_home
    page, texts = visit(address), Texts("en")
    asked = page.locator(".asked")
    forward = asked.locator("button.primary")
    expect(forward).to_be_disabled()
    answers_given = ("2", "6", "calf", "numbness between the legs")
    for number, answer in enumerate(answers_given, start=1):
        expect(asked).to_contain_text(texts.get("home.questions.which", number=number, n=4))
        asked.locator("label.option", has_text=re.compile(f"^{answer}$")).click()
        forward.click()
    expect(asked.locator(".advice")).to_have_text([texts.get("advice.emergency"), texts.get("advice.rose")])
    with open_store(folder, write=False) as store, store.reading() as connection:
        answers = answers_of(connection, uid)
        assert open_questions(connection, profile_key(connection, PROFILE)) == []
    assert (answers.pain_before, answers.pain_after) == (2, 6)
    assert answers.red_flags == (RedFlag.SADDLE,)


def test_the_report_of_a_set_is_read_within_the_page(homes, visit):
    page = visit(homes["en"])
    go(page, "mine")
    page.locator(".rows .row").first.click()
    frame = page.frame_locator("iframe.framed")
    expect(frame.locator("h1#headline")).to_be_visible()
    # One thing scrolls: the frame is as tall as what is in it.
    expect.set_options(timeout=15_000)
    page.wait_for_function(
        "() => { const f = document.querySelector('iframe'); "
        "return f.clientHeight >= f.contentDocument.body.scrollHeight && f.clientHeight > 1000; }"
    )


def test_started_again_it_shows_the_page_that_is_there(homes, records):
    folder = records["en"]
    again = subprocess.run(
        [sys.executable, "-m", "formcheck", "--lang", "en", "home", "--no-open", "--store", str(folder)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert homes["en"] in again.stdout
    (file,) = folder.glob("home-address")
    assert file.stat().st_mode & 0o077 == 0


def test_the_pages_own_button_ends_it(tmp_path, visit):
    command = [sys.executable, "-m", "formcheck", "--lang", "en", "home", "--no-open", "--store", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            address = re.search(r"http://\S+", server.stdout.readline())[0]
            page = visit(address)
            page.locator("#toolbar button").click()
            expect(page.locator("h1")).to_have_text(Texts("en").get("home.ended_title"))
            assert server.wait(30) == 0
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGKILL)
    assert list(tmp_path.glob("home-address")) == []


def test_a_record_that_cannot_be_opened_is_told_in_the_browser_too(tmp_path):
    (tmp_path / "record").mkdir()
    (tmp_path / "record" / "record.db").write_bytes(b"no database" * 100)
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > "{tmp_path}/opened"\n')
    browser.chmod(0o755)
    variables = {"BROWSER": f"{browser} %s", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    result = subprocess.run(
        [sys.executable, "-m", "formcheck", "--lang", "de", "home", "--store", str(tmp_path / "record")],
        capture_output=True, text=True, check=False, timeout=60, env=os.environ | variables,
    )  # fmt: skip
    assert result.returncode == 5
    (line,) = result.stderr.splitlines()
    (page,) = (tmp_path / "cache").rglob("problem.html")
    assert (tmp_path / "opened").read_text().strip() == page.as_uri()
    assert Texts("de").get("home.command.problem") in page.read_text(encoding="utf-8")
    assert html.escape(line.removeprefix("formcheck: error: "), quote=False)[:40] in page.read_text(encoding="utf-8")


def test_it_runs_without_a_console_as_an_icon_starts_it(tmp_path):
    code = (
        "import sys; sys.stdin = sys.stdout = sys.stderr = None; from formcheck.cli import run; "
        f"run(['home', '--store', {str(tmp_path)!r}])"
    )
    with subprocess.Popen([sys.executable, "-c", code], env=os.environ | {"BROWSER": "true"}) as server:
        address = tmp_path / "home-address"
        for _ in range(300):
            if address.exists() or server.poll() is not None:
                break
            time.sleep(0.1)
        assert address.read_text().startswith("http://127.0.0.1:")
        server.send_signal(signal.SIGINT)
        assert server.wait(30) == 0
