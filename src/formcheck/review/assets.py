"""The page's own files: a fixed list, looked up by name, so that no path of a request ever reaches the disk."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
# The same copies that reports carry.
_SHARED = ("uPlot.iife.min.js", "uPlot.min.css", "chart.js", "colours.css", "report.css")


def asset(name: str) -> tuple[bytes, str] | None:
    """Return the bytes and type of one of the page's files; None when there is none of that name."""
    found = _listed().get(name)
    if found is None:
        return None
    return found.read_bytes(), _TYPES[_suffix(name)]


def _listed() -> dict[str, Traversable]:
    shared = files("formcheck.report") / "assets"
    listed = {name: shared / name for name in _SHARED}
    _collect(files("formcheck.review") / "static", "", listed)
    return listed


def _collect(folder: Traversable, prefix: str, listed: dict[str, Traversable]) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            _collect(entry, f"{prefix}{entry.name}/", listed)
        elif _suffix(entry.name) in _TYPES:
            listed[f"{prefix}{entry.name}"] = entry


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]
