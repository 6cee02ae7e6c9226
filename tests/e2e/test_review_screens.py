"""The review page on a phone, a tablet and a large screen, and after the server was started again."""

from __future__ import annotations

from playwright.sync_api import expect

from accessible import violations
from e2e.clip_page import SIZES_PX, assert_fits, item_url, kept_review, open_clip, own_headers, saved


def test_nothing_is_cut_off_at_any_width(review, visit):
    page = visit(review.address)
    expect(page.locator(".list tbody tr")).to_have_count(2)
    for width, height in SIZES_PX:
        page.set_viewport_size({"width": width, "height": height})
        assert_fits(page, width)
        titles = page.locator(".list tbody tr").first.locator("th, td[data-column]")
        assert titles.count() == 12
    page.get_by_role("link", name="drift.mp4", exact=True).click()
    page.wait_for_selector(".clip-view")
    page.locator(".strip [data-rep='2']").click()
    for width, height in SIZES_PX:
        page.set_viewport_size({"width": width, "height": height})
        tabs = page.get_by_role("tab")
        expect(tabs).to_have_count(5 if width < 640 else 4)
        for tab in tabs.all():
            tab.click()
            assert_fits(page, width)
    page.get_by_role("tab").first.click()
    for width in range(1010, 850, -20):
        page.set_viewport_size({"width": width, "height": 800})
        assert_fits(page, width)


def test_axe_finds_nothing_on_the_list_and_on_any_tab(review, visit):
    page = visit(review.address)
    page.wait_for_selector(".list tbody tr")
    assert violations(page) == []
    page.get_by_role("link", name="drift.mp4", exact=True).click()
    page.wait_for_selector(".clip-view")
    page.locator(".strip [data-rep='2']").click()
    assert violations(page) == []
    width, height = SIZES_PX[0]
    page.set_viewport_size({"width": width, "height": height})
    # Colours that are still changing have no contrast to be told.
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    for tab in page.get_by_role("tab").all():
        tab.click()
        assert violations(page) == []


def test_on_a_phone_the_video_takes_turns_with_the_tabs(clip_view):
    clip_view.set_viewport_size({"width": 390, "height": 844})
    video = clip_view.locator(".stage")
    clip_view.get_by_role("tab", name="Video").click()
    expect(video).to_be_visible()
    clip_view.get_by_role("tab", name="Measure").click()
    expect(video).to_be_hidden()
    clip_view.get_by_role("button", name="Measure knee").click()
    expect(video).to_be_visible()
    box = video.bounding_box()
    for x in (0.3, 0.5, 0.6):
        clip_view.mouse.click(box["x"] + x * box["width"], box["y"] + (0.5 if x != 0.5 else 0.3) * box["height"])
    expect(clip_view.locator(".measures tbody tr")).to_have_count(1)
    saved(clip_view)
    for width in (390, 375, 360):
        clip_view.set_viewport_size({"width": width, "height": 844})
        assert_fits(clip_view, width)


def test_a_page_from_before_a_restart_says_where_to_go_and_saves_what_it_held(review, visit):
    page = open_clip(visit, review.address, "drift.mp4", allow="403")
    page.keyboard.press("4")
    # As after a restart on the same port: the server does not know the page.
    page.context.clear_cookies()
    page.get_by_label("Summary, in words").fill("Kept over the restart.")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(page.evaluate("location.origin"))
    again = visit(review.address)
    expect(again.locator(".list tbody tr")).to_have_count(2)
    saved(page)
    assert kept_review(page)["summary_note"] == "Kept over the restart."
    expect(alert).not_to_contain_text("again")
    page.request.delete(f"{item_url(page)}/review", headers=own_headers(page))


def test_an_overruling_rests_while_the_other_leg_is_judged(clip_view):
    clip_view.locator(".strip [data-rep='1']").click()
    clip_view.locator(".opened .finding .line", has_text="Not met").first.click()
    clip_view.locator(".finding.open").get_by_role("button", name="Overrule …").click()
    clip_view.locator(".overrule textarea").fill("Seen otherwise.")
    clip_view.locator(".overrule button[type=submit]").click()
    saved(clip_view)
    for where in (".reps tr[data-rep='1'] .judged", ".opened .finding .line"):
        expect(clip_view.locator(where).filter(has_text="overruled").first).to_be_visible()
    expect(clip_view.locator(".strip .rep.overruled")).to_have_count(1)
    clip_view.keyboard.press("4")
    leg = clip_view.get_by_label("Working leg")
    leg.select_option("right" if kept_review(clip_view)["overrules"][0]["side"] == "left" else "left")
    expect(clip_view.get_by_role("button", name="Analyse the")).to_be_visible()
    saved(clip_view)
    clip_view.keyboard.press("1")
    expect(clip_view.locator(".set-aside li")).to_have_count(1)
    expect(clip_view.locator(".strip .rep.overruled")).to_have_count(0)
    clip_view.keyboard.press("4")
    leg.select_option("")
    saved(clip_view)
    expect(clip_view.locator(".strip .rep.overruled")).to_have_count(1)
