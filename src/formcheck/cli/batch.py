"""``formcheck batch``: analyse many clips."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import click

from formcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formcheck.batch.run import Runner
    from formcheck.batch.tables import Line
    from formcheck.batch.values import Limits, Settings

EXIT_SOME_FAILED = 3
_SIZE = re.compile(r"^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$", re.IGNORECASE)
_UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@click.command(name="batch")
@click.argument("sources", nargs=-1, required=True, metavar="FOLDER|LIST|GLOB...")
@click.option("--out", required=True, metavar="DIR", help="Where results go: a folder, or a URL such as s3://...")
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Clips at a time. Default: one a core.")
@click.option(
    "--side", type=click.Choice(["left", "right"]), help="The working leg of all clips. Default: found in each."
)
@click.option(
    "--protocol",
    "protocol_name",
    default="sciatic-glide",
    show_default=True,
    metavar="ID|FILE",
    help="The exercise to judge by; see 'formcheck protocols list'.",
)
@click.option(
    "--model",
    default="full",
    show_default=True,
    metavar="NAME|FILE",
    help="Landmark model: lite, full or heavy; see 'formcheck models list'.",
)
@click.option(
    "--fps",
    type=click.IntRange(min=5),
    metavar="N",
    help="Look at N pictures a second instead of all: quicker, and less exact below 15 (docs/performance.md).",
)
@click.option(
    "--video/--no-video",
    default=False,
    show_default=True,
    help="Make each annotated clip too: half as much time again, and most of the disk space.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    help="Give a clip up after so long without any progress. Default: 60, and 100 more for each GB of the file.",
)
@click.option(
    "--memory-limit",
    default="3G",
    show_default=True,
    metavar="SIZE",
    help="Give a clip up when its process takes more memory than this, such as 900M or 3G.",
)
@click.option("--retry-failed", is_flag=True, help="Try clips again that failed in an earlier run.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Work on the Dask cluster of this scheduler, such as tcp://host:8786. Needs formcheck[cluster].",
)
def command(
    sources: tuple[str, ...],
    *,
    out: str,
    jobs: int | None,
    side: str | None,
    protocol_name: str,
    model: str,
    fps: int | None,
    video: bool,
    timeout_s: float | None,
    memory_limit: str,
    retry_failed: bool,
    scheduler: str | None,
) -> int:
    """Analyse many clips, on all cores or on a cluster, and table the results.

    FOLDER is searched for clips, with its subfolders. LIST is a .txt file with a clip, folder or pattern a line. GLOB
    is a pattern such as 'study/*/week1.mp4' (quoted). Any of them may be a URL, and several may be given.

    \b
    In DIR:
      summary.html            open this first: what to look at, and every report
      results.csv, .parquet   one row a clip, failed ones with their reason
      reps.csv, .parquet      one row a repetition
      clips/NAME-.../         a clip's own results, as of 'formcheck analyze'

    The same command again does only what is missing: it goes by the clips' content, the protocol, the model, the
    options and the version of formcheck. Stop it with Ctrl-C, or pull the plug: what is done stays done. A clip that
    cannot be read, crashes, hangs or eats the memory costs only itself. Clips with the same content are analysed once.

    \b
    Examples:
      formcheck batch clips/ --out results
      formcheck batch 'study/**/*.mov' --out results --side left --jobs 4
      formcheck batch clips.txt --out results --retry-failed --memory-limit 6G
      formcheck batch s3://study/clips --out s3://study/results --scheduler tcp://head:8786

    Exit code: 0 when every clip was analysed; 3 when some failed (the tables say why); 130 after Ctrl-C.
    """
    from formcheck.batch.clips import find_clips
    from formcheck.batch.places import place_of
    from formcheck.batch.run import run_batch
    from formcheck.batch.settings import make_settings
    from formcheck.batch.values import Limits
    from formcheck.cli.batch_progress import interruptible, shown_progress

    if scheduler is not None and jobs is not None:
        raise UsageError("expected --jobs or --scheduler, got both: on a cluster its workers say how many there are")
    _quiet_libraries()
    settings = make_settings(protocol_name, model=model, side=side, fps=fps, video=video)
    limits = Limits(_bytes(memory_limit), timeout_s)
    place = place_of(out)
    clips = find_clips(sources)
    with place.lock(), interruptible(), shown_progress() as show:
        runner = _runner(settings, limits, jobs=jobs, scheduler=scheduler)
        lines = run_batch(clips, place, runner, settings=settings, retry_failed=retry_failed, show=show)
    return _report(lines, place.shown)


def _quiet_libraries() -> None:
    """Keep signatures and host names out of what --debug shows."""
    for library in ("aiobotocore", "asyncio", "boto3", "botocore", "filelock", "fsspec", "paramiko", "s3fs", "urllib3"):
        logging.getLogger(library).setLevel(logging.WARNING)


def _runner(settings: Settings, limits: Limits, *, jobs: int | None, scheduler: str | None) -> Runner:
    if scheduler is None:
        from formcheck.batch.local import LocalRunner

        return LocalRunner(settings, limits, jobs=jobs)
    from formcheck.batch.cluster import ClusterRunner

    return ClusterRunner(scheduler, settings, limits)


def _bytes(size: str) -> int:
    match = _SIZE.match(size.strip())
    amount = float(match[1]) * _UNITS[match[2].upper()] if match else 0.0
    if amount < 100e6:
        raise UsageError(f"--memory-limit: expected a size of at least 100M, such as 900M or 3G, got {size!r}")
    return int(amount)


def _report(lines: Sequence[Line], out: str) -> int:
    """Say how it went; the exit code."""
    from formcheck.batch.run import SUMMARY
    from formcheck.batch.tables import State

    failed = [line for line in lines if line.state is State.FAILED]
    done = sum(line.state is State.DONE for line in lines)
    same = sum(line.state is State.DUPLICATE for line in lines)
    twins = f", {same} with the same content as another" if same else ""
    click.echo(f"{done} of {len(lines)} clips analysed, {len(failed)} failed{twins}")
    for line in failed[:_MAX_LISTED]:
        click.echo(f"  {line.clip.name}: {line.failure.reason if line.failure else ''}")
    if len(failed) > _MAX_LISTED:
        click.echo(f"  and {len(failed) - _MAX_LISTED} more, see results.csv")
    click.echo(f"Summary: {out.rstrip('/')}/{SUMMARY}")
    return EXIT_SOME_FAILED if failed else 0


_MAX_LISTED = 20
