"""How quick the practice record is after years of practice, and how large.

Keeps synthetic sessions of 20 repetitions, judged by the real thing, in a record of its own, then times the commands as
a user starts them: ``python benchmarks/record.py [--sessions 2000] [--store DIR]``.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from formcheck.protocols.loader import load_protocol
from formcheck.record.save import save_set
from formcheck.record.store import open_store
from formcheck.record.values import Answers, Mark, MarkKind, Origin, Practice
from formcheck.types import Side
from practice import judged, named

REPS = 20
SETS_PER_DAY = 3
DIFFERENT_SETS = 12
RUNS = 5
LIMITS_S = {"history": 0.5, "progress": 3.0}


def main() -> None:
    """Fill a record, time the commands, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=2000)
    parser.add_argument("--store", type=Path, help="Keep the record here, or use the one that is here.")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = options.store or Path(name) / "record"
        if not folder.exists():
            kept_s = fill(folder, options.sessions)
            print(f"keep, in one process: {1000 * statistics.median(kept_s):.0f} ms a session (median)")
        report_size(folder, options.sessions)
        page = Path(name) / "progress.html"
        for command, arguments in (("history", []), ("progress", ["--out", str(page)])):
            took_s = [run(folder, command, *arguments) for _ in range(RUNS)]
            print(f"formcheck {command}: {statistics.median(took_s):.2f} s (limit {LIMITS_S[command]:.1f} s)")
        print(f"progress page: {page.stat().st_size / 1e6:.1f} MB")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}")


def fill(folder: Path, count: int) -> list[float]:
    """Keep sessions that get straighter over the months, alternating legs; return the time each took."""
    took_s = []
    first = datetime.now(UTC) - timedelta(days=count / SETS_PER_DAY)
    protocol = load_protocol()
    with open_store(folder) as store:
        for n in range(count):
            side = Side.LEFT if n % SETS_PER_DAY else Side.RIGHT
            peak_deg = 20.0 + 2.0 * (DIFFERENT_SETS - 1 - n * DIFFERENT_SETS // count)
            pose, session = named(*judged(peak_deg, side, reps=REPS, fps=30.0), f"set {n}")
            marks = (Mark(MarkKind.P1, 5.0, peak_deg + 8, 2.0),)
            at = first + timedelta(days=n / SETS_PER_DAY)
            practice = Practice("P1", Origin.LIVE, at, answers=Answers(3, 2), marks=marks)
            start = time.perf_counter()
            save_set(store, session, pose, protocol=protocol, practice=practice)
            took_s.append(time.perf_counter() - start)
    return took_s


def report_size(folder: Path, count: int) -> None:
    """Print what a session takes on the disk."""
    series = sum(path.stat().st_size for path in (folder / "series").iterdir())
    rows = (folder / "record.db").stat().st_size
    print(f"store: {series / count / 1e3:.0f} kB of series and {rows / count / 1e3:.1f} kB of rows a session")


def run(folder: Path, command: str, *arguments: str) -> float:
    """Run a command as a user does and return how long it took."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "formcheck", command, "--store", str(folder), *arguments],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
