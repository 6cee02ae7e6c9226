"""How long a clip is and how fast it plays: from what is in it, with what it declares for a first guess."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from formcheck.video.boxes import is_cut_off
from formcheck.video.container import ClipHeader
from formcheck.video.scan import PacketScan, scan_packets
from formcheck.video.time_scale import REAL, TimeScale, given_speed, needs_scan, stated_scale

# A shorter gap than this at the end of a file is not a missing piece.
_ROUNDED_S = 0.5


class ClipTimes:
    """Lengths in real seconds. The packets of the file are read when they are needed, and once.

    Parameters
    ----------
    path : Path
    header : ClipHeader
    speed : float or None
        Speed at which the clip plays against reality; None: as the file says.
    """

    def __init__(self, path: Path, header: ClipHeader, speed: float | None) -> None:
        self._path = path
        self._header = header
        self._speed = speed

    @cached_property
    def scan(self) -> PacketScan:
        """What the packets say."""
        return scan_packets(self._path, self._header.origin)

    @cached_property
    def scale(self) -> TimeScale:
        """Real times from those of the file."""
        if self._speed is not None:
            return given_speed(self._speed)
        return stated_scale(self._header, self.scan) if needs_scan(self._header) else REAL

    def real(self, at: Fraction) -> float:
        """Return the real time, from the first frame on, of a time of the container in seconds."""
        return self.scale.real(float(at - self._header.origin))

    @cached_property
    def frames_s(self) -> list[float]:
        """When the frames are shown, in order."""
        return [self.scale.real(t_s) for t_s in self.scan.times_s.tolist()]

    @property
    def declared_s(self) -> float:
        """Length that the container declares; NaN when it does not."""
        return self.scale.real(self._header.declared_s)

    @property
    def there_s(self) -> float:
        """Length of the frames that are there."""
        return self.scale.real(self.scan.length_s)

    @property
    def expected_s(self) -> float:
        """Length for planning and progress, for which a long clip is not read first."""
        return self.declared_s if math.isfinite(self.declared_s) else self.there_s

    @property
    def recorded_s(self) -> float:
        """Length of the frames that are there, or that were before the file was cut off."""
        if math.isfinite(self.declared_s) and is_cut_off(self._path):
            return max(self.declared_s, self.there_s)
        return self.there_s

    @property
    def nominal_fps(self) -> float:
        """Frames in a real second on average, NaN when unknown."""
        speed = self.scale.speed
        if math.isfinite(speed):
            return self._header.nominal_fps / speed
        return (len(self.scan.times_s) - 1) / self.scale.real(float(self.scan.times_s[-1]))

    def is_cut_off(self, *, read_s: float, to_s: float, damaged: bool) -> bool:
        """Whether the end of a clip is missing of which ``read_s`` of ``to_s`` could be read.

        A file may declare what it likes. Where its structure does not tell whether its end is there, a damaged piece
        does.
        """
        # Headers round; and a length that is not known is NaN, which is never less.
        if not min(to_s, self.declared_s) - read_s > _ROUNDED_S:
            return False
        cut_off = is_cut_off(self._path)
        return damaged if cut_off is None else cut_off
