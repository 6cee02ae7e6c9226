"""Runs a program under strace, to see whether it asks the network for anything."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed (Linux only)")


def run_traced(command: Sequence[object], trace: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command; which calls it made is written to ``trace``."""
    # By a filter in the kernel the program stops at these calls alone, not at each of the others too.
    strace = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=network", "-o", trace]
    return subprocess.run([*strace, *command], capture_output=True, text=True, check=False, **options)


def network_calls(trace: Path) -> list[str]:
    """Calls that concern a network; sockets within the machine (AF_UNIX) are how a process asks for its user's name."""
    return [line for line in trace.read_text().splitlines() if "AF_INET" in line or "AF_NETLINK" in line]
