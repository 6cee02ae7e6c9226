"""From frames to a `PoseTrack`: a coarse look to know the body, then a careful one at every frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from formcheck.pose.engine import Detection, Landmarker, nobody
from formcheck.pose.hide import hide
from formcheck.pose.landmarks import LEGS
from formcheck.pose.select import choose_legs
from formcheck.pose.shots import ShotCounter
from formcheck.pose.survey import RestingLeg, Survey, Surveyor
from formcheck.types import BoolArray, ClipInfo, FloatArray, Frame, ImageBgr, ModelInfo, PoseTrack, Side


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


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame after inference: what was seen in the plain picture, and with the resting leg hidden.

    None: that view was not looked at.
    """

    t_s: float
    luma: float
    plain: Detection | None
    hidden: Detection | None
    shot: int = 0


def survey_frames(
    frames: Iterable[Frame], make_landmarker: MakeLandmarker, *, side: Side | None = None
) -> Survey | None:
    """The coarse look, at frames that are already thinned out. None when nobody was seen."""
    surveyor = Surveyor()
    with closing(make_landmarker()) as landmarker:
        for frame in frames:
            surveyor.add(frame.image_bgr, frame.t_s, landmarker.detect(frame.image_bgr, frame.t_s))
    return surveyor.finish(side)


def follow_frames(frames: Iterable[Frame], make_landmarker: MakeLandmarker, survey: Survey | None) -> Iterator[Seen]:
    """The careful look, frame by frame.

    A resting leg that lies straight is hidden; while it is not sure that the working leg is up, the plain picture is
    looked at too, side by side in a second thread. Otherwise the plain picture alone: a bent leg stands so close to
    the working shank that hiding it hides both.
    """
    with ExitStack() as stack:
        # Each follows its own view of the person; a picture of the other kind would make it lose track.
        landmarkers: dict[bool, Landmarker] = {}
        pool = stack.enter_context(ThreadPoolExecutor(2, "landmarker"))

        def look(view: tuple[bool, ImageBgr], t_s: float) -> Detection:
            return landmarkers[view[0]].detect(view[1], t_s) or nobody()

        shots = ShotCounter()
        for frame in frames:
            views = views_of(frame, survey)
            for hidden in views:
                if hidden not in landmarkers:
                    # Beside a bent resting leg names change often, and smoothing would blend the two legs.
                    steady = survey is None or survey.resting is None or survey.resting.straight
                    landmarkers[hidden] = stack.enter_context(closing(make_landmarker(steady=steady)))
            found = dict(zip(views, pool.map(look, views.items(), [frame.t_s] * len(views)), strict=True))
            luma = float(frame.image_bgr[::8, ::8].mean())
            shot = shots.count(frame.image_bgr)
            yield Seen(frame.t_s, luma, plain=found.get(False), hidden=found.get(True), shot=shot)


def views_of(frame: Frame, survey: Survey | None) -> dict[bool, ImageBgr]:
    """The pictures to look at: False for the plain one, True for the one with the resting leg hidden."""
    if survey is None or survey.resting is None or not survey.resting.straight:
        return {False: frame.image_bgr}
    views = {True: hide(frame.image_bgr, survey.body.at(frame.t_s), survey.resting)}
    if not survey.raised_at(frame.t_s):
        views[False] = frame.image_bgr
    return views


def build_track(
    seen: list[Seen],
    survey: Survey | None,
    *,
    size_px: tuple[int, int],
    clip: ClipInfo,
    model: ModelInfo,
    side_given: bool,
    warnings: tuple[str, ...] = (),
) -> PoseTrack:
    """Put the frames together, the working leg under one side's name from first to last."""
    t_s = np.array([s.t_s for s in seen])
    blank = nobody()
    views = ([s.hidden or blank for s in seen], [s.plain or blank for s in seen])
    chosen = _choose(t_s, views, survey) if survey is not None else _Choice.plain(len(seen))
    picked = [(hidden if of_hidden else plain) for hidden, plain, of_hidden in zip(*views, chosen.hidden, strict=True)]
    xy = np.stack([d.xy_px for d in picked]).astype(np.float64)
    world = np.stack([d.world_m for d in picked]).astype(np.float64)
    visibility = np.stack([d.visibility for d in picked]).astype(np.float64)
    if survey is not None:
        for values in (xy, world, visibility):
            for left, right in zip(LEGS[Side.LEFT].all, LEGS[Side.RIGHT].all, strict=True):
                rows = chosen.swapped
                values[rows, left], values[rows, right] = values[rows, right], values[rows, left]
            for row in LEGS[survey.side.other].below_hip:
                values[chosen.hidden, row] = np.nan
            for row in LEGS[survey.side].below_hip:
                values[chosen.lost, row] = np.nan
    return PoseTrack(
        t_s=t_s,
        xy_px=xy,
        world_m=world,
        visibility=visibility,
        luma=np.array([s.luma for s in seen]),
        hidden=chosen.hidden,
        size_px=size_px,
        working_side=survey.side if survey is not None else None,
        side_given=side_given,
        clip=clip,
        model=model,
        warnings=warnings,
        shot=np.array([s.shot for s in seen]),
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


def _choose(t_s: FloatArray, views: tuple[list[Detection], list[Detection]], survey: Survey) -> _Choice:
    # candidates 0 and 1: own and other name with the resting leg hidden; 2 and 3: the same in the plain picture
    names = [list(LEGS[name].all) for name in (survey.side, survey.side.other)]
    legs = np.stack([np.stack([d.xy_px[rows] for d in view]) for view in views for rows in names], axis=1)
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
    bodies = [survey.body.at(t) for t in t_s]
    joints = np.stack([body.to_body(frame[:, 1:3]) for body, frame in zip(bodies, legs, strict=True)])
    away = np.hypot(*np.moveaxis(joints - places, -1, 0))
    return np.asarray((away < _REST_RADIUS).mean(axis=-1))
