"""The page of the report: well formed, closed to the outside whatever names it is given, and readable."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import re
from importlib.resources import files

import numpy as np
import pytest

from formcheck.message import verbatim
from report_pages import EN, HOSTILE, JPEG, Page, render
from report_sessions import make_session


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


def test_images_are_written_into_the_page_with_their_reason(session):
    page = Page(render(session, {1: JPEG, 2: JPEG, 3: JPEG}))
    pictures = page.all("img")
    assert [base64.b64decode(p["src"].removeprefix("data:image/jpeg;base64,")) for p in pictures] == [
        JPEG,
        JPEG,
    ]
    words = page.words()
    assert EN.get("report.images.best", rep=1) in words
    assert EN.get("report.images.worst", rep=2) in words


def test_an_image_that_could_not_be_taken_is_left_out(session):
    words = Page(render(session, {2: JPEG})).words()
    assert EN.get("report.images.title", n=1) in words
    assert words.count(EN.get("report.images.best", rep=1)) == 1  # above the table


def test_curve_data_is_parsable_and_inert(session):
    page = Page(render(session))
    raw = next(raw for raw in page.raw["script"] if raw.startswith("{"))
    assert "<" not in raw
    assert json.loads(raw)["span"] == [0.0, round(float(session.angles.t_s[-1]), 3)]


def test_ten_minutes_at_sixty_frames_stay_small_and_say_they_are_thinned():
    html = render(make_session(rep_count=150, fps=60.0))
    assert len(html.encode()) < 1_500_000
    assert re.search(EN.get("report.curves.thinned", percent=r"\d\d? %"), html)
    assert "Drawn from" not in render(make_session())


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
