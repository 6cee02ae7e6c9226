"""The report in a real browser, opened as a file the way a reader opens it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import Page

from clips import write_clip
from formcheck.report.html import render_report
from formcheck.text.catalogue import Texts, languages
from formcheck.types import Session, Verdict
from report_sessions import PROTOCOL_VIEW, make_blank_session, make_finding, make_session

HOSTILE = "\"'><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">.mp4"
SIZES = {"phone": (390, 844), "tablet": (820, 1180), "desk": (1280, 900)}


class Opened:
    """A page with everything it complained about or asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
def open_report(browser, tmp_path):
    contexts = []

    def open_it(
        session: Session, *, size: str = "desk", language: str = "en", thumbnails=None, video=None, **context_options
    ) -> Opened:
        path: Path = tmp_path / "report.html"
        html = render_report(
            session,
            texts=Texts(language),
            protocol_view=PROTOCOL_VIEW,
            thumbnails=thumbnails or {},
            analysed_at=datetime(2026, 3, 2, 14, 5, tzinfo=UTC),
            video=video,
        )
        path.write_text(html, encoding="utf-8")
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **context_options)
        contexts.append(context)
        opened = Opened(context.new_page())
        opened.page.goto(path.as_uri())
        return opened

    yield open_it
    for context in contexts:
        context.close()


@pytest.fixture
def session() -> Session:
    return make_session(gap_s=(6.0, 6.5), reasons=("The leg was hidden for a while: keep it in view.",))


def painted(page: Page, selector: str) -> int:
    """Number of different colours in a canvas: a blank one has a single one."""
    return page.evaluate(
        """(selector) => {
            const canvas = document.querySelector(selector);
            const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            return new Set(new Uint32Array(data.buffer)).size;
        }""",
        selector,
    )


def shown_range(page: Page) -> str:
    return page.inner_text("#shown-range")


def test_opens_without_a_complaint_and_asks_for_nothing(open_report, session):
    picture = cv2.imencode(".jpg", np.full((36, 64, 3), 90, dtype=np.uint8))[1].tobytes()
    opened = open_report(session, thumbnails={1: picture, 2: picture})
    opened.page.wait_for_selector("#knee-curve canvas")
    opened.page.click("#next-rep")
    opened.page.check("input[value=interior]")
    assert opened.complaints == []
    assert [url for url in opened.requests if not url.startswith("data:")] == [opened.page.url]
    assert opened.page.evaluate("[...document.images].every((image) => image.naturalWidth === 64)")


def test_policy_holds_in_the_browser(open_report, session):
    opened = open_report(session)
    ran = opened.page.evaluate(
        """async () => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const answer = await fetch("https://example.invalid/").then(() => "fetched", () => "refused");
            return [window.ran ?? false, answer];
        }"""
    )
    assert ran == [False, "refused"]
    refused = [text for text in opened.complaints if "Content Security Policy" in text]
    assert any("example.invalid" in text for text in refused)
    assert any("inline script" in text for text in refused)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_curves_are_drawn(open_report, session, scheme):
    page = open_report(session, color_scheme=scheme).page
    for key in ("hip", "knee"):
        page.wait_for_selector(f"#{key}-curve canvas")
        assert painted(page, f"#{key}-curve canvas") > 20
    assert not page.is_visible(".static")


def test_unit_toggle_changes_every_knee_number_and_names_the_convention(open_report, session):
    page = open_report(session).page
    peak = "tr[data-rep='1'] b [data-flexion-deg]"
    assert page.inner_text(peak) == "22°"
    assert "0° = straight" in page.inner_text(".curve-title.knee")
    before = painted_bytes(page, "#knee-curve canvas")
    page.check("input[value=interior]")
    assert page.inner_text(peak) == "158°"
    assert page.inner_text(".figure-number.knee").startswith("158°")
    assert "180° = straight" in page.inner_text(".curve-title.knee")
    assert "interior angle, 180° = straight" in page.inner_text(".reps thead")
    page.wait_for_function(
        "([selector, before]) => document.querySelector(selector)?.toDataURL() !== before",
        arg=["#knee-curve canvas", before],
    )
    page.check("input[value=flexion]")
    assert page.inner_text(peak) == "22°"


def painted_bytes(page: Page, selector: str) -> str:
    return page.evaluate("(selector) => document.querySelector(selector).toDataURL()", selector)


def test_choosing_a_repetition_zooms_and_reads_its_peak(open_report, session):
    page = open_report(session).page
    assert shown_range(page) == "Whole clip"
    page.click("tr[data-rep='3'] td")
    page.wait_for_function("document.querySelector('#readout').textContent.includes('repetition 3')")
    assert shown_range(page) == "0:08.2 to 0:13.8"
    readout = " ".join(page.inner_text("#readout").split())
    assert readout.startswith("0:11.0 · repetition 3")
    assert readout.endswith("knee 22° ± 3 (flexion, 0° = straight)")
    assert page.get_attribute("tr[data-rep='3'] button", "aria-pressed") == "true"
    page.click("#zoom-reset")
    page.wait_for_function("document.querySelector('#shown-range').textContent === 'Whole clip'")
    assert page.get_attribute("tr[data-rep='3'] button", "aria-pressed") == "false"


def test_everything_is_reachable_by_keyboard(open_report, session):
    page = open_report(session).page
    page.focus("tr[data-rep='1'] button")
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelector('#readout').textContent.includes('repetition 1')")
    page.focus("#time-slider")
    before = page.inner_text("#readout")
    for _ in range(3):
        page.keyboard.press("PageUp")
    assert page.inner_text("#readout") != before
    assert page.get_attribute("#time-slider", "aria-valuetext") == page.text_content("#readout")


