"""Times of filming from the times of a file that plays slower or faster than it was filmed: slow motion, time lapse.

Android writes the rate of filming beside frames that are stretched to an ordinary one. Apple stretches a part of the
frames when it renders slow motion for other programs; a clip that was not rendered holds the times of filming, and
edits that slow it down, which are not applied (`container.open_video`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from formcheck.message import Message
from formcheck.timeseries import runs
from formcheck.types import FloatArray

if TYPE_CHECKING:
    from formcheck.video.container import ClipHeader
    from formcheck.video.scan import PacketScan

# Phones drop to half their rate in the dark, from 30 and from 60. Slow motion is filmed faster than that, and a rate
# that says 60 beside 30 is believed: that is how it is written at half speed.
_SLOW_FROM_FPS = 45.0
_LAPSE_BELOW_FPS = 15.0
_FEWEST_TIMES = 1.5
# In rendered slow motion of Apple a part of the frames keeps its distances, those of 120 or 240 a second.
_FAST_FPS = 100.0
_STRETCHED_TIMES = 1.8
_LEAST_PART_S = 0.15
_DROPPED = 5


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Real times from those of the file, both from the first frame on.

    Parameters
    ----------
    file_s, real_s : (K,) float
        Pairs of times; between them, and beyond the last ones, time passes evenly.
    message : Message or None
        What is said of it in the result; None where the file plays as it was filmed.
    """

    file_s: FloatArray
    real_s: FloatArray
    message: Message | None = None

    @property
    def speed(self) -> float:
        """Of playing the file against reality: 0.5 at half speed; NaN where it changes on the way."""
        speeds = np.diff(self.real_s) / np.diff(self.file_s)
        return float(speeds[0]) if len(speeds) == 1 else math.nan

    @property
    def is_real(self) -> bool:
        """The file plays as fast as it was filmed."""
        return self.speed == 1.0

    def real(self, file_s: float) -> float:
        """Return the real time of a time of the file."""
        return file_s if self.is_real else _between(file_s, self.file_s, self.real_s)

    def file(self, real_s: float) -> float:
        """Return the time of the file of a real one."""
        return real_s if self.is_real else _between(real_s, self.real_s, self.file_s)

    def lasting(self, real_s: float, file_s: float) -> float:
        """Return how long ``file_s`` of the file last from a real time on."""
        return file_s if self.is_real else self.real(self.file(real_s) + file_s) - real_s


def even(speed: float, message: Message | None = None) -> TimeScale:
    """Return the times of a file that plays at one speed."""
    return TimeScale(np.array([0.0, 1.0]), np.array([0.0, speed]), message)


REAL = even(1.0)


def given_speed(speed: float) -> TimeScale:
    """Return the times of a file whose speed the user named."""
    return even(speed, Message.of("warning.speed_given", percent=100 * speed))


def needs_scan(header: ClipHeader) -> bool:
    """Whether the file's tags make it possible that it does not play as fast as it was filmed."""
    return header.capture_fps is not None or header.by_apple


def stated_scale(header: ClipHeader, scan: PacketScan) -> TimeScale:
    """Return what the file says of its speed."""
    gaps_s = np.diff(scan.times_s)
    if not (gaps_s > 0).any():
        return REAL
    if header.capture_fps is not None:
        median_s = float(np.median(gaps_s[gaps_s > 0]))
        usual = (gaps_s > 0.5 * median_s) & (gaps_s < 1.5 * median_s)
        return _of_capture_rate(header.capture_fps, 1 / float(gaps_s[usual].mean()))
    return _of_stretched_part(scan.times_s) if header.by_apple else REAL


def _of_capture_rate(capture_fps: float, fps: float) -> TimeScale:
    times = capture_fps / fps
    slow = times >= _FEWEST_TIMES and capture_fps >= _SLOW_FROM_FPS
    lapse = 1 / times >= _FEWEST_TIMES and capture_fps <= _LAPSE_BELOW_FPS
    if not slow and not lapse:
        return REAL
    key = "warning.slow_motion" if slow else "warning.time_lapse"
    return even(round(1 / times, 6), Message.of(key, filmed=capture_fps, plays=fps))


def _of_stretched_part(times_s: FloatArray) -> TimeScale:
    """Bring frames that are shown longer back to the distance of the others, if those are of slow motion."""
    gaps_s = np.diff(times_s)
    shortest_s = float(np.quantile(gaps_s, 0.02))
    fast = gaps_s < _STRETCHED_TIMES * shortest_s
    # Single ones were dropped.
    stretched = [run for run in runs(~fast) if gaps_s[run].size > _DROPPED and gaps_s[run].sum() > _LEAST_PART_S]
    if shortest_s > 1 / _FAST_FPS or gaps_s[fast].sum() < _LEAST_PART_S or not stretched:
        return REAL
    plays_s, step_s = float(np.median(gaps_s[stretched[0]])), float(gaps_s[fast].mean())
    filmed_s = gaps_s.copy()
    for run in stretched:
        filmed_s[run] = step_s
    message = Message.of("warning.slow_motion_part", filmed=1 / step_s, plays=1 / plays_s)
    return TimeScale(times_s, np.concatenate([[0.0], np.cumsum(filmed_s)]), message)


def _between(value: float, known: FloatArray, wanted: FloatArray) -> float:
    at = int(np.clip(np.searchsorted(known, value, side="right") - 1, 0, len(known) - 2))
    share = (value - known[at]) / (known[at + 1] - known[at])
    return float(wanted[at] + share * (wanted[at + 1] - wanted[at]))
