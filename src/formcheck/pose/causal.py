"""The same two looks as `follow`, one frame at a time and without looking ahead: what live practice runs.

Nothing is computed another way than for a recorded clip. A rolling coarse look stands in for the one over the
whole clip, and a window of the last seconds for the whole track; the newest row of the window is the answer.
"""

from __future__ import annotations

import math
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from types import TracebackType
from typing import Any, Self

import numpy as np

from formcheck.pose.engine import Detection, Landmarker, nobody
from formcheck.pose.follow import MakeLandmarker, build_track, views_of
from formcheck.pose.landmarks import LEGS
from formcheck.pose.sights import Seen, pack_sights
from formcheck.pose.survey import STRIDE_S, Survey, Surveyor
from formcheck.types import ClipInfo, Frame, ImageBgr, ModelInfo, PoseTrack, Side

# The coarse look remembers this long: two slow repetitions, so that both the bent and the straight knee are in it.
MEMORY_S = 12.0
# The window on which legs are chosen and angles measured.
WINDOW_S = 2.0
# The working side is settled once it was named the same in this much of the coarse look with the leg up.
_SIDE_AFTER_S = 2.0


class RollingSurveyor(Surveyor):
    """A coarse look that forgets."""

    def forget_before(self, t_s: float) -> None:
        """Drop the samples older than ``t_s``."""
        stale = int(np.searchsorted(self._t_s, t_s))
        for kept in (self._t_s, self._xy, self._thumbs):
            del kept[:stale]


class CausalFollower:
    """Follows one person from frame to frame.

    Parameters
    ----------
    make_landmarker : callable
        Makes a landmarker for each of the two views.
    size_px : (w, h)
        Of every frame.
    clip, model
        Fingerprints for the tracks that `see` returns.
    side : Side, optional
        The working leg, when the user named it.
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
        self._size_px = size_px
        self._clip = clip
        self._model = model
        self._given = side
        self._settled = side
        self._surveyor = RollingSurveyor()
        self._survey: Survey | None = None
        self._look_again_s = -math.inf
        self._agreed: tuple[Side, float] | None = None
        self._seen: deque[Seen] = deque()
        self.inferences = 0
        # Each follows its own view of the person; a picture of the other kind would make it lose track.
        self._landmarkers: dict[bool, Landmarker] = {hidden: make_landmarker() for hidden in (False, True)}
        self._pool = ThreadPoolExecutor(2, "landmarker")

    @property
    def side(self) -> Side | None:
        """The working side once it is settled; then it stays."""
        return self._settled

    def see(self, frame: Frame) -> PoseTrack:
        """Look at the next frame.

        Returns
        -------
        The track of the last seconds; its last row is this frame. Its ``working_side`` may still change until
        `side` is settled.
        """
        views = self._views(frame)
        found = dict(zip(views, self._detect(views, frame.t_s), strict=True))
        self.inferences += len(views)
        if False in found and frame.t_s >= self._look_again_s:
            self._look(frame, found[False])
        luma = float(frame.image_bgr[::8, ::8].mean())
        named = {hidden: detection or nobody() for hidden, detection in found.items()}
        self._seen.append(Seen(frame.t_s, luma, plain=named.get(False), hidden=named.get(True)))
        while self._seen[0].t_s < frame.t_s - WINDOW_S:
            self._seen.popleft()
        return build_track(
            pack_sights(self._seen),
            self._survey,
            size_px=self._size_px,
            clip=self._clip,
            model=self._model,
            side_given=self._given is not None,
        )

    def name_side(self, side: Side) -> None:
        """Take the user's word for the working side from now on."""
        self._given = self._settled = side

    def close(self) -> None:
        self._pool.shutdown()
        for landmarker in self._landmarkers.values():
            landmarker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _views(self, frame: Frame) -> dict[bool, ImageBgr]:
        views = views_of(frame, self._survey)
        if frame.t_s >= self._look_again_s:
            views.setdefault(False, frame.image_bgr)
        return views

    def _detect(self, views: dict[bool, ImageBgr], t_s: float) -> list[Detection | None]:
        if len(views) == 1:
            return [self._landmarkers[hidden].detect(image, t_s) for hidden, image in views.items()]
        looks = [self._pool.submit(self._landmarkers[hidden].detect, image, t_s) for hidden, image in views.items()]
        return [look.result() for look in looks]

    def _look(self, frame: Frame, detection: Detection | None) -> None:
        self._look_again_s = frame.t_s + STRIDE_S
        self._surveyor.add(frame.image_bgr, frame.t_s, detection)
        self._surveyor.forget_before(frame.t_s - MEMORY_S)
        self._survey = self._surveyor.finish(self._settled) or self._survey
        if self._settled is None and self._survey is not None:
            self._settle(self._survey, frame.t_s)

    def _settle(self, survey: Survey, t_s: float) -> None:
        if not (survey.resting is not None and survey.raised[-1]):
            self._agreed = None
        elif self._agreed is None or self._agreed[0] is not survey.side:
            self._agreed = (survey.side, t_s)
        elif t_s - self._agreed[1] >= _SIDE_AFTER_S:
            self._settled = survey.side


def newest(window: PoseTrack) -> PoseTrack:
    """The last row of a window, as a track of one frame."""
    last: dict[str, Any] = {name: values[-1:] for name, values in _arrays(window).items()}
    return replace(window, **last)


def join_rows(rows: list[PoseTrack], *, warnings: tuple[str, ...] = ()) -> PoseTrack:
    """One track of all pieces, under the last one's side.

    A row that was written before the side was settled may carry the other name: with the resting leg hidden
    the leg is the same, and it is renamed; otherwise both legs are there under their own names.
    """
    last = rows[-1]
    joined: dict[str, Any] = {name: np.concatenate([getattr(row, name) for row in rows]) for name in _arrays(last)}
    other = [np.full(len(row.t_s), row.working_side is not last.working_side) for row in rows]
    renamed = np.concatenate(other) & joined["hidden"]
    left, right = (list(LEGS[side].all) for side in (Side.LEFT, Side.RIGHT))
    for name in ("xy_px", "world_m", "visibility"):
        values = joined[name]
        values[np.ix_(renamed, left + right)] = values[np.ix_(renamed, right + left)]
    return replace(last, **joined, warnings=warnings)


def _arrays(track: PoseTrack) -> dict[str, Any]:
    values = {field.name: getattr(track, field.name) for field in fields(track)}
    return {name: array for name, array in values.items() if isinstance(array, np.ndarray)}
