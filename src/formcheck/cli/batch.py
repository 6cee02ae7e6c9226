"""``formcheck batch``: analyse many clips."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import analysis_options, call_texts
from formcheck.cli.parameters import Name
from formcheck.cli.record_options import kept_calibrations, store_option
from formcheck.errors import UsageError
from formcheck.message import Message

if TYPE_CHECKING:
    from pathlib import Path

    from formcheck.batch.report import BatchReport
    from formcheck.batch.tasks import BatchRunner, BatchSettings, ClipLimits
    from formcheck.text.catalogue import Texts

EXIT_SOME_FAILED = 3
_SIZE = re.compile(r"^(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?$", re.IGNORECASE)
_UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


@click.command(name="batch")
@click.argument("sources", nargs=-1, required=True, type=Name(), metavar="FOLDER|LIST|GLOB...")
@click.option(
    "--out", required=True, type=Name(), metavar="DIR", help="Folder for the results, or a URL such as s3://..."
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Clips at a time. Default: one per core.")
@analysis_options(side_help="The working leg of all clips. Default: found in each.")
@click.option(
    "--video/--no-video",
    default=False,
    show_default=True,
    help="Also make the annotated clips: half as much time again, and most of the disk space.",
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    help="Give up a clip after this long without progress. Default: 60, and 100 more for each GB of the file.",
)
@click.option(
    "--memory-limit",
    default="3G",
    show_default=True,
    metavar="SIZE",
    help="Give up a clip when its process needs more memory than this, such as 900M or 3G.",
)
@click.option(
    "--profile",
    metavar="CODE",
    help="All clips are of this person of the practice record: what was kept of the leg by hand is used.",
)
@store_option
@click.option(
    "--csv/--no-csv",
    default=True,
    show_default=True,
    help="Write results.csv and reps.csv, anew at the end of each run. Parquet grows as clips are done.",
)
@click.option("--retry-failed", is_flag=True, help="Analyse clips again that failed in an earlier run.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run on the Dask cluster of this scheduler, such as tcp://host:8786. Needs formcheck[cluster].",
)
def command(
    sources: tuple[str, ...],
    *,
    out: str,
    jobs: int | None,
    side: str | None,
    protocol_name: str,
    quality: str,
    model: str | None,
    fps: int | None,
    speed: float | None,
    video: bool,
    timeout_s: float | None,
    memory_limit: str,
    profile: str | None,
    store: Path | None,
    csv: bool,
    retry_failed: bool,
    scheduler: str | None,
) -> int:
    """Analyse many clips, on all cores or on a cluster, and collect the results in tables.

    FOLDER is searched for clips, with its subfolders. LIST is a .txt file with one clip, folder or pattern a line.
    GLOB is a pattern such as 'study/*/week1.mp4' (quoted). Each may be a URL, and several may be given.

    \b
    In DIR:
      summary.html            open this first: which clips to check, and links to all reports
      results.csv             one row a clip, failed ones with their reason
      reps.csv                one row a repetition
      results/, reps/         all results so far as Parquet, with formcheck[research]
      clips/NAME-.../         a clip's own results, as of 'formcheck analyze'

    The same command again analyses only what is missing, judged by the clips' content, the protocol, the model, the
    options and the version of formcheck. Ctrl-C, or even a power cut, loses only the clips in progress. A clip that
    cannot be read, crashes, hangs or exhausts the memory does not affect the others. Clips with the same content are
    analysed once.

    \b
    Examples:
      formcheck batch clips/ --out results
      formcheck batch 'study/**/*.mov' --out results --side left --jobs 4
      formcheck batch clips.txt --out results --retry-failed --memory-limit 6G
      formcheck batch s3://study/clips --out s3://study/results --scheduler tcp://head:8786

    Exit code: 0 when every clip was analysed; 3 when some failed (the tables say why); 130 after Ctrl-C.
    """
    from formcheck.batch.clips import find_clips
    from formcheck.batch.run import run_batch
    from formcheck.batch.storage import open_storage
    from formcheck.batch.tasks import ClipLimits, make_settings
    from formcheck.cli.progress_bars import batch_progress, interruptible
    from formcheck.extras import Extra, install_command, installed

    if scheduler is not None and jobs is not None:
        raise UsageError("expected --jobs or --scheduler, got both: on a cluster the number of its workers decides")
    if not csv and not installed(Extra.RESEARCH):
        raise UsageError(
            "--no-csv: expected formcheck[research] for the tables as Parquet, but it is not installed; leave --no-csv "
            f"out, or install it with: {install_command(Extra.RESEARCH)}"
        )
    _quiet_libraries()
    texts = call_texts()
    settings = make_settings(
        protocol_name,
        quality=quality,
        model=model,
        side=side,
        fps=fps,
        speed=speed,
        video=video,
        language=texts.language,
        kept=kept_calibrations(profile, store),
    )
    limits = ClipLimits(_bytes(memory_limit), timeout_s)
    storage = open_storage(out)
    clips = find_clips(sources)
    with storage.lock(), interruptible(texts), batch_progress(texts) as show:
        runner = _runner(settings, limits, jobs=jobs, scheduler=scheduler)
        report = run_batch(clips, storage, runner, settings=settings, retry_failed=retry_failed, csv=csv, show=show)
    return _report(report, storage.display_path, texts)


def _quiet_libraries() -> None:
    """Keep signatures and host names out of the output of --debug."""
    for library in ("aiobotocore", "asyncio", "boto3", "botocore", "filelock", "fsspec", "paramiko", "s3fs", "urllib3"):
        logging.getLogger(library).setLevel(logging.WARNING)


def _runner(settings: BatchSettings, limits: ClipLimits, *, jobs: int | None, scheduler: str | None) -> BatchRunner:
    if scheduler is None:
        from formcheck.batch.pool import LocalRunner

        return LocalRunner(settings, limits, jobs=jobs)
    from formcheck.extras import Extra, using

    with using(Extra.CLUSTER, "--scheduler"):
        from formcheck.batch.cluster import ClusterRunner

    return ClusterRunner(scheduler, settings, limits)


def _bytes(size: str) -> int:
    match = _SIZE.match(size.strip())
    amount = float(match[1]) * _UNITS[match[2].upper()] if match else 0.0
    if amount < 100e6:
        raise UsageError(f"--memory-limit: expected a size of at least 100M, such as 900M or 3G, got {size!r}")
    return int(amount)


def _report(report: BatchReport, out: str, texts: Texts) -> int:
    """Print how the batch went; return the exit code."""
    from formcheck.batch.paging import SUMMARY_FILE
    from formcheck.batch.tables import ClipState

    failed, same = report.counts[ClipState.FAILED], report.counts[ClipState.DUPLICATE]
    done = Message.of("batch.analysed", n=report.counts.total(), done=report.counts[ClipState.DONE])
    parts = [done, Message.of("batch.failed", n=failed)]
    if same:
        parts.append(Message.of("batch.same_content", n=same))
    click.echo(texts.get("number.list", parts=tuple(parts)))
    for result in report.failures:
        click.echo(f"  {result.clip.name}: {result.failure.reason if result.failure else ''}")
    if failed > len(report.failures):
        click.echo(f"  {texts.get('batch.more_failed', n=failed - len(report.failures))}")
    for review in report.reviews:
        path = f"{out.rstrip('/')}/{review.folder}"
        click.echo(texts.get(f"terminal.review_{review.after}", clip=review.name, path=path), err=True)
    click.echo(texts.get("batch.summary", path=f"{out.rstrip('/')}/{SUMMARY_FILE}"))
    return EXIT_SOME_FAILED if failed else 0
