"""Motion files for biomechanics tools: angles as OpenSim .mot, points as .trc."""

from __future__ import annotations

import math

import numpy as np

from formcheck.record.exports import ExportFiles
from formcheck.record.exports.selection import Selection, per_session
from formcheck.record.series import POINTS, Series
from formcheck.types import FloatArray, Side

# In metres the model's guess of a body has its origin between the hips, x right, y down and z away from the camera;
# OpenSim has y up, and z to the right of one who faces along x.
_AXES = np.array([1.0, -1.0, -1.0])
_MM_PER_M = 1000.0
_TRC_KEYS = (
    "DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units", "OrigDataRate", "OrigDataStartFrame",
    "OrigNumFrames",
)  # fmt: skip
_COORDINATES = {
    "hip_flexion": "hip_flexion_deg",
    "knee_angle": "knee_flexion_deg",
    "ankle_angle": "ankle_dorsiflexion_deg",
}


def opensim_files(selection: Selection) -> ExportFiles:
    """Return one .trc per session, and one .mot for those with a working leg."""
    side_of = {line.uid: line.side for line in selection.lines()}

    def files(uid: str) -> ExportFiles:
        series = selection.series(uid)
        yield f"{uid}.trc", trc_text(series, name=f"{uid}.trc").encode()
        side = side_of[uid]
        if side is not None:
            yield f"{uid}.mot", mot_text(series, Side(side), name=uid).encode()

    yield from per_session(selection, files)


def mot_text(series: Series, side: Side, *, name: str) -> str:
    """Return the working leg's angles as a .mot file: degrees, flexion and dorsiflexion positive, nan = unknown."""
    letter = side.value[0]
    t_s = np.asarray(series.columns["t_s"], float)
    columns = [np.asarray(series.columns[column], float) for column in _COORDINATES.values()]
    labels = ["time", *(f"{coordinate}_{letter}" for coordinate in _COORDINATES)]
    head = [
        name,
        "version=1",
        f"nRows={len(t_s)}",
        f"nColumns={len(labels)}",
        "inDegrees=yes",
        "Angles of formcheck, neutral-zero method: 0 = straight, flexion and dorsiflexion positive.",
        "endheader",
        "\t".join(labels),
    ]
    rows = ["\t".join(_number(value) for value in row) for row in zip(t_s, *columns, strict=True)]
    return "\n".join([*head, *rows]) + "\n"


def trc_text(series: Series, *, name: str) -> str:
    """Return the 33 points as a .trc file: the model's own guess in millimetres, origin between the hips, y up.

    An empty cell = not seen. Times are those of the clip; the stated rate is their mean.
    """
    t_s = np.asarray(series.columns["t_s"], float)
    points_mm = series.world_m() * _AXES * _MM_PER_M + 0.0
    rate_hz = _mean_rate(t_s)
    values = [f"{rate_hz:.3f}", f"{rate_hz:.3f}", len(t_s), len(POINTS), "mm", f"{rate_hz:.3f}", 1, len(t_s)]
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "\t".join(_TRC_KEYS),
        "\t".join(map(str, values)),
        "Frame#\tTime\t" + "\t\t\t".join(POINTS) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{n}" for n in range(1, len(POINTS) + 1) for axis in "XYZ"),
        "",
    ]
    rows = [
        "\t".join([str(n), f"{t:.6f}", *("" if math.isnan(v) else f"{v:.1f}" for v in frame)])
        for n, (t, frame) in enumerate(zip(t_s, points_mm.reshape(len(t_s), -1), strict=True), start=1)
    ]
    return "\n".join([*head, *rows]) + "\n"


def _mean_rate(t_s: FloatArray) -> float:
    return (len(t_s) - 1) / float(t_s[-1] - t_s[0]) if len(t_s) > 1 else 1.0


def _number(value: float) -> str:
    return "nan" if math.isnan(value) else f"{value:.6f}"
