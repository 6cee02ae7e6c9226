"""What all self-contained pages share: their assets, and the policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

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


def _source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def asset(name: str) -> str:
    """Return the text of a file in ``assets``."""
    return (files("formcheck.report") / "assets" / name).read_text(encoding="utf-8")
