"""What the packets of a file say when all of them are read, without decoding."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from formcheck.errors import InputError
from formcheck.timeseries import LONGEST_GAP_S, LONGEST_S
from formcheck.types import FloatArray, freeze
from formcheck.video.container import MOST_FPS, Damage, open_video, read_packets

# Packets are stored in decoding order, whose times differ from display order by less than this.
_REORDER_S = 2
_REMEDY = "its times are lost: give the original recording"


@dataclass(frozen=True, slots=True)
class PacketScan:
    """All packets of a video stream.

    Parameters
    ----------
    times_s : (N,) float
        When the frames are shown, in order, from the first one on; a time that cannot be believed ends them.
    length_s : float
        From the first frame to the end of the last one.
    frames : int
        How many packets have a time at all, believed or not.
    backward : int
        How many of these come far behind one that was stored before them.
    in_order : bool
        The file can be read to its end, and every frame in it has a time of its own: only then does seeking to a time
        give the same frames as reading from the start.
    """

    times_s: FloatArray
    length_s: float
    frames: int
    backward: int
    in_order: bool

    def check(self, path: Path) -> None:
        """Refuse a clip whose times cannot be those of filming, before anything is measured by them.

        Raises
        ------
        InputError
            Most frames repeat a time, go back or come too late, or they follow each other faster than any camera films.
        """
        # Frames that go back may be among those whose times are not believed at all.
        usable = max(len(np.unique(self.times_s)) - self.backward, 0)
        if 2 * usable < self.frames:
            raise InputError(
                f"{path}: expected frames whose times rise, each by {LONGEST_GAP_S / 60:g} minutes at most, found "
                f"{usable} such among {self.frames}; {_REMEDY}"
            )
        if usable > 2 and usable - 1 > MOST_FPS * self.times_s[-1]:
            raise InputError(
                f"{path}: expected at most {MOST_FPS:g} frames a second, but by their times {usable} frames are within "
                f"{self.times_s[-1]:.2g} s; {_REMEDY}"
            )


def scan_packets(path: Path, origin: Fraction) -> PacketScan:
    """Read all packets of a clip whose first frame is shown at ``origin``."""
    container, stream = open_video(path)
    damage = Damage()
    times_s: list[float] = []
    last_shown_s = (-math.inf, 0.0)
    seen: set[int] = set()
    in_order, latest, backward = True, -math.inf, 0
    with container:
        for packet in read_packets(container, stream, damage):
            if packet.size == 0:  # the one that flushes the decoder
                continue
            pts = packet.pts
            in_order &= pts is not None and not packet.is_corrupt and pts not in seen
            # AVI has decoding times only.
            at = pts if pts is not None else packet.dts
            if at is None:
                continue
            backward += at < latest - _REORDER_S / packet.time_base
            seen.add(at)
            latest = max(latest, at)
            t_s = float(at * packet.time_base - origin)
            times_s.append(t_s)
            last_shown_s = max(last_shown_s, (t_s, float((packet.duration or 0) * packet.time_base)))
    believed = _believed(np.sort(np.array(times_s, dtype=float)))
    shown_s = last_shown_s[1] if len(believed) and believed[-1] == last_shown_s[0] else 0.0
    length_s = float(believed[-1]) + min(shown_s, _REORDER_S) if len(believed) else 0.0
    in_order &= not backward and not damage.count
    return PacketScan(freeze(believed), min(length_s, LONGEST_S), len(times_s), backward, in_order)


def _believed(times_s: FloatArray) -> FloatArray:
    """Times from the first frame on, up to one that comes too long after the one before."""
    times_s = times_s[times_s >= -1e-9]
    far = np.flatnonzero(np.diff(times_s) > LONGEST_GAP_S)
    return times_s[: far[0] + 1] if len(far) else times_s
