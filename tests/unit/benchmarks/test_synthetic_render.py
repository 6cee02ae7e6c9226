"""The renderer itself, in its own environment: truth and pixels agree. Skipped where that was not set up."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PYTHON = ROOT / "benchmarks/synthetic/.venv/bin/python"

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="no environment of the renderer: make synthetic")


def _run(*arguments):
    environment = os.environ | {"PYTHONPATH": str(ROOT / "benchmarks"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [PYTHON, *arguments], env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    folder = tmp_path_factory.mktemp("smoke")
    done = _run("-m", "synthetic", "smoke", "--out", str(folder), "--workers", "1")
    assert done.returncode == 0, done.stderr
    return folder


def test_the_rendered_clips_agree_with_their_truth(smoke):
    done = _run("-m", "synthetic.check", str(smoke), "--pixels")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count(": good") == 2


def test_what_is_rendered_is_not_rendered_again(smoke):
    before = {path: path.stat().st_mtime_ns for path in smoke.iterdir()}
    done = _run("-m", "synthetic", "smoke", "--out", str(smoke), "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in smoke.iterdir()} == before
