"""The clip view of `formcheck review` in a real browser: see, correct, and find it all again."""

from __future__ import annotations

import io
import math
import re
import zipfile

import pytest
from playwright.sync_api import Page, expect

from e2e.clip_page import (
    DRAG,
    HOSTILE,
    MOVES,
    cursor,
    item_url,
    kept_review,
    open_clip,
    own_headers,
    saved,
    shown_number,
    until,
)
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


def test_a_review_is_all_there_after_a_reload(clip_view, review):
    clip_view.keyboard.press("Space")
    until(clip_view, "document.querySelector('video').currentTime > 0.4")
    clip_view.keyboard.press("Space")
    until(clip_view, "document.querySelector('video').paused")
    before = cursor(clip_view)
    clip_view.keyboard.press("ArrowRight")
    assert cursor(clip_view) == before + 1

    clip_view.locator(".strip [data-rep='2']").click()
    expect(clip_view.locator(".strip [data-rep='2']")).to_have_attribute("aria-pressed", "true")
    starts_s = events(MOVES)[1][0]
    assert review.times_s[cursor(clip_view)] == pytest.approx(starts_s, abs=0.35)

    clip_view.keyboard.press("2")
    clip_view.locator("[data-key=rater]").fill("PT2")
    place_goniometer(clip_view)
    expect(clip_view.locator("[data-measure] .yours")).to_have_text("90°")
    difference = clip_view.locator("[data-measure] td").nth(3)
    expect(difference).to_have_text(re.compile(r"[+−]?\d+° (within|beyond) its error"))

    clip_view.keyboard.press("1")
    clip_view.locator(".opened .finding .line", has_text="Thigh held still").click()
    clip_view.locator(".finding.open").get_by_role("button", name="Overrule …").click()
    submit = clip_view.locator(".overrule button[type=submit]")
    expect(submit).to_be_disabled()
    clip_view.locator(".overrule textarea").fill("The camera moved, not the thigh.")
    submit.click()
    expect(clip_view.locator(".finding.open .tag.own")).to_have_text("overruled")
    clip_view.locator("#heading").click()
    clip_view.keyboard.press("n")
    clip_view.keyboard.type("Look at the <i>toes</i>.")
    saved(clip_view)
    kept = clip_view.request.get(item_url(clip_view)).json()["review"]
    assert [kept["goniometer"][0]["rater"], kept["notes"][0]["by"]] == ["PT2", "PT2"]

    clip_view.reload()
    clip_view.wait_for_selector(".clip-view")
    expect(clip_view.locator(".counts")).to_contain_text("2 not met")
    clip_view.locator(".strip [data-rep='2']").click()
    line = clip_view.locator(".opened .finding", has_text="Thigh held still")
    expect(line.locator(".verdict")).to_have_text("Met")
    line.locator(".line").click()
    expect(line).to_contain_text("The camera moved, not the thigh.")
    clip_view.keyboard.press("2")
    expect(clip_view.locator("[data-measure] .yours")).to_have_text("90°")
    clip_view.keyboard.press("3")
    expect(clip_view.locator(".notes textarea")).to_have_value("Look at the <i>toes</i>.")

    clip_view.get_by_role("radio", name="As analysed").check()
    expect(clip_view.locator(".counts")).to_contain_text("3 not met")


