"""What formcheck makes of clips in which something else happens than the exercise alone: a row a clip.

    .venv/bin/python benchmarks/situations.py [FOLDER] [--cache DIR]

FOLDER is that of `make synthetic SET=situations`, or any with clips and truth (benchmarks/README.md). A clip is counted
exactly, or refused for a reason; it is confidently wrong when a finding was decided against the truth, or when more
than a tenth of its usable frames have their true hip or knee outside the 95 % band.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from accuracy import ROOT, find_clips
from decisions import DecisionResult, compare_decisions
from tables import table
from truth import pipeline_track, read_truth

from formcheck.form.judge import judge_track
from formcheck.protocols.loader import load_protocol

LEAST_COVERED = 0.9


def row(clip: Path, *, cache: Path | None) -> tuple[tuple[str, ...], bool]:
    """A clip's row, and whether it is confidently wrong."""
    truth, result = read_truth(clip), compare_decisions(clip, cache=cache)
    session = judge_track(pipeline_track(clip, cache=cache), load_protocol())
    named = "right" if session.side is truth.side else "other"
    side = named if session.side_decided else f"undecided ({named})"
    wrong = confidently_wrong(result)
    reasons = ", ".join(reason.key.rpartition(".")[2] for reason in session.quality.reasons)
    cells = (
        clip.stem,
        "refused" if result.refused else f"{result.reps} of {result.true_reps}",
        side,
        f"{100 * session.quality.usable_fraction:.0f} %",
        f"{100 * result.hip_covered:.0f} / {100 * result.knee_covered:.0f} %",
        str(sum(one.wrong for one in result.decisions)),
        "yes" if wrong else "",
        reasons,
    )
    return cells, wrong


def confidently_wrong(result: DecisionResult) -> bool:
    """Whether a finding was decided against the truth, or the stated bands miss it too often."""
    missed = min(result.hip_covered, result.knee_covered) < LEAST_COVERED
    return not result.refused and (missed or any(one.wrong for one in result.decisions))


def main() -> None:
    """Print the table and how many clips are right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "synthetic" / "situations")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep landmarks here between runs")
    arguments = parser.parse_args()
    clips = find_clips([arguments.folder])
    if not clips:
        parser.error("no clip with truth found: expected NAME.mp4 with NAME.csv and NAME.json beside it")
    rows = [row(clip, cache=arguments.cache) for clip in clips]
    head = ("clip", "repetitions", "side", "usable", "hip / knee in band", "decided wrong", "confidently wrong", "said")
    print(table(head, [cells for cells, _ in rows]))
    exact = sum(cells[1] == "refused" or len(set(cells[1].split(" of "))) == 1 for cells, _ in rows)
    print(f"{exact} of {len(rows)} counted exactly or refused; {sum(wrong for _, wrong in rows)} confidently wrong")


if __name__ == "__main__":
    main()
