"""Short clips for tests of batches: one recording, made many by bytes that no reader looks at."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "sample_videos" / "01_good_set.mp4"
FAULTY_WORKER = (sys.executable, str(Path(__file__).with_name("faulty_worker.py")))
TABLES = ("results.csv", "results.parquet", "reps.csv", "reps.parquet", "summary.html")


def short_clip(path: Path, *, start_s: float = 2.0, length_s: float = 0.5) -> Path:
    """A piece of the sample, small and with 15 pictures a second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ffmpeg = ["ffmpeg", "-v", "error", "-ss", str(start_s), "-i", SAMPLE, "-t", str(length_s), "-r", "15"]
    subprocess.run([*ffmpeg, "-vf", "scale=480:270", "-preset", "ultrafast", path], check=True)
    return path


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
