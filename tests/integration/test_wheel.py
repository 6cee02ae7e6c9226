"""The wheel that is built here works offline, away from the source."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from formcheck.pose.models import PACKAGED_SHA256
from installed import ROOT, build_wheel


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """The wheel's contents, as pip would put them into site-packages."""
    directory = tmp_path_factory.mktemp("wheel")
    with zipfile.ZipFile(build_wheel(directory)) as content:
        content.extractall(directory / "site")
    return directory / "site"


def test_the_wheel_holds_the_whole_package(unpacked):
    source = ROOT / "src" / "formcheck"
    expected = {
        path.relative_to(source) for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    expected |= {Path("_models/LICENSE"), Path("_models/pose_landmarker_full.task")}
    package = unpacked / "formcheck"
    assert {path.relative_to(package) for path in package.rglob("*") if path.is_file()} == expected


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_dist_builds_the_same_bytes_again_with_their_checksums(unpacked, tmp_path):
    make = ["make", "--old-file=setup", "dist", f"DIST={tmp_path}/dist", f"BIN={Path(sys.executable).parent}"]
    subprocess.run(make, cwd=ROOT, check=True, capture_output=True)
    sums = dict(line.split("  ")[::-1] for line in (tmp_path / "dist" / "SHA256SUMS").read_text().splitlines())
    built = {path.name: path.read_bytes() for path in (tmp_path / "dist").glob("formcheck-*")}
    assert {name: hashlib.sha256(data).hexdigest() for name, data in built.items()} == sums
    assert sorted(Path(name).suffix for name in built) == [".gz", ".whl"]
    (wheel,) = unpacked.parent.glob("formcheck-*.whl")
    assert wheel.read_bytes() == built[wheel.name]


def test_the_wheel_finds_its_own_model(unpacked, tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "formcheck", "models", "verify", "full"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked), "FORMCHECK_MODELS": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    model = unpacked / "formcheck" / "_models" / "pose_landmarker_full.task"
    assert result.stdout == f"ok   pose_landmarker_full  {model}  sha256 {PACKAGED_SHA256}\n"
