"""How much more calibrations of several days differ than was to be expected: a random-effects estimate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.types import FloatArray


def unexpected_scatter_deg2(difference_deg: FloatArray, expected_deg2: FloatArray, day: NDArray[np.int64]) -> float:
    """Return the variance from day to day that is beyond the expected one; 0 where the days differ no more than that.

    The method of moments of DerSimonian and Laird (Control Clin Trials 1986;7:177, their Q and tau squared), with a
    full covariance in place of independent variances: for the days' means x with the covariance C,
    ``Q = x' P x`` with ``P = C^-1 - C^-1 1 1' C^-1 / (1' C^-1 1)`` is expected to be ``K - 1 + tau2 trace(P)``.
    What all days have in common leaves Q as it is.

    Parameters
    ----------
    difference_deg : (M,) float
        What was measured by hand less what formcheck measured, mark by mark.
    expected_deg2 : (M, M) float
        Their expected covariance.
    day : (M,) int
        Number of the day of each mark, 0 to K - 1, none left out.

    Returns
    -------
    float
        In squared degrees.
    """
    days = int(day.max()) + 1
    if days < 2:
        return 0.0
    share = (day == np.arange(days)[:, None]).astype(float)
    share /= share.sum(axis=1, keepdims=True)
    means_deg = share @ difference_deg
    weights = np.linalg.inv(share @ expected_deg2 @ share.T)
    of_mean = weights.sum(axis=1)
    contrasts = weights - np.outer(of_mean, of_mean) / of_mean.sum()
    beyond = means_deg @ contrasts @ means_deg - (days - 1)
    return max(float(beyond / np.trace(contrasts)), 0.0)
