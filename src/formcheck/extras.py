"""Extras: packages that few need, what they are for, and the line that says how to install them.

`pyproject.toml` names the same extras with their versions; tests/unit/test_extras.py holds the two together.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from formcheck.errors import UsageError
from formcheck.installer import add_command


class Extra(StrEnum):
    """An extra, by its name in ``formcheck[...]``."""

    CLINIC = "clinic"
    RESEARCH = "research"
    CLUSTER = "cluster"


DISTRIBUTIONS = {
    Extra.CLINIC: ("fhir.resources", "openpyxl"),
    Extra.RESEARCH: ("pyarrow",),
    Extra.CLUSTER: ("dask", "distributed", "fsspec", "paramiko", "s3fs"),
}


def installed(extra: Extra) -> bool:
    """Tell whether all packages of an extra are installed."""
    try:
        for name in DISTRIBUTIONS[extra]:
            importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def install_command(extra: Extra) -> str:
    """Return the command that installs an extra beside this formcheck, with the installer that installed it."""
    # formcheck itself is there, so that nothing by its name is looked for.
    return add_command(f"formcheck[{extra}]")


@contextmanager
def using(extra: Extra, what: str) -> Iterator[None]:
    """Say in one line what is missing when a package of an extra cannot be imported in this block.

    Parameters
    ----------
    extra : Extra
    what : str
        What needs it, as the user asked for it: ``--format fhir``.

    Raises
    ------
    UsageError
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "formcheck").startswith("formcheck"):
            raise
        raise UsageError(
            f"{what}: expected formcheck[{extra}], but the Python package {error.name} is not installed; install it "
            f"with: {install_command(extra)}"
        ) from None
