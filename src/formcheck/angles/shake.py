"""How much a held thigh seems to tremble: the sign that the points wander between the legs."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfiltfilt

from formcheck.angles.smooth import runs
from formcheck.types import FloatArray

# A thigh held with both hands drifts, and a leg that is lifted or lowered takes a second: faster than this it does not
# go to and fro.
_FASTEST_HZ = 1.5
_GRID_HZ = 60.0
_LOW_PASS = butter(2, _FASTEST_HZ, fs=_GRID_HZ, output="sos")
# Judged over stretches of this length, of which the worst quarter is left out: the leg may be lifted once or twice.
_STRETCH_S = 1.5
_SHARE = 75


def shake_deg(t_s: FloatArray, angle_deg: FloatArray) -> float:
    """Typical size (RMS) of an angle's movements faster than a held limb's.

    Parameters
    ----------
    t_s, angle_deg : (T,) float
        NaN where not known.

    Returns
    -------
    float
        Degrees; NaN when the angle is nowhere known for long enough.
    """
    squares = []
    for run in runs(np.isfinite(angle_deg)):
        grid_s = np.arange(t_s[run][0], t_s[run][-1], 1 / _GRID_HZ)
        if len(grid_s) < _GRID_HZ * _STRETCH_S:
            continue
        even_deg = np.interp(grid_s, t_s[run], angle_deg[run])
        fast_deg = even_deg - sosfiltfilt(_LOW_PASS, even_deg)
        squares.append(uniform_filter1d(fast_deg**2, round(_GRID_HZ * _STRETCH_S)))
    return float(np.sqrt(np.percentile(np.concatenate(squares), _SHARE))) if squares else np.nan
