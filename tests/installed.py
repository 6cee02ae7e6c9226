"""The wheel, built here, and an environment in which it is installed as at a user's: with its dependencies, no more."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]


def build_wheel(folder: Path) -> Path:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("formcheck-*.whl")
    return wheel


def make_environment(folder: Path, wheel: Path) -> Path:
    """Install a wheel into a fresh environment, without an index; return the folder of its programs.

    What the wheel depends on comes from the environment that the tests run in, by links: a download would need the
    network, and copies half a gigabyte. Only what the wheel asks for is linked, not the tools, the extras or the
    source: what the core lacks is lacking here too. pip checks that nothing is missing.
    """
    environment = folder / "environment"
    subprocess.run(
        [sys.executable, "-m", "virtualenv", "--quiet", "--app-data", folder / "seeds", environment], check=True
    )
    programs = environment / "bin"
    python = [programs / "python", "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*python, "install", "--quiet", "--no-index", "--no-deps", wheel], check=True, env=clean_variables())
    (site,) = environment.glob("lib/python*/site-packages")
    (metadata,) = site.glob("formcheck-*.dist-info")
    for needed in _needed_by(Distribution.at(metadata)):
        _link(needed, site)
    found = subprocess.run([*python, "check"], capture_output=True, text=True, check=False, env=clean_variables())
    # MediaPipe's wheel is tagged for another Python inside than on its name.
    broken = [line for line in found.stdout.splitlines() if "requires" in line]
    assert broken == []
    return programs


def clean_variables(**variables: str) -> dict[str, str]:
    """Environment variables without those by which Python would find the source."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")} | variables


def _needed_by(wheel: Distribution) -> Iterable[Distribution]:
    found: dict[str, Distribution] = {}
    waiting = [(wheel, "")]
    while waiting:
        one, extra = waiting.pop()
        for requirement in map(Requirement, one.requires or ()):
            if requirement.marker is not None and not requirement.marker.evaluate({"extra": extra}):
                continue
            known = requirement.name in found
            found[requirement.name] = distribution(requirement.name)
            waiting += [(found[requirement.name], extra) for extra in requirement.extras or ("",) if not known]
    return found.values()


def _link(needed: Distribution, site: Path) -> None:
    # Scripts and headers stand outside of site-packages, which is what begins with "..".
    for name in {file.parts[0] for file in needed.files or ()} - {"..", "__pycache__"}:
        if not (site / name).exists():
            (site / name).symlink_to(Path(str(needed.locate_file(name))).resolve())
