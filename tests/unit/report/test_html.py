from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files

import numpy as np
import pytest

from formcheck.message import verbatim
from formcheck.report.html import render_report
from formcheck.types import Session
from report_sessions import PROTOCOL_VIEW, make_blank_session, make_rep, make_session

WHEN = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
JPEG = b"\xff\xd8\xff\xe0 not really a picture \xff\xd9"
VOID = {"meta", "link", "input", "img", "br"}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}</title>.mp4"


class Page(HTMLParser):
    """Elements of a page in order, and whether its tags are balanced."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        inside = self._open[-1] if self._open else ""
        if inside in self.raw:
            self.raw[inside].append(data)
        else:
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]

    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def render(session: Session, thumbnails: dict[int, bytes] | None = None) -> str:
    return render_report(session, protocol_view=PROTOCOL_VIEW, thumbnails=thumbnails or {}, analysed_at=WHEN)


@pytest.fixture(scope="module", params=["measured", "no reps", "nothing", "with pictures"])
def html(request) -> str:
    if request.param == "nothing":
        return render(make_blank_session())
    if request.param == "no reps":
        return render(make_session(reps=(), findings=()))
    return render(make_session(gap_s=(6.0, 6.5)), {1: JPEG, 2: JPEG} if request.param == "with pictures" else None)


def test_page_is_well_formed_with_unique_ids_and_working_references(html):
    page = Page(html)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in page.elements:
        for target in (attrs.get("aria-labelledby") or "").split():
            assert target in ids
        if (attrs.get("href") or "").startswith("#"):
            assert attrs["href"][1:] in ids


def test_policy_allows_exactly_what_is_in_the_page(html):
    page = Page(html)
    (policy,) = (m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["img-src"] == "data:"
    kinds = [attrs.get("type") for attrs in page.all("script")]
    code = [raw for kind, raw in zip(kinds, page.raw["script"], strict=True) if kind is None]
    for name, parts in (("script-src", code), ("style-src", page.raw["style"])):
        hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in parts]
        assert rules[name].split() == [f"'sha256-{value}'" for value in hashes]


def test_page_reaches_for_nothing_outside_itself(html):
    for tag, attrs in Page(html).elements:
        for name in ("src", "href", "action", "data", "srcset", "poster"):
            value = attrs.get(name)
            assert value is None or value.startswith(("data:", "#")), (tag, name, value)
        assert not any(name.startswith("on") or name == "style" for name in attrs), (tag, attrs)
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)


def test_headings_go_down_one_level_at_a_time(html):
    levels = [int(tag[1]) for tag, _ in Page(html).elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))


def test_tables_and_pictures_say_what_they_are(html):
    page = Page(html)
    assert all("scope" in attrs for attrs in page.all("th"))
    assert all(attrs["alt"] for attrs in page.all("img"))
    assert all(attrs.get("aria-label") or attrs.get("aria-hidden") == "true" for attrs in page.all("svg"))


def test_same_session_same_page(session):
    assert render(session) == render(session)


def test_hostile_names_stay_text(session):
    session = dataclasses.replace(session, clip=dataclasses.replace(session.clip, name=HOSTILE))
    html = render(session)
    page = Page(html)
    assert HOSTILE in "".join(page.text)
    assert len(page.all("script")) == 4
    assert page.all("img") == []


def test_every_sentence_from_outside_is_escaped(session):
    evil = "<b>&\"'"
    session = dataclasses.replace(
        session,
        findings=tuple(dataclasses.replace(f, text=evil, rule=evil, unit=evil) for f in session.findings),
        quality=dataclasses.replace(session.quality, reasons=(verbatim(evil + "reason"),)),
        protocol_name=evil,
        model=dataclasses.replace(session.model, name=evil, engine=evil),
    )
    assert evil not in render(session)
    assert Page(render(session)).words().count(evil) > 10


def test_page_is_valid_text_even_if_the_file_name_is_not(session):
    name = b"\xff\xfe.mp4".decode("utf-8", "surrogateescape")
    session = dataclasses.replace(session, clip=dataclasses.replace(session.clip, name=name))
    assert "\ufffd\ufffd.mp4" in render(session).encode("utf-8").decode("utf-8")


def test_key_numbers_stand_on_the_page_with_their_convention(session):
    words = Page(render(session)).words()
    assert "3 of 20 prescribed" in words
    assert "22° ± 3° Knee flexion, 0° = straight . Lacks 22° ± 3° of straight. Median of 3 repetitions." in words
    assert "90° ± 4° Hip flexion, 0° = in line with the trunk. Mean; from 86° to 94°. Asked for: 75° to 105°." in words
    assert "4.0 s a repetition" in words
    assert "2 March 2026, 14:05" in words
    assert "Right leg, found automatically" in words
    assert "Toes to the ceiling" in words


def test_verdicts_are_words_with_symbols(session):
    page = Page(render(session))
    shown = [attrs["class"].split()[1] for tag, attrs in page.elements if "verdict " in (attrs.get("class") or "")]
    icons = [attrs["href"].removeprefix("#icon-") for attrs in page.all("use")]
    assert shown == icons
    assert set(shown) == {"met", "not-met", "unknown"}
    for word in ("Met", "Not met", "Cannot tell"):
        assert word in page.text


def test_advice_is_marked_and_put_last():
    session = make_session()
    advice_first = tuple(sorted(session.findings, key=lambda finding: not finding.advisory))
    words = Page(render(dataclasses.replace(session, findings=advice_first))).words()
    assert words.index("Lying on the back Met") < words.index("Foot as asked advisory Cannot tell")
    assert "Advisory checks are worth a look and never count against the set." in words


def test_partial_and_incomplete_repetitions_are_marked():
    reps = [make_rep(1), make_rep(2, partial=True), make_rep(3, complete=False)]
    words = Page(render(make_session(reps=reps))).words()
    assert "1 of them partial. 1 more incomplete, not counted." in words
    assert "2 partial" in words
    assert "3 incomplete, not counted" in words


def test_unmeasured_angles_of_a_repetition_are_said_not_drawn():
    reps = [make_rep(1, knee_flexion_peak_deg=float("nan"), hip_flexion_mean_deg=float("nan"), hold_s=float("nan"))]
    html = render(make_session(rep_count=1, reps=reps, findings=()))
    row = html[html.index('<tr role="row" data-rep="1"') :]
    row = row[: row.index("</tr>")]
    assert row.count("cannot tell") == 3
    assert "nan" not in Page(html).words().lower().split()


def test_nothing_measured_is_said_with_a_remedy_and_no_number():
    page = Page(render(make_blank_session()))
    words = page.words()
    assert words.count("Cannot tell") >= 4
    assert "That says nothing about how the exercise was done." in words
    assert "How to film it again" in words
    assert words.count("Nobody was seen. Film one person from the side.") == 1
    assert "prescribed" not in words
    assert page.all("canvas") == []
    assert len(page.all("script")) == 1


def test_no_repetition_is_not_the_same_as_cannot_tell():
    words = Page(render(make_session(reps=(), findings=()))).words()
    assert "0 of 20 prescribed The knee did not go there and back." in words
    assert "No repetition was found" in words
    assert "Hip over the clip" in words


def test_safety_and_limits_are_always_there(html):
    words = Page(html).words()
    assert "Stop when pain increases." in words
    assert "Numbness in the saddle area, weakness, bladder or bowel trouble: seek care now." in words
    assert "not a medical device" in words
    assert "sha256 " + "ef" * 32 in words
    assert "sha256 " + "cd" * 32 in words


def test_nothing_praises_range(html):
    words = Page(html).words().lower()
    for praise in (
        "well done",
        "great",
        "excellent",
        "further than",
        "improve",
        "record",
        "personal best",
        "score:",
    ):
        assert praise not in words


def test_pictures_are_written_into_the_page_with_their_reason(session):
    page = Page(render(session, {1: JPEG, 2: JPEG, 3: JPEG}))
    pictures = page.all("img")
    assert [base64.b64decode(p["src"].removeprefix("data:image/jpeg;base64,")) for p in pictures] == [
        JPEG,
        JPEG,
    ]
    words = page.words()
    assert "Nearest to the exercise: repetition 1" in words
    assert "Furthest from the exercise: repetition 2" in words
    assert "Not met: thigh held still (18°, limit at most 10°)." in words


def test_a_picture_that_could_not_be_taken_is_left_out(session):
    words = Page(render(session, {2: JPEG})).words()
    assert "One repetition in a picture" in words
    assert "Nearest to the exercise" not in words


def test_curve_data_is_parsable_and_inert(session):
    page = Page(render(session))
    raw = next(raw for raw in page.raw["script"] if raw.startswith("{"))
    assert "<" not in raw
    assert json.loads(raw)["span"] == [0.0, round(float(session.angles.t_s[-1]), 3)]


def test_ten_minutes_at_sixty_frames_stay_small_and_say_they_are_thinned():
    html = render(make_session(rep_count=150, fps=60.0))
    assert len(html.encode()) < 1_500_000
    match = re.search(r"Drawn from ([\d,]+) of the clip’s 36,120 frames", html)
    assert match
    assert int(match[1].replace(",", "")) <= 12_010
    assert "Drawn from" not in render(make_session())


# Contrast, as WCAG 2.2 defines it ----------------------------------------------------------------


def luminance(colour: str) -> float:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def theme(name: str) -> dict[str, str]:
    css = (files("formcheck.report") / "assets" / "colours.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light if name == "light" else dark))


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize(
    ("front", "back"),
    [
        *((text, ground) for text in ("ink", "muted", "accent", "hip", "knee") for ground in ("paper", "card")),
        *((verdict, f"{verdict}-fill") for verdict in ("met", "not-met", "borderline", "unknown")),
        ("accent", "accent-soft"),
        ("muted", "accent-soft"),
        ("ink", "care-fill"),
        ("card", "accent"),
    ],
)
def test_text_contrast_is_at_least_aa(name, front, back):
    colours = theme(name)
    assert contrast(colours[front], colours[back]) >= 4.5


def test_vendored_assets_are_the_stated_ones():
    assets = files("formcheck.report") / "assets"
    stated = re.findall(r"\| `([\w.]+)` \| `[\w./]+` \| `([0-9a-f]{64})` \|", (assets / "README.md").read_text())
    assert len(stated) == 3
    for name, digest in stated:
        assert hashlib.sha256((assets / name).read_bytes()).hexdigest() == digest
