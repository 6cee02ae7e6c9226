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

from formcheck.form.statistics import statuses, worst
from formcheck.message import Message, verbatim
from formcheck.protocols.model import Hold
from formcheck.report.html import render_report
from formcheck.report.protocol import ProtocolView
from formcheck.text.catalogue import Texts, catalogue, languages
from formcheck.text.findings import finding_sentence, status_words
from formcheck.types import Session, Verdict
from report_sessions import PROTOCOL_VIEW, make_blank_session, make_finding, make_rep, make_session

EN, DE = Texts("en"), Texts("de")
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


def render(
    session: Session,
    thumbnails: dict[int, bytes] | None = None,
    texts: Texts = EN,
    protocol_view: ProtocolView = PROTOCOL_VIEW,
) -> str:
    return render_report(
        session, texts=texts, protocol_view=protocol_view, thumbnails=thumbnails or {}, analysed_at=WHEN
    )


def row_of(html: str, rep: int) -> str:
    row = html[html.index(f'<tr role="row" data-rep="{rep}"') :]
    return Page(row[: row.index("</tr>") + 5]).words()


@pytest.fixture(scope="module", params=["measured", "no reps", "nothing", "with pictures"])
def html(request) -> str:
    if request.param == "nothing":
        return render(make_blank_session())
    if request.param == "no reps":
        return render(make_session(reps=()))
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
    assert f"3 {EN.get('report.tiles.prescribed', wanted=20)}" in words
    lacks = EN.get("report.deficit.lacks", angle="22° ± 3°")
    assert (
        f"22° ± 3° Knee: {EN.get('report.convention.flexion')} . {lacks} {EN.get('report.tiles.median', n=3)}" in words
    )
    hip = EN.get("report.tiles.hip_note", low="86°", high="94°", target_low="75°", target_high="105°")
    assert f"90° ± 4° Hip flexion: {EN.get('report.angle.hip_scale')}. {hip}" in words
    assert f"4.0 s {EN.get('report.tiles.a_rep')}" in words
    for fact in ("2 March 2026, 14:05", "Right leg", EN.get("report.toes.ceiling")):
        assert fact in words


@pytest.mark.parametrize("texts", [EN, DE])
def test_each_repetition_has_its_status_with_the_rule_that_decides_it(texts):
    findings = [
        make_finding("hip_in_band", 1, Verdict.MET),
        make_finding("slow", 2, Verdict.NOT_MET, observed=99.0, limit=(None, 75.0), unit="deg/s"),
        make_finding("hip_in_band", 2, Verdict.BORDERLINE),
        make_finding("hip_in_band", 3, Verdict.BORDERLINE),
    ]
    session = make_session(
        rep_count=4, reps=[*map(make_rep, (1, 2, 3)), make_rep(4, complete=False)], findings=findings
    )
    html = render(session, texts=texts)
    for one in statuses(session):
        assert status_words(texts, one.status, one.deciding) in row_of(html, one.rep)
    assert texts.get("rule.slow.fault") in row_of(html, 2)
    assert texts.get("rule.hip_in_band.subject") in row_of(html, 3)
    assert texts.get("status.cut") in row_of(html, 4)


def test_the_worst_repetition_is_named_without_an_image_too(session):
    assert EN.get("report.reps.worst", rep=worst(session)) in Page(render(session)).words()


def test_a_rule_that_this_version_does_not_know_is_spelled_out(session):
    of_set = make_finding("trunk_still", None, Verdict.NOT_MET, observed=9.0, limit=(None, 5.0))
    of_rep = dataclasses.replace(of_set, rep=1)
    session = dataclasses.replace(session, findings=(*session.findings, of_set, of_rep))
    html = render(session)
    assert f"Trunk still Not met 9° at most 5° {finding_sentence(EN, of_set)}" in Page(html).words()
    assert "Not met Trunk still 9°" in row_of(html, 1)
    assert "trunk still" in Page(html).words()
    undecided = dataclasses.replace(of_rep, rep=1, verdict=Verdict.BORDERLINE)
    assert "trunk still" in row_of(render(dataclasses.replace(session, findings=(undecided,))), 1)


def test_verdicts_are_words_with_symbols(session):
    page = Page(render(session))
    marked = [attrs["class"].split() for _, attrs in page.elements if attrs.get("class")]
    shown = [names[1] for names in marked if names[0] in ("verdict", "status")]
    icons = [attrs["href"].removeprefix("#icon-") for attrs in page.all("use")]
    assert shown == icons
    assert set(shown) == {"met", "not-met", "unknown", "information"}
    for word in ("Met", "Not met", "Cannot tell"):
        assert word in page.text


def test_advice_is_marked_and_put_last():
    session = make_session()
    advice_first = tuple(sorted(session.findings, key=lambda finding: not finding.advisory))
    words = Page(render(dataclasses.replace(session, findings=advice_first))).words()
    assert words.index("Lying on the back Met") < words.index("Foot as asked advisory Cannot tell")
    assert EN.get("report.checks.advisory_note") in words


def test_small_and_cut_off_repetitions_are_marked():
    reps = [make_rep(1), make_rep(2, partial=True), make_rep(3, complete=False)]
    html = render(make_session(reps=reps))
    assert f"{EN.get('report.tiles.partial', n=1)} {EN.get('report.tiles.cut', n=1)}" in Page(html).words()
    assert row_of(html, 2).startswith(f"2 {EN.get('status.partial')}")
    assert EN.get("status.cut") in row_of(html, 3)


