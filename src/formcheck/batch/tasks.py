"""What the process that runs a batch and the processes that analyse its clips exchange.

Settings, tasks and failures convert to and from JSON: workers are separate processes, possibly on other machines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from importlib.metadata import version
from typing import Any, Protocol, Self

from formcheck.batch.rows import SessionRows
from formcheck.parsing import parse_json_object
from formcheck.pose.models import DEFAULT_QUALITY, QUALITIES, find_model, identify
from formcheck.protocols.loader import load_protocol
from formcheck.session.kept import kept_text
from formcheck.types import KeptCalibration

# Names in the folder of a batch (see `storage`): the results of its clips, and what it keeps for itself.
CLIPS_FOLDER = "clips"
PRIVATE_FOLDER = ".formcheck-batch"
SESSION_FILE = "session.json"
FAILURE_FILE = "failure.json"
# 64 bits: among a million clips the chance that two share a key is 1 in 30 million.
KEY_DIGITS = 16
# Time without progress after which a clip is given up, and the reading speed of a slow network disk.
_STALL_S = 60.0
_SLOW_READ_BYTES_S = 10e6


class FailureKind(StrEnum):
    """Why a clip has no result. Tables and failure.json hold these values under the name ``trouble``."""

    UNREADABLE = "unreadable"
    CRASHED = "crashed"
    HUNG = "hung"
    MEMORY = "memory"
    LOST = "lost"
    BUG = "bug"
    # These may have passed by the next run, which tries the clip again.
    CHANGED = "changed"
    UNREACHABLE = "unreachable"
    # These are not the clip's fault and stop the batch.
    OUTPUT = "output"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class ClipFailure:
    """Why a clip has no result: one line for the table and, for a bug, its traceback."""

    kind: FailureKind
    reason: str
    trace: str = ""

    @property
    def stops_batch(self) -> bool:
        """The next clip would fail in the same way: a full disk, a missing library."""
        return self.kind in {FailureKind.OUTPUT, FailureKind.MACHINE}

    @property
    def permanent(self) -> bool:
        """The same clip would fail again."""
        return not self.stops_batch and self.kind not in {FailureKind.CHANGED, FailureKind.UNREACHABLE}

    def to_dict(self) -> dict[str, str]:
        return {"trouble": self.kind.value, "reason": self.reason, "trace": self.trace}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return cls(FailureKind(values["trouble"]), str(values["reason"]), str(values["trace"]))

    def to_json(self) -> bytes:
        return (json.dumps(self.to_dict(), indent=2) + "\n").encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self | None:
        """Read it back; None if the data are incomplete (a write was interrupted)."""
        try:
            return cls.from_dict(parse_json_object(data))
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(frozen=True, slots=True)
class BatchClip:
    """One clip of a batch.

    Parameters
    ----------
    location : str
        Path or URL to read it from. May contain a password, so it is never shown.
    display_path : str
        The same without user names, passwords and signatures, for tables and messages.
    name : str
        File name.
    size_bytes : int
    stamp : str
        Changes whenever the file does: its modification time, or the object store's own tag. Empty if unknown.
    problem : str
        Why the clip cannot be read at all; empty if it can.
    """

    location: str = field(repr=False)
    display_path: str
    name: str
    size_bytes: int = 0
    stamp: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """What all clips of a batch are analysed with: everything that a result depends on besides the clip.

    ``software`` holds the versions of formcheck and mediapipe, ``language`` is that of the sentences. ``kept`` are the
    person's calibrations by hand (`session.kept.kept_text`), where all clips are of one person.
    """

    protocol_text: str = field(repr=False)
    protocol_sha256: str
    protocol_origin: str
    model_path: str
    model_sha256: str
    side: str | None
    quality: str
    fps: int | None
    video: bool
    software: tuple[str, str]
    language: str
    speed: float | None = None
    kept: tuple[str, ...] = field(default=(), repr=False)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        return cls(**{**values, "software": tuple(values["software"]), "kept": tuple(values["kept"])})

    def key_of(self, content_sha256: str) -> str:
        """Key of a result: clips of equal content under equal settings have the same one.

        The language is no part of it: another one does not make hours of work necessary again.
        """
        return self._digest(content_sha256)

    @property
    def fingerprint(self) -> str:
        """What results of equal settings have in common."""
        return self._digest("")

    def _digest(self, content_sha256: str) -> str:
        parts = [
            content_sha256,
            self.protocol_sha256,
            self.model_sha256,
            self.side,
            self.quality,
            self.fps,
            self.video,
            *self.software,
            # Results from before there was this option keep their keys.
            *(() if self.speed is None else (self.speed,)),
            *self.kept,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:KEY_DIGITS]


def make_settings(  # noqa: PLR0913 - what a user may choose
    protocol_name: str,
    *,
    quality: str = DEFAULT_QUALITY,
    model: str | None = None,
    side: str | None,
    fps: int | None,
    speed: float | None = None,
    video: bool,
    language: str,
    kept: Sequence[KeptCalibration] = (),
) -> BatchSettings:
    """Load the protocol and find the model, once, before any clip is analysed.

    Raises
    ------
    ProtocolError, InputError
        There is no such protocol or model, or it is damaged.
    """
    protocol = load_protocol(protocol_name)
    bundle = identify(find_model(model or QUALITIES[quality].network))
    return BatchSettings(
        protocol_text=protocol.text,
        protocol_sha256=protocol.sha256,
        protocol_origin=protocol.origin,
        model_path=str(bundle.path.absolute()),
        model_sha256=bundle.sha256,
        side=side,
        quality=quality,
        fps=fps,
        speed=speed,
        video=video,
        software=software_versions(),
        language=language,
        kept=tuple(map(kept_text, kept)),
    )


def software_versions() -> tuple[str, str]:
    """Versions of formcheck and mediapipe that are installed here."""
    return version("formcheck"), version("mediapipe")


@dataclass(frozen=True, slots=True)
class ClipTask:
    """One clip to analyse. Its results go to ``out/clips/folder``; ``out`` is a path or a URL."""

    key: str
    location: str = field(repr=False)
    display_path: str
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
class TaskOutcome:
    """How a task ended: with what the tables say of its results, which are in place, or with a failure."""

    task: ClipTask
    failure: ClipFailure | None
    rows: SessionRows | None = None


@dataclass(frozen=True, slots=True)
class ClipLimits:
    """Limits on what one clip may take.

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
        """Time (s) without progress that is allowed for a clip of this size."""
        return self.stall_s if self.stall_s is not None else _STALL_S + size_bytes / _SLOW_READ_BYTES_S


class BatchRunner(Protocol):
    """Runs the tasks of a batch: in processes on this machine, or on a cluster."""

    def fingerprints(self, clips: Sequence[BatchClip]) -> Iterator[str | ClipFailure]:
        """SHA-256 of each clip's content, in the order of the clips."""
        ...

    def submit(self, task: ClipTask) -> None:
        """Add a task; may be called from any thread."""
        ...

    def finish(self) -> None:
        """Say that no more tasks will be submitted."""
        ...

    def outcomes(self) -> Iterator[TaskOutcome | None]:
        """Yield outcomes as they come, and None in between, until all tasks are done."""
        ...

    def close(self) -> None:
        """Stop all tasks, running ones too; may be called more than once."""
        ...
