"""``formcheck shortcut``: an icon on the desktop and among the programs that opens formcheck's page."""

from __future__ import annotations

import click

from formcheck.cli.options import call_texts


@click.command(name="shortcut")
@click.option("--remove", is_flag=True, help="Remove the icon again.")
@click.option("--lang", "language", metavar="xx", help="Language of what it opens: en or de. Default: the system's.")
def command(*, remove: bool, language: str | None) -> None:
    """Put an icon on the desktop, and among the programs, that opens formcheck.

    On Linux these are desktop entries, on macOS applications, on Windows shortcuts. They start this installation of
    formcheck; make them again after moving it.
    """
    from formcheck.home.shortcut import make_shortcuts, remove_shortcuts

    texts = call_texts(language)
    paths = remove_shortcuts() if remove else make_shortcuts(texts)
    for path in paths:
        click.echo(texts.get("home.shortcut.removed" if remove else "home.shortcut.made", path=path))
    if not paths:
        click.echo(texts.get("home.shortcut.none"))
