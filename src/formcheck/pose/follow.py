"""From frames to a `PoseTrack`: a coarse look to know the body, then a careful one at every frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np

from formcheck.pose.engine import Detection, Landmarker, nobody
from formcheck.pose.hide import hidden_region_at, hide
from formcheck.pose.landmarks import LEGS
from formcheck.pose.select import choose_working_leg
from formcheck.pose.survey import Survey, Surveyor
from formcheck.types import BoolArray, ClipInfo, FloatArray, Frame, ModelInfo, PoseTrack, Side

MakeLandmarker = Callable[[], Landmarker]


@dataclass(frozen=True, slots=True)
class Seen:
    """One frame after inference; ``hidden``: the resting leg was painted out."""

    t_s: float
    detection: Detection
    luma: float
    hidden: bool


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
    """The careful look, frame by frame, with the resting leg hidden where the survey says so.

    Without a survey (nobody was seen in the coarse look) the plain frame is looked at all the same.
    """
    with ExitStack() as open_landmarkers:
        # Each follows its own view of the person; a picture of the other kind would make it lose track.
        landmarkers: dict[bool, Landmarker] = {}
        for frame in frames:
            region = hidden_region_at(survey, frame.t_s) if survey is not None else None
            hidden = region is not None
            image = frame.image_bgr
            if region is not None:
                image = hide(image, region)
            if hidden not in landmarkers:
                landmarkers[hidden] = open_landmarkers.enter_context(closing(make_landmarker()))
            detection = landmarkers[hidden].detect(image, frame.t_s)
            luma = float(frame.image_bgr[::8, ::8].mean())
            yield Seen(frame.t_s, detection or nobody(), luma, hidden)


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
    xy = np.stack([s.detection.xy_px for s in seen])
    world = np.stack([s.detection.world_m for s in seen])
    visibility = np.stack([s.detection.visibility for s in seen])
    hidden = np.array([s.hidden for s in seen])
    if survey is not None:
        swapped = choose_working_leg(t_s, xy, hidden, survey.side)
        for values in (xy, world, visibility):
            _exchange_legs(values, swapped)
            for row in LEGS[survey.side.other].below_hip:
                values[hidden, row] = np.nan
    return PoseTrack(
        t_s=t_s,
        xy_px=xy,
        world_m=world,
        visibility=visibility,
        luma=np.array([s.luma for s in seen]),
        hidden=hidden,
        size_px=size_px,
        working_side=survey.side if survey is not None else None,
        side_given=side_given,
        clip=clip,
        model=model,
        warnings=warnings,
    )


def _exchange_legs(values: FloatArray, rows: BoolArray) -> None:
    for left, right in zip(LEGS[Side.LEFT].all, LEGS[Side.RIGHT].all, strict=True):
        values[rows, left], values[rows, right] = values[rows, right], values[rows, left]
