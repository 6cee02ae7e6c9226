"""Options that all commands of the practice record share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.parameters import FilePath
from formcheck.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import Connection

    from formcheck.types import KeptCalibration


ROLES = ("patient", "clinician", "researcher")

store_option = click.option(
    "--store",
    type=FilePath(file_okay=False),
    metavar="DIR",
    help="Folder of the practice record. Default: FORMCHECK_STORE, or this user's data folder.",
)
profile_option = click.option(
    "--profile",
    metavar="CODE",
    help="Whose practice: a code such as P017, not a name. Default: the only one there is, or 'me'.",
)
as_analysed_option = click.option(
    "--as-analysed", is_flag=True, help="Leave out what reviewers signed: the numbers are as analysed."
)
role_option = click.option(
    "--role",
    type=click.Choice(ROLES),
    default="patient",
    show_default=True,
    help="Who says so; stored with it.",
)


def chosen_profile(connection: Connection, code: str | None) -> str:
    """Return the profile that is meant: the one named, else the only one, else ``me``.

    Raises
    ------
    UsageError
        Nobody has that code, or several profiles are there and none was named.
    """
    from formcheck.record.profiles import DEFAULT_PROFILE, profile_codes, profile_key

    codes = profile_codes(connection)
    if code is not None:
        profile_key(connection, code)
        return code
    if len(codes) == 1:
        return codes[0]
    if not codes or DEFAULT_PROFILE in codes:
        return DEFAULT_PROFILE
    raise UsageError(f"expected one of the record's profiles with --profile ({', '.join(codes)}), got none")


def kept_calibrations(profile: str | None, store: Path | None) -> tuple[KeptCalibration, ...]:
    """Return the calibrations by hand of the person whose clips are analysed; none where nobody was named.

    Raises
    ------
    UsageError, StoreError
        A record was named without a person, or the person is not in it.
    """
    if profile is None:
        if store is not None:
            raise UsageError("--store says where a person's record is: expected that person with --profile, got none")
        return ()
    from formcheck.record.calibrations import calibrations_of

    return calibrations_of(profile, store, known=True)


def parse_day(text: str | None, *, option: str) -> date | None:
    """Read a day as ``2026-03-02``."""
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"expected a day such as 2026-03-02 with {option}, got '{text}'") from None


def full_ids(connection: Connection, wanted: Sequence[str]) -> list[str]:
    """Return the full ids of sessions named by a beginning of theirs."""
    from formcheck.record.profiles import full_id

    return [full_id(connection, uid) for uid in wanted]
