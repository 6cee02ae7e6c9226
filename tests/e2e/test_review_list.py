"""The worklist of `formcheck review` in a real browser: many clips, two compared, one added."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator

import cv2
import pytest
from playwright.sync_api import Page, expect

from accessible import violations
from clips import excerpt
from e2e.clip_page import assert_fits_everywhere, until
from e2e.staged import stage_clip, stage_many
from formcheck.text.catalogue import Texts
from synth import Move

COUNT = 500
QUICK_MS = 500
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def address(tmp_path_factory, reviewing) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("clips")
    stage_clip(folder, "before.mp4", [Move(peak_deg=40.0)] * 2, drift_deg=25.0)
    stage_clip(folder, "after.mp4", [Move(peak_deg=10.0)] * 2)
    (folder / "broken.mp4").write_bytes(b"no video at all")
    with reviewing(folder) as address:
        yield address


@pytest.fixture(scope="module")
def long_list(tmp_path_factory, reviewing) -> Iterator[str]:
    model, folder = tmp_path_factory.mktemp("model"), tmp_path_factory.mktemp("many")
    stage_clip(model, "one.mp4", [Move()])
    stage_many(folder, model / "one.formcheck", COUNT)
    with reviewing(folder) as address:
        yield address
    # The same repetition over and over is no result: what is checked at the end of all tests shall not find it.
    shutil.rmtree(folder)


def test_five_hundred_are_sorted_and_filtered_at_once(long_list, visit: Visit):
    page = visit(long_list)
    rows = page.locator(".list tbody tr")
    expect(rows).to_have_count(COUNT)
    page.get_by_role("button", name="Reps").click()
    expect(rows.first).to_contain_text("0 / 20")
    expect(page.get_by_role("columnheader", name="Reps")).to_have_attribute("aria-sort", "ascending")
    took_ms = page.evaluate(
        """() => {
            const started = performance.now();
            const search = document.querySelector("input[type=search]");
            for (const words of ["clip_1", "clip_12", "clip_123", ""]) {
                search.value = words;
                search.dispatchEvent(new Event("input"));
                document.body.getBoundingClientRect();
            }
            return (performance.now() - started) / 4;
        }"""
    )
    assert took_ms < QUICK_MS
    page.get_by_label("Filter").fill("clip_123")
    expect(rows).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="1 of 500")).to_be_visible()
    page.get_by_role("link", name="clip_123").click()
    expect(page.locator(".stage .hint").first).to_contain_text("The clip is not beside these results")
    expect(page.locator(".strip .rep")).to_have_count(123 % 25)


# Moves the one scrubber for a third of a second; whether both clips then show a small image.
SCRUB_BOTH = """async () => {
    const scrub = document.querySelector(".bar .scrub");
    for (let share = 0; share < 1; share += 0.05) {
        scrub.value = share;
        scrub.dispatchEvent(new Event("input"));
        await new Promise((screen) => requestAnimationFrame(screen));
    }
    return document.querySelectorAll(".scrub-image:not([hidden])").length === 2;
}"""


def test_two_are_compared_and_played_together(address, visit: Visit):
    page = visit(address)
    for name in ("before.mp4", "after.mp4"):
        page.get_by_label(f"Choose {name} for comparison").check()
    page.get_by_role("button", name="Compare the two").click()
    page.wait_for_selector(".compare .plot canvas")
    table = page.locator(".differences tbody tr")
    expect(table.filter(has_text="more than measurement error").first).to_be_visible()
    legend = page.locator(".legend")
    expect(legend).to_contain_text("median of the complete repetitions, as in the table (A: 2, B: 2)")
    expect(legend).to_contain_text("one repetition each")
    low, high = page.evaluate("import('/static/compare/differences.js').then(({ scale }) => scale(null, 80, 84))")
    assert high - low >= 40
    # As formcheck.text.numbers writes them; and a person whom the session is called by is said once.
    written = page.evaluate(
        """import("/static/core/text.js").then(({ number, signed, difference, decimalsFor }) => [
            number(2.05, 1), number(2.25, 1), signed(-0.04, 1), number(29.499999999999996),
            String(difference(94.4, 85.6)), String(decimalsFor(18.6, 26.6, 7.1))])"""
    )
    assert written == ["2.1", "2.3", "0.0", "30", "-8", "1"]
    captions = page.evaluate(
        """import("/static/compare/side.js").then(({ captionWords }) => ["P014, one", "one"].map(
            (name) => captionWords("b", { name, whose: "P014", date: "2026-03-02", date_kind: "filmed" })))"""
    )
    assert [caption.count("P014") for caption in captions] == [1, 1]
    assert page.get_by_role("button", name="Keys (?)").is_visible()
    page.get_by_role("button", name="Next repetition").click()
    page.get_by_role("button", name="Play both").click()
    page.wait_for_timeout(900)
    page.get_by_role("button", name="Pause").click()
    page.wait_for_timeout(200)
    since = page.evaluate("[...document.querySelectorAll('video')].map((video) => video.currentTime)")
    assert since[0] > 6.0
    assert since[0] == pytest.approx(since[1], abs=0.15)
    assert page.evaluate("document.querySelector('.plot canvas').width") > 300
    # Moved together, both show their small images, and then their videos again.
    until(page, f"({SCRUB_BOTH})()")
    expect(page.locator(".scrub-image:visible")).to_have_count(0)
    expect(page.locator(".verdicts li")).to_have_count(3)
    knee = page.locator(".verdicts li.changed").first
    expect(knee).to_contain_text("Knee")
    # Whether the hip is where it was, and whether it is as still.
    assert page.locator(".verdicts li", has_text="Hip").locator(".tag").count() == 2


def test_axe_finds_nothing_where_two_are_compared(address, visit: Visit):
    page = visit(address)
    for name in ("before.mp4", "after.mp4"):
        page.get_by_label(f"Choose {name} for comparison").check()
    page.get_by_role("button", name="Compare the two").click()
    page.wait_for_selector(".compare .plot canvas")
    assert violations(page) == []


def times_s(page: Page) -> list[float]:
    """Where the two videos stand, once they do."""
    # Images follow the hand; the videos do once it rests.
    page.wait_for_timeout(200)
    still = "[...document.querySelectorAll('video')].every((video) => video.readyState >= 2 && !video.seeking)"
    until(page, still)
    return page.evaluate("[...document.querySelectorAll('video')].map((video) => video.currentTime)")


def test_two_are_moved_by_one_scrubber_and_measured(address, visit: Visit):
    page = visit(address)
    for name in ("before.mp4", "after.mp4"):
        page.get_by_label(f"Choose {name} for comparison").check()
    page.get_by_role("button", name="Compare the two").click()
    page.wait_for_selector(".compare .plot canvas")
    times_s(page)
    page.keyboard.press("ArrowDown")
    start = times_s(page)
    box = page.locator(".over-each .u-over").last.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    expect(page.locator(".clock")).to_contain_text("50 %")
    middle = times_s(page)
    assert [after - before for before, after in zip(start, middle, strict=True)] == pytest.approx([2.0, 2.0], abs=0.4)
    page.get_by_label("Aligned").select_option("time")
    page.locator("#heading").click()
    page.keyboard.press("Shift+ArrowRight")
    later = times_s(page)
    assert later[0] > middle[0] + 0.3
    assert later[0] - middle[0] == pytest.approx(later[1] - middle[1], abs=0.12)
    said = [(page.locator(".clock").inner_text(), page.locator(".live").first.inner_text())]
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
        said.append((page.locator(".clock").inner_text(), page.locator(".live").first.inner_text()))
    assert [len(set(words)) for words in zip(*said, strict=True)] == [5, 5]
    marks = page.locator(".over-each .playhead")
    places = [mark.get_attribute("style") for mark in marks.all()]
    page.get_by_role("button", name="Goniometer on B").click()
    for side in page.locator(".side-line").all():
        expect(side).to_contain_text("hidden")
    for hidden in (".verdicts", ".differences table", ".over-each .plot >> nth=0"):
        assert page.locator(hidden).evaluate("(node) => getComputedStyle(node).visibility") == "hidden"
    stage = page.locator(".stage").last.bounding_box()
    for x, y in ((0.3, 0.6), (0.5, 0.3), (0.7, 0.6)):
        page.mouse.click(stage["x"] + x * stage["width"], stage["y"] + y * stage["height"])
    expect(page.locator(".stage").last.locator(".point")).to_have_count(3)
    expect(page.locator(".verdicts")).to_be_visible()
    page.set_viewport_size({"width": 1200, "height": 720})
    page.wait_for_timeout(100)
    assert [mark.get_attribute("style") for mark in marks.all()] == places
    other = page.evaluate("location.hash.split('/')[3]")
    until(page, "performance.getEntriesByType('resource').some((one) => one.name.endsWith('/review'))")
    page.wait_for_timeout(300)
    item = page.request.get(f"{page.evaluate('location.origin')}/api/items/{other}")
    assert len(item.json()["review"]["goniometer"]) == 1
    assert_fits_everywhere(page)


def test_two_are_aligned_by_repetitions_of_their_own_and_by_marked_frames(address, visit: Visit, tmp_path):
    page = visit(address)
    for name in ("before.mp4", "after.mp4"):
        page.get_by_label(f"Choose {name} for comparison").check()
    page.get_by_role("button", name="Compare the two").click()
    page.wait_for_selector(".compare .plot canvas")
    start = times_s(page)
    page.get_by_label("Repetition of B").select_option("1")
    expect(page.locator(".clock")).to_have_text("0 % of repetitions 1 and 2")
    apart = times_s(page)
    assert (apart[0], apart[1] > start[1] + 3.0) == (start[0], True)
    # Both would have to go on, and B cannot.
    expect(page.get_by_role("button", name="Next repetition")).to_be_disabled()

    page.locator("#heading").click()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("f")
    marked = times_s(page)
    page.keyboard.press("Shift+ArrowRight")
    marked[1] = times_s(page)[1]
    page.get_by_role("button", name="Align on this frame of B").click()
    expect(page.get_by_label("Aligned", exact=True)).to_have_value("frame")
    expect(page.locator(".clock")).to_contain_text("0.00 s from the marked frames")
    assert times_s(page) == pytest.approx(marked, abs=0.001)
    page.keyboard.press("ArrowLeft")
    assert all(now < then for now, then in zip(times_s(page), marked, strict=True))
    with page.expect_download() as saving:
        page.keyboard.press("k")
    saving.value.save_as(tmp_path / "two.png")
    assert saving.value.suggested_filename == "before and after.png"
    image = cv2.imread(str(tmp_path / "two.png"))
    # Names and angles below the two frames.
    assert image.shape[1] > 1000
    assert (image[-120:] < 128).any()


def test_a_clip_is_added_and_analysed_and_another_one_cancelled(address, visit: Visit, tmp_path):
    page = visit(address, allow="415")
    clip = excerpt(tmp_path / "added.mp4", length_s=1.5)
    page.set_input_files("input[type=file]", [clip])
    row = page.locator(".list tr", has_text="added.mp4")
    expect(row.get_by_role("link", name="added.mp4")).to_be_visible(timeout=40_000)
    row.get_by_role("link").click()
    expect(page.locator(".panel h1")).to_contain_text("too short")

    page.get_by_role("link", name="formcheck review").click()
    later = excerpt(tmp_path / "later.mp4", length_s=8.0)
    page.set_input_files("input[type=file]", [later])
    page.locator(".queue").get_by_role("button", name="Cancel later.mp4").click()
    expect(page.locator(".queue")).to_be_hidden()
    expect(page.get_by_role("link", name="later.mp4")).to_have_count(0)

    (tmp_path / "no.mp4").write_bytes(b"not a video" * 100)
    page.set_input_files("input[type=file]", [tmp_path / "no.mp4"])
    expect(page.get_by_role("alert")).to_contain_text("no.mp4")


def test_what_failed_says_why_once_and_can_be_tried_again(address, visit: Visit):
    page, texts = visit(address), Texts("en")
    page.get_by_role("button", name=texts.get("review.worklist.analyse_all", n=1)).click()
    reason = page.locator(".list tr", has_text="broken.mp4").locator(".why")
    expect(reason).to_contain_text("broken.mp4")
    page.get_by_role("button", name=texts.get("review.worklist.analyse_again", n=1)).click()
    expect(page.locator(".queue li")).to_have_count(2)
    expect(page.locator(".queue li", has_text=texts.get("review.worklist.failed"))).to_have_count(2)
    said = reason.inner_text()
    assert "/" not in said
    assert page.locator("main").inner_text().count(said) == 1
