"""Names for MediaPipe's 33 pose landmarks, and the groups the project uses."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.types import Side

COUNT = 33
NOSE = 0
FACE = tuple(range(11))
EARS = (7, 8)
SHOULDERS = (11, 12)
ELBOWS = (13, 14)
WRISTS = (15, 16)
HIPS = (23, 24)
KNEES = (25, 26)
ANKLES = (27, 28)


@dataclass(frozen=True, slots=True)
class LegIndices:
    """Rows of one leg in a (33, ...) landmark array."""

    hip: int
    knee: int
    ankle: int
    heel: int
    toe: int

    @property
    def all(self) -> tuple[int, int, int, int, int]:
        return (self.hip, self.knee, self.ankle, self.heel, self.toe)

    @property
    def below_hip(self) -> tuple[int, int, int, int]:
        return (self.knee, self.ankle, self.heel, self.toe)


LEGS = {
    Side.LEFT: LegIndices(hip=23, knee=25, ankle=27, heel=29, toe=31),
    Side.RIGHT: LegIndices(hip=24, knee=26, ankle=28, heel=30, toe=32),
}
