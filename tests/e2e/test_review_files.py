"""The review page's own files, without a browser."""

from __future__ import annotations

import json
import posixpath
import re
from importlib.resources import files
from pathlib import Path

import pytest

from formcheck.form.rules import RULES
from formcheck.review.payload import page_texts
from formcheck.server.endpoints import page_assets
from formcheck.text.catalogue import Texts, languages
from formcheck.types import Phase, Status, Verdict

ASSETS = {name: Path(str(path)) for name, path in page_assets("formcheck.review").items()}
REPORT = Path(str(files("formcheck.report"))) / "assets"
ROOT = Path(__file__).parents[2]
INDEX = Path(str(files("formcheck.review"))) / "templates" / "index.html.j2"
NAMES = sorted(name for name, path in ASSETS.items() if path.parent != REPORT)


def test_the_page_has_the_colours_of_the_report_and_none_of_its_own():
    assert (REPORT / "colours.css").read_text().count(":root {") == 2
    page = INDEX.read_text(encoding="utf-8")
    assert page.index("/static/colours.css") < page.index("/static/core/base.css")
    for name in NAMES:
        if name.endswith(".css"):
            assert ":root" not in ASSETS[name].read_text().replace(":root { --paper: #ffffff; }", "")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_from_elsewhere_and_nothing_is_built_from_strings(name):
    text = ASSETS[name].read_text(encoding="utf-8")
    assert re.findall(r"(?<!xmlns=\")https?://(?!www\.w3\.org/)", text) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text) == []
    if name.endswith(".html"):
        assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", text) == []
    if name.endswith(".js"):
        assert text.startswith("// @ts-check\n")
        for imported in re.findall(r"from \"(\.[^\"]+)\"", text):
            assert posixpath.normpath(posixpath.join(posixpath.dirname(name), imported)) in ASSETS


def test_all_that_the_page_loads_is_served():
    index = INDEX.read_text(encoding="utf-8")
    loaded = re.findall(r"(?:src|href)=\"/static/([^\"]+)\"", index)
    assert "core/main.js" in loaded
    assert [name for name in [*loaded, *NAMES] if name not in ASSETS] == []


def test_the_lock_of_the_javascript_tools_names_no_place():
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    tools = json.loads(lock)["packages"]
    assert all(tool.get("integrity") for path, tool in tools.items() if path)
    # The types that the pages are checked against are those of the copy they carry.
    assert f"uPlot) {tools['node_modules/uplot']['version']}" in (REPORT / "README.md").read_text(encoding="utf-8")


# Keys that are put together: what may stand at their end.
ENDINGS = {
    "review.clip.": ("hip", "knee"),
    "review.compare.": (
        "changed", "same", "unknown", "step_back", "play", "pause", "step_on", "overlay", "magnifier", "image",
        "rep_before", "rep_next",
    ),
    "review.compare.verdict_on.": ("knee", "hip", "tempo"),
    "review.compare.legend_size_": ("hip", "knee"),
    "review.date.": ("filmed", "file", "analysed", "practised"),
    "review.change.": ("line", "text", "remove_drawing", "remove_followed", "followed"),
    "review.draw.": ("line", "text", "scale", "follow", "line_hint", "text_hint", "scale_hint", "follow_hint"),
    "review.draw.point_": ("text", "follow"),
    "review.findings.other_": ("left", "right"),
    "review.findings.analyse_": ("left", "right"),
    "review.finish.record_": ("hint", "no_person", "done", "done_reviewed", "known"),
    "review.goniometer.landmark.": ("trunk", "hip", "knee", "ankle", "first_arm", "vertex", "second_arm"),
    "review.job.": ("done", "failed", "cancelled"),
    "review.measurements.": ("at", "joint", "yours", "formcheck", "difference", "knee", "hip", "other"),
    "review.measurements.measure_": ("knee", "hip", "other"),
    "review.panel.": ("best", "worst"),
    "review.timeline.": ("hip", "hip_unit", "knee", "knee_unit"),
    "review.toolbar.": ("saved", "unsaved", "saving"),
    "review.transport.": (
        "frame_back", "frame_on", "play", "pause", "loop", "subject", "overlay", "goniometer", "note", "image",
    ),
    "review.worklist.": (
        "queued", "analysing", "key_filter", "key_next", "key_before", "key_open", "key_choose",
    ),
    "side.": ("left", "right", "left_leg", "right_leg"),
    "phase.": tuple(phase.value for phase in Phase),
    "verdict.": tuple(verdict.value for verdict in Verdict),
    "status.": tuple(status.value for status in Status),
    "number.month.": tuple(map(str, range(1, 13))),
}  # fmt: skip
# Looked for with hasText first: there may be none.
OPTIONAL = (
    "number.unit.",
    "review.column.",
    "review.filter.",
    "review.findings.",
    "stage.",
    "review.keys.name.",
)


def script() -> str:
    return "\n".join(ASSETS[name].read_text(encoding="utf-8") for name in NAMES if name.endswith(".js"))


@pytest.mark.parametrize("language", languages())
def test_the_page_has_every_text_that_its_script_says(language):
    texts = page_texts(Texts(language))["texts"]
    counted = {key.removesuffix(".one") for key in texts if f"{key.removesuffix('.one')}.other" in texts}
    forms = {f"{key}.{form}" for key in counted for form in ("one", "other")}
    known = (set(texts) - forms) | counted
    said = set(re.findall(r"[\"`]((?:review|number|side|phase|verdict|status|finding)\.[\w.]+)[\"`]", script()))
    said -= {"review.json"}
    begun = set(re.findall(r"`((?:review|number|side|phase|verdict|status|finding)\.[\w.]*)\$\{", script()))
    assert begun - set(ENDINGS) <= set(OPTIONAL)
    assert len(said) > 250
    made = {begin + end for begin, ends in ENDINGS.items() if begin in begun or begin == "side." for end in ends}
    assert (said | made) - known == set()
    unused = {key for key in known if key.startswith("review.")} - said - made
    assert {key for key in unused if not key.startswith((*OPTIONAL, "review.page."))} == set()


def test_no_rule_and_no_sentence_stands_in_the_script():
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", script(), flags=re.DOTALL)
    assert [rule.id for rule in RULES if re.search(rf"\b{rule.id}\b", code.replace('"slower"', ""))] == []
    strings = re.findall(r"\"([^\"\n]+)\"", code)
    assert [text for text in strings if re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", text) and "no-" not in text] == []
