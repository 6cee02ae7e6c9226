"""The tracker frame by frame, without looking ahead: for live practice.

Nothing is computed in another way than for a recorded clip. A survey of the last seconds stands in for the survey of
the whole clip, and a window of the last seconds for the whole track; the last frame of the window is the answer.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Self

import numpy as np

from formcheck.message import Message
from formcheck.pose.clean_plate import CleanPlate
from formcheck.pose.detections import FrameDetections, pack_detections
from formcheck.pose.landmarker import Detection, no_detection
from formcheck.pose.landmarks import LEGS
from formcheck.pose.occlusion import MakeLandmarker, Variant, VariantDetector, frame_detections, variants_of
from formcheck.pose.survey import STRIDE_S, Survey, Surveyor, take_sample
from formcheck.pose.tracker import build_track
from formcheck.timeseries import join_frames, take_frames
from formcheck.types import ClipInfo, Frame, ImageBgr, ModelInfo, PoseTrack, Side

# The survey covers this long: two slow repetitions, so that both the bent and the straight knee are in it.
SURVEY_S = 12.0
# The window on which legs are chosen and angles measured.
WINDOW_S = 2.0
# The image of a bent resting leg is renewed this often: at first with every step of the working shank, which still
# hides a part of it; then seldom, since making it takes as long as a frame.
_FIRST_PLATES_EVERY_S = 0.5
_FIRST_PLATES_S = 6.0
_PLATES_EVERY_S = 2.0
# The working side is settled once the surveys have agreed on it for this long with the leg up.
_SIDE_AFTER_S = 2.0


class OnlineTracker:
    """Tracks one person from frame to frame.

    Parameters
    ----------
    make_landmarker : callable
        Makes a landmarker for each of the two images of a frame.
    size_px : (w, h)
        Of every frame.
    clip, model
        Fingerprints for the tracks that `update` returns.
    side : Side, optional
        The working leg, when the user named it.

    Attributes
    ----------
    survey_later : bool
        Where a frame's plain image is needed for the survey alone, look at it in `finish_frame`: for a machine that is
        too slow to do so before the frame is shown.
    """

    def __init__(
        self,
        make_landmarker: MakeLandmarker,
        *,
        size_px: tuple[int, int],
        clip: ClipInfo,
        model: ModelInfo,
        side: Side | None = None,
    ) -> None:
        self.survey_later = False
        self._unsurveyed: Frame | None = None
        self._size_px = size_px
        self._clip = clip
        self._model = model
        self._side_given = side is not None
        self._settled = side
        self._surveyor = Surveyor()
        self._survey: Survey | None = None
        self._next_survey_s = -math.inf
        self._plate: CleanPlate | None = None
        self._next_plate_s = -math.inf
        self._agreed: tuple[Side, float] | None = None
        self._window: deque[FrameDetections] = deque()
        self._window_surveyed = False
        self._pool = ThreadPoolExecutor(2, "landmarker")
        self._detector = VariantDetector(make_landmarker, pool=self._pool)
        # Now rather than in the middle of a set: it takes a noticeable time.
        self._detector.prepare(("plain", "hidden"))

    @property
    def side(self) -> Side | None:
        """The working side once it is settled; then it stays."""
        return self._settled

    def update(self, frame: Frame) -> PoseTrack:
        """Process the next frame.

        Returns
        -------
        The track of the last seconds; its last entry is this frame. Its ``working_side`` may still change until `side`
        is settled.
        """
        # Of the frame before, where nobody had the time for it, or asked.
        self.finish_frame()
        if self._survey is not None and not self._window_surveyed:
            # Both legs were shown in the frames before: points that jumped between them are not those of this leg.
            self._window.clear()
            self._window_surveyed = True
        found = self._detector.detect(self._images(frame), frame.t_s)
        if "plain" in found and frame.t_s >= self._next_survey_s:
            self._update_survey(frame, found["plain"])
        self._window.append(frame_detections(frame, found))
        while self._window[0].t_s < frame.t_s - WINDOW_S:
            self._window.popleft()
        return build_track(
            pack_detections(self._window),
            self._survey,
            size_px=self._size_px,
            clip=self._clip,
            model=self._model,
            side_given=self._side_given,
        )

    def finish_frame(self) -> None:
        """Do what `update` left for after the frame is shown."""
        frame, self._unsurveyed = self._unsurveyed, None
        if frame is None:
            return
        plain = self._detector.detect({"plain": frame.image_bgr}, frame.t_s)["plain"]
        if self._window and self._window[-1].t_s == frame.t_s:
            # In time for the angles of this frame, which wait for the next: where the leg is lost in the image with the
            # other one hidden, this one has it.
            self._window[-1] = replace(self._window[-1], plain=plain or no_detection())
        self._update_survey(frame, plain)

    def set_side(self, side: Side) -> None:
        """Take the side that the user names as the working one from now on."""
        self._settled = side
        self._side_given = True

    def close(self) -> None:
        """Close the landmarkers."""
        self._pool.shutdown()
        self._detector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _images(self, frame: Frame) -> dict[Variant, ImageBgr]:
        images = variants_of(frame, self._survey)
        if frame.t_s >= self._next_survey_s and "plain" not in images:
            if self.survey_later:
                self._unsurveyed = frame
            else:
                images["plain"] = frame.image_bgr
        return images

    def _update_survey(self, frame: Frame, detection: Detection | None) -> None:
        self._next_survey_s = frame.t_s + STRIDE_S
        self._surveyor.add(take_sample(frame.image_bgr, frame.t_s, detection))
        self._surveyor.forget_before(frame.t_s - SURVEY_S)
        survey = self._surveyor.finish(self._settled)
        if survey is not None:
            self._survey = replace(survey, plate=self._plate_for(survey, frame.t_s))
        if self._settled is None and self._survey is not None:
            self._settle(self._survey, frame.t_s)

    def _plate_for(self, survey: Survey, t_s: float) -> CleanPlate | None:
        """The plate that goes with a survey: a new one if it is due, else the one before."""
        if survey.resting is None or survey.resting.straight:
            return None
        if t_s >= self._next_plate_s:
            self._plate = self._surveyor.make_plate(survey)
            first = t_s - survey.body.t_s[0] < _FIRST_PLATES_S
            self._next_plate_s = t_s + (_FIRST_PLATES_EVERY_S if first else _PLATES_EVERY_S)
        return self._plate

    def _settle(self, survey: Survey, t_s: float) -> None:
        if not (survey.resting is not None and survey.raised[-1]):
            self._agreed = None
        elif self._agreed is None or self._agreed[0] is not survey.side:
            self._agreed = (survey.side, t_s)
        elif t_s - self._agreed[1] >= _SIDE_AFTER_S:
            self._settled = survey.side


def last_frame(window: PoseTrack) -> PoseTrack:
    """The last frame of a window, as a track of one frame."""
    return take_frames(window, slice(-1, None))


def join_tracks(parts: Sequence[PoseTrack], *, warnings: tuple[Message, ...] = ()) -> PoseTrack:
    """One track of all parts, with the last one's working side.

    A part from before the side was settled may carry the other side's label: with the resting leg hidden it is the same
    leg, and it is relabelled; otherwise both legs are there under their own labels.
    """
    joined = join_frames(parts)
    other = [np.full(len(part.t_s), part.working_side is not joined.working_side) for part in parts]
    relabelled = np.flatnonzero(np.concatenate(other) & joined.hidden)[:, None]
    left, right = (list(LEGS[side].all) for side in Side)
    swapped = {}
    for name in ("xy_px", "world_m", "visibility"):
        values = getattr(joined, name).copy()
        values[relabelled, left + right] = values[relabelled, right + left]
        swapped[name] = values
    return replace(joined, **swapped, warnings=warnings)
