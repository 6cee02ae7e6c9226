"""``formcheck doctor``: what is here, what is missing, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from formcheck.cli import EXIT_ENVIRONMENT

if TYPE_CHECKING:
    from formcheck.doctor import Check


@click.command(name="doctor")
@click.option("--quiet", is_flag=True, help="Show only what keeps `analyze` from working.")
def command(*, quiet: bool) -> None:
    """Say what formcheck finds on this machine, and what to do about what is missing.

    Answers 0 if `analyze` can work, else 3.
    """
    from formcheck import doctor

    checks = []
    for check in doctor.examine():
        checks.append(check)
        if not quiet or (not check.ok and check.need is doctor.Need.ANALYZE):
            click.echo(line(check))
    if not doctor.can_analyze(checks):
        raise click.exceptions.Exit(EXIT_ENVIRONMENT)


def line(check: Check) -> str:
    """Return the check as one line: ok or not, what, seen, remedy, and whether it matters."""
    from formcheck.doctor import Need

    if check.ok:
        return f"ok   {check.name}: {check.detail}"
    importance = {
        Need.ANALYZE: "",
        Need.LIVE: " (not needed for analyze)",
        Need.NOTHING: " (not needed for analyze, nor for anything else in formcheck)",
    }
    return f"not  {check.name}: {check.detail}{importance[check.need]} -> {check.remedy}"
