"""The clip view as a reviewer uses it: helpers for the tests in the browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from e2e.staged import READ_NUMBER
from formcheck.types import FloatArray
from synth import Move

HOSTILE = "<img src=x onerror=document.title='owned'>.mp4"
MOVES = [Move(), Move(), Move()]
Visit = Callable[..., Page]

SEEK = """(index) => {
    const slider = document.querySelector(".scrub");
    slider.value = index;
    slider.dispatchEvent(new Event("input"));
}"""
# Drags the timeline to and fro; returns what was shown at each screen: whether by a small image, its number, and the
# cursor's; the last ones after the hand came to rest.
DRAG = (
    "async ([seconds, from, to]) => { const read = "
    + READ_NUMBER
    + """;
    const over = document.querySelector(".over");
    const box = over.getBoundingClientRect();
    const at = (type, share) => over.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, clientX: box.left + share * box.width, clientY: box.top + 30, bubbles: true,
    }));
    const began = performance.now();
    const seen = [];
    for (let since = 0; since < seconds + 1; since = (performance.now() - began) / 1000) {
        const moves = since < seconds;
        if (moves) at("pointermove", from + (to - from) * (0.5 - 0.5 * Math.cos(4 * since)));
        await new Promise((screen) => requestAnimationFrame(screen));
        const small = document.querySelector(".scrub-image:not([hidden])") !== null;
        seen.push({ moves, small, number: read(), cursor: Number(document.querySelector(".scrub").value) });
        if (!moves && !small) break;
    }
    return seen;
}"""
)
SIZES_PX = ((390, 844), (820, 1180), (1024, 768), (1440, 900))
# What sticks out at a side, or can be scrolled sideways.
CUT = """() => [...document.querySelectorAll("body, body *")].filter((node) => {
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height || node.closest(".visually-hidden, .stage, .over, .strip, .uplot")) return false;
    const scrolls = node.matches(".transport") || /auto|scroll/.test(getComputedStyle(node).overflowX);
    return box.right > innerWidth + 1 || box.left < -1 || (scrolls && node.scrollWidth > node.clientWidth + 1);
}).map((node) => node.outerHTML.slice(0, 90))"""
# Whether anything is drawn over the picture.
INKED = """(() => {
    const overlay = document.querySelector("canvas.overlay");
    const copy = document.createElement("canvas");
    [copy.width, copy.height] = [overlay.width, overlay.height];
    const pen = copy.getContext("2d", { willReadFrequently: true });
    pen.drawImage(overlay, 0, 0);
    return pen.getImageData(0, 0, copy.width, copy.height).data.some((value) => value > 0);
})()"""


@dataclass(frozen=True)
class Review:
    address: str
    times_s: FloatArray


def open_clip(visit: Visit, address: str, name: str, **options: str) -> Page:
    page = visit(address, **options)
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_selector(".clip-view")
    until(page, "document.querySelector('video').readyState >= 2")
    return page


def until(page: Page, expression: str) -> None:
    """Wait for something in the page; Playwright's own waiting evaluates strings there, which the policy forbids."""
    for _ in range(300):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never came true: {expression}")


def own_headers(page: Page) -> dict[str, str]:
    return {"X-Formcheck": "1", "Origin": page.evaluate("location.origin")}


def item_url(page: Page) -> str:
    return page.evaluate("`${location.origin}/api/items/${location.hash.split('/')[2]}`")


def kept_review(page: Page) -> dict[str, Any]:
    return page.request.get(item_url(page)).json()["review"]


def saved(page: Page) -> None:
    expect(page.locator(".status")).to_have_text("Saved")


def shown_number(page: Page) -> int:
    """The number of the picture that is shown, once it stands still."""
    # Only then does the page take the hand to rest.
    page.wait_for_timeout(100)
    until(page, "!document.querySelector('video').seeking && !document.querySelector('.scrub-image:not([hidden])')")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return page.evaluate(READ_NUMBER)


def cursor(page: Page) -> int:
    return int(page.input_value(".scrub"))


def assert_fits(page: Page, width: int) -> None:
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert page.evaluate(CUT) == []


def assert_fits_everywhere(page: Page) -> None:
    """Nothing is cut off or has to be scrolled sideways on a phone, a tablet held either way, and a large screen."""
    before = page.viewport_size
    for width, height in SIZES_PX:
        page.set_viewport_size({"width": width, "height": height})
        assert_fits(page, width)
    page.set_viewport_size(before)
