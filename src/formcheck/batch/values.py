"""What passes between whoever runs a batch and the processes that analyse its clips.

Everything here can be written as JSON: workers are other processes, perhaps on other machines.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

# 64 bits: among a million clips two meet with a chance of 1 in 30 million.
_KEY_DIGITS = 16
# Where a batch leaves the results of its clips, and what it keeps for itself.
CLIPS = "clips"
OWN = ".formcheck-batch"
SESSION = "session.json"
FAILURE = "failure.json"


class Trouble(StrEnum):
    """Why a clip has no result."""

    UNREADABLE = "unreadable"
    CRASHED = "crashed"
    HUNG = "hung"
    MEMORY = "memory"
    LOST = "lost"
    BUG = "bug"
    # Perhaps not tomorrow: these are tried again by the next run.
    CHANGED = "changed"
    UNREACHABLE = "unreachable"
    # Not the clip's: these stop the batch.
    OUTPUT = "output"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a clip has no result: one line for the table, and for a bug its trace."""

    trouble: Trouble
    reason: str
    trace: str = ""

    @property
    def stops_batch(self) -> bool:
        """The next clip would meet the same: a full disk, a missing library."""
        return self.trouble in {Trouble.OUTPUT, Trouble.MACHINE}

    @property
    def lasting(self) -> bool:
        """The same clip would fail again."""
        return not self.stops_batch and self.trouble not in {Trouble.CHANGED, Trouble.UNREACHABLE}

    def to_json(self) -> bytes:
        return (json.dumps(asdict(self), indent=2) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self | None:
        """Read it back; None for what is no whole failure (a write was cut off)."""
        try:
            values = json.loads(data)
            return cls(Trouble(values["trouble"]), str(values["reason"]), str(values["trace"]))
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip of a batch.

    Parameters
    ----------
    location : str
        Path or URL to read it by. May hold a password, so it is never shown.
    shown : str
        The same without user names, passwords and signatures: what tables and messages say.
    name : str
        File name.
    size_bytes : int
    stamp : str
        Changes when the file does: time of its last writing, or the store's own tag. Empty: not known.
    problem : str
        Why it cannot even be looked at; empty if it can.
    """

    location: str = field(repr=False)
    shown: str
    name: str
    size_bytes: int = 0
    stamp: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What all clips of a batch are analysed by: all that a result depends on, beside the clip.

    ``software`` holds the versions of formcheck and mediapipe.
    """

    protocol_text: str = field(repr=False)
    protocol_sha256: str
    protocol_origin: str
    model_path: str
    model_sha256: str
    side: str | None
    fps: int | None
    video: bool
    software: tuple[str, str]

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return cls(**{**values, "software": tuple(values["software"])})

    def key_of(self, content_sha256: str) -> str:
        """Fingerprint of a result: equal clips under equal settings have the same."""
        parts = [
            content_sha256,
            self.protocol_sha256,
            self.model_sha256,
            self.side,
            self.fps,
            self.video,
            *self.software,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_KEY_DIGITS]


@dataclass(frozen=True, slots=True)
class Task:
    """One clip to analyse. Results go to ``out/clips/folder``; ``out`` is a path or a URL."""

    key: str
    location: str = field(repr=False)
    shown: str
    name: str
    size_bytes: int
    content_sha256: str
    out: str = field(repr=False)
    folder: str

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ended; ``failure`` is None when its results are in place."""

    task: Task
    failure: Failure | None


@dataclass(frozen=True, slots=True)
class Limits:
    """What one clip may cost.

    Parameters
    ----------
    memory_bytes : int
        Resident memory of the process that analyses it.
    stall_s : float or None
        Time without any progress; None: a minute, and more for a large file, which takes long to read.
    """

    memory_bytes: int
    stall_s: float | None = None

    def stall_of(self, size_bytes: int) -> float:
        """Time (s) without progress that a clip of this size may take."""
        return self.stall_s if self.stall_s is not None else 60.0 + size_bytes / _SLOW_BYTES_S


# A slow network disk.
_SLOW_BYTES_S = 10e6
