"""What all self-contained pages share: their assets, and the policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from formcheck.report.words import printable

CHART_SCRIPT = "uPlot.iife.min.js"
CHART_STYLE = "uPlot.min.css"
STYLE = "report.css"


def policy(styles: str, scripts: Sequence[str]) -> str:
    """Return a content security policy for exactly these styles and scripts, and pictures written into the page."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_source_hash(styles)}",
            f"script-src {' '.join(_source_hash(script) for script in scripts)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def running_foot(person: str | None, clip: str) -> str:
    """Return the style that puts person, clip and page number at the foot of every printed page."""
    whose = " · ".join(part for part in (person, clip) if part)
    # Every character by its number: a file name may hold whatever ends a string or a style.
    text = "".join(f"\\{ord(letter):x} " for letter in printable(whose))
    return (
        "\n@page { margin: 14mm 13mm 18mm; "
        f'@bottom-left {{ content: "{text}"; font: 8pt sans-serif; color: #555 }} '
        '@bottom-right { content: "page " counter(page) " of " counter(pages); font: 8pt sans-serif; color: #555 } }\n'
    )


def _source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def asset(name: str) -> str:
    """Return the text of a file in ``assets``."""
    return (files("formcheck.report") / "assets" / name).read_text(encoding="utf-8")
