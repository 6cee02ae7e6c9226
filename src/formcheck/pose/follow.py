"""From frames to a `PoseTrack`: a coarse look to know the body, then a careful one at every frame."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from formcheck.pose.engine import Detection, Landmarker, nobody
from formcheck.pose.hide import hide
from formcheck.pose.landmarks import LEGS
from formcheck.pose.segments import Work, look_through
from formcheck.pose.select import choose_legs
from formcheck.pose.shots import ChangeMeter, number_shots
from formcheck.pose.sights import Seen, Sights, join_sights, pack_sights, unseen
from formcheck.pose.survey import RestingLeg, Sample, Survey, Surveyor, take_sample
from formcheck.types import BoolArray, ClipInfo, FloatArray, Frame, ImageBgr, ModelInfo, PoseTrack, Side
from formcheck.video.source import FileSource


class MakeLandmarker(Protocol):
    """Makes a fresh landmarker; see `MediaPipeLandmarker` for ``steady``."""

    def __call__(self, *, steady: bool = True) -> Landmarker: ...


# What a second under the other name costs. Where both legs are seen an exchange of a second or two must cost less than
# the two jumps that come with it; where one is hidden both sets sit on one leg, and the own name's fits better.
_OTHER_NAME_PER_S = 60.0
_OTHER_NAME_HIDDEN_PER_S = 30.0
# Cost of a leg that stands where the resting one does: it probably is the resting one or, where that place was painted
# out, it was not seen at all. Distance in trunk lengths.
_AT_REST = 4.0
_REST_RADIUS = 0.3


class CoarseLook:
    """Sees a segment of the coarse look, in frames that are already thinned out."""

    def __init__(self, make_landmarker: MakeLandmarker) -> None:
        self._landmarker = make_landmarker()

    def see(self, frame: Frame) -> Sample:
        """Look at the next frame."""
        return take_sample(frame.image_bgr, frame.t_s, self._landmarker.detect(frame.image_bgr, frame.t_s))

    def close(self) -> None:
        self._landmarker.close()


class CarefulLook:
    """Sees a segment of the careful look, frame by frame.

    A resting leg that lies straight is hidden; while it is not sure that the working leg is up, the plain picture is
    looked at too. Otherwise the plain picture alone: a bent leg stands so close to the working shank that hiding it
    hides both.
    """

    def __init__(self, make_landmarker: MakeLandmarker, survey: Survey | None, *, pool: Executor | None = None) -> None:
        self._make = make_landmarker
        self._survey = survey
        # Where there is one, two views are looked at side by side.
        self._pool = pool
        # Each follows its own view of the person; a picture of the other kind would make it lose track.
        self._landmarkers: dict[bool, Landmarker] = {}
        self._changes = ChangeMeter()
        # Beside a bent resting leg names change often, and smoothing would blend the two legs.
        self._steady = survey is None or survey.resting is None or survey.resting.straight

    def see(self, frame: Frame) -> Seen:
        """Look at the next frame."""
        views = views_of(frame, self._survey)
        for hidden in views:
            if hidden not in self._landmarkers:
                self._landmarkers[hidden] = self._make(steady=self._steady)
        looks = [partial(self._landmarkers[hidden].detect, image, frame.t_s) for hidden, image in views.items()]
        if self._pool is not None and len(looks) > 1:
            found = [future.result() for future in [self._pool.submit(look) for look in looks]]
        else:
            found = [look() for look in looks]
        named = {hidden: detection or nobody() for hidden, detection in zip(views, found, strict=True)}
        return Seen(
            frame.t_s,
            float(frame.image_bgr[::8, ::8].mean()),
            plain=named.get(False),
            hidden=named.get(True),
            change=self._changes.change(frame.image_bgr),
        )

    def close(self) -> None:
        for landmarker in self._landmarkers.values():
            landmarker.close()


def survey_clip(
    source: FileSource,
    make_landmarker: MakeLandmarker,
    *,
    side: Side | None = None,
    jobs: int = 1,
    tell: Callable[[float], None],
) -> Survey | None:
    """The coarse look, through a source that thins its frames out. None when nobody was seen."""
    work: Work[Sample, list[Sample]] = Work(lambda: CoarseLook(make_landmarker), list)
    pieces, _ = look_through(source, work, jobs=jobs, tell=tell)
    surveyor = Surveyor()
    for piece in pieces:
        for sample in piece.own:
            surveyor.keep(sample)
    return surveyor.finish(side)


def follow_clip(
    source: FileSource,
    make_landmarker: MakeLandmarker,
    survey: Survey | None,
    *,
    jobs: int = 1,
    tell: Callable[[float], None],
) -> tuple[Sights, tuple[str, ...]]:
    """The careful look, and what was lost on the way."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(jobs, "landmarker")) if jobs > 1 else None
        work = Work(lambda: CarefulLook(make_landmarker, survey, pool=pool), pack_sights)
        pieces, warnings = look_through(source, work, jobs=jobs, tell=tell)
    return join_sights(pieces), warnings


