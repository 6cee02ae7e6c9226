"""What is known of each landmark network: by how much its points are off, and with which error.

A landmarker's points are not the points a clinician marks: its hip lies a little off, and more so when the camera looks
down or stands askew. Each network puts them elsewhere, so each has a calibration of its own, in a file of the folder
``calibrations``. ``benchmarks/fit_calibration.py`` and ``fit_calibration_stills.py`` fit them; docs/method.md says how.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from dataclasses import astuple, dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from formcheck.types import FloatArray, ModelInfo

# The engine that the calibrations are of, as `ModelInfo.engine` begins.
_ENGINE = "mediapipe"
# A network without a calibration is corrected as this one is ...
_STAND_IN = "full"
# ... and taken to be this many times as far off: twice the error is what the calibrated networks have uncorrected.
_UNCALIBRATED = 2.0
# How long a trunk usually is in a network's own metres, and the lengths that biases were fitted on: a longer or shorter
# one counts as these.
USUAL_TRUNK_M = 0.46
TRUNK_RANGE_M = (0.40, 0.53)


@dataclass(frozen=True, slots=True)
class StandardError:
    """Standard error of an angle after calibration, of the leg nearer to the camera and of the further one, degrees.

    Its growth for each degree that the camera is off the side, and for each degree of jitter, adds in quadrature.
    """

    near_deg: float
    far_deg: float
    per_azimuth: float
    per_jitter: float

    def at(self, azimuth_deg: float, jitter_deg: float, *, near: bool) -> float:
        """Standard error (deg) in a view; a jitter that is not known (NaN) adds nothing."""
        jitter = 0.0 if math.isnan(jitter_deg) else jitter_deg
        return math.hypot(
            self.near_deg if near else self.far_deg, self.per_azimuth * azimuth_deg, self.per_jitter * jitter
        )

    def times(self, factor: float) -> StandardError:
        return StandardError(*(factor * value for value in astuple(self)))


@dataclass(frozen=True, slots=True)
class HipPoint:
    """Where the hip joint is, seen from the network's point: along the floor to the feet, and up; in thigh lengths.

    ``joint`` is its usual place, ``sd`` the standard deviation from clip to clip.
    """

    joint: tuple[float, float]
    sd: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Bias of a landmark network in a lying body, and what is left of it once corrected.

    Parameters
    ----------
    network : str or None
        The network it is of; None where a network has none and another one's stands in.
    azimuth_line : (offset deg, slope)
        Azimuth of the camera from the depth of the trunk in the model's world points (deg).
    elevation_line : (offset deg, slope deg)
        Elevation of the camera from how far apart the shoulders appear across the trunk (trunk lengths).
    level_trunk_deg : float
        How steep a level trunk appears to the landmarker when the camera is square to it.
    trunk_share : float
        Weight of the trunk in deciding where the floor is, against the image's own horizontal.
    level_share : float
        How much of the tilt that a level trunk would have from where the camera seems to stand is believed: the
        camera's azimuth and elevation are estimates, and on real people they come out too large.
    trunk_slack_deg : float
        Beyond this tilt the trunk decides alone: the image or the mat is tilted.
    hip : (offset deg, deg per trunk length the shoulders are apart, deg per metre of trunk beyond `USUAL_TRUNK_M`)
        By how much the reading exceeds the marked angle. The hip's bias grows with the sine of the angle: its point
        is displaced along the trunk, which turns an upright thigh but not a level one. Where the network takes the
        trunk to be short, it has put the hip too far towards the head, and the thigh reads low.
    knee : (offset deg, deg per trunk length the shoulders are apart)
    hip_se, knee_se : StandardError
    hip_point : HipPoint or None
        None where it is not known; the knee's path is not used then.
    """

    network: str | None
    azimuth_line: tuple[float, float]
    elevation_line: tuple[float, float]
    level_trunk_deg: float
    trunk_share: float
    level_share: float
    trunk_slack_deg: float
    hip: tuple[float, float, float]
    knee: tuple[float, float]
    hip_se: StandardError
    knee_se: StandardError
    hip_point: HipPoint | None = None

    def azimuth_deg(self, trunk_depth_deg: float) -> float:
        return self.azimuth_line[0] + self.azimuth_line[1] * trunk_depth_deg

    def elevation_deg(self, shoulders_apart: float) -> float:
        return self.elevation_line[0] + self.elevation_line[1] * shoulders_apart

    def floor_turn_deg(self, trunk_tilt_deg: float, level_tilt_deg: float) -> float:
        """How far the floor is turned against the image's own horizontal.

        Parameters
        ----------
        trunk_tilt_deg : float
            Direction of the trunk in the image.
        level_tilt_deg : float
            Direction in which a level trunk appears from where the camera stands.
        """
        tilt = trunk_tilt_deg - self.level_share * level_tilt_deg - self.level_trunk_deg
        beyond = np.sign(tilt) * max(abs(tilt) - self.trunk_slack_deg, 0.0)
        return float(self.trunk_share * (tilt - beyond) + beyond)

    def hip_bias_deg(self, reading_deg: FloatArray, shoulders_apart: float, trunk_m: float) -> FloatArray:
        """Bias of readings (T,) of hip flexion against the floor, to be subtracted.

        Parameters
        ----------
        trunk_m : float
            Length of the trunk in the network's world points.
        """
        offset, per_apart, per_trunk_m = self.hip
        longer_m = float(np.clip(trunk_m, *TRUNK_RANGE_M)) - USUAL_TRUNK_M
        bias_deg = offset + per_apart * shoulders_apart + per_trunk_m * longer_m
        return np.asarray(bias_deg * np.sin(np.radians(reading_deg)))

    def knee_bias_deg(self, shoulders_apart: float) -> float:
        """Bias of knee flexion, to be subtracted."""
        offset, per_apart = self.knee
        return offset + per_apart * shoulders_apart


