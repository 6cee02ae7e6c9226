"""Tells whoever started formcheck by its icon why it did not open: there is no terminal to say it in."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import platformdirs

from formcheck.files import private_folder, write_whole
from formcheck.report.page import page_template, policy, shared_style
from formcheck.text.catalogue import Texts


def show_problem(problem: str, texts: Texts) -> Path:
    """Open a page with the problem in the browser; return its file, which the next one replaces."""
    styles = shared_style(charts=False)
    page = page_template("formcheck.home", "problem.html.j2").render(
        language=texts.language,
        title=texts.get("home.command.problem"),
        problem=problem,
        styles=styles,
        policy=policy(styles, ()),
    )
    path = private_folder(Path(platformdirs.user_cache_dir("formcheck", appauthor=False))) / "problem.html"
    write_whole(path, page)
    webbrowser.open(path.as_uri())
    return path
