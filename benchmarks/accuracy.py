"""How far formcheck is from the truth, side by side with a naive reading of the same landmarks.

    .venv/bin/python benchmarks/accuracy.py [FOLDER ...] [--labels JOINTS.csv] [--json] [--markdown FILE]

FOLDER holds clips with truth: NAME.mp4, NAME.csv (a row a frame) and NAME.json (the repetitions); their formats are
described in benchmarks/README.md, so that others can bring clips. --labels names joints marked by hand on single
frames of clips that lie beside that file. The real pipeline runs on every clip; the naive reading is the landmarker's
own points, frame by frame, taken straight to angles.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from decisions import DecisionResult, compare_decisions
from rich.console import Console
from rich.progress import track as progress
from tables import causal_table, clip_table, decision_table, group_table, label_table, markdown
from truth import HELD_OUT, ClipResult, LabelResult, compare_clip, compare_labels, read_labels

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = [ROOT / "benchmarks" / "clips", ROOT / "benchmarks" / HELD_OUT]


def find_clips(folders: list[Path]) -> list[Path]:
    """Clips that have both truth files beside them."""
    clips = [clip for folder in folders for clip in sorted(folder.glob("*.mp4"))]
    return [clip for clip in clips if clip.with_suffix(".csv").exists() and clip.with_suffix(".json").exists()]


def main() -> None:
    """Measure, then print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, default=DEFAULT, metavar="FOLDER")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="joints marked by hand (CSV)")
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
    labels: list[LabelResult] = []
    if arguments.labels:
        marked = read_labels(arguments.labels)
        labels = [
            compare_labels(arguments.labels.parent / name, frames, cache=arguments.cache)
            for name, frames in progress(marked.items(), "labelled clips", console=console)
        ]
    if arguments.json:
        print(json.dumps({"clips": [r.to_json() for r in results], "labels": [r.to_json() for r in labels]}, indent=2))
    elif arguments.markdown:
        arguments.markdown.write_text(markdown(results, decisions, labels), encoding="utf-8")
        print(f"written: {arguments.markdown}")
    else:
        print(clip_table(results))
        print(group_table(results))
        print(decision_table(decisions))
        if arguments.causal:
            print(causal_table(results))
        if labels:
            print(label_table(labels))


if __name__ == "__main__":
    main()