# For points that are where they should be: truth, hand-marked joints, synthetic motion. The trunk is the reference by
# which the hip angle is defined. Shoulders are 0.72 trunk lengths apart (Winter, Biomechanics, table 4.1). What uses
# them stands for a clip, so they have the errors of the network that clips are analysed with by default.
EXACT = Calibration(
    network="exact",
    azimuth_line=(0.0, -1.0),
    elevation_line=(0.0, 80.0),
    level_trunk_deg=0.0,
    trunk_share=1.0,
    level_share=1.0,
    trunk_slack_deg=0.0,
    hip=(0.0, 0.0, 0.0),
    knee=(0.0, 0.0),
    hip_se=StandardError(2.6, 3.2, 0.24, 8.0),
    knee_se=StandardError(3.0, 4.0, 0.13, 7.0),
)


@cache
def calibration_for(model: ModelInfo) -> Calibration:
    """The calibration of the network that made a track, told by the checksum of its bundle.

    A network without one is corrected as ``full`` is, with errors twice as large, and ``network`` is None then.
    """
    if not model.engine.startswith(_ENGINE):
        return EXACT
    for document in _documents():
        if model.sha256 in document["network"]["sha256"]:
            return parse_calibration(document)
    known = read_calibration(_STAND_IN)
    return replace(
        known,
        network=None,
        hip_se=known.hip_se.times(_UNCALIBRATED),
        knee_se=known.knee_se.times(_UNCALIBRATED),
        hip_point=None,
    )


def fingerprint(model: ModelInfo) -> str:
    """What angles of one person can be compared by: the network, and the calibration that corrects it."""
    return hashlib.sha256(f"{model.sha256} {calibration_for(model)!r}".encode()).hexdigest()[:16]


def read_calibration(network: str) -> Calibration:
    """The calibration of a network, by its name."""
    return parse_calibration(next(document for document in _documents() if document["network"]["name"] == network))


def is_calibrated(sha256: str) -> bool:
    """Whether the bundle with this checksum has a calibration of its own."""
    return any(sha256 in document["network"]["sha256"] for document in _documents())


@cache
def _documents() -> tuple[dict[str, Any], ...]:
    folder = files("formcheck.angles") / "calibrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return tuple(tomllib.loads((folder / name).read_text(encoding="utf-8")) for name in names)


def parse_calibration(document: dict[str, Any]) -> Calibration:
    """The calibration that a file of the folder ``calibrations`` holds."""
    camera, floor, bias, errors = (document[section] for section in ("camera", "floor", "bias", "error"))
    return Calibration(
        network=document["network"]["name"],
        azimuth_line=tuple(camera["azimuth"]),
        elevation_line=tuple(camera["elevation"]),
        level_trunk_deg=floor["level_trunk_deg"],
        trunk_share=floor["trunk_share"],
        level_share=floor["level_share"],
        trunk_slack_deg=floor["trunk_slack_deg"],
        hip=tuple(bias["hip"]),
        knee=tuple(bias["knee"]),
        hip_se=StandardError(**errors["hip"]),
        knee_se=StandardError(**errors["knee"]),
        hip_point=HipPoint(**{name: tuple(value) for name, value in document["hip_point"].items()})
        if "hip_point" in document
        else None,
    )
