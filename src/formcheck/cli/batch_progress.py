"""Show the progress of a batch on stderr, and say how to continue when it is stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from types import FrameType

    from formcheck.batch.run import BatchProgress

# Without a terminal: rarely enough for a log.
_LINE_EVERY_S = 30.0


@contextmanager
def interruptible() -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C, and say after either how to continue."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        click.echo("formcheck: stopped; finished clips are kept: run the same command again to continue", err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def show_progress() -> Iterator[Callable[[BatchProgress], None]]:
    """Show a bar on a terminal, and elsewhere a line every half minute."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("clips", total=None, left="")

        def show(progress: BatchProgress) -> None:
            bar.update(task, total=progress.clips, completed=progress.finished, left=_details(progress))

        yield show


def _lines() -> Callable[[BatchProgress], None]:
    last_s = time.monotonic()

    def show(progress: BatchProgress) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= _LINE_EVERY_S:
            last_s = time.monotonic()
            click.echo(f"formcheck: {progress.finished} of {progress.clips} clips; {_details(progress)}", err=True)

    return show


def _details(progress: BatchProgress) -> str:
    details = []
    if progress.done_before:
        details.append(f"{progress.done_before} done before")
    if progress.failed:
        details.append(f"{progress.failed} failed")
    if progress.remaining_s is not None:
        details.append(f"{_duration(progress.remaining_s)} left")
    return ", ".join(details) or "working"


def _duration(remaining_s: float) -> str:
    if remaining_s < 90:
        return f"about {max(round(remaining_s / 10), 1) * 10} s"
    if remaining_s < 5400:
        return f"about {round(remaining_s / 60)} min"
    return f"about {remaining_s / 3600:.1f} h"
