"""Looking through a clip in segments, several at a time, with one result however many that is.

A landmarker follows a person from picture to picture, so a clip is looked through from first to last, by one core. To
use more it is cut at places that depend on the clip alone, and every segment gets landmarkers of its own, which start
a little earlier to warm up. One job walks through the same segments in one go; so the answer is the same.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Generator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Generic, NamedTuple, Protocol, TypeVar

from formcheck.types import Frame
from formcheck.video.source import STAMP_GRACE_S, FileSource

# How long segments may be. Shorter ones share the work more evenly, longer ones warm up less often.
_LENGTHS_S = range(2, 10)
# What lies before a cut is looked at by both sides of it for this long: half a second is as good as two (rendered
# clips, docs/performance.md).
WARM_UP_S = 0.5
# To make landmarkers takes as long as to look at this much of a clip ...
_MAKING_S = 0.25
# ... so that a shorter rest than this goes to the segment before it.
_MIN_REST_S = 1.0
# How often the one who waits hears how far the work is.
_TELL_S = 0.1


class Sight(Protocol):
    """What is kept of a frame. Time and brightness also tell whether two parts of a clip were read alike."""

    @property
    def t_s(self) -> float: ...

    @property
    def luma(self) -> float: ...


S = TypeVar("S", bound=Sight)
S_co = TypeVar("S_co", bound=Sight, covariant=True)
P = TypeVar("P")
_Mark = tuple[float, float]


class Look(Protocol[S_co]):
    """Sees one segment, frame by frame."""

    def see(self, frame: Frame) -> S_co: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where a clip is cut: into ``count`` segments of ``length_s`` from ``begin_s`` on; the last one has no end."""

    begin_s: float
    length_s: float
    count: int
    warm_up_s: float = WARM_UP_S

    @classmethod
    def of(cls, source: FileSource) -> Cuts:
        """Cuts on whole seconds of the window: on the grid of any whole number of frames a second."""
        begin_s, end_s = source.window_s
        duration_s = max(min(end_s, source.duration_s) - begin_s, 0.0)
        length_s = min(_LENGTHS_S, key=lambda length_s: (_two_take_s(duration_s, length_s), -length_s))
        steps = math.floor(WARM_UP_S / source.stride_s + 1e-6) if source.stride_s else 0
        warm_up_s = steps * source.stride_s if steps else WARM_UP_S
        return cls(begin_s, length_s, _count(duration_s, length_s), warm_up_s)

    def start_s(self, k: int) -> float:
        """Where segment ``k`` begins, and the one before it ends."""
        if k >= self.count:
            return math.inf
        return self.begin_s + k * self.length_s - (STAMP_GRACE_S if k else 0.0)

    def warm_s(self, k: int) -> float:
        """Where its landmarkers begin."""
        return self.start_s(k) - (self.warm_up_s if k else 0.0)

    def at(self, t_s: float) -> int:
        """The segment that a time belongs to."""
        k = min(max(0, math.floor((t_s - self.begin_s) / self.length_s)), self.count - 1)
        return k + 1 if t_s >= self.start_s(k + 1) else k

    def active(self, t_s: float) -> tuple[int, ...]:
        """The segments that look at a picture of this time, the one it belongs to first."""
        k = self.at(t_s)
        return (k, k + 1) if t_s >= self.warm_s(k + 1) else (k,)


def _count(duration_s: float, length_s: float) -> int:
    return max(1, math.ceil((duration_s - _MIN_REST_S) / length_s))


def _two_take_s(duration_s: float, length_s: float) -> float:
    """How long two workers, each taking the next segment when it is free, are busy with segments of this length."""
    count = _count(duration_s, length_s)
    rest_s = duration_s - (count - 1) * length_s
    busy_s = [0.0, 0.0]
    for segment_s in [*[length_s] * (count - 1), rest_s]:
        busy_s[busy_s.index(min(busy_s))] += segment_s + WARM_UP_S + _MAKING_S
    return max(busy_s)


class Piece(NamedTuple, Generic[P]):
    """What one segment gave: of the frames before its start, which the one before it saw too, and of its own."""

    before: P
    own: P


@dataclass(slots=True)
class _Open(Generic[S]):
    """A segment that is being looked at."""

    look: Look[S]
    before: list[S] = field(default_factory=list)
    own: list[S] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Work(Generic[S, P]):
    """What to do with every segment: make a look, and pack what it saw."""

    make_look: Callable[[], Look[S]]
    pack: Callable[[list[S]], P]


