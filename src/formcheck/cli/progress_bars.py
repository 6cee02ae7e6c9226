"""Progress on stderr, of one clip and of a batch; and how to continue a batch that was stopped."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.message import Message
from formcheck.stages import Progress, StageProgress

if TYPE_CHECKING:
    from types import FrameType

    from formcheck.batch.progress import BatchProgress
    from formcheck.text.catalogue import Texts

# Without a terminal: rarely enough for a log.
_LINE_EVERY_S = 30.0
_LONGEST_NAME = 30


@contextmanager
def loading() -> Iterator[None]:
    """Say that the program is loading what it needs; nothing when stderr is not a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(call_texts().get("stage.load")) if console.is_terminal else nullcontext():
        yield


@contextmanager
def clip_progress(name: str, planned: tuple[str, ...]) -> Iterator[Progress]:
    """Show a bar over all stages that goes away when done; nothing when stderr is not a terminal.

    Until the first stage is heard of, which can take a second or two, the clip is being opened.
    """
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    texts = call_texts()
    left = TextColumn("{task.fields[left]}", markup=False)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn(), left)
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        name = _shortened(name)
        task = bar.add_task(f"{name}: {texts.get('stage.open')}", total=None, left="")
        progress = StageProgress(planned)

        def show(stage: str, share: float) -> None:
            progress.advance(stage, share)
            left_s = progress.left_s()
            left = texts.say(_time_left(left_s)) if left_s is not None else ""
            words = f"{name}: {texts.get(f'stage.{stage}')}"
            bar.update(task, description=words, total=1.0, completed=progress.share, left=left)

        yield show


def _shortened(name: str) -> str:
    """Return a name that leaves room for a bar beside it, on a line of 80 columns."""
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[:half]}\N{HORIZONTAL ELLIPSIS}{name[-half + 1 :]}"


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
def batch_progress(texts: Texts) -> Iterator[Callable[[BatchProgress], None]]:
    """Show a bar on a terminal, and elsewhere a line every half minute."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines(texts)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[left]}"))
    with Bar(*columns, console=console, transient=True) as bar:
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
    if progress.remaining_s:
        details.append(_time_left(progress.remaining_s))
    return texts.get("number.list", parts=tuple(details)) if details else texts.get("batch.progress.working")


def _time_left(remaining_s: float) -> Message:
    """Return a time left, as roughly as it is known."""
    if remaining_s < 90:
        step_s = 10 if remaining_s >= 10 else 1
        time_ = Message.of("time_left.seconds", n=max(round(remaining_s / step_s), 1) * step_s)
    elif remaining_s < 5400:
        time_ = Message.of("time_left.minutes", n=round(remaining_s / 60))
    else:
        time_ = Message.of("time_left.hours", hours=remaining_s / 3600)
    return Message.of("time_left.left", time=time_)
