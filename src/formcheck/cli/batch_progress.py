"""Show the progress of a batch on stderr, and say how to continue when it is stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from formcheck.message import Message

if TYPE_CHECKING:
    from types import FrameType

    from formcheck.batch.run import BatchProgress
    from formcheck.text.catalogue import Texts

# Without a terminal: rarely enough for a log.
_LINE_EVERY_S = 30.0


@contextmanager
def interruptible(texts: Texts) -> Iterator[None]:
    """Treat SIGTERM like Ctrl-C, and say after either how to continue."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        click.echo(f"formcheck: {texts.get('batch.stopped')}", err=True)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def show_progress(texts: Texts) -> Iterator[Callable[[BatchProgress], None]]:
    """Show a bar on a terminal, and elsewhere a line every half minute."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(texts)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(texts.get("batch.progress.clips"), total=None, left="")

        def show(progress: BatchProgress) -> None:
            bar.update(task, total=progress.clips, completed=progress.finished, left=_details(texts, progress))

        yield show


def _lines(texts: Texts) -> Callable[[BatchProgress], None]:
    last_s = time.monotonic()

    def show(progress: BatchProgress) -> None:
        nonlocal last_s
        if time.monotonic() - last_s >= _LINE_EVERY_S:
            last_s = time.monotonic()
            finished, details = progress.finished, _details(texts, progress)
            line = texts.get("batch.progress.line", finished=finished, n=progress.clips, details=details)
            click.echo(f"formcheck: {line}", err=True)

    return show


def _details(texts: Texts, progress: BatchProgress) -> str:
    details = []
    if progress.done_before:
        details.append(Message.of("batch.progress.done_before", n=progress.done_before))
    if progress.failed:
        details.append(Message.of("batch.failed", n=progress.failed))
    if progress.remaining_s is not None:
        details.append(Message.of("batch.progress.left", time=_duration(progress.remaining_s)))
    return texts.get("number.list", parts=tuple(details)) if details else texts.get("batch.progress.working")


def _duration(remaining_s: float) -> Message:
    """Return a time left, as roughly as it is known."""
    if remaining_s < 90:
        return Message.of("batch.progress.seconds", n=max(round(remaining_s / 10), 1) * 10)
    if remaining_s < 5400:
        return Message.of("batch.progress.minutes", n=round(remaining_s / 60))
    return Message.of("batch.progress.hours", hours=remaining_s / 3600)
