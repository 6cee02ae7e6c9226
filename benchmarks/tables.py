"""Tables of the accuracy benchmark, as text that is also Markdown."""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version

import numpy as np
from decisions import DecisionResult
from truth import ClipResult, Errors, LabelResult

from formcheck.types import Verdict

_GROUPS: dict[str, Callable[[ClipResult], bool]] = {
    "within 30 degrees of either side": lambda r: r.off_side_deg <= 30,
    "more than 30 degrees off the side": lambda r: r.off_side_deg > 30,
    "low light": lambda r: r.dim,
    "all": lambda _: True,
}
# Less than this share of its frames measured: the clip was refused.
_REFUSED = 0.05
# The targets for the angles are for cameras not further off the side than this.
_ASKEW_DEG = 30.0
# The coverage of fewer clips than this says nothing.
_LEAST_GROUP = 3


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
        if len(group) > refused:
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
# What a set is for, by the name of its folder.
_ABOUT = {
    "clips": "The clips that the thresholds were set by.",
    "holdout": "Other bodies, rooms and cameras; the calibration was chosen by them too.",
    "validation": "`make synthetic SET=validation`: bodies of wide proportions, a third with the resting leg bent. The"
    " calibration and the errors stated were chosen by these.",
    "test": "`make synthetic SET=test`: other bodies, cameras and rooms. Nothing was chosen by these.",
}


def markdown(
    results: Sequence[ClipResult], decisions: Sequence[DecisionResult], labels: Mapping[str, Sequence[LabelResult]]
) -> str:
    """The page docs/accuracy.md."""
    sets = list(dict.fromkeys(result.set_name for result in results))
    parts = [
        "# Accuracy\n",
        _PREFACE,
        f"Machine: {platform.machine()}, Python {platform.python_version()}; "
        + ", ".join(f"{name} {version(name)}" for name in ("formcheck", "mediapipe"))
        + ".\n",
        "## Targets\n",
        target_table(results, decisions, labels),
    ]
    for name, of_file in labels.items():
        parts += [f"## Real people: joints marked by hand, `{name}`\n", label_table(of_file)]
    for name in sets:
        of_set = [result for result in results if result.set_name == name]
        parts += [f"## Set `{name}`\n", f"{_ABOUT.get(name, '')}\n", group_table(of_set)]
        parts += ["What was decided of the repetitions, and how often it was wrong:\n"]
        parts += [decision_table([decision for decision in decisions if decision.set_name == name])]
        parts += ["Every clip:\n", clip_table(of_set)]
        if any(result.causal_knee for result in of_set):
            parts += ["Live practice against the whole clip:\n", causal_table(of_set)]
    return "\n".join(part for part in parts if part.strip())


def target_table(
    results: Sequence[ClipResult], decisions: Sequence[DecisionResult], labels: Mapping[str, Sequence[LabelResult]]
) -> str:
    """What is aimed at, and what each set gives: a row a target."""
    sets = list(dict.fromkeys(result.set_name for result in results))
    columns = [
        _target_cells([r for r in results if r.set_name == name], [d for d in decisions if d.set_name == name])
        for name in sets
    ]
    aims = (
        ("knee / hip MAE within 30 degrees, mean", "2.3 / 2.5"),
        ("worst clip within 30 degrees", "4.5 / 5"),
        ("clips refused", "5 %"),
        ("repetitions exact, of clips judged", "98 %"),
        ("the same, live", "98 %"),
        ("truly good repetitions called good", "85 %"),
        ("decided wrong", "1 %"),
        ("half width of the hip's band, median", "5.5"),
        ("least and most coverage of a group, hip", "92-98 %"),
        ("least and most coverage of a group, knee", "92-98 %"),
    )
    rows = [(what, aim, *(column[i] for column in columns)) for i, (what, aim) in enumerate(aims)]
    page = table(("target", "aim", *sets), rows)
    if labels:
        cells = [_label_cells(of_file) for of_file in labels.values()]
        page += "\n" + table(
            ("real people", "aim", *labels),
            [
                ("knee MAE (bias)", "3.0", *(cell[1] for cell in cells)),
                ("hip MAE (bias)", "3.0", *(cell[2] for cell in cells)),
            ],
        )
    return page


