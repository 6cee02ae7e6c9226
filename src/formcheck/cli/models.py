"""``formcheck models``: which landmark models are here, are they whole, fetch another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from formcheck.cli.parameters import Name
from formcheck.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from formcheck.pose.models import Bundle

_NAMES = ("lite", "full", "heavy")


@click.group(name="models")
def command() -> None:
    """List, verify and fetch landmark models.

    `full` comes with formcheck. `heavy` is surer and slower (`analyze --quality best`), `lite` is faster, but has no
    calibration: error bands are twice as wide. Both are fetched once from MediaPipe's address.
    """


@command.command(name="list")
def list_models() -> None:
    """Show each model: whether it is here, and where."""
    from formcheck.angles.calibration import is_calibrated
    from formcheck.pose import models

    for bundle in models.BUNDLES.values():
        path = models.locate(bundle)
        where = path if path is not None else f"not here; `formcheck models pull {bundle.name}`"
        calibrated = "calibrated    " if is_calibrated(bundle.accepted_sha256[0]) else "not calibrated"
        click.echo(f"{bundle.name:<6} {bundle.size_bytes / 1e6:5.1f} MB  {calibrated}  {where}")


@command.command()
@click.argument("models", nargs=-1, type=Name(), metavar="[lite|full|heavy|FILE]...")
def verify(models: tuple[str, ...]) -> None:
    """Compare models with their pinned SHA-256; without a name, all that are here.

    Answers 3 if one is missing or is not what it should be.
    """
    from formcheck.pose import models as registry

    wanted = models or [b.name for b in registry.BUNDLES.values() if registry.locate(b) is not None]
    if not wanted:
        raise InputError("no model is on this machine: run `formcheck models pull full`")
    good = [_verify_one(model) for model in wanted]
    if not all(good):
        raise click.exceptions.Exit(InputError.exit_code)


def _verify_one(model: str) -> bool:
    """Print one model's line; say whether it is good."""
    from formcheck.angles.calibration import is_calibrated
    from formcheck.pose import models as registry

    try:
        found = registry.identify(registry.find_model(model))
    except InputError as error:
        click.echo(f"not  {error}")
        return False
    note = "" if is_calibrated(found.sha256) else "  (not calibrated: error bands are twice as wide)"
    if not found.known:
        note = "  (no published model: formcheck was not measured with it)"
    click.echo(f"ok   {found.name}  {found.path}  sha256 {found.sha256}{note}")
    return True


@command.command()
@click.argument("names", nargs=-1, required=True, type=click.Choice(_NAMES))
def pull(names: tuple[str, ...]) -> None:
    """Fetch official models; a broken download is continued by the same command.

    FORMCHECK_MODELS names another folder for all commands, FORMCHECK_MODELS_URL a mirror.
    """
    from formcheck.pose import models

    for name in names:
        click.echo(f"{name}: {_pull_with_progress(models.BUNDLES[name])}")


def _pull_with_progress(bundle: Bundle) -> Path:
    """Fetch one model while a bar on stderr shows how far it is."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    from formcheck.pose.download import pull as fetch

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(bundle.filename, total=bundle.size_bytes)
        return fetch(bundle, progress=lambda done, total: bar.update(task, completed=done, total=total))
