"""How far formcheck is from the truth, side by side with a naive reading of the same landmarks.

    .venv/bin/python benchmarks/accuracy.py [FOLDER ...] [--labels JOINTS.csv] [--json] [--markdown FILE]

FOLDER holds a set of clips with truth: NAME.mp4, NAME.csv (a row a frame) and NAME.json (the repetitions); their
formats are described in benchmarks/README.md, so that others can bring clips. Without one it is the sets that come with
formcheck, and those that `make synthetic` has rendered to choose by and to test with. --labels names joints marked by
hand on single frames of clips that lie beside that file. The real pipeline runs on every clip; the naive reading is the
landmarker's own points, frame by frame, taken straight to angles.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from decisions import DecisionResult, compare_decisions
from rich.console import Console
from rich.progress import track as progress
from tables import markdown
from truth import ClipResult, compare_clip, compare_labels, read_labels

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = [
    ROOT / "benchmarks" / "clips",
    ROOT / "benchmarks" / "holdout",
    ROOT / "build" / "synthetic" / "validation",
    ROOT / "build" / "synthetic" / "test",
]


def find_clips(folders: list[Path]) -> list[Path]:
    """Clips that have both truth files beside them."""
    clips = [clip for folder in folders for clip in sorted(folder.glob("*.mp4"))]
    return [clip for clip in clips if clip.with_suffix(".csv").exists() and clip.with_suffix(".json").exists()]


def main() -> None:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=DEFAULT, metavar="FOLDER")
    parser.add_argument(
        "--labels", action="append", type=Path, default=[], metavar="FILE", help="joints marked by hand (CSV)"
    )
    parser.add_argument(
        "--frames", type=Path, metavar="FILE", help="of the labels only these: a line CLIP or CLIP FRAME (text)"
    )
    parser.add_argument("--causal", action="store_true", help="also the path of live practice, without looking ahead")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep landmarks here between runs")
    parser.add_argument("--json", action="store_true", help="print every figure as JSON")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the tables there (docs/accuracy.md)")
    arguments = parser.parse_args()
    clips = find_clips(arguments.folders)
    if not clips:
        parser.error("no clip with truth found: expected NAME.mp4 with NAME.csv and NAME.json beside it")
    console = Console(stderr=True)
    results: list[ClipResult] = [
        compare_clip(clip, cache=arguments.cache, causal=arguments.causal)
        for clip in progress(clips, "clips", console=console)
    ]
    decisions: list[DecisionResult] = [compare_decisions(clip, cache=arguments.cache) for clip in clips]
    labels = {
        file.stem: [
            compare_labels(file.parent / name, frames, cache=arguments.cache)
            for name, frames in progress(read_labels(file, only=arguments.frames).items(), file.name, console=console)
        ]
        for file in arguments.labels
    }
    if arguments.json:
        of_labels = {name: [r.to_json() for r in of_file] for name, of_file in labels.items()}
        print(json.dumps({"clips": [r.to_json() for r in results], "labels": of_labels}, indent=2))
        return
    page = markdown(results, decisions, labels)
    if arguments.markdown:
        arguments.markdown.write_text(page, encoding="utf-8")
        print(f"written: {arguments.markdown}")
    else:
        print(page)


if __name__ == "__main__":
    main()
