"""What is known of a landmarker's own bias.

A landmarker's points are not the points a clinician marks: its hip lies a little off, and more so when the camera
looks down or stands askew. The lines and coefficients here were fitted on rendered clips with exact truth and hold on
frames of real people marked by hand; docs/method.md says how, with the hold-out errors, and
``benchmarks/fit_calibration.py`` does it again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.types import FloatArray


@dataclass(frozen=True, slots=True)
class Calibration:
    """Bias of a landmarker in a lying body.

    Parameters
    ----------
    azimuth_line : (offset deg, slope)
        Turn of the camera from the depth of the trunk in the model's world points (deg).
    elevation_line : (offset deg, slope deg)
        Height of the camera from how far apart the shoulders appear across the trunk (trunk lengths).
    trunk_line : (offset deg, slack deg)
        How steep a level trunk appears to the landmarker, and by how much more it may appear so before the picture, or
        the trunk itself, is taken to be tilted.
    hip, knee : (offset deg, per degree of trunk tilt, deg per trunk length the shoulders are apart)
        What the reading exceeds the marked angle by. The hip's grows with the sine of the angle: its point is
        displaced along the trunk, which turns an upright thigh and leaves a level one.
    """

    azimuth_line: tuple[float, float]
    elevation_line: tuple[float, float]
    trunk_line: tuple[float, float]
    hip: tuple[float, float, float]
    knee: tuple[float, float, float]

    def azimuth_deg(self, trunk_depth_deg: float) -> float:
        return self.azimuth_line[0] + self.azimuth_line[1] * trunk_depth_deg

    def elevation_deg(self, shoulders_apart: float) -> float:
        return self.elevation_line[0] + self.elevation_line[1] * shoulders_apart

    def tilt_excess_deg(self, trunk_tilt_deg: float, level_tilt_deg: float) -> float:
        """How far the trunk is tilted beyond what a level one may appear to be, seen like this."""
        offset, slack = self.trunk_line
        tilt = trunk_tilt_deg - level_tilt_deg - offset
        return float(np.sign(tilt) * max(abs(tilt) - slack, 0.0))

    def hip_bias_deg(self, reading_deg: FloatArray, trunk_tilt_deg: float, shoulders_apart: float) -> FloatArray:
        """What to take off readings (T,) of hip flexion against the floor."""
        offset, per_tilt, per_apart = self.hip
        upright = offset + per_tilt * trunk_tilt_deg + per_apart * shoulders_apart
        return np.asarray(upright * np.sin(np.radians(reading_deg)))

    def knee_bias_deg(self, trunk_tilt_deg: float, shoulders_apart: float) -> float:
        """What to take off knee flexion."""
        offset, per_tilt, per_apart = self.knee
        return offset + per_tilt * trunk_tilt_deg + per_apart * shoulders_apart


# Points that are where they should be: truth, hand-marked joints, synthetic motion. Shoulders are 0.72 trunk lengths
# apart (Winter, Biomechanics, table 4.1).
EXACT = Calibration((0.0, -1.0), (0.0, 80.0), (0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))

MEDIAPIPE = Calibration((5.2, -1.51), (4.3, 53.1), (4.0, 8.0), (9.4, -0.32, -34.0), (4.4, -0.24, -21.2))


def calibration_for(engine: str) -> Calibration:
    """The calibration for the engine that made a track (``ModelInfo.engine``)."""
    return MEDIAPIPE if engine.startswith("mediapipe") else EXACT