def test_a_measurement_calibrates_the_clip_until_it_is_not_used_any_more(clip_view):
    place_goniometer(clip_view)
    saved(clip_view)
    before = clip_view.request.get(item_url(clip_view)).json()
    # Formcheck's own angle, and 4 degrees more by hand, whatever was clicked.
    (mark,) = before["review"]["goniometer"]
    inner = math.radians(180.0 - mark["tool_deg"] - 4.0)
    mark["points"] = [[200, 90], [100, 90], [100 + 100 * math.cos(inner), 90 - 100 * math.sin(inner)]]
    revision = before["review"]["revision"]
    put = {"revision": revision, "review": {**before["review"], "goniometer": [mark], "person": "P017"}}
    clip_view.request.put(f"{item_url(clip_view)}/review", data=put, headers=own_headers(clip_view))
    clip_view.reload()
    clip_view.wait_for_selector(".clip-view")
    clip_view.keyboard.press("2")
    expect(clip_view.locator("[data-key=keep-calibration]")).to_be_disabled()

    clip_view.get_by_role("button", name="Use for this clip").click()
    part = clip_view.locator(".calibration")
    expect(part).to_contain_text("Calibrated by hand on 1 frame.")
    expect(part.locator("dd")).to_have_count(1)
    saved(clip_view)
    after = clip_view.request.get(item_url(clip_view)).json()
    assert after["analysed"] == before["analysed"]
    assert after["reviewed"]["calibration"]["frames"] == 1
    was, now = (one["angles"]["knee_se_deg"] for one in (before["analysed"], after["reviewed"]))
    assert min(se for se in now if se is not None) < min(se for se in was if se is not None)
    # What is compared stays what is calibrated.
    assert after["review"]["goniometer"][0]["difference_deg"] == pytest.approx(4.0, abs=0.2)
    summary = clip_view.request.get(f"{item_url(clip_view)}/report.html?layer=reviewed").text()
    assert "Calibrated by hand on 1 frame" in summary

    clip_view.locator("[data-key=keep-calibration]").click()
    expect(part.locator(".kept li")).to_have_count(1)
    part.locator(".kept button").click()
    expect(part.locator(".kept li")).to_have_count(0)

    clip_view.get_by_role("button", name="Do not use").click()
    expect(clip_view.get_by_role("button", name="Use for this clip")).to_be_visible()
    saved(clip_view)
    assert clip_view.request.get(item_url(clip_view)).json()["reviewed"]["same"]


def test_lines_words_lengths_and_followed_points_are_part_of_the_review(clip_view):
    page = clip_view
    page.keyboard.press("2")
    stage = page.locator(".stage").bounding_box()

    def place(kind: str, *points: tuple[float, float]) -> None:
        page.locator(f"[data-key='draw-{kind}']").click()
        for x, y in points:
            page.mouse.click(stage["x"] + x * stage["width"], stage["y"] + y * stage["height"])

    place("scale", (0.3, 0.3), (0.3, 0.5))
    page.get_by_label("Its length in cm").fill("20")
    page.get_by_role("button", name="Use", exact=True).click()
    place("line", (0.4, 0.3), (0.4, 0.7))
    rows = page.locator(".drawings li")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(re.compile(r"Line: (39|40|41)\.\d cm, 90° to the horizontal"))
    place("text", (0.7, 0.3))
    page.keyboard.type("Hands hold the thigh")
    place("follow", (0.5, 0.35))
    expect(page.locator(".drawings .way").last).to_contain_text("its way is")
    saved(page)
    kept = kept_review(page)
    assert [one["kind"] for one in kept["drawings"]] == ["line", "text"]
    assert kept["drawings"][1]["text"] == "Hands hold the thigh"
    assert len(kept["key_images"]) == 1
    (followed,) = kept["followed"]
    assert followed["places"][0][1:] == followed["marks"][0]["point"]
    images = page.request.get(f"{item_url(page)}/images.zip")
    with zipfile.ZipFile(io.BytesIO(images.body())) as archive:
        assert [name.rsplit(".")[-1] for name in archive.namelist()] == ["jpg", "csv"]
    magnifier = page.locator(".magnifier")
    expect(magnifier).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator("#heading").click()
    page.keyboard.press("m")
    page.mouse.move(stage["x"] + 0.2 * stage["width"], stage["y"] + 0.5 * stage["height"])
    expect(magnifier).to_be_visible()

    (t_s, x, y), *_ = followed["places"]
    followed["places"] = [[t_s, x, y], [t_s + 1.0, x + 10, y - 20], [t_s + 2.0, x + 20, y]]
    put = {"revision": kept["revision"], "review": kept}
    assert page.request.put(f"{item_url(page)}/review", data=put, headers=own_headers(page)).ok
    page.reload()
    page.get_by_role("tab", name="Measure").click()
    curve = page.locator(".point-curve .u-over")
    curve.scroll_into_view_if_needed()
    box = curve.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert abs(float(page.locator(".transport .clock").inner_text().split(":")[1]) - (t_s + 1.0)) < 0.1


