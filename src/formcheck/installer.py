"""Which installer made the environment of this formcheck, and its commands to add to it and to repair it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class _Installer:
    # Double quotes, since the command prompt of Windows knows no others.
    add: str
    repair: str


# By the file that each leaves in the environment of a program.
_INSTALLERS = {
    "pipx_metadata.json": _Installer('pipx inject formcheck "{package}"', "pipx reinstall formcheck"),
    "uv-receipt.toml": _Installer(
        'uv pip install --python "{prefix}" "{package}"', "uv tool upgrade --reinstall formcheck"
    ),
}
_PIP = _Installer(
    'python -m pip install "{package}"', 'python -m pip install --force-reinstall --only-binary :all: "{package}"'
)


def add_command(package: str) -> str:
    """Return the command that installs a package beside this formcheck; the package may say its version."""
    return _installer().add.format(package=package, prefix=sys.prefix)


def remedy_command(package: str) -> str:
    """Return the command that installs a package again which does not work."""
    return _installer().repair.format(package=package)


def _installer() -> _Installer:
    return next((found for mark, found in _INSTALLERS.items() if (Path(sys.prefix) / mark).exists()), _PIP)