def views_of(frame: Frame, survey: Survey | None) -> dict[bool, ImageBgr]:
    """The pictures to look at: False for the plain one, True for the one with the resting leg hidden."""
    if survey is None or survey.resting is None or not survey.resting.straight:
        return {False: frame.image_bgr}
    views = {True: hide(frame.image_bgr, survey.body.at(frame.t_s), survey.resting)}
    if not survey.raised_at(frame.t_s):
        views[False] = frame.image_bgr
    return views


def build_track(
    seen: Sights,
    survey: Survey | None,
    *,
    size_px: tuple[int, int],
    clip: ClipInfo,
    model: ModelInfo,
    side_given: bool,
    warnings: tuple[str, ...] = (),
) -> PoseTrack:
    """Put the frames together, the working leg under one side's name from first to last."""
    views = (seen.hidden or unseen(len(seen.t_s)), seen.plain or unseen(len(seen.t_s)))
    chosen = _choose(seen.t_s, views, survey) if survey is not None else _Choice.plain(len(seen.t_s))
    xy, world, visibility = (
        np.where(chosen.hidden.reshape(-1, *[1] * (of_hidden.ndim - 1)), of_hidden, of_plain).astype(np.float64)
        for of_hidden, of_plain in zip(*views, strict=True)
    )
    if survey is not None:
        for values in (xy, world, visibility):
            for left, right in zip(LEGS[Side.LEFT].all, LEGS[Side.RIGHT].all, strict=True):
                rows = chosen.swapped
                values[rows, left], values[rows, right] = values[rows, right], values[rows, left]
            for row in LEGS[survey.side.other].below_hip:
                values[chosen.hidden, row] = np.nan
            for row in LEGS[survey.side].below_hip:
                values[chosen.lost, row] = np.nan
    for values in (xy, world, visibility):
        values.setflags(write=False)  # so that the track takes them as they are, without a copy
    return PoseTrack(
        t_s=seen.t_s,
        xy_px=xy,
        world_m=world,
        visibility=visibility,
        luma=seen.luma,
        hidden=chosen.hidden,
        size_px=size_px,
        working_side=survey.side if survey is not None else None,
        side_given=side_given,
        clip=clip,
        model=model,
        warnings=warnings,
        shot=number_shots(seen.change),
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """Per frame (T,): taken from the picture with the resting leg hidden; found under the other side's name; lost,
    since all that was found is the resting leg.
    """

    hidden: BoolArray
    swapped: BoolArray
    lost: BoolArray

    @classmethod
    def plain(cls, count: int) -> _Choice:
        no = np.zeros(count, bool)
        return cls(no, no, no)


def _choose(t_s: FloatArray, views: tuple[Detection, Detection], survey: Survey) -> _Choice:
    # candidates 0 and 1: own and other name with the resting leg hidden; 2 and 3: the same in the plain picture
    names = [list(LEGS[name].all) for name in (survey.side, survey.side.other)]
    legs = np.stack([view.xy_px[:, rows] for view in views for rows in names], axis=1).astype(np.float64)
    step_s = float(np.median(np.diff(t_s))) if len(t_s) > 1 else 0.0
    extra = np.tile(step_s * np.array([0.0, _OTHER_NAME_HIDDEN_PER_S, 0.0, _OTHER_NAME_PER_S]), (len(t_s), 1))
    at_rest = np.zeros_like(extra)
    if survey.resting is not None:
        at_rest = _at_rest(t_s, legs, survey, survey.resting)
    chosen = choose_legs(t_s, legs, extra + _AT_REST * at_rest)
    return _Choice(
        hidden=np.isin(chosen, (0, 1)),
        swapped=np.isin(chosen, (1, 3)),
        lost=at_rest[np.arange(len(t_s)), chosen] == 1,
    )


def _at_rest(t_s: FloatArray, legs: FloatArray, survey: Survey, resting: RestingLeg) -> FloatArray:
    """Whether each candidate's knee and ankle (T, C) stand where the resting leg lies: 1 both, 0.5 one of them."""
    places = np.stack([resting.knee, resting.ankle])
    joints = np.stack([survey.body.at(t).to_body(frame[:, 1:3]) for t, frame in zip(t_s, legs, strict=True)])
    away = np.hypot(*np.moveaxis(joints - places, -1, 0))
    return np.asarray((away < _REST_RADIUS).mean(axis=-1))
