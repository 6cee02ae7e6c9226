"""What all self-contained pages share: templates, styles, and the policy that lets nothing else in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2

from formcheck.text.catalogue import Texts
from formcheck.text.numbers import printable
from formcheck.types import Status, Verdict

CHART_SCRIPT = "uPlot.iife.min.js"
_CHART_STYLE = "uPlot.min.css"
_STYLES = ("colours.css", "report.css")
_HERE = "formcheck.report"

VERDICT_KEYS = {
    Verdict.MET: "met",
    Verdict.NOT_MET: "not-met",
    Verdict.BORDERLINE: "borderline",
    Verdict.NOT_ASSESSABLE: "unknown",
    Verdict.INFORMATION: "information",
}
"""Symbol and colour of a verdict on a page; they repeat what its word says."""
STATUS_KEYS = {Status.MET: "met", Status.NOT_MET: "not-met", Status.UNDECIDED: "borderline"}
"""Symbol and colour of a repetition's status."""


def policy(styles: str, scripts: Sequence[str], *, video: bool = False) -> str:
    """Return a content security policy for exactly these styles and scripts, and images written into the page.

    With ``video`` also for one that lies beside the page: in a file's folder, or on the page's own server.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_source_hash(styles)}",
            f"script-src {' '.join(_source_hash(script) for script in scripts)}",
            "img-src data:",
            *(["media-src 'self' file:"] if video else []),
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def running_foot(person: str | None, clip: str, texts: Texts) -> str:
    """Return the style that puts person, clip and page number at the foot of every printed page."""
    whose = _css_string(" · ".join(part for part in (person, clip) if part))
    number = texts.get("report.printed_page", page='" counter(page) "', pages='" counter(pages) "')
    look = "font: 8pt sans-serif; color: #555"
    return (
        f'\n@page {{ margin: 14mm 13mm 18mm; @bottom-left {{ content: "{whose}"; {look} }} '
        f'@bottom-right {{ content: "{number}"; {look} }} }}\n'
    )


def _css_string(text: str) -> str:
    """Write every character by its number: a file name may hold whatever ends a string or a style."""
    return "".join(f"\\{ord(letter):x} " for letter in printable(text))


def _source_hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def shared_style(*, charts: bool) -> str:
    """Return the style that all pages share, with that of uPlot for those that draw charts."""
    return "".join(asset(name) for name in ((_CHART_STYLE,) if charts else ()) + _STYLES)


def asset(name: str) -> str:
    """Return the text of a file in this package's ``assets``."""
    return resource_text(_HERE, f"assets/{name}")


@cache
def resource_text(package: str, path: str) -> str:
    """Return the text of a file that comes with a package."""
    return (files(package) / path).read_text(encoding="utf-8")


def page_template(package: str, name: str, **shared: Any) -> jinja2.Template:
    """Return a page's template.

    Parameters
    ----------
    package : str
        Whose ``templates`` hold it. What it includes comes from there too, or from those of the report.
    name : str
    shared
        What every template may name: functions, constants.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([_loader(package), _loader(_HERE)]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.globals.update(shared)
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "allow_nan": False}
    return environment.get_template(name)


def _loader(package: str) -> jinja2.BaseLoader:
    def load(name: str) -> str | None:
        try:
            return resource_text(package, f"templates/{name}")
        except FileNotFoundError:
            return None

    return jinja2.FunctionLoader(load)