def test_the_script_speaks_the_language_of_the_page(open_report, session):
    page = open_report(session, language="de").page
    texts = Texts("de")
    assert shown_range(page) == texts.get("report.script.whole_clip")
    page.click("tr[data-rep='3'] td")
    in_rep = texts.get("report.script.in_rep", rep=3, phase=texts.get("phase.extending"))
    page.wait_for_function("(words) => document.querySelector('#readout').textContent.includes(words)", arg=in_rep)
    assert shown_range(page) == texts.get("report.script.range", start="0:08,2", end="0:13,8")
    knee = texts.get("report.script.knee", angle="22° ± 3", convention=texts.get("report.convention.flexion"))
    assert page.inner_text("#readout").endswith(knee)
    page.check("input[value=interior]")
    assert texts.get("report.convention.interior") in page.inner_text(".curve-title.knee")


def test_dragging_zooms_both_curves_together(open_report, session):
    page = open_report(session).page
    page.locator("#hip-curve .u-over").scroll_into_view_if_needed()
    box = page.locator("#hip-curve .u-over").bounding_box()
    knee_before = painted_bytes(page, "#knee-curve canvas")
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_function("document.querySelector('#shown-range').textContent === '0:03.5 to 0:10.5'")
    assert painted_bytes(page, "#knee-curve canvas") != knee_before


def test_a_gap_reads_as_not_measurable(open_report, session):
    page = open_report(session).page
    page.locator("#hip-curve .u-over").scroll_into_view_if_needed()
    box = page.locator("#hip-curve .u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 6.25 / 13.97, box["y"] + 40)
    assert "not measurable here" in page.inner_text("#readout")


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("blank", [False, True])
def test_nothing_overflows(open_report, session, blank, size, language):
    lengthy = make_finding(
        "hands_on_thigh", 1, Verdict.NOT_MET, observed=0.52, limit=(None, 0.35), unit="thigh lengths"
    )
    session = dataclasses.replace(session, findings=(*session.findings, lengthy))
    page = open_report(make_blank_session() if blank else session, size=size, language=language).page
    page.evaluate("document.querySelectorAll('details').forEach((node) => { node.open = true; })")
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size][0]
    too_wide = page.evaluate(
        """() => [...document.querySelectorAll("main *, header, footer")]
            .filter((node) => {
                const frame = node.closest(".cards tr, .tile, .live, .median")?.getBoundingClientRect().right;
                return node.getBoundingClientRect().right > (frame ?? innerWidth) + 0.5;
            })
            .filter((node) => !node.closest(".visually-hidden, .cards thead, .curve, svg"))
            .map((node) => node.outerHTML.slice(0, 80))"""
    )
    assert too_wide == []


def test_script_in_a_name_is_inert(open_report):
    opened = open_report(make_session(name=HOSTILE))
    opened.page.wait_for_timeout(100)
    assert opened.page.title() == f"{HOSTILE} – formcheck report"
    assert opened.page.inner_text(".facts bdi") == HOSTILE
    assert opened.complaints == []


def test_a_clip_with_nothing_measured_opens_quietly(open_report):
    opened = open_report(make_blank_session())
    assert opened.complaints == []
    assert opened.page.is_visible("text=How to film it again")
    assert opened.page.locator("canvas").count() == 0


def test_without_scripts_the_curves_are_still_there(open_report, session):
    page = open_report(session, java_script_enabled=False).page
    assert page.locator(".static svg.panel").count() == 2
    assert page.is_visible(".static")
    assert not page.is_visible(".live")
    assert not page.is_visible(".units")


def test_print_shows_the_whole_clip_in_both_units(open_report, session):
    page = open_report(session, color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.is_visible(".static")
    assert not page.is_visible(".live")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")


def shown_clip(page: Page) -> str:
    """What is shown of the annotated clip, once its loading is decided."""
    if not page.locator("video").count():
        return "nothing"
    page.wait_for_function("() => { const v = document.querySelector('video'); return v.readyState > 0 || v.error; }")
    return "player" if page.locator("video").is_visible() else "missing"


def test_the_annotated_clip_plays_in_the_page(open_report, session, tmp_path):
    write_clip(tmp_path / "annotated.mp4", times_s=[n / 10 for n in range(140)])
    page = open_report(session, video="annotated.mp4").page
    assert shown_clip(page) == "player"
    assert not page.locator("#video-missing").is_visible()
    page.evaluate("() => { const v = document.querySelector('video'); v.muted = true; return v.play(); }")
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.2")
    page.evaluate("() => document.querySelector('video').pause()")
    page.locator("tr[data-rep='2'] button").click()
    assert page.evaluate("() => document.querySelector('video').currentTime") == pytest.approx(5.0, abs=0.1)
    assert page.locator("#video-there a").get_attribute("href") == "annotated.mp4"


def test_a_page_that_was_moved_without_its_clip_has_no_broken_player(open_report, session):
    page = open_report(session, video="annotated.mp4").page
    assert shown_clip(page) == "missing"
    assert page.locator("#video-missing").is_visible()
    assert not page.locator("#video-there").is_visible()


def test_without_an_annotated_clip_nothing_is_said_of_one(open_report, session):
    opened = open_report(session)
    assert shown_clip(opened.page) == "nothing"
    assert opened.complaints == []
