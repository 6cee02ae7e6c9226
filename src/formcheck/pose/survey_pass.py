"""The survey's pass over a recorded clip: samples of its frames, and a search for somebody else in a few of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

from formcheck.memory import give_back_memory
from formcheck.pose.image_file import ImageFile
from formcheck.pose.occlusion import MakeLandmarker
from formcheck.pose.people import LOOKS, Look, is_another, second_person, take_look
from formcheck.pose.segments import SegmentTask, process_segments
from formcheck.pose.survey import Survey, Surveyor, SurveySample, take_sample
from formcheck.types import Frame, Side
from formcheck.video.source import FileSource

# The images of the survey are kept until its end, and a long clip must not fill the disk with them (40 MB). A clean
# plate takes 15 of those in which the leg is clear.
_MAX_IMAGES = 240
# The thumbnails are kept in memory (6 MB).
_MAX_THUMBNAILS = 1200


class SurveySampler:
    """Takes the samples of the survey from a segment of frames that are already thinned out.

    Parameters
    ----------
    make_landmarker : callable
    images : ImageFile
        Where images are kept that are looked at when all samples are taken.
    stride_s : float
        By which the frames are thinned out.
    image_every, thumbnail_every : int
        Every so many samples have an image, and a thumbnail.
    look_every : int, optional
        In every so many samples somebody else can be searched for. None: in none.
    """

    def __init__(
        self,
        make_landmarker: MakeLandmarker,
        images: ImageFile,
        *,
        stride_s: float,
        image_every: int,
        thumbnail_every: int,
        look_every: int | None,
    ) -> None:
        self._landmarker = make_landmarker()
        self._images = images
        self._stride_s, self._look_every = stride_s, look_every
        self._image_every, self._thumbnail_every = image_every, thumbnail_every

    def process(self, frame: Frame) -> SurveySample:
        """Sample the next frame."""
        detection = self._landmarker.detect(frame.image_bgr, frame.t_s)
        # by its time, not counted: the same however the clip is divided
        number = round(frame.t_s / self._stride_s)
        with_image = number % self._image_every == 0
        sample = take_sample(frame.image_bgr, frame.t_s, detection, with_image=with_image, keep=self._images.keep)
        if number % self._thumbnail_every:
            sample = sample._replace(thumbnail=None)
        if detection is None or self._look_every is None or number % self._look_every:
            return sample
        return sample._replace(look=take_look(frame.image_bgr, frame.t_s, detection, keep=self._images.keep))

    def close(self) -> None:
        self._landmarker.close()


def survey_clip(
    source: FileSource,
    make_landmarker: MakeLandmarker,
    *,
    side: Side | None = None,
    search_others: bool = False,
    jobs: int = 1,
    progress: Callable[[float], None],
) -> Survey | None:
    """Survey a clip through a source that thins out its frames.

    Parameters
    ----------
    source : FileSource
        With a stride, such as `survey.STRIDE_S`.
    make_landmarker : callable
    side : Side, optional
        The working leg, when the user named it.
    search_others : bool
        Look for a second person too.
    jobs : int
    progress : callable
        Called with the share that is done, 0 to 1.

    Returns
    -------
    Survey or None
        None when nobody was found.
    """
    with ImageFile() as images:
        samples = _take_samples(source, make_landmarker, images, with_looks=search_others, jobs=jobs, progress=progress)
        survey = _conclude(samples, side)
        if survey is None:
            return None
        looks = [sample.look for sample in samples if sample.look is not None]
        # The samples of a long clip need not be there beside the next landmarkers.
        del samples
        give_back_memory()
        return replace(survey, second_person=second_person(_search(looks, make_landmarker, jobs=jobs)))


def _take_samples(
    source: FileSource,
    make_landmarker: MakeLandmarker,
    images: ImageFile,
    *,
    with_looks: bool,
    jobs: int,
    progress: Callable[[float], None],
) -> list[SurveySample]:
    begin_s, end_s = source.window_s
    expected = (min(end_s, source.expected_s) - begin_s) / source.stride_s
    image_every, thumbnail_every, look_every = (
        max(1, math.ceil(expected / most)) for most in (_MAX_IMAGES, _MAX_THUMBNAILS, LOOKS)
    )

    def make_sampler() -> SurveySampler:
        return SurveySampler(
            make_landmarker,
            images,
            stride_s=source.stride_s,
            image_every=image_every,
            thumbnail_every=thumbnail_every,
            look_every=look_every if with_looks else None,
        )

    task: SegmentTask[SurveySample, list[SurveySample]] = SegmentTask(make_sampler, list)
    segments, _ = process_segments(source, task, jobs=jobs, progress=progress)
    return [sample for segment in segments for sample in segment.own]


def _conclude(samples: Sequence[SurveySample], side: Side | None) -> Survey | None:
    surveyor = Surveyor()
    for sample in samples:
        surveyor.add(sample)
    survey = surveyor.finish(side)
    return replace(survey, plate=surveyor.make_plate(survey)) if survey is not None else None


def _search(looks: Sequence[Look], make_landmarker: MakeLandmarker, *, jobs: int) -> list[bool]:
    """Whether each shows somebody else.

    After the samples, not among them: landmarkers for both at once would make the survey the largest part of an
    analysis (93 MB each), and every segment would have to make one for a few looks.
    """

    def search(some: Sequence[Look]) -> list[bool]:
        with closing(make_landmarker(tracking=False)) as landmarker:
            return [is_another(landmarker.detect(look.image(), look.t_s), look.person) for look in some]

    with ThreadPoolExecutor(jobs, "look") as pool:
        found = list(pool.map(search, [looks[k::jobs] for k in range(min(jobs, len(looks)))]))
    return [another for some in found for another in some]
