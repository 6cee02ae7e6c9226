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
    level_trunk_deg : float
        How steep a level trunk appears to the landmarker in a square view.
    trunk_share : float
        How much the trunk has to say on where the floor is, against the picture's own level.
    trunk_slack_deg : float
        A trunk steeper by more than this has all the say beyond it: picture or mat is tilted.
    hip, knee : (offset deg, deg per trunk length the shoulders are apart)
        What the reading exceeds the marked angle by. The hip's grows with the sine of the angle: its point is
        displaced along the trunk, which turns an upright thigh and leaves a level one.
    """

    azimuth_line: tuple[float, float]
    elevation_line: tuple[float, float]
    level_trunk_deg: float
    trunk_share: float
    trunk_slack_deg: float
    hip: tuple[float, float]
    knee: tuple[float, float]

    def azimuth_deg(self, trunk_depth_deg: float) -> float:
        return self.azimuth_line[0] + self.azimuth_line[1] * trunk_depth_deg

    def elevation_deg(self, shoulders_apart: float) -> float:
        return self.elevation_line[0] + self.elevation_line[1] * shoulders_apart

    def floor_turn_deg(self, trunk_tilt_deg: float, level_tilt_deg: float) -> float:
        """How far the floor is turned against the picture's own level.

        Parameters
        ----------
        trunk_tilt_deg : float
            Direction of the trunk in the picture.
        level_tilt_deg : float
            Direction in which a level trunk appears from where the camera stands.
        """
        tilt = trunk_tilt_deg - level_tilt_deg - self.level_trunk_deg
        beyond = np.sign(tilt) * max(abs(tilt) - self.trunk_slack_deg, 0.0)
        return float(self.trunk_share * (tilt - beyond) + beyond)

    def hip_bias_deg(self, reading_deg: FloatArray, shoulders_apart: float) -> FloatArray:
        """What to take off readings (T,) of hip flexion against the floor."""
        offset, per_apart = self.hip
        return np.asarray((offset + per_apart * shoulders_apart) * np.sin(np.radians(reading_deg)))

    def knee_bias_deg(self, shoulders_apart: float) -> float:
        """What to take off knee flexion."""
        offset, per_apart = self.knee
        return offset + per_apart * shoulders_apart


# Points that are where they should be: truth, hand-marked joints, synthetic motion. The trunk is the reference that the
# hip is defined by. Shoulders are 0.72 trunk lengths apart (Winter, Biomechanics, table 4.1).
EXACT = Calibration(
    azimuth_line=(0.0, -1.0),
    elevation_line=(0.0, 80.0),
    level_trunk_deg=0.0,
    trunk_share=1.0,
    trunk_slack_deg=0.0,
    hip=(0.0, 0.0),
    knee=(0.0, 0.0),
)

MEDIAPIPE = Calibration(
    azimuth_line=(5.2, -1.5),
    elevation_line=(4.0, 55.0),
    level_trunk_deg=4.1,
    trunk_share=0.3,
    trunk_slack_deg=8.0,
    hip=(10.5, -46.1),
    knee=(4.7, -27.8),
)


def calibration_for(engine: str) -> Calibration:
    """The calibration for the engine that made a track (``ModelInfo.engine``)."""
    return MEDIAPIPE if engine.startswith("mediapipe") else EXACT
