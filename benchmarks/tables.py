"""Tables of the accuracy benchmark, as text that is also Markdown."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version

import numpy as np
from decisions import DecisionResult
from truth import ClipResult, Errors, LabelResult

from formcheck.types import Verdict

_GROUPS: dict[str, Callable[[ClipResult], bool]] = {
    "within 30 degrees of either side": lambda r: not r.held_out and r.off_side_deg <= 30,
    "30 to 45 degrees off the side": lambda r: not r.held_out and r.off_side_deg > 30,
    "low light": lambda r: not r.held_out and r.dim,
    "all": lambda r: not r.held_out,
    "held out, all": lambda r: r.held_out,
    "held out, within 30 degrees": lambda r: r.held_out and r.off_side_deg <= 30,
}
# Less than this share of its frames measured: the clip was refused.
_REFUSED = 0.05


# A figure that cannot be had leaves its cell empty.
_NOT_A_NUMBER = re.compile(r"\+?nan( %)?( \(\+?nan\))?")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its columns aligned."""
    cells = [list(head), *[[_NOT_A_NUMBER.sub("", cell) for cell in row] for row in rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]]) + "\n"


def clip_table(results: Sequence[ClipResult]) -> str:
    """A row a clip."""
    head = (
        "clip",
        "azimuth",
        "usable",
        "reps",
        "knee MAE (bias)",
        "p95",
        "peak",
        "in band",
        "hip MAE (bias)",
        "p95",
        "peak",
        "in band",
        "start / peak / end s",
        "swaps",
        "naive knee / hip",
        "naive reps",
    )
    return table(head, [_clip_row(result) for result in results])


def _clip_row(r: ClipResult) -> tuple[str, ...]:
    side = "" if r.side_right else " (side wrong)"
    return (
        r.name,
        f"{r.azimuth_deg:+.0f}",
        f"{100 * r.usable:.0f} %",
        f"{r.reps} of {r.true_reps}{side}",
        *_angle_cells(r.knee),
        *_angle_cells(r.hip),
        " / ".join(f"{median:.2f} ({worst:.2f})" for median, worst in r.timing.values()),
        str(r.swapped_frames),
        f"{r.naive_knee.mae:.1f} / {r.naive_hip.mae:.1f}",
        str(r.naive_reps),
    )


def _angle_cells(e: Errors) -> tuple[str, str, str, str]:
    return f"{e.mae:.1f} ({e.bias:+.1f})", f"{e.p95:.1f}", f"{e.peak:.1f}", f"{100 * e.covered:.0f} %"


def group_table(results: Sequence[ClipResult]) -> str:
    """Means over clips, and the worst clip, by group."""
    head = (
        "group",
        "clips",
        "knee MAE mean (worst)",
        "knee p95",
        "knee peak",
        "hip MAE mean (worst)",
        "hip p95",
        "hip peak",
        "naive knee / hip MAE",
        "reps exact",
        "naive reps exact",
    )
    rows = []
    for name, belongs in _GROUPS.items():
        group = [r for r in results if belongs(r)]
        refused = sum(r.usable < _REFUSED for r in group)
        if group:
            rows.append((name, f"{len(group)}" + (f" ({refused} refused)" if refused else ""), *_group_cells(group)))
    return table(head, rows)


def _group_cells(group: Sequence[ClipResult]) -> tuple[str, ...]:
    def mean_worst(values: Sequence[float]) -> str:
        return f"{np.nanmean(values):.1f} ({np.nanmax(values):.1f})"

    exact = sum(r.reps == r.true_reps for r in group)
    naive_exact = sum(r.naive_reps == r.true_reps for r in group)
    return (
        *(mean_worst([getattr(r.knee, key) for r in group]) for key in ("mae", "p95", "peak")),
        *(mean_worst([getattr(r.hip, key) for r in group]) for key in ("mae", "p95", "peak")),
        f"{np.nanmean([r.naive_knee.mae for r in group]):.1f} / {np.nanmean([r.naive_hip.mae for r in group]):.1f}",
        f"{exact} of {len(group)}",
        f"{naive_exact} of {len(group)}",
    )


def causal_table(results: Sequence[ClipResult]) -> str:
    """Live practice, which cannot look ahead, beside the whole clip."""
    rows = []
    for r in results:
        if r.causal_knee is not None and r.causal_hip is not None:
            cells = [f"{e.mae:.1f}" for e in (r.knee, r.causal_knee, r.hip, r.causal_hip)]
            rows.append((r.name, *cells, str(r.true_reps), str(r.reps), str(r.causal_reps)))
    if rows:
        means = [f"{np.nanmean([float(row[i]) for row in rows]):.1f}" for i in range(1, 5)]
        rows.append(("mean", *means, "", "", ""))
    head = ("clip", "knee MAE", "live", "hip MAE", "live", "true reps", "reps", "live")
    return table(head, rows)