def test_unmeasured_angles_of_a_repetition_are_said_not_drawn():
    reps = [make_rep(1, knee_flexion_peak_deg=float("nan"), hip_flexion_mean_deg=float("nan"), hold_s=float("nan"))]
    html = render(make_session(rep_count=1, reps=reps, findings=()))
    assert row_of(html, 1).count(EN.get("number.cannot_tell")) == 3
    assert "nan" not in Page(html).words().lower().split()


def test_nothing_measured_is_said_with_a_remedy_and_no_number():
    page = Page(render(make_blank_session()))
    words = page.words()
    assert words.count(EN.get("report.tiles.unknown")) >= 4
    assert EN.get("report.retake.nothing") in words
    assert EN.get("report.retake.again") in words
    assert words.count("Nobody was seen. Film one person from the side.") == 1
    assert "prescribed" not in words
    assert page.all("canvas") == []
    assert len(page.all("script")) == 1


def test_no_repetition_is_not_the_same_as_cannot_tell():
    words = Page(render(make_session(reps=()))).words()
    none = f"0 {EN.get('report.tiles.prescribed', wanted=20)} {EN.get('report.tiles.no_rep')}"
    for text in (none, EN.get("report.reps.no_rep"), EN.get("report.tiles.hip_in_clip")):
        assert text in words


def test_safety_and_limits_are_always_there(html):
    words = Page(html).words()
    for part in ("care.stop", "care.red_flags", "source.footer"):
        assert EN.get(f"report.{part}") in words
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


# Languages ---------------------------------------------------------------------------------------

# Sections of the catalogue that a report speaks from.
SPOKEN = ("exercise", "finding", "number", "phase", "quality", "reason", "report", "rule", "side", "status", "summary")
# None of them is a German word.
ENGLISH = re.compile(r"\b(the|of|and|is|are|not|with|to|from|for|by|at|or|knee|rep|repetitions?)\b", re.IGNORECASE)


def telling_set() -> Session:
    """A set that makes a report say most of what it can say."""
    reps = [make_rep(1), make_rep(2, partial=True), make_rep(3, hold_s=float("nan")), make_rep(4, complete=False)]
    session = make_session(rep_count=4, gap_s=(6.0, 6.5), reps=reps, reasons=(Message.of("quality.dark"),))
    more = [
        make_finding("slow", 3, Verdict.BORDERLINE, observed=74.6, limit=(None, 75.0), unit="deg/s"),
        make_finding("hands_on_thigh", 3, Verdict.NOT_MET, observed=0.5, limit=(None, 0.35), unit="thigh lengths"),
        make_finding("slow", None, Verdict.MET, observed=60.0, limit=(None, 75.0), unit="deg/s", met_in=(1, 3), se=1.0),
        make_finding("hip_steady", None, Verdict.NOT_ASSESSABLE, observed=None, reason="no_rep_judged"),
    ]
    return dataclasses.replace(session, findings=(*session.findings, *more))


def said(html: str) -> list[str]:
    """Everything a reader sees or hears: text, and the attributes that are read aloud."""
    page = Page(html)
    names = ("alt", "aria-label", "data-label", "data-interior-words", "title", "placeholder")
    return [*page.text, *(attrs[name] for _, attrs in page.elements for name in names if attrs.get(name))]


@pytest.mark.parametrize("make", [telling_set, make_blank_session, lambda: make_session(reps=())])
def test_a_german_report_is_german_throughout(make):
    session = make()
    if make is make_blank_session:
        session = dataclasses.replace(
            session, quality=dataclasses.replace(session.quality, reasons=(Message.of("quality.nobody"),))
        )
    html = render(session, {1: JPEG, 2: JPEG, 3: JPEG}, DE)
    page = Page(html)
    assert page.all("html")[0]["lang"] == "de"
    parts = said(html)
    provenance = {session.clip.name, session.model.engine}
    for part in parts:
        if part.strip(" ,\n") not in provenance and not part.startswith(("sha256", "\nformcheck")):
            assert not ENGLISH.search(part.replace("angles.csv", "").replace("from:", "")), part
    english = {
        fragment.strip()
        for key, text in catalogue("en").items()
        if key.split(".")[0] in SPOKEN and catalogue("de")[key] != text
        for fragment in re.split(r"\{\w+[^}]*\}", text)
        if len(fragment.strip()) > 3
    }
    for part in parts:
        assert part.strip() not in english
    whole = " ".join(" ".join(parts).split())
    for fragment in english:
        assert " " not in fragment or fragment not in whole


@pytest.mark.parametrize("language", languages())
def test_numbers_have_the_language_s_decimal_mark(language):
    texts = Texts(language)
    words = Page(render(telling_set(), texts=texts)).words()
    mark = texts.get("number.decimal_mark")
    for number in ("4{}0 s", "1{}6 · 0{}8 · 1{}6 s", "0:01{}0", "74{}6°/s"):
        assert number.replace("{}", mark) in words


@pytest.mark.parametrize("language", languages())
def test_printed_pages_are_numbered_in_the_language(language):
    html = render(make_session(), texts=Texts(language))
    number = Texts(language).get("report.printed_page", page='" counter(page) "', pages='" counter(pages) "')
    assert f'content: "{number}"' in html


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


@pytest.mark.parametrize("hold", Hold)
def test_who_holds_the_thigh_in_a_way_of_their_own_reads_that_it_is_agreed(hold):
    page = render(make_session(), protocol_view=dataclasses.replace(PROTOCOL_VIEW, hold=hold))
    said = {one: EN.get(f"report.hold.{one}") in page for one in (Hold.ONE, Hold.STRAP)}
    assert said == {one: one is hold for one in said}
