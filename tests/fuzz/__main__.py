"""Tries seeded changes of everything that formcheck reads, and prints what became of them as a table.

    cd tests && python -m fuzz --count 1600 --seed 7 --markdown table.md --keep faults

Clips, tracks, archives and protocols go through the command line in processes forked from a warm one, each with limits;
reviews, results and requests go to real servers. Exit code 1 when there was an internal error, a crash, a hang or
more memory than allowed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS))

from fuzz import pages  # noqa: E402
from fuzz.files import KINDS, Kind  # noqa: E402
from fuzz.forked import Outcome, run_forked  # noqa: E402
from practice import PROFILE  # noqa: E402

MOST_MB = 900.0
_MOST_CPU_S = 60.0
# Of all inputs; the rest is divided among the clips.
_SHARES = {"track (.npz)": 0.12, "archive to import": 0.12, "protocol": 0.08}
_PAGES_SHARE, _LIBRARY_SHARE = 0.25, 0.07


@dataclass(slots=True)
class Row:
    """What became of the inputs of one kind."""

    kind: str
    codes: Counter[str] = field(default_factory=Counter)
    peak_mb: float = 0.0
    slowest_s: float = 0.0
    faults: int = 0

    @property
    def count(self) -> int:
        return sum(self.codes.values())


def main() -> int:
    """Run it all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1600, help="inputs in all")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", default="", help="kinds whose name contains this")
    parser.add_argument("--markdown", type=Path, help="write the table there")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-faults"), help="folder for what went wrong")
    options = parser.parse_args()
    _warm_up()
    with tempfile.TemporaryDirectory(prefix="formcheck-fuzz-") as name:
        folder = Path(name)
        os.environ["FORMCHECK_STORE"] = str(folder / "record")
        rows = [
            _try_files(kind, _share(kind, options.count), options, folder) for kind in KINDS if options.only in kind
        ]
        rows += [row for row in _try_pages(options, folder) if row.count]
    table = _table(rows)
    print(table)
    if options.markdown is not None:
        options.markdown.write_text(table, encoding="utf-8")
    return int(any(row.faults for row in rows))


