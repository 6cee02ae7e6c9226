"""The review by the keyboard alone: from the list to a complete review, without a pointer."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from e2e.clip_page import kept_review, saved
from e2e.home_page import OPERATED, reached_by_tab

# Whether the focus is on what a selector and a text name, and can be seen there.
FOCUSED = """([selector, text]) => {
    const node = document.activeElement;
    if (!node.matches(selector) || !node.textContent.includes(text)) return false;
    const style = getComputedStyle(node), box = node.getBoundingClientRect();
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
    if (!ring && style.boxShadow === "none") throw new Error(`no focus ring on ${node.outerHTML.slice(0, 120)}`);
    if (box.bottom < 0 || box.top > innerHeight) throw new Error(`out of sight: ${node.outerHTML.slice(0, 120)}`);
    return true;
}"""


def tab_to(page: Page, selector: str, text: str = "") -> None:
    """Press Tab until the focus is there."""
    for _ in range(120):
        if page.evaluate(FOCUSED, [selector, text]):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never comes to {selector} {text!r}")


def test_a_clip_is_reviewed_without_a_pointer(clip_view):
    page = clip_view
    tab_to(page, "a.brand")
    page.keyboard.press("Enter")
    page.wait_for_selector(".list tbody tr")
    tab_to(page, "a", "drift.mp4")
    page.keyboard.press("Enter")
    page.wait_for_selector(".clip-view")

    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".strip [data-rep='2']")).to_have_attribute("aria-pressed", "true")
    tab_to(page, ".opened .finding .line", "Thigh held still")
    page.keyboard.press("Enter")
    tab_to(page, ".finding.open button", "Overrule …")
    page.keyboard.press("Enter")
    tab_to(page, ".overrule textarea")
    page.keyboard.type("The camera moved, not the thigh.")
    tab_to(page, ".overrule button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.locator(".finding.open .tag.own")).to_have_text("overruled")

    page.keyboard.press("g")
    for way in ("ArrowUp", "ArrowDown", "ArrowRight"):
        for _ in range(3):
            page.keyboard.press(way)
        page.keyboard.press("Enter")
    page.wait_for_selector("[data-measure]")
    # The cross that had the focus is gone, and so is what had it before.
    assert page.evaluate("document.activeElement !== document.body")
    tab_to(page, "[data-key=measure-hip]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-key=measure-hip]")).to_have_class("primary")
    expect(page.locator("[data-key=measure-knee]")).to_have_class("")
    page.keyboard.press("Escape")
    expect(page.locator("[data-key=measure-hip]")).to_be_focused()
    page.keyboard.press("1")
    expect(page.get_by_role("tab", selected=True)).to_be_focused()
    page.keyboard.press("n")
    page.keyboard.type("Look at the toes.")
    page.keyboard.press("Escape")
    page.keyboard.press("4")
    tab_to(page, "[data-key=person]")
    page.keyboard.type("P017")
    tab_to(page, "[data-key=done]")
    page.keyboard.press("Space")
    expect(page.locator(".review-state")).to_have_text("Complete")
    saved(page)
    kept = kept_review(page)
    assert (kept["done"], kept["person"]) == (True, "P017")
    assert [len(kept[part]) for part in ("overrules", "goniometer", "notes")] == [1, 1, 1]
    assert reached_by_tab(page) >= page.evaluate(OPERATED)
