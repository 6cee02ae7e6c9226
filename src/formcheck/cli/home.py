"""``formcheck home``, and ``formcheck`` alone: the local page to practise, check a video, and see how it goes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.cli.parameters import FilePath
from formcheck.cli.record_options import chosen_profile, profile_option, store_option

if TYPE_CHECKING:
    from formcheck.home.instance import Instance
    from formcheck.record.store import Store
    from formcheck.server.serving import Address
    from formcheck.text.catalogue import Texts


@click.command(name="home")
@click.option("--lang", "language", metavar="xx", help="Language of page and voice: en or de. Default: the system's.")
@click.option("--no-open", is_flag=True, help="Do not open the browser; print the address only.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="NUMBER", help="Default: the same each time, if it is free."
)
@click.option(
    "--source",
    type=FilePath(dir_okay=False, exists=True),
    metavar="FILE",
    help="Practise with a recorded clip that plays as if it were the camera.",
)
@profile_option
@store_option
def command(
    *,
    language: str | None,
    no_open: bool,
    port: int | None,
    source: Path | None,
    profile: str | None,
    store: Path | None,
) -> int:
    """Open the page to practise, check a video, see your practice, or review.

    It opens in the browser, served by this machine to this machine; nothing leaves it. It ends with the page's own
    button, or with Ctrl-C. Started again while it runs, it opens the page that is there.
    """
    from formcheck.errors import FormcheckError
    from formcheck.home.problem import show_problem

    texts = call_texts(language)
    try:
        return _run(texts, no_open=no_open, port=port, source=source, profile=profile, store=store)
    except FormcheckError as error:
        # Started by its icon there is no terminal, and nobody would see the line.
        if not no_open and not (sys.stderr is not None and sys.stderr.isatty()):
            show_problem(str(error), texts)
        raise


def _run(
    texts: Texts, *, no_open: bool, port: int | None, source: Path | None, profile: str | None, store: Path | None
) -> int:
    import threading

    from formcheck.home.instance import instance_of
    from formcheck.home.opening import HomeOptions, open_home
    from formcheck.record.profiles import check_code
    from formcheck.record.store import open_store
    from formcheck.server.serving import bind, serve

    with open_store(store) as record, instance_of(record.folder) as instance:
        if not instance.first:
            return _show_running(instance, texts, no_open=no_open)
        code = check_code(profile) if profile is not None else _only_profile(record)
        options = HomeOptions(code, source.absolute() if source is not None else None)
        ending = threading.Event()
        host = "127.0.0.1"
        with bind(host, port) as listener, open_home(record, options, texts=texts, ending=ending) as app:
            ready = _Ready(instance, texts, no_open=no_open)
            serve(app, listener, host=host, ready=ready, ending=ending)
    click.echo(texts.get("home.command.ended"), err=True)
    return 0


class _Ready:
    """Says where the page is, and opens it."""

    def __init__(self, instance: Instance, texts: Texts, *, no_open: bool) -> None:
        self._instance = instance
        self._texts = texts
        self._no_open = no_open

    def __call__(self, address: Address) -> None:
        self._instance.publish(address.url)
        click.echo(self._texts.get("home.command.address", url=address.url))
        click.echo(self._texts.get("home.command.stop"), err=True)
        _open(address.url, no_open=self._no_open)


def _only_profile(record: Store) -> str:
    with record.reading() as connection:
        return chosen_profile(connection, None)


def _show_running(instance: Instance, texts: Texts, *, no_open: bool) -> int:
    url = instance.running_address()
    if url is None:
        click.echo(texts.get("home.command.starting"), err=True)
        return 0
    click.echo(texts.get("home.command.running", url=url))
    _open(url, no_open=no_open)
    return 0


def _open(url: str, *, no_open: bool) -> None:
    import webbrowser

    if not no_open:
        webbrowser.open(url)
