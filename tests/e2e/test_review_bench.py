"""The bench of `formcheck review` in a real browser: see, correct, and find it all again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from e2e.bench_page import HOSTILE, MOVES, cursor, item_url, open_bench, own_headers, saved, shown_number, until
from synth import events

# Seeks by the slider; the browser's own word for when the picture that comes is shown.
MEDIA_TIME = """(index) => new Promise((done) => {
    document.querySelector("video").requestVideoFrameCallback((_now, frame) => done(frame.mediaTime));
    const slider = document.querySelector(".scrub");
    slider.value = index;
    slider.dispatchEvent(new Event("input"));
})"""


def place_goniometer(page: Page) -> None:
    """Three taps on the stage: a right angle, whatever the zoom."""
    page.get_by_role("button", name="Goniometer on this frame").click()
    box = page.locator(".stage").bounding_box()
    for x, y in ((0.4, 0.4), (0.4, 0.7), (0.5, 0.7)):
        page.mouse.click(box["x"] + x * box["width"], box["y"] + y * box["height"])
    page.wait_for_selector("[data-measure]")


def test_a_review_is_all_there_after_a_reload(bench, review):
    bench.keyboard.press("Space")
    until(bench, "document.querySelector('video').currentTime > 0.4")
    bench.keyboard.press("Space")
    until(bench, "document.querySelector('video').paused")
    before = cursor(bench)
    bench.keyboard.press("ArrowRight")
    assert cursor(bench) == before + 1

    bench.locator(".strip [data-rep='2']").click()
    expect(bench.locator(".strip [data-rep='2']")).to_have_attribute("aria-pressed", "true")
    starts_s = events(MOVES)[1][0]
    assert review.times_s[cursor(bench)] == pytest.approx(starts_s, abs=0.35)

    place_goniometer(bench)
    expect(bench.locator("[data-measure] .yours")).to_have_text("90°")
    difference = bench.locator("[data-measure] td").nth(3)
    expect(difference).to_have_text(re.compile(r"[+−]?\d+° (within|beyond) its error"))

    bench.keyboard.press("1")
    bench.locator(".opened .finding .line", has_text="Thigh held still").click()
    bench.get_by_role("button", name="Overrule …").click()
    submit = bench.locator(".overrule button[type=submit]")
    expect(submit).to_be_disabled()
    bench.locator(".overrule textarea").fill("The camera moved, not the thigh.")
    submit.click()
    expect(bench.locator(".finding.open .tag.own")).to_have_text("overruled")
    bench.locator(".where").click()
    bench.keyboard.press("n")
    bench.keyboard.type("Look at the <i>toes</i>.")
    saved(bench)

    bench.reload()
    bench.wait_for_selector(".bench")
    expect(bench.locator(".counts")).to_contain_text("2 not met")
    bench.locator(".strip [data-rep='2']").click()
    line = bench.locator(".opened .finding", has_text="Thigh held still")
    expect(line.locator(".verdict")).to_have_text("Met")
    line.locator(".line").click()
    expect(line).to_contain_text("The camera moved, not the thigh.")
    bench.keyboard.press("2")
    expect(bench.locator("[data-measure] .yours")).to_have_text("90°")
    bench.keyboard.press("3")
    expect(bench.locator(".notes textarea")).to_have_value("Look at the <i>toes</i>.")

    bench.get_by_role("radio", name="As analysed").check()
    expect(bench.locator(".counts")).to_contain_text("3 not met")


def test_seeking_shows_the_frame_that_the_curve_says(bench, review):
    for index in (1, 2, 3, 40, 41, 39, 150, 97, 4, 5, len(review.times_s) - 1):
        bench.locator(".scrub").evaluate(
            "(slider, index) => { slider.value = index; slider.dispatchEvent(new Event('input')); }", index
        )
        assert cursor(bench) == index
        assert abs(shown_number(bench) - index) <= 1
        bench.wait_for_timeout(30)
        assert shown_number(bench) == index
    for index in (20, 21, 120, 7):
        assert bench.evaluate(MEDIA_TIME, index) == pytest.approx(review.times_s[index], abs=0.001)
    for rep, (start_s, *_) in enumerate(events(MOVES), start=1):
        bench.locator(f".strip [data-rep='{rep}']").click()
        claimed = float(bench.get_attribute(f".strip [data-rep='{rep}']", "data-at"))
        number = shown_number(bench)
        assert review.times_s[number - 1] < claimed <= review.times_s[number]
        assert claimed == pytest.approx(start_s, abs=0.35)


def test_stepping_and_dragging_follow_the_clip_s_own_times(bench, review):
    bench.locator(".strip [data-rep='1']").click()
    first = cursor(bench)
    for _ in range(5):
        bench.keyboard.press("ArrowRight")
    assert shown_number(bench) == first + 5
    over = bench.locator(".over").bounding_box()
    y = over["y"] + over["height"] / 3
    bench.mouse.move(over["x"] + 0.7 * over["width"], y)
    bench.mouse.down()
    bench.mouse.move(over["x"] + 0.5 * over["width"], y, steps=8)
    half_s = review.times_s[-1] / 2
    assert review.times_s[cursor(bench)] == pytest.approx(half_s, abs=0.1)
    bench.mouse.up()
    assert shown_number(bench) == cursor(bench)


def test_repetitions_are_added_split_moved_removed_and_all_of_it_undone(bench):
    reps = bench.locator(".strip .rep")
    bench.locator(".strip [data-rep='3']").click()
    bench.get_by_role("button", name="Note", exact=True).click()
    bench.keyboard.type("of the third")
    bench.locator(".where").click()
    bench.locator(".strip [data-rep='1']").click()
    bench.keyboard.press("e")
    bench.keyboard.press("x")
    expect(reps).to_have_count(4)
    saved(bench)
    bench.keyboard.press("3")
    expect(bench.locator(".notes .link")).to_have_text("repetition 4")

    bench.keyboard.press("1")
    end = bench.locator(".handle[data-edge=end_s]").bounding_box()
    at = bench.locator(".strip [data-rep='1']").get_attribute("data-until")
    bench.mouse.move(end["x"] + end["width"] / 2, end["y"] + 20)
    bench.mouse.down()
    bench.mouse.move(end["x"] - 25, end["y"] + 20, steps=5)
    bench.mouse.up()
    saved(bench)
    assert float(bench.locator(".strip [data-rep='1']").get_attribute("data-until")) < float(at) - 0.1

    bench.get_by_role("button", name="Remove", exact=True).click()
    expect(reps).to_have_count(3)
    bench.keyboard.press("Home")
    bench.keyboard.press("i")
    expect(reps).to_have_count(4)
    saved(bench)
    for _ in range(4):
        bench.keyboard.press("Control+z")
    expect(reps).to_have_count(3)
    saved(bench)
    expect(bench.locator(".strip [data-rep='1']")).to_have_attribute("data-until", re.compile(r"^\d"))


def test_another_tab_is_noticed_and_can_be_loaded(bench, review, visit):
    other = open_bench(visit, review, "drift.mp4", allow="409")
    for page, words in ((bench, "first"), (other, "second")):
        page.keyboard.press("4")
        page.get_by_label("Reviewed by").fill(words)
        if page is bench:
            saved(bench)
    trouble = other.get_by_role("alert")
    expect(trouble).to_contain_text("changed in another tab")
    expect(other.locator(".status")).to_have_text("Not saved")
    trouble.get_by_role("button", name="Load that version").click()
    expect(other.get_by_label("Reviewed by")).to_have_value("first")
    saved(other)


def test_all_by_keyboard(bench):
    bench.keyboard.press("l")
    expect(bench.locator(".strip [data-rep='3']")).to_have_attribute("aria-pressed", "true")
    bench.keyboard.press("ArrowUp")
    expect(bench.locator(".strip [data-rep='2']")).to_have_attribute("aria-pressed", "true")
    bench.keyboard.press("s")
    expect(bench.get_by_label("Speed")).to_have_value("0.75")
    bench.keyboard.press("g")
    for way in ("ArrowUp", "ArrowDown", "ArrowRight"):
        bench.keyboard.press(way)
        bench.keyboard.press(way)
        bench.keyboard.press(way)
        bench.keyboard.press("Enter")
    bench.wait_for_selector("[data-measure]")
    bench.locator(".where").click()
    bench.keyboard.press("k")
    expect(bench.locator(".images img")).to_have_count(1)
    until(bench, "document.querySelector('.images img').naturalWidth > 0")
    bench.locator(".where").click()
    bench.keyboard.press("?")
    expect(bench.get_by_role("dialog")).to_contain_text("goniometer on this frame")
    bench.keyboard.press("Escape")
    expect(bench.get_by_role("dialog")).to_have_count(0)
    saved(bench)


def test_every_control_has_a_name_and_all_is_in_sight(bench):
    for key in "1234":
        bench.keyboard.press(key)
        nameless = bench.evaluate(
            """() => [...document.querySelectorAll("button, input, select, textarea, a")].filter((node) =>
                !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length)).length"""
        )
        assert nameless == 0
    bench.keyboard.press("1")
    for part in ("video", ".plot", ".reps", ".strip"):
        box = bench.locator(part).last.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + min(box["height"], 150) <= 720


def test_a_script_in_a_name_or_a_note_stays_text(review, visit):
    page = open_bench(visit, review, HOSTILE)
    expect(page.locator(".where b")).to_have_text(HOSTILE)
    page.keyboard.press("n")
    page.keyboard.type("<script>document.title='owned'</script><img src=x onerror=document.title='owned'>")
    page.locator(".where").click()
    saved(page)
    page.keyboard.press("1")
    page.reload()
    page.wait_for_selector(".bench")
    assert page.locator(".bench img").count() == 0
    assert "owned" not in page.title().replace(HOSTILE, "")
    page.request.delete(f"{item_url(page)}/review", headers=own_headers(page))
