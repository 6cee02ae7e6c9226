"""The review page's own files, without a browser."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

STATIC = Path(str(files("formcheck.review"))) / "static"
INDEX = STATIC.parent / "templates" / "index.html.j2"
REPORT = Path(str(files("formcheck.report"))) / "assets"
ROOT = Path(__file__).parents[2]
NAMES = sorted(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file())


def test_the_page_has_the_colours_of_the_report_and_none_of_its_own():
    assert (REPORT / "colours.css").read_text().count(":root {") == 2
    page = INDEX.read_text()
    assert page.index("/static/colours.css") < page.index("/static/core/base.css")
    for name in NAMES:
        if name.endswith(".css"):
            assert ":root" not in (STATIC / name).read_text().replace(":root { --paper: #ffffff; }", "")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_comes_from_elsewhere_and_nothing_is_built_from_strings(name):
    text = (STATIC / name).read_text(encoding="utf-8")
    assert re.findall(r"(?<!xmlns=\")https?://(?!www\.w3\.org/)", text) == []
    assert re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text) == []
    if name.endswith(".html"):
        assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=", text) == []
    if name.endswith(".js"):
        assert text.startswith("// @ts-check\n")
        for imported in re.findall(r"from \"(\.[^\"]+)\"", text):
            assert (STATIC / name).parent.joinpath(imported).resolve().is_relative_to(STATIC.resolve())
            assert (STATIC / name).parent.joinpath(imported).is_file()


def test_all_that_the_page_loads_is_served():
    from formcheck.review.app import page_assets

    served = page_assets()
    index = INDEX.read_text(encoding="utf-8")
    loaded = re.findall(r"(?:src|href)=\"/static/([^\"]+)\"", index)
    assert "core/main.js" in loaded
    assert [name for name in [*loaded, *NAMES] if name not in served] == []


def test_the_lock_of_the_javascript_tools_names_no_place():
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in lock
    tools = json.loads(lock)["packages"]
    assert all(tool.get("integrity") for path, tool in tools.items() if path)
    # The types that the pages are checked against are those of the copy they carry.
    assert f"uPlot) {tools['node_modules/uplot']['version']}" in (REPORT / "README.md").read_text(encoding="utf-8")


def test_words_are_those_of_the_report():
    from formcheck.report import words
    from formcheck.types import Verdict

    text = (STATIC / "core/words.js").read_text(encoding="utf-8")
    for verdict in Verdict:
        shown = words.VERDICT_WORDS[verdict]
        assert f'{verdict.value}: {{ word: "{shown.word}", key: "{shown.key}" }}' in text
    rules = text[text.index("const RULES = {") : text.index("};", text.index("const RULES = {"))]
    titles = dict(re.findall(r"(\w+): \"([^\"]+)\"", rules))
    assert {rule: title for rule, title in titles.items() if words.rule_title(rule) != title} == {}
    assert "hip_steady" in titles
