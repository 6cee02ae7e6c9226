"""The review page in German: nothing of it is left in English but proper names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from e2e.clip_page import MOVES, assert_fits_everywhere
from e2e.staged import stage_clip
from formcheck.text.catalogue import Texts, catalogue

# All that a person reads or hears: text, labels, hints, placeholders.
SAID = """() => {
    const said = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const parent = walk.currentNode.parentElement;
        // A protocol's name is its author's.
        if (!parent.closest("script, style, [data-key=protocol]")) said.push(walk.currentNode.data);
    }
    for (const node of document.querySelectorAll("*"))
        for (const name of ["aria-label", "title", "placeholder", "aria-valuetext", "data-measuring"])
            if (node.hasAttribute(name)) said.push(node.getAttribute(name));
    return [document.title, ...said].map((text) => text.trim()).filter(Boolean);
}"""
# Proper names, and what they are called in every language.
NAMES = re.compile(r"formcheck( review| analyze)?|\w+\.mp4|sciatic-glide|active-knee-extension|straight-leg-raise")
ENGLISH = re.compile(
    r"\b(the|of|and|with|not|is|are|were|this|that|from|to|at|on|by|it|its|your|you|be|here|there|what|when|which|"
    r"repetitions?|clips?|frames?|knee|undo|saved|draft|finish|findings?|notes?|keys?|close|play|add|met|wanted)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def address(tmp_path_factory, reviewing) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("clips")
    stage_clip(folder, "drift.mp4", MOVES, drift_deg=25.0)
    stage_clip(folder, "steady.mp4", MOVES)
    with reviewing(folder, "de") as address:
        yield address


def english(page: Page) -> set[str]:
    """Return what the page says in English: a text of the English catalogue, or with an English word in it."""
    german, texts = catalogue("de"), catalogue("en")
    only_english = {text for key, text in texts.items() if german[key] != text} - set(german.values())
    said = {NAMES.sub("", text).strip() for text in page.evaluate(SAID)}
    return (said & only_english) | {text for text in said if ENGLISH.search(text)}


def test_what_is_english_is_noticed(review, visit):
    page = visit(review.address)
    page.wait_for_selector(".list tbody tr")
    assert {"Worklist", "Filter by name, person, protocol"} <= english(page)


def test_the_page_is_german_throughout(address, visit):
    texts = Texts("de")
    page = visit(address)
    expect(page.locator(".list tbody tr")).to_have_count(2)
    assert page.evaluate("document.documentElement.lang") == "de"
    found = {"worklist": english(page)}
    assert_fits_everywhere(page)
    page.keyboard.press("?")
    found["keys of the worklist"] = english(page)
    page.keyboard.press("Escape")

    page.get_by_role("link", name="drift.mp4").click()
    page.locator(".strip [data-rep='2']").click()
    page.locator(".opened .finding .line").first.click()
    page.locator(".finding.open").get_by_role("button", name=texts.get("review.finding.overrule_open")).click()
    found["findings"] = english(page)
    page.locator(".overrule textarea").fill("Sieht anders aus.")
    page.locator(".overrule button[type=submit]").click()
    expect(page.locator(".status")).to_have_text(texts.get("review.toolbar.saved"))
    page.locator("#heading").click()
    for key in "wngk":
        page.keyboard.press(key)
        found[f"key {key}"] = english(page)
        page.keyboard.press("Escape")
        page.locator("#heading").click()
    for tab in "1234":
        page.keyboard.press(tab)
        found[f"tab {tab}"] = english(page)
        assert_fits_everywhere(page)
    page.keyboard.press("?")
    found["keys of the clip"] = english(page)
    page.keyboard.press("Escape")
    for edit in ("i", "x", "Control+z"):
        page.keyboard.press(edit)
        found[f"edit {edit}"] = english(page)
    page.keyboard.press("4")
    page.get_by_role("button", name=texts.get("review.finish.forget")).click()
    found["forget"] = english(page)
    page.get_by_role("button", name=texts.get("review.finish.forget_not")).click()

    page.get_by_role("link", name="formcheck review").click()
    for name in ("drift.mp4", "steady.mp4"):
        page.get_by_label(texts.get("review.worklist.choose", name=name)).check()
    page.get_by_role("button", name=texts.get("review.worklist.compare")).click()
    page.wait_for_selector(".compare .plot canvas")
    found["comparison"] = english(page)
    assert_fits_everywhere(page)
    assert {place: said for place, said in found.items() if said} == {}


def test_a_decimal_has_a_comma(address, visit):
    page = visit(address)
    page.get_by_role("link", name="steady.mp4").click()
    expect(page.locator(".clock")).to_have_text("0:00,00")
    expect(page.locator(".reps tbody tr").first).to_contain_text(re.compile(r"\d,\d · \d,\d · \d,\d"))
