"""A stage for one clip: body, camera and motion brought together. Any moment can be posed; nothing is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synthetic import truth
from synthetic.assets import body_data
from synthetic.camera import View, step_back, view_at
from synthetic.geometry import FloatArray
from synthetic.helper import Kneeler
from synthetic.motion import Moment, Timeline
from synthetic.person import make_person
from synthetic.posing import Poser
from synthetic.skeleton import Skeleton
from synthetic.spec import Clip

# The camera is fitted to the joints at this many moments of the clip.
_LOOKS = 48


class Stage:
    """The person and the camera of a clip, without pictures: all that truth needs.

    ``clip`` is the given spec with the camera moved back until all joints are in the picture.

    Parameters
    ----------
    clip
        The spec.
    skeleton
        Its person, where they have been made already.
    moments
        What is to be seen, instead of the clip's own timeline.
    """

    def __init__(
        self, clip: Clip, *, skeleton: Skeleton | None = None, moments: Sequence[Moment] | None = None
    ) -> None:
        self.skeleton = skeleton or skeleton_of(clip)
        self.timeline = Timeline(clip.motion, clip.posture, clip.situation)
        self.poser = Poser(self.skeleton, clip.posture, clip.side)
        self.size = (clip.picture.width, clip.picture.height)
        helper = clip.situation.helper if clip.situation else None
        self.helper = Kneeler(helper, clip.side) if helper is not None else None
        times = np.linspace(0, self.timeline.duration_s, _LOOKS)
        looks = [(moment.t_s, self._measured(moment)) for moment in moments or [self.timeline.at(t) for t in times]]
        self.clip = replace(clip, camera=step_back(clip.camera, clip.side, self.size, looks))

    def _measured(self, moment: Moment) -> FloatArray:
        places = self.places(moment)
        names = [f"{side}_{joint}" for side in ("left", "right") for joint in truth.MEASURED]
        return np.array([places[name] for name in ("nose", *names)])

    @property
    def frame_count(self) -> int:
        return round(self.timeline.duration_s * self.clip.picture.fps)

    def places(self, moment: Moment) -> dict[str, FloatArray]:
        """Every landmark (3,) m at a moment."""
        return truth.landmarks(self.skeleton, self.poser.matrices(moment))

    def view(self, t_s: float) -> View:
        """The camera at a time."""
        return view_at(self.clip.camera, self.clip.side, self.size, t_s)

    def row(self, frame: int) -> truth.Row:
        """The truth of a frame."""
        moment = self.timeline.at(frame / self.clip.picture.fps)
        return truth.frame_row(frame, moment, self.places(moment), self.view(moment.t_s), self.clip.side)

    def summary(self, rows: Sequence[truth.Row]) -> dict[str, Any]:
        """The truth of the whole clip."""
        return truth.summary(self.clip, rows, self.timeline.reps, self.timeline.stages())


def skeleton_of(clip: Clip) -> Skeleton:
    """Make the clip's person and lay them down."""
    person = make_person(body_data(), clip.body)
    return Skeleton(person, seat_sink_m=clip.body.seat_sink_m, pillow_m=clip.room.pillow_m)
