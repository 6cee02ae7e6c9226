"""What a lower frame rate costs in accuracy and saves in time.

    .venv/bin/python benchmarks/rates.py [CLIP ...] [--fps 15 10] [--markdown FILE]

CLIP has its truth beside it (benchmarks/README.md). The rate of the recording itself comes first.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from truth import MARKED_HIP_DEG, MARKED_KNEE_DEG, Truth, read_truth

from formcheck.form.judge import judge_track
from formcheck.pipeline import Options, make_track
from formcheck.protocols.loader import load_protocol
from formcheck.types import Session

CLIPS = Path(__file__).parent / "clips"
DEFAULT = ("c01_male_side0", "c03_az15", "c08_lowlight", "c11_fast")
# More frames a second than any clip has.
ALL = 1000
BEGIN, END = "<!-- rates -->\n", "<!-- end of rates -->\n"


@dataclass(frozen=True, slots=True)
class Result:
    """Mean absolute errors of knee and hip (deg), of the knee at the true peaks, and of the peaks' times (s)."""

    knee_deg: float
    hip_deg: float
    peak_deg: float
    peak_s: float
    reps: int
    true_reps: int
    cpu_s: float


def measure(clip: Path, fps: int) -> Result:
    """Analyse a clip on one core."""
    begin_s = time.process_time()
    track = make_track(clip, options=Options(jobs=1, fps=fps), progress=lambda _stage, _share: None)
    session = judge_track(track, load_protocol())
    return compare(session, read_truth(clip), cpu_s=time.process_time() - begin_s)


def compare(session: Session, truth: Truth, *, cpu_s: float) -> Result:
    """A session against the truth of its clip."""
    angles = session.angles
    if angles is None:
        raise SystemExit("expected clips in which the leg can be followed, got one without angles")
    knee = angles.knee_flexion_deg - (180.0 - truth.at(angles.t_s, "knee_deg") + MARKED_KNEE_DEG)
    hip = angles.hip_flexion_deg - (truth.at(angles.t_s, "hip_flexion_deg") + MARKED_HIP_DEG)
    peaks_s = np.array([rep["peak_s"] for rep in truth.true_reps])
    found_s = np.array([rep.peak_s for rep in session.reps])
    return Result(
        knee_deg=float(np.abs(knee[angles.usable]).mean()),
        hip_deg=float(np.abs(hip[angles.usable]).mean()),
        peak_deg=float(np.nanmean(np.abs(np.interp(peaks_s, angles.t_s[angles.usable], knee[angles.usable])))),
        peak_s=float(np.abs(found_s[:, None] - peaks_s).min(axis=0).mean()),
        reps=len(session.reps),
        true_reps=truth.reps,
        cpu_s=cpu_s,
    )


def table(clips: list[Path], rates: list[int]) -> Iterator[str]:
    """A row for every rate and clip."""
    yield "| clip | frames/s | knee MAE | hip MAE | knee at peaks | peak's time | repetitions | CPU s |\n"
    yield "|---|---|---|---|---|---|---|---|\n"
    for clip in clips:
        for fps in rates:
            found = measure(clip, fps)
            cells = (
                clip.stem,
                "all" if fps == ALL else fps,
                f"{found.knee_deg:.1f}°",
                f"{found.hip_deg:.1f}°",
                f"{found.peak_deg:.1f}°",
                f"{found.peak_s:.2f} s",
                f"{found.reps} of {found.true_reps}",
                f"{found.cpu_s:.0f}",
            )
            yield f"| {' | '.join(map(str, cells))} |\n"


def main() -> None:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", nargs="*", type=Path, default=[CLIPS / f"{name}.mp4" for name in DEFAULT])
    parser.add_argument("--fps", type=int, nargs="+", default=[15, 10])
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="put the table into FILE, between its marks")
    arguments = parser.parse_args()
    lines = table(arguments.clips, [ALL, *arguments.fps])
    if arguments.markdown:
        before, _, rest = arguments.markdown.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        arguments.markdown.write_text(before + BEGIN + "".join(lines) + END + after, encoding="utf-8")
        return
    for line in lines:
        print(line, end="", flush=True)


if __name__ == "__main__":
    main()
