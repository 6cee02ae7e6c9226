"""Clips for tests of batches: one recording, made many by bytes that no reader looks at."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

FAULTY_WORKER = (sys.executable, str(Path(__file__).with_name("faulty_worker.py")))
TABLES = ("results.csv", "reps.csv", "summary.html")


def variant(base: bytes, path: Path, number: int) -> Path:
    """The same pictures as another file: MP4 readers pass over a 'free' box."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base + struct.pack(">I4sI", 12, b"free", number))
    return path


def tables(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in TABLES}


def formcheck_batch(*arguments: object, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "formcheck", "batch", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env, timeout=120)
