"""A stage for one clip: body, room, camera and motion brought together; any moment can be posed, and drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from typing import Any

import numpy as np

from synthetic import truth
from synthetic.assets import body_data
from synthetic.camera import View, placed, step_back, view_at
from synthetic.geometry import FloatArray
from synthetic.meshes import Mesh
from synthetic.motion import Moment, Timeline
from synthetic.person import make_person
from synthetic.picture import Image, Sensor
from synthetic.posing import Poser
from synthetic.renderer import Renderer
from synthetic.room import build_room
from synthetic.skeleton import Skeleton
from synthetic.spec import Clip

# The camera is fitted to the joints at this many moments of the clip.
_LOOKS = 24
# Of the vertices of each part, these many suffice to know where the person is in the picture.
_EVERY = 9
# The shutter is open for this share of a frame.
_SHUTTER = 0.5


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
        self.timeline = Timeline(clip.motion, clip.posture)
        self.poser = Poser(self.skeleton, clip.posture, clip.side)
        self.size = (clip.picture.width, clip.picture.height)
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


class Studio:
    """A stage with lights: draws its moments."""

    def __init__(self, stage: Stage, renderer: Renderer) -> None:
        self.stage, self.renderer = stage, renderer
        self._sensor = Sensor(stage.clip.picture, stage.clip.noise_seed)
        self._still = stage.clip.camera.shake_mm == 0
        renderer.clear_scene()
        self._furnish()
        self._cast()
        renderer.set_light(stage.clip.light, stage.view(0.0))

    def _furnish(self) -> None:
        clip, skeleton = self.stage.clip, self.stage.skeleton
        eye, _ = placed(clip.camera, clip.side)
        room = build_room(
            clip.room, camera_xy=(float(eye[0]), float(eye[1])), head_x_m=float(skeleton.rest_head("head")[0])
        )
        for number, mesh in enumerate(room):
            self.renderer.add_room(f"room{number}", mesh)

    def _cast(self) -> None:
        """Bring the person in."""
        for part in self.stage.skeleton.person.parts:
            white = np.ones((len(part.rest), 3))
            mesh = Mesh(part.rest, part.normals, part.uv, white, part.triangles, material=part.material)
            pictures = {part.texture: body_data().texture(part.texture)}
            self.renderer.add_person(part.name, mesh, part.texture, pictures)

    def frame(self, frame: int) -> Image:
        """A frame of the clip (H, W, 3), red first, with noise and blur. Frames are asked for in order."""
        picture, fps = self.stage.clip.picture, self.stage.clip.picture.fps
        if picture.motion_blur <= 1:
            return self.still(self.stage.timeline.at(frame / fps))
        opened = np.linspace(-0.5, 0.5, picture.motion_blur) * _SHUTTER / fps + frame / fps
        frames = [self.draw(self.stage.timeline.at(max(0.0, float(t_s)))).astype(np.float32) for t_s in opened]
        return self._sensor.expose(np.mean(frames, axis=0))

    def still(self, moment: Moment) -> Image:
        """A picture of a moment, with noise and blur."""
        return self._sensor.expose(self.draw(moment))

    def draw(self, moment: Moment) -> Image:
        """A moment as it is, without noise."""
        stage = self.stage
        matrices = stage.poser.matrices(moment)
        around = []
        for part in stage.skeleton.person.parts:
            points, normals = stage.skeleton.skin(matrices, part)
            self.renderer.move(part.name, points, normals)
            around.append(points[::_EVERY])
        return self.renderer.draw(stage.view(moment.t_s), np.vstack(around), still=self._still)