def _target_cells(results: Sequence[ClipResult], decisions: Sequence[DecisionResult]) -> tuple[str, ...]:
    side = [r for r in results if r.off_side_deg <= _ASKEW_DEG and r.usable >= _REFUSED and r.true_reps]
    judged = [r for r in results if r.usable >= _REFUSED]
    followed = [r for r in results if r.causal_reps is not None]
    live = [r for r in followed if r.causal_hip is not None and np.isfinite(r.causal_hip.mae)]
    made = [one for result in decisions for one in result.decisions]
    decided = [one for one in made if one.decided in (Verdict.MET, Verdict.NOT_MET)]
    groups = [_covered(group) for group in _tag_groups(decisions).values() if len(_judged(group)) >= _LEAST_GROUP]

    def pair(key: Callable[[ClipResult], tuple[float, float]], over: Callable[[Sequence[float]], float]) -> str:
        return " / ".join(f"{over([key(r)[i] for r in side]):.1f}" for i in (0, 1)) if side else ""

    def mae(r: ClipResult) -> tuple[float, float]:
        return r.knee.mae, r.hip.mae

    return (
        pair(mae, np.nanmean),
        pair(mae, np.nanmax),
        f"{len(results) - len(judged)} of {len(results)}",
        f"{sum(r.reps == r.true_reps for r in judged)} of {len(judged)}",
        f"{sum(r.causal_reps == r.true_reps for r in live)} of {len(live)}, {len(followed) - len(live)} refused"
        if followed
        else "",
        f"{sum(d.called_good for d in decisions)} of {sum(d.good for d in decisions)}",
        f"{sum(one.wrong for one in decided)} of {len(decided)} ({len(made)} to decide)",
        f"{_half_width(decisions):.1f}",
        *(
            f"{100 * min(g[i] for g in groups):.0f}-{100 * max(g[i] for g in groups):.0f} %" if groups else ""
            for i in (0, 1)
        ),
    )


def _span(shares: Sequence[float]) -> str:
    return f"{100 * min(shares):.0f}-{100 * max(shares):.0f} %" if shares else ""


# Groups of the renderer's tags, besides all clips.
_TAG_GROUPS = ("rest:straight", "rest:bent", "rest:moving", "leg:near", "leg:far", "shape:portrait", "light:dim")


def decision_table(results: Sequence[DecisionResult]) -> str:
    """What was decided of the repetitions, against what their true angles decide: a row a group."""
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
    return table(head, [_decision_row(name, group) for name, group in _tag_groups(results).items()])


def _tag_groups(results: Sequence[DecisionResult]) -> dict[str, list[DecisionResult]]:
    groups = {"all": list(results)}
    groups |= {tag: [result for result in results if tag in result.tags] for tag in _TAG_GROUPS}
    return {name: group for name, group in groups.items() if group}


def _judged(results: Sequence[DecisionResult]) -> list[DecisionResult]:
    return [result for result in results if not result.refused]


def _covered(results: Sequence[DecisionResult]) -> tuple[float, float]:
    """Share of frames whose true hip and knee lie in the stated band; mean over clips that were judged."""
    judged = _judged(results)
    if not judged:
        return float("nan"), float("nan")
    return float(np.mean([r.hip_covered for r in judged])), float(np.mean([r.knee_covered for r in judged]))


def _half_width(results: Sequence[DecisionResult]) -> float:
    judged = _judged(results)
    return float(np.median([result.half_width_deg for result in judged])) if judged else float("nan")


def _decision_row(name: str, results: Sequence[DecisionResult]) -> tuple[str, ...]:
    decisions = [decision for result in results for decision in result.decisions]
    decided = [one for one in decisions if one.decided in (Verdict.MET, Verdict.NOT_MET)]
    judged, covered = _judged(results), _covered(results)
    return (
        name,
        f"{len(results)} ({len(results) - len(judged)})",
        f"{sum(result.reps == result.true_reps for result in judged)} of {len(judged)}",
        f"{sum(result.called_good for result in results)} of {sum(result.good for result in results)}",
        f"{len(decided)} of {len(decisions)}",
        str(sum(decision.wrong for decision in decided)),
        f"{_half_width(results):.1f}",
        f"{100 * covered[0]:.0f} / {100 * covered[1]:.0f} %",
    )
