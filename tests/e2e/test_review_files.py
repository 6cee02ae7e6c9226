"""The review page's own files, without a browser."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STATIC = files("formcheck.review") / "static"
REPORT = files("formcheck.report") / "assets"
NAMES = sorted(file.name for file in STATIC.iterdir())


def test_the_page_has_the_colours_of_the_report_and_none_of_its_own():
    assert (REPORT / "colours.css").read_text().count(":root {") == 2
    page = (STATIC / "index.html").read_text()
    assert page.index("/static/colours.css") < page.index("/static/base.css")
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
        imported = re.findall(r"from \"\./([\w.]+)\"", text)
        assert set(imported) <= set(NAMES)


def test_words_are_those_of_the_report():
    from formcheck.report import words
    from formcheck.types import Verdict

    text = (STATIC / "words.js").read_text(encoding="utf-8")
    for verdict in Verdict:
        shown = words.VERDICT_WORDS[verdict]
        assert f'{verdict.value}: {{ word: "{shown.word}", key: "{shown.key}" }}' in text
    rules = text[text.index("const RULES = {") : text.index("};", text.index("const RULES = {"))]
    titles = dict(re.findall(r"(\w+): \"([^\"]+)\"", rules))
    assert {rule: title for rule, title in titles.items() if words.rule_title(rule) != title} == {}
    assert "hip_steady" in titles
