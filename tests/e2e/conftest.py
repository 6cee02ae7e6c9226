"""`formcheck review` as a user starts it, and a browser in front of it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from e2e.clip_page import HOSTILE, MOVES, Review, item_url, open_clip, own_headers
from e2e.staged import stage_clip

PATIENCE_MS = 15_000
expect.set_options(timeout=PATIENCE_MS)


@contextmanager
def run_review(target: Path, language: str = "en") -> Iterator[str]:
    """Run ``formcheck review`` on a clip or folder; yields the address it prints."""
    command = [
        sys.executable, "-m", "formcheck", "review", str(target), "--lang", language, "--no-open", "--port", "0",
    ]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
        try:
            said = []
            for line in server.stdout:
                said.append(line)
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    break
            else:
                pytest.fail("the review did not start: " + "".join(said))
        finally:
            server.send_signal(signal.SIGINT)
            server.communicate(timeout=20)


@pytest.fixture(scope="session")
def reviewing() -> Callable[..., AbstractContextManager[str]]:
    return run_review


def watch(page: Page, address: str, complaints: list[str]) -> Page:
    """Note what the page complains of, and whatever it asks of anybody but its own server."""
    own = re.match(r"http://[^/]+/", address)[0]
    page.set_default_timeout(PATIENCE_MS)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    outside = ("data:", "blob:", own)
    page.on("request", lambda request: request.url.startswith(outside) or complaints.append(f"asked {request.url}"))
    return page


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    yield context
    context.close()


@pytest.fixture
def visit(context: BrowserContext) -> Iterator[Callable[..., Page]]:
    """Open the page; in the end nothing may have been complained of, nor asked of anyone outside."""
    complaints: list[str] = []
    allowed: list[str] = []

    def open_it(address: str, *, allow: str = "") -> Page:
        if allow:
            allowed.append(allow)
        page = watch(context.new_page(), address, complaints)
        page.goto(address)
        return page

    yield open_it
    assert [text for text in complaints if not any(word in text for word in allowed)] == []


@pytest.fixture(scope="session")
def review(tmp_path_factory, reviewing) -> Iterator[Review]:
    folder = tmp_path_factory.mktemp("clips")
    times_s = stage_clip(folder, "drift.mp4", MOVES, drift_deg=25.0)
    stage_clip(folder, HOSTILE, MOVES[:1])
    with reviewing(folder) as address:
        yield Review(address, times_s)


@pytest.fixture
def clip_view(review, visit) -> Iterator[Page]:
    page = open_clip(visit, review.address, "drift.mp4")
    yield page
    page.request.delete(f"{item_url(page)}/review", headers=own_headers(page))
