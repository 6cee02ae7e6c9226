"""Nothing leaves the machine: an analysis opens no network socket at all."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "sample_videos" / "01_good_set.mp4"


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed (Linux only)")
def test_analysis_opens_no_network_socket(tmp_path):
    trace = tmp_path / "trace"
    command = [sys.executable, "-m", "formcheck", "analyze", SAMPLE, "--end", "3", "--out", tmp_path / "out"]
    subprocess.run(
        ["strace", "-f", "-qq", "-e", "trace=network", "-o", trace, *command], check=True, capture_output=True
    )
    assert (tmp_path / "out" / "report.html").exists()
    # sockets within the machine (AF_UNIX) are how a process asks for its user's name
    calls = [line for line in trace.read_text().splitlines() if "AF_INET" in line or "AF_NETLINK" in line]
    assert calls == []


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed (Linux only)")
def test_the_trace_would_show_one(tmp_path):
    """The check above can fail."""
    trace = tmp_path / "trace"
    code = "import socket; s = socket.socket(); s.connect_ex(('127.0.0.1', 9))"
    subprocess.run(["strace", "-f", "-qq", "-e", "trace=network", "-o", trace, sys.executable, "-c", code], check=True)
    assert "AF_INET" in trace.read_text()
