"""A stage with a room and lights: draws the moments of a clip as a camera would deliver them."""

from __future__ import annotations

import numpy as np

from synthetic.assets import body_data
from synthetic.blanket import blanket
from synthetic.camera import placed
from synthetic.meshes import Mesh
from synthetic.motion import Moment
from synthetic.picture import Image, Sensor
from synthetic.renderer import Renderer
from synthetic.room import build_room
from synthetic.skeleton import Skeleton
from synthetic.stage import Stage
from synthetic.truth import other_side

# Of the vertices of each part, these many suffice to know where the person is in the picture.
_EVERY = 9
# The shutter is open for this share of a frame.
_SHUTTER = 0.5


class Studio:
    """A stage with lights: draws its moments."""

    def __init__(self, stage: Stage, renderer: Renderer) -> None:
        self.stage, self.renderer = stage, renderer
        self._sensor = Sensor(stage.clip.picture, stage.clip.noise_seed)
        self._still = stage.clip.camera.shake_mm == 0
        renderer.clear()
        self._furnish()
        self._cast()
        renderer.set_light(stage.clip.light, stage.view(0.0))

    def _furnish(self) -> None:
        clip, skeleton = self.stage.clip, self.stage.skeleton
        eye, _ = placed(clip.camera, clip.side)
        room = build_room(
            clip.room, camera_xy=(float(eye[0]), float(eye[1])), head_x_m=float(skeleton.rest_head("head")[0])
        )
        if clip.situation and clip.situation.blanket:
            room.append(blanket(self.stage.places(self.stage.timeline.at(0.0)), other_side(clip.side), clip.room.seed))
        for number, mesh in enumerate(room):
            self.renderer.scene.add_room(f"room{number}", mesh)

    def _cast(self) -> None:
        """Bring the person in, and who helps them."""
        for prefix, skeleton in self._people():
            for part in skeleton.person.parts:
                white = np.ones((len(part.rest), 3))
                mesh = Mesh(part.rest, part.normals, part.uv, white, part.triangles, material=part.material)
                self.renderer.scene.add_person(prefix + part.name, mesh, part.texture, body_data().texture)

    def _people(self) -> list[tuple[str, Skeleton]]:
        """Everybody by the prefix of their parts' names."""
        helper = self.stage.helper
        return [("", self.stage.skeleton), *([("helper ", helper.skeleton)] if helper is not None else [])]

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
        posed = [stage.poser.matrices(moment)]
        if stage.helper is not None:
            posed.append(stage.helper.matrices(moment, stage.places(moment)))
        around = []
        for (prefix, skeleton), matrices in zip(self._people(), posed, strict=True):
            for part in skeleton.person.parts:
                points, normals = skeleton.skin(matrices, part)
                self.renderer.scene.move(prefix + part.name, points, normals)
                around.append(points[::_EVERY])
        return self.renderer.draw(stage.view(moment.t_s), np.vstack(around), still=self._still)