def look_through(
    source: FileSource, work: Work[S, P], *, jobs: int, tell: Callable[[float], None]
) -> tuple[list[Piece[P]], tuple[str, ...]]:
    """Look through a clip's window, ``jobs`` segments at a time.

    A file whose parts cannot be read one by one as they are read in a row (damaged, cut off, without an index, with
    stamps that go back) is read in a row.

    Parameters
    ----------
    source : FileSource
    work : Work
    jobs : int
    tell : callable
        Told how much of the window is done, 0 to 1, in the thread that calls.

    Returns
    -------
    What every segment gave, in order; and what was lost on the way, in plain sentences.
    """
    cuts = Cuts.of(source)
    if jobs > 1 and cuts.count > 1 and source.may_be_parted():
        pieces = _side_by_side(source, cuts, work, jobs=jobs, tell=tell)
        if pieces is not None:
            return pieces, ()
    run = _Run(source, cuts, work, segments=range(cuts.count))
    length_s = _length_s(source)
    for t_s in run:
        tell((t_s - cuts.begin_s) / length_s)
    return run.pieces, source.warnings


def _length_s(source: FileSource) -> float:
    begin_s, end_s = source.window_s
    return max(min(end_s, source.duration_s) - begin_s, 1e-3)


class _Run(Generic[S, P]):
    """Consecutive segments, read in a row. Iterating does the work and gives the time of every frame done."""

    def __init__(self, part: FileSource, cuts: Cuts, work: Work[S, P], *, segments: range) -> None:
        self.part = part
        self.pieces: list[Piece[P]] = []
        # (time, brightness) of the frames before the first piece's start, and before the last one's end
        self.before: list[_Mark] = []
        self.tail: list[_Mark] = []
        self._cuts = cuts
        self._work = work
        self._segments = segments

    def __iter__(self) -> Generator[float]:
        open_: dict[int, _Open[S]] = {}
        try:
            with self.part:
                for frame in self.part:
                    current = self._cuts.at(frame.t_s)
                    for k in [k for k in open_ if k < current]:
                        self._finish(open_.pop(k))
                    for k in self._cuts.active(frame.t_s):
                        if k in self._segments:
                            self._see(open_, k, frame, own=k == current)
                    yield frame.t_s
            for k in sorted(open_):
                self._finish(open_.pop(k))
        finally:
            for left in open_.values():
                left.look.close()

    def _see(self, open_: dict[int, _Open[S]], k: int, frame: Frame, *, own: bool) -> None:
        if k not in open_:
            open_[k] = _Open(self._work.make_look())
        segment = open_[k]
        (segment.own if own else segment.before).append(segment.look.see(frame))

    def _finish(self, segment: _Open[S]) -> None:
        segment.look.close()
        if segment.own:
            if not self.pieces:
                self.before = [(s.t_s, s.luma) for s in segment.before]
            ends_s = segment.own[-1].t_s
            self.tail = [(s.t_s, s.luma) for s in segment.own if s.t_s > ends_s - 2 * WARM_UP_S]
            self.pieces.append(Piece(self._work.pack(segment.before), self._work.pack(segment.own)))


def _side_by_side(
    source: FileSource, cuts: Cuts, work: Work[S, P], *, jobs: int, tell: Callable[[float], None]
) -> list[Piece[P]] | None:
    """One run for every segment, ``jobs`` at a time; None when they do not fit each other."""
    runs = [
        _Run(source.part(cuts.warm_s(k), cuts.start_s(k + 1)), cuts, work, segments=range(k, k + 1))
        for k in range(cuts.count)
    ]
    stop = threading.Event()
    done_s = [0.0] * cuts.count

    def follow(k: int) -> None:
        with closing(iter(runs[k])) as times_s:
            for t_s in times_s:
                done_s[k] = max(0.0, t_s - cuts.start_s(k))
                if not runs[k].part.in_order:
                    stop.set()
                if stop.is_set():
                    return

    length_s = _length_s(source)
    told = 0.0
    with ThreadPoolExecutor(jobs, "segment") as pool:
        waiting: set[Future[None]] = {pool.submit(follow, k) for k in range(cuts.count)}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=_TELL_S, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
                if sum(done_s) > told:
                    told = sum(done_s)
                    tell(told / length_s)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return _fitting(runs) if not stop.is_set() else None


def _fitting(runs: list[_Run[S, P]]) -> list[Piece[P]] | None:
    """The pieces of all runs, if each saw before its start what the one before it saw at its end."""
    if not all(run.part.in_order and run.pieces for run in runs):
        return None
    for left, right in pairwise(runs):
        if not right.before or left.tail[-len(right.before) :] != right.before:
            return None
    return [piece for run in runs for piece in run.pieces]
