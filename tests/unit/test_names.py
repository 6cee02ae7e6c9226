"""Names and sizes in the source: one name for one class, the field's terms, and modules that hold one idea each."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "formcheck"
MODULES = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.rglob("*.py"))}
SCRIPTS = {path.relative_to(SOURCE).as_posix(): path for path in sorted(SOURCE.glob("*/static/**/*.js"))}

MAX_LINES = 330
# Longer modules, each with its reason.
LONG_MODULES = {
    "form/rules.py": "the one table of rules, a row each, with what measures and judges them",
    "types.py": "the values that pass between packages, each with its shapes and units",
}

# Words that once had a meaning of their own in this project, and what to say instead.
PRIVATE_WORDS = {
    "desk": "application, service",
    "ink": "style, drawing",
    "mend": "correct, fault",
    "picture": "frame, image",
    "remark": "warning, message",
    "shelf": "cache, data",
    "sight": "detection",
    "stagehand": "the name of the part",
    "surely": "certainly, long",
    "tidy": "export, table, remove",
    "tremble": "jitter",
    "trouble": "failure, error",
}

_PLURALS = {word + "s": word for word in PRIVATE_WORDS}
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SCRIPT_NOISE = re.compile(
    r"/\*.*?\*/|//[^\n]*|`(?:\\.|[^`\\])*`|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'", re.DOTALL
)


def python_names(path: Path) -> set[str]:
    """The module's own name, and every name that it gives to something or uses."""
    found = {path.stem}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg) or (isinstance(node, ast.keyword) and node.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
    return found


def script_names(path: Path) -> set[str]:
    """The same of a script, whose comments and strings do not count."""
    return {path.stem, *re.findall(r"[A-Za-z_$][\w$]*", _SCRIPT_NOISE.sub(" ", path.read_text(encoding="utf-8")))}


def private_words(identifier: str) -> set[str]:
    words = {word.lower() for word in _WORD.findall(identifier)}
    return {_PLURALS.get(word, word) for word in words if word in PRIVATE_WORDS or word in _PLURALS}


def offences(module: str, names: set[str]) -> list[str]:
    return [
        f"{module}: {name} (say {', '.join(PRIVATE_WORDS[word] for word in private_words(name))})"
        for name in sorted(names)
        if private_words(name)
    ]


def test_no_two_public_classes_have_one_name():
    modules_of = defaultdict(list)
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                modules_of[node.name].append(module)
    assert {name: modules for name, modules in modules_of.items() if len(modules) > 1} == {}


def test_modules_are_short():
    lines = {module: path.read_text(encoding="utf-8").count("\n") for module, path in MODULES.items()}
    assert {module: count for module, count in lines.items() if count > MAX_LINES and module not in LONG_MODULES} == {}
    assert [module for module in LONG_MODULES if lines.get(module, 0) <= MAX_LINES] == []


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("Stagehands", {"stagehand"}),
        ("last_picture", {"picture"}),
        ("_makeInk", {"ink"}),
        ("BGR_TROUBLE", {"trouble"}),
        ("think", set()),
        ("insight", set()),
        ("recommend", set()),
    ],
)
def test_words_are_found_in_identifiers(identifier, words):
    assert private_words(identifier) == words


def test_python_says_the_fields_terms():
    assert [one for module, path in MODULES.items() for one in offences(module, python_names(path))] == []


def test_javascript_says_the_fields_terms():
    assert [one for module, path in SCRIPTS.items() for one in offences(module, script_names(path))] == []
