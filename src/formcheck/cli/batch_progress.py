"""How far a batch is, on stderr; and what to say when it is stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from types import FrameType

    from formcheck.batch.run import Count

# Without a terminal: seldom enough for a log.
_LINE_EVERY_S = 30.0


@contextmanager
def interruptible() -> Iterator[None]:
    """Let a polite end (SIGTERM) be as Ctrl-C, and say after either how to go on."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("formcheck: stopped; what is done is kept, and the same command goes on from there", err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def shown_progress() -> Iterator[Callable[[Count], None]]:
    """A bar on a terminal, and a line now and then elsewhere."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("clips", total=None, left="")

        def show(count: Count) -> None:
            bar.update(task, total=count.clips, completed=count.settled, left=_words(count))

        yield show


def _lines() -> Callable[[Count], None]:
    last_s = time.monotonic()

    def show(count: Count) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= _LINE_EVERY_S:
            last_s = time.monotonic()
            click.echo(f"formcheck: {count.settled} of {count.clips} clips; {_words(count)}", err=True)

    return show


def _words(count: Count) -> str:
    words = []
    if count.done_before:
        words.append(f"{count.done_before} done before")
    if count.failed:
        words.append(f"{count.failed} failed")
    if count.left_s is not None:
        words.append(f"{_time(count.left_s)} left")
    return ", ".join(words) or "working"


def _time(left_s: float) -> str:
    if left_s < 90:
        return f"about {max(round(left_s / 10), 1) * 10} s"
    if left_s < 5400:
        return f"about {round(left_s / 60)} min"
    return f"about {left_s / 3600:.1f} h"
