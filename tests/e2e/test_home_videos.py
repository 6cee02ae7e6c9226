"""A video dropped on home: its progress, its report, what is kept of it; and live practice, started from home."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from clips import GOOD_SET
from e2e.home_page import check_video, drop, go, make_plan, run_home
from formcheck.record.queries import sessions
from formcheck.record.store import open_store
from formcheck.record.values import Origin
from formcheck.record.videos import VIDEOS
from formcheck.text.catalogue import Texts

TEXTS = Texts("en")
# Notes the share that is shown each time something changes while the video is copied.
NOTE_SHARES = """(copying) => {
    window.noted = [];
    new MutationObserver(() => {
        if (document.querySelector(".working .stage")?.textContent !== copying) return;
        window.noted.push(document.querySelector(".working .percent").textContent);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture(scope="module")
def clip(one_rep, tmp_path_factory) -> Path:
    return Path(shutil.copy(one_rep, tmp_path_factory.mktemp("clip") / "my set.mp4"))


@pytest.fixture(scope="module")
def record(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("record")


@pytest.fixture(scope="module")
def temporary(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("temporary")


@pytest.fixture(scope="module")
def address(record, temporary) -> Iterator[str]:
    with run_home(
        "--lang", "en", "home", "--no-open", "--store", record, env=os.environ | {"TMPDIR": str(temporary)}
    ) as address:
        yield address
    # What was not kept is gone with the server.
    assert list(temporary.rglob("*.mp4")) == []


def kept_sessions(record: Path) -> list[str]:
    with open_store(record, write=False) as store, store.reading() as connection:
        return [line.uid for line in sessions(connection)]


def test_a_video_is_checked_kept_and_found_again(address, record, clip, visit):
    page = visit(address)
    assert check_video(page, clip)
    expect(page.locator(".kept-line p")).to_have_text(TEXTS.get("home.check.kept"))
    plays(page)
    (uid,) = kept_sessions(record)
    folder = record / VIDEOS / uid
    assert {path.name for path in folder.iterdir()} == {"clip.mp4", "report.html", "annotated.mp4"}
    assert (folder / "clip.mp4").read_bytes() == clip.read_bytes()
    make_plan(page, side="both", sets=1, reps=1)
    expect(page.locator(".today")).to_contain_text("1 of 1 sets")
    page.locator(".rows .row").first.click()
    plays(page)
    page.goto(re.match(r"http://[^/]+/", address)[0] + "review")
    page.locator(".list tbody tr a").first.click()
    expect(page.locator(".stage video")).to_be_visible()


def plays(page: Page) -> None:
    """The annotated clip plays within the report."""
    video = page.frame_locator("iframe.framed").locator("video")
    expect(video).to_be_visible()
    video.evaluate("(node) => { node.muted = true; return node.play(); }")
    page.wait_for_function(
        "() => document.querySelector('iframe').contentDocument.querySelector('video').currentTime > 0"
    )


def test_what_shall_not_stay_is_in_no_record_until_it_is_asked_for(address, record, clip, tmp_path, visit):
    other = tmp_path / "other.mp4"
    other.write_bytes(clip.read_bytes() + b"\x00\x00\x00\x0cfree1234")
    before = kept_sessions(record)
    page = visit(address)
    go(page, "check")
    page.get_by_label(TEXTS.get("home.check.keep_no")).check()
    drop(page, other)
    expect(page.locator(".kept-line p")).to_have_text(TEXTS.get("home.check.not_kept"), timeout=180_000)
    assert kept_sessions(record) == before
    page.get_by_role("button", name=TEXTS.get("home.check.keep"), exact=True).click()
    expect(page.locator(".kept-line p")).to_have_text(TEXTS.get("home.check.kept"))
    assert len(kept_sessions(record)) == len(before) + 1


@pytest.mark.parametrize(
    ("name", "content"), [("letter.txt", b"Dear"), ("letter.mp4", b"Dear Sir or Madam"), ("x.mp4", b"")]
)
def test_what_is_no_video_is_refused_in_one_plain_sentence(address, tmp_path, visit, name, content):
    (tmp_path / name).write_bytes(content)
    page = visit(address, allow="415")
    go(page, "check")
    drop(page, tmp_path / name)
    expect(page.locator(".problem h1")).to_have_text(TEXTS.get("home.check.not_video"))
    page.locator(".problem button").click()
    expect(page.locator(".drop-area")).to_be_visible()


def test_an_analysis_is_stopped_and_nothing_of_it_stays(address, record, temporary, visit):
    before = kept_sessions(record)
    page = visit(address)
    go(page, "check")
    page.evaluate(NOTE_SHARES, TEXTS.get("home.check.sending"))
    drop(page, GOOD_SET)
    stop = page.get_by_role("button", name=TEXTS.get("home.check.cancel"), exact=True)
    expect(page).to_have_url(re.compile("#/check/"))
    # The end of the copy is not the end of the work.
    noted = page.evaluate("() => window.noted")
    assert noted
    assert not [share for share in noted if "100" in share]
    # It goes on while one looks elsewhere, and is found again.
    go(page, "check")
    page.locator(".row", has_text="01_good_set.mp4").click()
    stop.click()
    expect(page.locator(".problem h1")).to_have_text(TEXTS.get("home.check.cancelled"))
    assert kept_sessions(record) == before
    assert list(temporary.rglob("01_good_set.mp4")) == []


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb (apt install xvfb)")
def test_live_practice_is_started_from_the_page_and_its_set_found(tmp_path, two_reps, visit):
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24"]
    with subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL) as screen:
        try:
            display = f":{os.read(read, 16).decode().strip()}"
            home = ("--lang", "en", "home", "--no-open", "--store", tmp_path / "record", "--source", two_reps)
            with run_home(*home, env=os.environ | {"DISPLAY": display}) as address:
                practise_from(visit(address))
        finally:
            screen.terminate()
            os.close(read)
            os.close(write)
    with open_store(tmp_path / "record", write=False) as store, store.reading() as connection:
        (line,) = sessions(connection)
    assert line.origin is Origin.LIVE
    assert line.rep_count >= 1


def practise_from(page: Page) -> None:
    go(page, "practise")
    page.get_by_role("button", name=TEXTS.get("home.practise.look"), exact=True).click()
    expect(page.locator(".still img")).to_be_visible()
    page.get_by_role("button", name=TEXTS.get("home.practise.start"), exact=True).click()
    state = page.locator(".live-state")
    expect(state).to_contain_text(TEXTS.get("home.practise.running"))
    report = state.get_by_role("link", name=TEXTS.get("home.practise.report"))
    expect(report).to_be_visible(timeout=120_000)
    # The window, which still tells about the set, is closed and opened anew.
    state.get_by_role("button", name=TEXTS.get("home.practise.again"), exact=True).click()
    expect(state).to_contain_text(TEXTS.get("home.practise.running"))
    state.get_by_role("button", name=TEXTS.get("home.practise.end"), exact=True).click()
    expect(state).to_contain_text(TEXTS.get("home.practise.done_none"), timeout=60_000)
    go(page, "mine")
    page.locator(".rows .row").first.click()
    expect(page.frame_locator("iframe.framed").locator("h1#headline")).to_be_visible()
