"""What keeps a reviewer from error: no word that misleads, no silent change, nothing that leads the eye."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from e2e.bench_page import INKED, SEEK, kept_review, saved, shown_number, until


def overrule_first(page: Page, rep: int) -> None:
    """Overrule what is not met in a repetition as met."""
    page.locator(f".strip [data-rep='{rep}']").click()
    page.locator(".opened .finding .line", has_text="Not met").first.click()
    page.get_by_role("button", name="Overrule …").click()
    page.locator(".overrule textarea").fill("Seen otherwise.")
    page.locator(".overrule button[type=submit]").click()
    saved(page)


def test_the_worst_is_the_one_with_most_not_met_and_it_says_why(bench):
    why = bench.locator(".why-rep")
    bench.keyboard.press("w")
    expect(why).to_contain_text("All alike")
    overrule_first(bench, 1)
    expect(why).to_have_count(0)
    bench.locator(".where").click()
    bench.keyboard.press("w")
    expect(bench.locator(".strip [data-rep='2']")).to_have_attribute("aria-pressed", "true")
    expect(why).to_contain_text("Worst of 3: repetition 2. Not met: thigh held still (")
    expect(why).to_contain_text("Just like it: 3.")
    bench.keyboard.press("b")
    expect(bench.locator(".strip [data-rep='1']")).to_have_attribute("aria-pressed", "true")


def test_a_change_after_the_end_makes_it_a_draft_until_it_is_confirmed(bench, review, visit):
    standing = bench.locator(".standing")
    expect(standing).to_have_text("Draft")
    bench.keyboard.press("4")
    bench.get_by_label("Person's code").fill("P017")
    bench.get_by_label("Review complete").check()
    saved(bench)
    expect(standing).to_have_text("Complete")
    bench.get_by_label("Summary, in words").fill("Slower, please.")
    expect(standing).to_have_text("Draft")
    saved(bench)
    assert kept_review(bench)["done"] is False
    alert = bench.get_by_role("alert")
    expect(alert).to_contain_text("it is a draft again")
    alert.get_by_role("button", name="It is complete as it is now").click()
    expect(standing).to_have_text("Complete")
    expect(alert).not_to_contain_text("draft")
    saved(bench)
    assert kept_review(bench)["done"] is True
    listed = visit(review.address).locator(".list tr", has_text="drift.mp4")
    expect(listed).to_contain_text("P017")
    expect(listed).to_contain_text("reviewed")


def test_an_edge_that_cannot_be_is_refused_in_words(bench):
    bench.locator(".strip [data-rep='1']").click()
    before = bench.get_attribute(".strip [data-rep='1']", "data-at")
    bench.keyboard.press("e")
    bench.keyboard.press("ArrowRight")
    bench.get_by_role("button", name="Starts here").click()
    expect(bench.get_by_role("alert")).to_contain_text("It cannot start after it is straightest")
    assert bench.get_attribute(".strip [data-rep='1']", "data-at") == before


def test_nothing_of_the_program_leads_the_eye_while_points_are_placed(bench):
    bench.locator(".strip [data-rep='2']").click()
    until(bench, INKED)
    bench.get_by_role("button", name="Goniometer on this frame").click()
    assert not bench.evaluate(INKED)
    expect(bench.locator(".curve-title.knee b")).to_have_text("hidden")
    expect(bench.locator(".plots")).to_be_hidden()
    bench.keyboard.press("Escape")
    until(bench, INKED)
    expect(bench.locator(".plots")).to_be_visible()
    expect(bench.locator(".curve-title.knee b")).to_contain_text("°")


def test_the_overlay_waits_for_its_picture(bench, review):
    until(bench, INKED)
    last = len(review.times_s) - 2
    assert not bench.evaluate(f"({SEEK})({last}), {INKED}")
    until(bench, INKED)
    assert shown_number(bench) == last
