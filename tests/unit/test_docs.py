"""What the documents refer to exists: files, headings, commands with their options, and targets of make."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from formcheck.cli import cli

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "models/README.md")),
    *(ROOT / "sample_videos").glob("*.md"),
    *sorted((ROOT / "benchmarks").rglob("README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"(?ms)^```sh\n(.*?)^```")
INDENTED = re.compile(r"(?m)^ {4}(\S.*)$")
QUOTED = re.compile(r"`([^`\n]+)`")


def named(document: Path) -> str:
    return str(document.relative_to(ROOT))


def anchors(document: Path) -> set[str]:
    """Of all headings, as GitHub and the site make them."""
    headings = re.findall(r"(?m)^#+ +(.+)$", document.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if "://" in target or target.startswith("mailto:"):
            continue
        path, _, anchor = target.partition("#")
        place = (document.parent / path).resolve() if path else document
        assert place.exists(), target
        assert not anchor or anchor in anchors(place), target


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_commands_and_their_options_exist(document: Path) -> None:
    for line in commands(document):
        if line.startswith("formcheck "):
            check_command(line)


def commands(document: Path) -> list[str]:
    text = document.read_text(encoding="utf-8")
    lines = [line for block in FENCED.findall(text) for line in block.splitlines()]
    return [line.removeprefix(".venv/bin/") for line in (*lines, *INDENTED.findall(text), *QUOTED.findall(text))]


def check_command(line: str) -> None:
    try:
        words = shlex.split(line, comments=True)[1:]
    except ValueError:  # an apostrophe of the sentence behind it
        words = line.split()[1:]
    command: click.Command = cli
    context = click.Context(cli)
    for word in words:
        if word in {"...", "|", ">", "&&"}:
            return
        if isinstance(command, click.Group) and not word.startswith("-") and not takes_value(command, words, word):
            found = command.get_command(context, word)
            assert found is not None, line
            command, context = found, click.Context(found, parent=context)
        elif word.startswith("-") and len(word) > 1:
            option = word.split("=")[0]
            assert option in options(command) | options(cli), line


def takes_value(command: click.Command, words: list[str], word: str) -> bool:
    """Whether the word is the value of the option before it, such as `de` in `--lang de`."""
    before = words[words.index(word) - 1] if words.index(word) else ""
    valued = [param for param in command.params if isinstance(param, click.Option) and not param.is_flag]
    return any(before in option.opts for option in valued)


def options(command: click.Command) -> set[str]:
    return {name for param in command.params for name in (*param.opts, *param.secondary_opts)} | {"--help", "-h"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_targets_of_make_exist(document: Path) -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    for line in commands(document):
        if match := re.match(r"make ([a-z-]+)", line):
            assert match[1] in targets, line


def test_the_menu_of_the_site_has_every_page() -> None:
    menu = set(re.findall(r"(?m)^ +- .+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(encoding="utf-8")))
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert menu == {page for page in pages if not page.startswith("decisions/")}