def test_seeking_shows_the_frame_that_the_curve_says(clip_view, review):
    for index in (1, 2, 3, 40, 41, 39, 150, 97, 4, 5, len(review.times_s) - 1):
        clip_view.locator(".scrub").evaluate(
            "(slider, index) => { slider.value = index; slider.dispatchEvent(new Event('input')); }", index
        )
        assert cursor(clip_view) == index
        assert abs(shown_number(clip_view) - index) <= 1
        clip_view.wait_for_timeout(30)
        assert shown_number(clip_view) == index
    for index in (20, 21, 120, 7):
        assert clip_view.evaluate(MEDIA_TIME, index) == pytest.approx(review.times_s[index], abs=0.001)
    for rep, (start_s, *_) in enumerate(events(MOVES), start=1):
        clip_view.locator(f".strip [data-rep='{rep}']").click()
        claimed = float(clip_view.get_attribute(f".strip [data-rep='{rep}']", "data-at"))
        number = shown_number(clip_view)
        assert review.times_s[number - 1] < claimed <= review.times_s[number]
        assert claimed == pytest.approx(start_s, abs=0.35)


def test_stepping_and_dragging_follow_the_clip_s_own_times(clip_view, review):
    clip_view.locator(".strip [data-rep='1']").click()
    first = cursor(clip_view)
    for _ in range(5):
        clip_view.keyboard.press("ArrowRight")
    assert shown_number(clip_view) == first + 5
    over = clip_view.locator(".over").bounding_box()
    y = over["y"] + over["height"] / 3
    clip_view.mouse.move(over["x"] + 0.7 * over["width"], y)
    clip_view.mouse.down()
    clip_view.mouse.move(over["x"] + 0.5 * over["width"], y, steps=8)
    half_s = review.times_s[-1] / 2
    assert review.times_s[cursor(clip_view)] == pytest.approx(half_s, abs=0.1)
    clip_view.mouse.up()
    assert shown_number(clip_view) == cursor(clip_view)


def test_small_images_follow_the_hand_and_give_way_to_the_video_where_it_rests(clip_view):
    until(clip_view, "performance.getEntriesByType('resource').some((one) => one.name.includes('/scrub'))")
    over = clip_view.locator(".over").bounding_box()
    clip_view.mouse.move(over["x"] + 5, over["y"] + 30)
    clip_view.mouse.down()
    for _ in range(20):
        passed = [shown_number(clip_view)]
        seen = clip_view.evaluate(DRAG, [1.0, 0.1, 0.9])
        if any(one["small"] for one in seen):
            break
    clip_view.mouse.up()
    by_image = [one["number"] for one in seen if one["small"]]
    assert len(set(by_image)) >= 5
    # Nothing is shown that the hand was not at, and the image does not outlast the frame it stands for.
    for one in seen:
        passed.append(one["cursor"])
        assert one["number"] in passed
    assert not seen[-1]["small"]
    assert seen[-1]["number"] == seen[-1]["cursor"] == shown_number(clip_view)


def test_repetitions_are_added_split_moved_removed_and_all_of_it_undone(clip_view):
    reps = clip_view.locator(".strip .rep")
    clip_view.locator(".strip [data-rep='3']").click()
    clip_view.get_by_role("button", name="Note", exact=True).click()
    clip_view.keyboard.type("of the third")
    clip_view.locator("#heading").click()
    clip_view.locator(".strip [data-rep='1']").click()
    clip_view.keyboard.press("e")
    clip_view.keyboard.press("x")
    expect(reps).to_have_count(4)
    saved(clip_view)
    clip_view.keyboard.press("3")
    expect(clip_view.locator(".notes .link")).to_have_text("repetition 4")

    clip_view.keyboard.press("1")
    end = clip_view.locator(".handle[data-edge=end_s]").bounding_box()
    at = clip_view.locator(".strip [data-rep='1']").get_attribute("data-until")
    clip_view.mouse.move(end["x"] + end["width"] / 2, end["y"] + 20)
    clip_view.mouse.down()
    clip_view.mouse.move(end["x"] - 25, end["y"] + 20, steps=5)
    clip_view.mouse.up()
    saved(clip_view)
    assert float(clip_view.locator(".strip [data-rep='1']").get_attribute("data-until")) < float(at) - 0.1

    clip_view.get_by_role("button", name="Remove", exact=True).click()
    expect(reps).to_have_count(3)
    clip_view.keyboard.press("Home")
    clip_view.keyboard.press("i")
    expect(reps).to_have_count(4)
    saved(clip_view)
    for _ in range(4):
        clip_view.keyboard.press("Control+z")
    expect(reps).to_have_count(3)
    saved(clip_view)
    expect(clip_view.locator(".strip [data-rep='1']")).to_have_attribute("data-until", re.compile(r"^\d"))


