"""``formcheck doctor``: what is there, what is missing, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from formcheck.cli import EXIT_ENVIRONMENT
from formcheck.cli.options import call_texts

if TYPE_CHECKING:
    from formcheck.doctor import Check
    from formcheck.text.catalogue import Texts


@click.command(name="doctor")
@click.option("--quiet", is_flag=True, help="Show only what keeps `analyze` from working.")
def command(*, quiet: bool) -> None:
    """Say what formcheck finds on this machine, and what to do about what is missing.

    Exits with 0 if `analyze` can work, else with 3.
    """
    from formcheck import doctor

    texts = call_texts()
    checks = []
    for check in doctor.examine(texts):
        checks.append(check)
        if not quiet or (not check.ok and check.need is doctor.Need.ANALYZE):
            click.echo(line(check, texts))
    if not doctor.can_analyze(checks):
        raise click.exceptions.Exit(EXIT_ENVIRONMENT)


def line(check: Check, texts: Texts) -> str:
    """Return the check as one line: ok or not, what, what was found, remedy, and whether it matters."""
    if check.ok:
        return texts.get("doctor.line_ok", name=check.name, detail=check.detail)
    return texts.get(
        "doctor.line_not_ok",
        name=check.name,
        detail=check.detail,
        importance=texts.get(f"doctor.importance.{check.need}"),
        remedy=check.remedy,
    )
