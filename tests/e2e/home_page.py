"""Home as a patient uses it: how it is started, and what every view of it must keep to."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

ANALYSED_MS = 180_000
# What is pressed is at least this high and wide: a finger hits it.
FINGER_PX = 44
TOO_SMALL = """(least) => {
    const pressed = "a, button, select, summary, input:not([type=file]), textarea";
    const target = (node) => node.closest("label.option") ?? node;
    return [...new Set([...document.querySelectorAll(pressed)].map(target))]
        .filter((node) => node.checkVisibility() && !node.matches(".visually-hidden"))
        .map((node) => [node.outerHTML.slice(0, 120), node.getBoundingClientRect()])
        .filter(([, box]) => box.height < least - 0.5 || box.width < least - 16)
        .map(([html, box]) => `${html} ${box.width} x ${box.height}`);
}"""
SIDEWAYS = """() => [document.documentElement, document.querySelector("#view"),
    ...[...document.querySelectorAll("iframe")].map((frame) => frame.contentDocument.documentElement)]
    .map((node) => node.scrollWidth - node.clientWidth)"""
# A frame has no document for a moment while its report is loaded.
FRAMES_LOADED = """() => [...document.querySelectorAll("iframe")]
    .every((frame) => frame.contentDocument?.readyState === "complete" && frame.contentDocument.documentElement)"""
# Everything that can be operated, a group of radio buttons once: the arrow keys move within it.
OPERATED = """() => {
    const names = new Set();
    return [...document.querySelectorAll("a[href], button:not(:disabled), select, summary, textarea, input")]
        .filter((node) => node.checkVisibility() && node.tabIndex >= 0)
        .filter((node) => node.type !== "radio" || (!names.has(node.name) && names.add(node.name))).length;
}"""


@contextmanager
def run_home(
    *arguments: object,
    program: Sequence[object] = (sys.executable, "-m", "formcheck"),
    env: Mapping[str, str] = os.environ,
    cwd: Path | None = None,
) -> Iterator[str]:
    """Run home and yield the address that it prints; Ctrl-C ends it."""
    command = [*map(str, program), *map(str, arguments)]
    # A browser of the test comes by itself; the one that home would open ends at once.
    environment = {**env, "BROWSER": "true"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=cwd
    ) as server:
        try:
            said = []
            for line in server.stdout:
                said.append(line)
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    break
            else:
                pytest.fail("home did not start: " + "".join(said))
        finally:
            if server.poll() is None:
                server.send_signal(signal.SIGINT)
            server.communicate(timeout=40)


def go(page: Page, view: str) -> None:
    """Open a view: ``practise``, ``check``, ``mine``, or nothing for the doors."""
    page.evaluate("(view) => { location.hash = `#/${view}`; }", view)


def drop(page: Page, clip: Path) -> None:
    """Drop a file on the page as from a file manager."""
    page.set_input_files("input[type=file]", [])
    handle = page.evaluate_handle("() => new DataTransfer()")
    data = list(clip.read_bytes())
    page.evaluate(
        """([transfer, bytes, name]) => {
            transfer.items.add(new File([new Uint8Array(bytes)], name, { type: "video/mp4" }));
            const options = { dataTransfer: transfer, bubbles: true, cancelable: true };
            document.querySelector(".drop-area").dispatchEvent(new DragEvent("dragover", options));
            document.querySelector(".drop-area").dispatchEvent(new DragEvent("drop", options));
        }""",
        [handle, data, clip.name],
    )


def read_report(page: Page) -> str:
    """Wait for the report within the page; return its first line."""
    headline = page.frame_locator("iframe.framed").locator("h1#headline")
    expect(headline).to_be_visible(timeout=ANALYSED_MS)
    return headline.inner_text()


def check_video(page: Page, clip: Path) -> str:
    """Drop a video, see it analysed, and return the first line of its report."""
    go(page, "check")
    expect(page.locator(".drop-area")).to_be_visible()
    drop(page, clip)
    expect(page.locator(".working .percent")).to_have_text(re.compile(r"\d+\s%"))
    return read_report(page)


def make_plan(page: Page, *, side: str, sets: int, reps: int) -> None:
    """Enter a plan under My practice."""
    go(page, "mine")
    # The questions on the first page have a card too, which is still there for a moment.
    page.locator(".columns .card").first.get_by_role("button").click()
    form = page.locator(".plan-form")
    form.locator("select").first.select_option(side)
    form.locator("input[type=number]").nth(0).fill(str(sets))
    form.locator("input[type=number]").nth(1).fill(str(reps))
    form.locator("button[type=submit]").click()
    expect(form).to_have_count(0)


def assert_fits(page: Page) -> None:
    """Nothing scrolls sideways, and what is pressed is large enough."""
    page.wait_for_function(FRAMES_LOADED)
    assert max(page.evaluate(SIDEWAYS)) <= 0
    assert page.evaluate(TOO_SMALL, FINGER_PX) == []


def reached_by_tab(page: Page) -> int:
    """How many different things the Tab key reaches before it comes round."""
    seen = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        key = page.evaluate(
            """() => {
                const node = document.activeElement;
                if (node === document.body || node.id === "view" || node.tagName === "IFRAME") return null;
                node.dataset.reached ??= String(Math.random());
                return node.dataset.reached;
            }"""
        )
        if key in seen:
            return len(seen)
        if key is not None:
            seen.add(key)
    return len(seen)