def test_another_tab_is_noticed_and_can_be_loaded(clip_view, review, visit):
    other = open_clip(visit, review.address, "drift.mp4", allow="409")
    for page, words in ((clip_view, "first"), (other, "second")):
        page.keyboard.press("4")
        page.get_by_label("Reviewed by").fill(words)
        if page is clip_view:
            saved(clip_view)
    trouble = other.get_by_role("alert")
    expect(trouble).to_contain_text("changed in another tab")
    expect(other.locator(".status")).to_have_text("Not saved")
    trouble.get_by_role("button", name="Load that version").click()
    expect(other.get_by_label("Reviewed by")).to_have_value("first")
    saved(other)


def test_all_by_keyboard(clip_view):
    clip_view.keyboard.press("l")
    expect(clip_view.locator(".strip [data-rep='3']")).to_have_attribute("aria-pressed", "true")
    clip_view.keyboard.press("ArrowUp")
    expect(clip_view.locator(".strip [data-rep='2']")).to_have_attribute("aria-pressed", "true")
    clip_view.keyboard.press("s")
    expect(clip_view.get_by_label("Speed", exact=True)).to_have_value("0.75")
    clip_view.keyboard.press("g")
    for way in ("ArrowUp", "ArrowDown", "ArrowRight"):
        clip_view.keyboard.press(way)
        clip_view.keyboard.press(way)
        clip_view.keyboard.press(way)
        clip_view.keyboard.press("Enter")
    clip_view.wait_for_selector("[data-measure]")
    clip_view.locator("#heading").click()
    clip_view.keyboard.press("k")
    expect(clip_view.locator(".images img")).to_have_count(1)
    until(clip_view, "document.querySelector('.images img').naturalWidth > 0")
    clip_view.locator("#heading").click()
    clip_view.keyboard.press("?")
    expect(clip_view.get_by_role("dialog")).to_contain_text("goniometer on this frame")
    clip_view.keyboard.press("Escape")
    expect(clip_view.get_by_role("dialog")).to_have_count(0)
    saved(clip_view)


def test_every_control_has_a_name_and_all_is_in_sight(clip_view):
    for key in "1234":
        clip_view.keyboard.press(key)
        nameless = clip_view.evaluate(
            """() => [...document.querySelectorAll("button, input, select, textarea, a")].filter((node) =>
                !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length)).length"""
        )
        assert nameless == 0
    clip_view.keyboard.press("1")
    for part in ("video", ".plot", ".reps", ".strip"):
        box = clip_view.locator(part).last.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + min(box["height"], 150) <= 720


def test_a_script_in_a_name_or_a_note_stays_text(review, visit):
    page = open_clip(visit, review.address, HOSTILE)
    expect(page.locator("#heading b")).to_have_text(HOSTILE)
    page.keyboard.press("n")
    page.keyboard.type("<script>document.title='owned'</script><img src=x onerror=document.title='owned'>")
    page.locator("#heading").click()
    saved(page)
    page.keyboard.press("1")
    page.reload()
    page.wait_for_selector(".clip-view")
    assert page.locator(".clip-view img").count() == 0
    assert "owned" not in page.title().replace(HOSTILE, "")
    page.request.delete(f"{item_url(page)}/review", headers=own_headers(page))
