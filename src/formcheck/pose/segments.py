"""Processing a clip in segments, several at a time, with the same result however many that is.

A landmarker tracks a person from frame to frame, so one landmarker goes through a clip from first to last, on one core.
To use more, the clip is divided at times that depend on the clip alone, and every segment gets landmarkers of its own,
which start a little earlier to warm up. One job goes through the same segments in a row; so the result is the same.
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

from formcheck.message import Message
from formcheck.types import Frame
from formcheck.video.source import FileSource
from formcheck.video.thinning import TIMESTAMP_GRACE_S

# Lengths that segments may have. Shorter ones share the work more evenly, longer ones warm up less often.
_LENGTHS_S = range(2, 10)
# The frames within this before a segment's start are processed by both neighbours: half a second is as good as two
# (rendered clips, docs/performance.md).
WARM_UP_S = 0.5
# Making landmarkers takes as long as processing this much of a clip ...
_MAKING_S = 0.25
# ... so a remainder shorter than this goes to the segment before it.
_MIN_REST_S = 1.0
# How often progress is reported.
_PROGRESS_S = 0.1


class FrameResult(Protocol):
    """What is kept of a frame. Time and brightness also tell whether two parts of a clip were read alike."""

    @property
    def t_s(self) -> float: ...

    @property
    def luma(self) -> float: ...


R = TypeVar("R", bound=FrameResult)
R_co = TypeVar("R_co", bound=FrameResult, covariant=True)
P = TypeVar("P")
_Signature = tuple[float, float]


class FrameProcessor(Protocol[R_co]):
    """Processes one segment, frame by frame."""

    def process(self, frame: Frame) -> R_co: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SegmentPlan:
    """How a clip is divided: ``count`` segments of ``length_s`` from ``begin_s`` on; the last one has no end."""

    begin_s: float
    length_s: float
    count: int
    warm_up_s: float = WARM_UP_S

    @classmethod
    def of(cls, source: FileSource) -> SegmentPlan:
        """Divide at whole seconds of the window: on the grid of any whole number of frames a second."""
        begin_s, end_s = source.window_s
        duration_s = max(min(end_s, source.expected_s) - begin_s, 0.0)
        length_s = min(_LENGTHS_S, key=lambda length_s: (_two_workers_s(duration_s, length_s), -length_s))
        steps = math.floor(WARM_UP_S / source.stride_s + 1e-6) if source.stride_s else 0
        warm_up_s = steps * source.stride_s if steps else WARM_UP_S
        return cls(begin_s, length_s, _count(duration_s, length_s), warm_up_s)

    def start_s(self, k: int) -> float:
        """Where segment ``k`` begins, and the one before it ends."""
        if k >= self.count:
            return math.inf
        return self.begin_s + k * self.length_s - (TIMESTAMP_GRACE_S if k else 0.0)

    def warm_up_from_s(self, k: int) -> float:
        """Where the landmarkers of segment ``k`` begin."""
        return self.start_s(k) - (self.warm_up_s if k else 0.0)

    def segment_at(self, t_s: float) -> int:
        """The segment that a time belongs to."""
        k = min(max(0, math.floor((t_s - self.begin_s) / self.length_s)), self.count - 1)
        return k + 1 if t_s >= self.start_s(k + 1) else k

    def active_at(self, t_s: float) -> tuple[int, ...]:
        """The segments that process a frame of this time, the one it belongs to first."""
        k = self.segment_at(t_s)
        return (k, k + 1) if t_s >= self.warm_up_from_s(k + 1) else (k,)


def _count(duration_s: float, length_s: float) -> int:
    return max(1, math.ceil((duration_s - _MIN_REST_S) / length_s))


def _two_workers_s(duration_s: float, length_s: float) -> float:
    """How long two workers, each taking the next segment when it is free, are busy with segments of this length."""
    count = _count(duration_s, length_s)
    rest_s = duration_s - (count - 1) * length_s
    busy_s = [0.0, 0.0]
    for segment_s in [*[length_s] * (count - 1), rest_s]:
        busy_s[busy_s.index(min(busy_s))] += segment_s + WARM_UP_S + _MAKING_S
    return max(busy_s)


class SegmentResult(NamedTuple, Generic[P]):
    """Results of one segment: of the frames before its start, which its neighbour processed too, and of its own."""

    warm_up: P
    own: P


@dataclass(slots=True)
class _OpenSegment(Generic[R]):
    """A segment that is being processed."""

    processor: FrameProcessor[R]
    warm_up: list[R] = field(default_factory=list)
    own: list[R] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SegmentTask(Generic[R, P]):
    """What to do with every segment: make its processor, and pack the results of its frames."""

    make_processor: Callable[[], FrameProcessor[R]]
    pack: Callable[[list[R]], P]


def process_segments(
    source: FileSource, task: SegmentTask[R, P], *, jobs: int, progress: Callable[[float], None]
) -> tuple[list[SegmentResult[P]], tuple[Message, ...]]:
    """Process a clip's window, ``jobs`` segments at a time.

    A file whose parts cannot be read one by one as they are read in a row (damaged, cut off, without an index, with
    timestamps that go back) is read in a row.

    Parameters
    ----------
    source : FileSource
    task : SegmentTask
    jobs : int
    progress : callable
        Called with the share of the window that is done, 0 to 1, in the calling thread.

    Returns
    -------
    The results of every segment, in order; and the source's warnings.
    """
    plan = SegmentPlan.of(source)
    if jobs > 1 and plan.count > 1 and source.can_be_split():
        results = _process_in_parallel(source, plan, task, jobs=jobs, progress=progress)
        if results is not None:
            return results, source.warnings
    run = _Run(source, plan, task, segments=range(plan.count))
    length_s = _length_s(source)
    for t_s in run:
        progress((t_s - plan.begin_s) / length_s)
    return run.results, source.warnings


def _length_s(source: FileSource) -> float:
    begin_s, end_s = source.window_s
    return max(min(end_s, source.expected_s) - begin_s, 1e-3)


class _Run(Generic[R, P]):
    """Consecutive segments, read in a row. Iterating does the work and gives the time of every frame done."""

    def __init__(self, part: FileSource, plan: SegmentPlan, task: SegmentTask[R, P], *, segments: range) -> None:
        self.part = part
        self.results: list[SegmentResult[P]] = []
        # (time, brightness) of the frames before the first segment's start, and before the last one's end
        self.before: list[_Signature] = []
        self.tail: list[_Signature] = []
        self._plan = plan
        self._task = task
        self._segments = segments

    def __iter__(self) -> Generator[float]:
        open_: dict[int, _OpenSegment[R]] = {}
        try:
            with self.part:
                for frame in self.part:
                    current = self._plan.segment_at(frame.t_s)
                    for k in [k for k in open_ if k < current]:
                        self._finish(open_.pop(k))
                    for k in self._plan.active_at(frame.t_s):
                        if k in self._segments:
                            self._process(open_, k, frame, own=k == current)
                    yield frame.t_s
            for k in sorted(open_):
                self._finish(open_.pop(k))
        finally:
            for unfinished in open_.values():
                unfinished.processor.close()

    def _process(self, open_: dict[int, _OpenSegment[R]], k: int, frame: Frame, *, own: bool) -> None:
        if k not in open_:
            open_[k] = _OpenSegment(self._task.make_processor())
        segment = open_[k]
        (segment.own if own else segment.warm_up).append(segment.processor.process(frame))

    def _finish(self, segment: _OpenSegment[R]) -> None:
        segment.processor.close()
        if segment.own:
            if not self.results:
                self.before = [(r.t_s, r.luma) for r in segment.warm_up]
            ends_s = segment.own[-1].t_s
            self.tail = [(r.t_s, r.luma) for r in segment.own if r.t_s > ends_s - 2 * WARM_UP_S]
            self.results.append(SegmentResult(self._task.pack(segment.warm_up), self._task.pack(segment.own)))


def _process_in_parallel(
    source: FileSource, plan: SegmentPlan, task: SegmentTask[R, P], *, jobs: int, progress: Callable[[float], None]
) -> list[SegmentResult[P]] | None:
    """One run for every segment, ``jobs`` at a time; None when neighbours were not read alike."""
    runs = [
        _Run(source.part(plan.warm_up_from_s(k), plan.start_s(k + 1)), plan, task, segments=range(k, k + 1))
        for k in range(plan.count)
    ]
    stop = threading.Event()
    done_s = [0.0] * plan.count

    def work_through(k: int) -> None:
        with closing(iter(runs[k])) as times_s:
            for t_s in times_s:
                done_s[k] = max(0.0, t_s - plan.start_s(k))
                if not runs[k].part.in_order:
                    stop.set()
                if stop.is_set():
                    return

    length_s = _length_s(source)
    reported_s = 0.0
    with ThreadPoolExecutor(jobs, "segment") as pool:
        waiting: set[Future[None]] = {pool.submit(work_through, k) for k in range(plan.count)}
        try:
            while waiting:
                done, waiting = wait(waiting, timeout=_PROGRESS_S, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
                if sum(done_s) > reported_s:
                    reported_s = sum(done_s)
                    progress(reported_s / length_s)
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return _consistent_results(runs) if not stop.is_set() else None


def _consistent_results(runs: list[_Run[R, P]]) -> list[SegmentResult[P]] | None:
    """The results of all runs, if each read before its start what the one before it read at its end."""
    if not all(run.part.in_order and run.results for run in runs):
        return None
    for left, right in pairwise(runs):
        if not right.before or left.tail[-len(right.before) :] != right.before:
            return None
    return [result for run in runs for result in run.results]