def label_table(labels: Sequence[LabelResult]) -> str:
    """Frames marked by hand: mean absolute errors (bias) by clip."""
    rows = [(r.name, str(len(r.frames)), *_label_cells([r])) for r in labels]
    rows.append(("all", str(sum(len(r.frames) for r in labels)), *_label_cells(labels)))
    return table(("clip", "frames", "usable", "knee MAE (bias)", "hip MAE (bias)", "naive knee", "naive hip"), rows)


def _label_cells(labels: Sequence[LabelResult]) -> tuple[str, ...]:
    knee, hip, naive_knee, naive_hip = (
        np.concatenate([getattr(r, key) for r in labels]) for key in ("knee", "hip", "naive_knee", "naive_hip")
    )
    cells = [str(int(np.isfinite(knee).sum()))]
    for values in (knee, hip, naive_knee, naive_hip):
        known = values[np.isfinite(values)]
        cells.append(f"{np.abs(known).mean():.1f} ({known.mean():+.1f})" if known.size else "")
    return tuple(cells)


_PREFACE = """\
Written by `make accuracy`; [benchmarks/README.md](../benchmarks/README.md) says which clips these are and what each
column is. Degrees. MAE is the mean absolute error over the usable frames of a clip, p95 its 95th percentile, peak the
mean absolute error at the peaks of repetitions, 'in band' the share of usable frames whose truth lies within the stated
95 % band. Naive is the same landmarker read straight, frame by frame.
"""


def markdown(results: Sequence[ClipResult], decisions: Sequence[DecisionResult], labels: Sequence[LabelResult]) -> str:
    """The page docs/accuracy.md."""
    parts = [
        "# Accuracy\n",
        _PREFACE,
        f"Machine: {platform.machine()}, Python {platform.python_version()}; "
        + ", ".join(f"{name} {version(name)}" for name in ("formcheck", "mediapipe"))
        + ".\n",
        "## Summary\n",
        group_table(results),
        "## What was decided of the repetitions, and how often it was wrong\n",
        decision_table(decisions),
    ]
    if labels:
        parts += ["## Real people, joints marked by hand by two raters\n", label_table(labels)]
    parts += ["## Every clip\n", clip_table([r for r in results if not r.held_out])]
    held_out = [r for r in results if r.held_out]
    if held_out:
        parts += ["## Held-out clips\n", clip_table(held_out)]
    if any(result.causal_knee for result in results):
        parts += ["## Live practice against the whole clip\n", causal_table(results)]
    return "\n".join(parts)


# Groups of the renderer's tags, besides all clips.
_TAG_GROUPS = ("rest:straight", "rest:bent", "rest:moving", "leg:near", "leg:far", "shape:portrait", "light:dim")


def decision_table(results: Sequence[DecisionResult]) -> str:
    """What was decided of the repetitions, against what their true angles decide: a row a group."""
    groups = {"all": list(results)}
    groups |= {tag: [result for result in results if tag in result.tags] for tag in _TAG_GROUPS}
    head = (
        "group",
        "clips (refused)",
        "repetitions exact",
        "good called good",
        "decided",
        "decided wrong",
        "hip band ±",
        "hip / knee in band",
    )
    return table(head, [_decision_row(name, group) for name, group in groups.items() if group])


def _decision_row(name: str, results: Sequence[DecisionResult]) -> tuple[str, ...]:
    decisions = [decision for result in results for decision in result.decisions]
    decided = [one for one in decisions if one.decided in (Verdict.MET, Verdict.NOT_MET)]
    judged = [result for result in results if not result.refused]
    covered = [
        np.mean([getattr(result, f"{joint}_covered") for result in judged]) if judged else np.nan
        for joint in ("hip", "knee")
    ]
    return (
        name,
        f"{len(results)} ({len(results) - len(judged)})",
        f"{sum(result.reps == result.true_reps for result in judged)} of {len(judged)}",
        f"{sum(result.called_good for result in results)} of {sum(result.good for result in results)}",
        f"{len(decided)} of {len(decisions)}",
        str(sum(decision.wrong for decision in decided)),
        f"{np.median([result.half_width_deg for result in judged]) if judged else np.nan:.1f}",
        f"{100 * covered[0]:.0f} / {100 * covered[1]:.0f} %",
    )