def _warm_up() -> None:
    """Load what an analysis loads, and start no thread, so that forks are whole."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"
    import cv2
    import mediapipe.tasks.python.vision  # noqa: F401

    import formcheck.cli.analyze
    import formcheck.pipeline  # noqa: F401

    cv2.setNumThreads(1)


def _share(kind: str, count: int) -> int:
    left = 1 - sum(_SHARES.values()) - _PAGES_SHARE - _LIBRARY_SHARE
    return round(count * _SHARES.get(kind, left / (len(KINDS) - len(_SHARES))))


def _commands(kind: str, path: Path, folder: Path, at: int) -> list[list[str]]:
    """Return the commands that read a file; from the second on they must succeed."""
    out, store = str(folder / "out"), str(folder / "store")
    if kind == "archive to import":
        shutil.rmtree(folder / "store", ignore_errors=True)
        shutil.copytree(folder / "kept", store)
        kept = ["--profile", PROFILE, "--store", store]
        exported = [["export", "--all", "--format", each, "--out", out, *kept] for each in ("csv", "json", "opensim")]
        return [["import", str(path), "--store", store], ["history", *kept], *exported]
    if kind == "protocol":
        whole = str(folder / "whole.npz")
        return [["analyze", whole, "--protocol", str(path), "--out", out]]
    video = [] if at % 2 else ["--no-video"]
    causal = ["--causal"] if at % 7 == 3 and kind.startswith("clip") else []
    return [["analyze", str(path), "--out", out, "--jobs", "1", *video, *causal]]


def _try_files(name: str, count: int, options: argparse.Namespace, folder: Path) -> Row:
    kind: Kind = KINDS[name](folder)
    row, draw = Row(name), np.random.default_rng(options.seed)
    path = folder / kind.name
    for at in range(-1, count):
        # The first is whole: what is refused afterwards is refused for what was changed.
        path.write_bytes(kind.mutate(kind.whole, draw) if at >= 0 else kind.whole)
        shutil.rmtree(folder / "out", ignore_errors=True)
        outcome = run_forked(_commands(name, path, folder, at), folder / "log", limit_s=_MOST_CPU_S)
        if at < 0:
            if outcome.code:
                raise SystemExit(f"{name}: the whole one was refused: {outcome.said}")
            continue
        row.codes[str(outcome.code)] += 1
        row.peak_mb, row.slowest_s = max(row.peak_mb, outcome.peak_mb), max(row.slowest_s, outcome.cpu_s)
        if outcome.is_fault or outcome.peak_mb > MOST_MB or outcome.later_failed:
            row.faults += 1
            _keep(options.keep, f"{name}-{options.seed}-{at}", path, outcome)
    print(f"{name}: {dict(row.codes)}, {row.peak_mb:.0f} MB, {row.slowest_s:.1f} s, {row.faults} faults", flush=True)
    return row


def _keep(folder: Path, name: str, path: Path, outcome: Outcome) -> None:
    folder.mkdir(exist_ok=True)
    stem = name.replace(" ", "_").replace(",", "")
    shutil.copy(path, folder / f"{stem}{path.suffix}")
    said = f"exit {outcome.code}, {outcome.peak_mb:.0f} MB, {outcome.cpu_s:.1f} s\n{outcome.said[-3000:]}"
    (folder / f"{stem}.txt").write_text(said, encoding="utf-8")
    print(f"  {stem}: {said[:400]}", flush=True)


def _try_pages(options: argparse.Namespace, folder: Path) -> list[Row]:
    rows = []
    draw = np.random.default_rng(options.seed)
    if options.only in "results and reviews on the page":
        library = folder / "library"
        count = round(options.count * _LIBRARY_SHARE)
        pages.damaged_library(library, count, draw)
        with pages.running("review", library, folder=folder) as server:
            answers = pages.visit_all(server.client)
        rows.append(_page_row("results and reviews on the page", answers, server, options))
    if options.only in "requests":
        library = folder / "served"
        pages.damaged_library(library, 0, draw)
        count = round(options.count * _PAGES_SHARE / 2)
        for name, arguments in {"review": ("review", library), "home": ("home",)}.items():
            with pages.running(*arguments, folder=folder) as server:
                items = server.client.get("/api/items")["items"]
                answers = pages.send_all(server.client, items[0]["id"] if items else "x", count, draw)
                server.client.get("/api/items")
            rows.append(_page_row(f"requests to {name}", answers, server, options))
    return rows


def _page_row(name: str, answers: pages.Answers, server: pages.Running, options: argparse.Namespace) -> Row:
    row = Row(name, answers.statuses, server.peak_mb, answers.slowest_s, len(answers.faults))
    row.faults += server.exit_code != 0 or "Traceback" in server.said or server.peak_mb > MOST_MB
    if row.faults:
        options.keep.mkdir(exist_ok=True)
        said = "\n".join([f"exit {server.exit_code}, {server.peak_mb:.0f} MB", *answers.faults, server.said])
        (options.keep / f"{name.replace(' ', '_')}.txt").write_text(said, encoding="utf-8")
        print(said[:3000])
    print(f"{name}: {dict(row.codes)}, {row.peak_mb:.0f} MB, {row.slowest_s:.1f} s, {row.faults} faults", flush=True)
    return row


def _table(rows: list[Row]) -> str:
    lines = ["| what | inputs | outcomes | most memory | longest | faults |", "|---|---|---|---|---|---|"]
    for row in rows:
        codes = ", ".join(f"{code}: {n}" for code, n in sorted(row.codes.items()))
        lines.append(
            f"| {row.kind} | {row.count} | {codes} | {row.peak_mb:.0f} MB | {row.slowest_s:.1f} s | {row.faults} |"
        )
    lines.append(f"| **all** | {sum(row.count for row in rows)} | | | | {sum(row.faults for row in rows)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
