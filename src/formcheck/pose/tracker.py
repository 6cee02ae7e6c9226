"""From the frames of a surveyed clip to a `PoseTrack`."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from formcheck.message import Message
from formcheck.pose.detections import ClipDetections, FrameDetections, join_detections, no_detections, pack_detections
from formcheck.pose.landmarker import Detection
from formcheck.pose.landmarks import LEGS
from formcheck.pose.leg_assignment import assign_legs
from formcheck.pose.occlusion import MakeLandmarker, Variant, VariantDetector, frame_detections, variants_of
from formcheck.pose.scene_cuts import FrameDifference, number_shots
from formcheck.pose.segments import SegmentTask, process_segments
from formcheck.pose.survey import Survey
from formcheck.pose.survey_legs import RestingLeg
from formcheck.types import BoolArray, ClipInfo, FloatArray, Frame, ModelInfo, PoseTrack, Side
from formcheck.video.source import FileSource

# Cost of each second under the other side's label. Where both legs are visible, a swap of a second or two must cost
# less than the two jumps that come with it; where one is hidden both sets sit on one leg, and the own label's fits
# better.
_OTHER_LABEL_PER_S = 60.0
_OTHER_LABEL_HIDDEN_PER_S = 30.0
# Cost of a leg that is where the resting one lies: it probably is the resting one or, where that place was painted out,
# it was not detected at all. Distance in trunk lengths.
_AT_REST = 4.0
_REST_RADIUS = 0.3


class FrameDetector:
    """Detects the person in every frame of a segment, with the resting leg hidden where that helps."""

    def __init__(self, make_landmarker: MakeLandmarker, survey: Survey | None, *, pool: Executor | None = None) -> None:
        self._survey = survey
        self._difference = FrameDifference()
        # Beside a bent resting leg labels swap often, and the smoothing that comes with tracking would blend the legs.
        bent = survey is not None and survey.resting is not None and not survey.resting.straight
        untracked: tuple[Variant, ...] = ("plain",) if bent else ()
        self._detector = VariantDetector(make_landmarker, untracked=untracked, pool=pool)

    def process(self, frame: Frame) -> FrameDetections:
        """Detect the person in the next frame."""
        found = self._detector.detect(variants_of(frame, self._survey), frame.t_s)
        return frame_detections(frame, found, change=self._difference.update(frame.image_bgr))

    def close(self) -> None:
        self._detector.close()


def detect_clip(
    source: FileSource,
    make_landmarker: MakeLandmarker,
    survey: Survey | None,
    *,
    jobs: int = 1,
    progress: Callable[[float], None],
) -> tuple[ClipDetections, tuple[Message, ...]]:
    """Detect the person in every frame of a clip; also returns the source's warnings."""
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(jobs, "landmarker")) if jobs > 1 else None
        task = SegmentTask(lambda: FrameDetector(make_landmarker, survey, pool=pool), pack_detections)
        segments, warnings = process_segments(source, task, jobs=jobs, progress=progress)
    return join_detections(segments), warnings


def build_track(
    detections: ClipDetections,
    survey: Survey | None,
    *,
    size_px: tuple[int, int],
    clip: ClipInfo,
    model: ModelInfo,
    side_given: bool,
    warnings: tuple[Message, ...] = (),
) -> PoseTrack:
    """Choose the working leg in every frame, and label it as one side from first to last."""
    count = len(detections.t_s)
    variants = (detections.hidden or no_detections(count), detections.plain or no_detections(count))
    chosen = _choose(detections.t_s, variants, survey) if survey is not None else _Choice.plain(count)
    xy, world, visibility = (
        np.where(chosen.hidden.reshape(-1, *[1] * (of_hidden.ndim - 1)), of_hidden, of_plain).astype(np.float64)
        for of_hidden, of_plain in zip(*variants, strict=True)
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
        t_s=detections.t_s,
        xy_px=xy,
        world_m=world,
        visibility=visibility,
        luma=detections.luma,
        hidden=chosen.hidden,
        size_px=size_px,
        working_side=survey.side if survey is not None else None,
        side_given=side_given,
        clip=clip,
        model=model,
        warnings=warnings,
        shot=number_shots(detections.change),
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """Where the working leg was found, per frame (T,).

    ``hidden``: in the image with the resting leg hidden. ``swapped``: under the other side's label. ``lost``: nowhere,
    since all that was detected is the resting leg.
    """

    hidden: BoolArray
    swapped: BoolArray
    lost: BoolArray

    @classmethod
    def plain(cls, count: int) -> _Choice:
        no = np.zeros(count, bool)
        return cls(no, no, no)


def _choose(t_s: FloatArray, variants: tuple[Detection, Detection], survey: Survey) -> _Choice:
    # Candidates 0 and 1: own and other label with the resting leg hidden; 2 and 3: the same in the plain image.
    labels = [list(LEGS[side].all) for side in (survey.side, survey.side.other)]
    legs = np.stack([variant.xy_px[:, rows] for variant in variants for rows in labels], axis=1).astype(np.float64)
    step_s = float(np.median(np.diff(t_s))) if len(t_s) > 1 else 0.0
    extra = np.tile(step_s * np.array([0.0, _OTHER_LABEL_HIDDEN_PER_S, 0.0, _OTHER_LABEL_PER_S]), (len(t_s), 1))
    at_rest = np.zeros_like(extra)
    if survey.resting is not None:
        at_rest = _at_rest(t_s, legs, survey, survey.resting)
    chosen = assign_legs(t_s, legs, extra + _AT_REST * at_rest)
    return _Choice(
        hidden=np.isin(chosen, (0, 1)),
        swapped=np.isin(chosen, (1, 3)),
        lost=at_rest[np.arange(len(t_s)), chosen] == 1,
    )


def _at_rest(t_s: FloatArray, legs: FloatArray, survey: Survey, resting: RestingLeg) -> FloatArray:
    """Whether each candidate's knee and ankle (T, C) are where the resting leg lies: 1 both, 0.5 one of them."""
    places = np.stack([resting.knee, resting.ankle])
    away = np.hypot(*np.moveaxis(survey.body.to_body(t_s, legs[:, :, 1:3]) - places, -1, 0))
    return np.asarray((away < _REST_RADIUS).mean(axis=-1))
