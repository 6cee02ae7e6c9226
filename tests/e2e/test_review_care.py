"""What keeps a reviewer from error: no word that misleads, no silent change, nothing that leads the eye."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from e2e.clip_page import INKED, SEEK, item_url, kept_review, saved, shown_number, until


def overrule_first(page: Page, rep: int) -> None:
    """Overrule what is not met in a repetition as met."""
    page.locator(f".strip [data-rep='{rep}']").click()
    page.locator(".opened .finding", has_text="Not met").first.get_by_role("button", name="Overrule …").click()
    page.locator(".overrule textarea").fill("Seen otherwise.")
    page.locator(".overrule button[type=submit]").click()
    saved(page)


def test_the_worst_is_the_one_that_the_server_names_and_it_says_why(clip_view):
    why, chosen = clip_view.locator(".why-rep"), clip_view.locator(".strip [aria-pressed='true']")
    clip_view.keyboard.press("w")
    expect(why).to_be_visible()
    expect(chosen).to_have_count(0)
    overrule_first(clip_view, 1)
    expect(why).to_have_count(0)
    item = clip_view.request.get(item_url(clip_view)).json()["reviewed"]
    status = {rep["index"]: rep["status_words"] for rep in item["document"]["reps"]}
    clip_view.locator("#heading").click()
    for key, which in (("w", "worst"), ("b", "best")):
        clip_view.keyboard.press(key)
        rep = item["document"]["statistics"][which]
        expect(chosen).to_have_attribute("data-rep", str(rep))
        expect(why).to_contain_text(status[rep])
    assert item["document"]["statistics"]["best"] == 1 != item["document"]["statistics"]["worst"]


def test_a_change_after_the_end_makes_it_a_draft_until_it_is_confirmed(clip_view, review, visit):
    state = clip_view.locator(".review-state")
    expect(state).to_have_text("Draft")
    clip_view.keyboard.press("4")
    clip_view.get_by_label("Person's code").fill("P017")
    clip_view.get_by_label("Review complete").check()
    saved(clip_view)
    expect(state).to_have_text("Complete")
    clip_view.get_by_label("Summary, in words").fill("Slower, please.")
    expect(state).to_have_text("Draft")
    saved(clip_view)
    assert kept_review(clip_view)["done"] is False
    alert = clip_view.get_by_role("alert")
    expect(alert).to_contain_text("it is a draft again")
    alert.get_by_role("button", name="It is complete as it is now").click()
    expect(state).to_have_text("Complete")
    expect(alert).not_to_contain_text("draft")
    saved(clip_view)
    assert kept_review(clip_view)["done"] is True
    listed = visit(review.address).locator(".list tr", has_text="drift.mp4")
    expect(listed).to_contain_text("P017")
    expect(listed).to_contain_text("reviewed")


def test_an_edge_that_cannot_be_is_refused_in_words(clip_view):
    clip_view.locator(".strip [data-rep='1']").click()
    before = clip_view.get_attribute(".strip [data-rep='1']", "data-at")
    clip_view.keyboard.press("e")
    clip_view.keyboard.press("ArrowRight")
    clip_view.get_by_role("button", name="Starts here").click()
    expect(clip_view.get_by_role("alert")).to_contain_text("It cannot start after")
    assert clip_view.get_attribute(".strip [data-rep='1']", "data-at") == before


def test_nothing_of_the_program_leads_the_eye_while_points_are_placed(clip_view):
    clip_view.locator(".strip [data-rep='2']").click()
    until(clip_view, INKED)
    clip_view.get_by_role("button", name="Goniometer on this frame").click()
    assert not clip_view.evaluate(INKED)
    expect(clip_view.locator(".curve-title.knee b")).to_have_text("hidden")
    expect(clip_view.locator(".plots")).to_be_hidden()
    clip_view.keyboard.press("Escape")
    until(clip_view, INKED)
    expect(clip_view.locator(".plots")).to_be_visible()
    expect(clip_view.locator(".curve-title.knee b")).to_contain_text("°")


def test_the_overlay_waits_for_its_picture(clip_view, review):
    until(clip_view, INKED)
    last = len(review.times_s) - 2
    assert not clip_view.evaluate(f"({SEEK})({last}), {INKED}")
    until(clip_view, INKED)
    assert shown_number(clip_view) == last
