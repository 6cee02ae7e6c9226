"""A small OpenGL renderer without a window (EGL; Mesa's software driver will do).

The room is drawn once for a camera that stands still; a frame then redraws only the rectangle around the person and
their shadow. Needs moderngl, which only the environment of this package has.
"""

from __future__ import annotations

import platform
from collections.abc import Sequence
from typing import Any

import cv2
import moderngl
import numpy as np

from synthetic import shaders
from synthetic.camera import FAR_M, NEAR_M, View
from synthetic.geometry import FloatArray
from synthetic.picture import Image
from synthetic.scene import Scene
from synthetic.spec import Light

# A rectangle of the rendering: x, y, width, height in its pixels, y up.
Rect = tuple[int, int, int, int]

# Pixels of the rendering around the person that occlusion and soft shadows reach.
_REACH_PX = 40


class Renderer:
    """Draws one scene at a time at a size, above that size by ``supersample``; scenes can be changed."""

    def __init__(self, size: tuple[int, int], *, supersample: float = 1.5) -> None:
        self.size = size
        self._px = (round(size[0] * supersample), round(size[1] * supersample))
        self._context = context = _context()
        self.scene = Scene(context)
        fragments = {
            "restore": shaders.RESTORE_FRAGMENT,
            "occlusion": shaders.OCCLUSION_FRAGMENT,
            "final": shaders.FINAL_FRAGMENT,
        }
        self._programs = {name: context.program(shaders.SCREEN_VERTEX, code) for name, code in fragments.items()}
        corners = context.buffer(np.array([-1, -1, 1, -1, -1, 1, 1, 1], "f4").tobytes())
        self._screens = {
            name: context.vertex_array(program, [(corners, "2f", "in_pos")]) for name, program in self._programs.items()
        }
        self._layers, self._kept = self._make_layers(), self._make_layers()
        self._half = (self._px[0] // 2, self._px[1] // 2)
        self._occlusion = context.texture(self._half, 1, dtype="f1")
        self._occlusion_buffer = context.framebuffer([self._occlusion])
        self._final_buffer = context.framebuffer([context.texture(self._px, 4, dtype="f1")])
        self._room: Image | None = None
        self._last: Rect = (0, 0, *self._px)

    def _make_layers(self) -> dict[str, Any]:
        context, size = self._context, self._px
        layers = {name: context.texture(size, 4, dtype="f2") for name in ("direct", "ambient")}
        layers["depth"] = context.depth_texture(size)
        layers["depth"].compare_func = ""
        layers["depth"].repeat_x = layers["depth"].repeat_y = False
        layers["buffer"] = context.framebuffer([layers["direct"], layers["ambient"]], layers["depth"])
        return layers

    def close(self) -> None:
        """Give back what the driver holds."""
        self._context.release()

    def clear(self) -> None:
        """Forget the scene."""
        self.scene.clear()
        self._room = None

    def set_light(self, light: Light, view: View) -> None:
        """Light the scene."""
        self.scene.set_light(light, view)
        self._programs["final"]["exposure"].value = 0.72 * light.level
        self._room = None

    def draw(self, view: View, around: FloatArray, *, still: bool = True) -> Image:
        """Draw the scene.

        Parameters
        ----------
        view
            The camera.
        around : (N, 3) m
            Points of the person, some of each part.
        still
            The camera has not moved since the last picture.

        Returns
        -------
        (H, W, 3) uint8
            Red first.
        """
        if still:
            rect = self._rect(view, around)
            picture = self.empty_room(view).copy()
            x, y, width, height = rect
            picture[y : y + height, x : x + width] = self._draw_person(view, rect)
            self._last = rect
        else:
            picture = self._draw_all(view, self.scene.everything)
        picture = picture[::-1]
        if self._px != self.size:
            picture = np.asarray(cv2.resize(picture, self.size, interpolation=cv2.INTER_AREA), np.uint8)
        return np.ascontiguousarray(picture)

    def empty_room(self, view: View) -> Image:
        """The room without the person, drawn when it is first asked for (the bottom row first); its layers are kept."""
        if self._room is None:
            self._room = self._draw_all(view, self.scene.room)
            self._layers, self._kept = self._kept, self._layers
            self._last = (0, 0, *self._px)
        return self._room

    def _draw_all(self, view: View, names: Sequence[str]) -> Image:
        self.scene.draw_shadows(names)
        self._layers["buffer"].use()
        self._layers["buffer"].clear(0.5, 0.5, 0.5, 1.0)
        self.scene.draw(view, names)
        return self._finish(view, (0, 0, *self._px))

    def _draw_person(self, view: View, rect: Rect) -> Image:
        """The person in the room, within a rectangle; where they were before is made empty again."""
        context, buffer = self._context, self._layers["buffer"]
        self.scene.draw_shadows(self.scene.room + self.scene.person)
        buffer.use()
        buffer.scissor = _union(rect, self._last)
        context.enable(moderngl.DEPTH_TEST)
        context.depth_func = "1"
        program = self._programs["restore"]
        for place, name in enumerate(("direct", "ambient", "depth")):
            self._kept[name].use(place)
            program[f"kept_{name}"].value = place
        self._screens["restore"].render(moderngl.TRIANGLE_STRIP)
        self.scene.draw(view, self.scene.person)
        buffer.scissor = rect
        self.scene.draw(view, self.scene.receivers)
        buffer.scissor = None
        return self._finish(view, rect)

    def _finish(self, view: View, rect: Rect) -> Image:
        """Occlusion, exposure and tone within a rectangle, and its pixels (H, W, 3), the bottom row first."""
        self._context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        occlusion, final = self._programs["occlusion"], self._programs["final"]
        self._layers["depth"].use(0)
        occlusion["depth"].value = 0
        occlusion["tan_half"].value = view.tan_half
        occlusion["pixel"].value = (1 / self._px[0], 1 / self._px[1])
        occlusion["near"].value, occlusion["far"].value = NEAR_M, FAR_M
        x, y, width, height = rect
        self._occlusion_buffer.use()
        self._occlusion_buffer.scissor = max(0, x // 2 - 3), max(0, y // 2 - 3), width // 2 + 7, height // 2 + 7
        self._screens["occlusion"].render(moderngl.TRIANGLE_STRIP)
        sources = {"direct": self._layers["direct"], "ambient": self._layers["ambient"], "occlusion": self._occlusion}
        for place, (name, texture) in enumerate(sources.items()):
            texture.use(place)
            final[name].value = place
        final["occlusion_pixel"].value = (1 / self._half[0], 1 / self._half[1])
        self._final_buffer.use()
        self._final_buffer.scissor = rect
        self._screens["final"].render(moderngl.TRIANGLE_STRIP)
        pixels = self._final_buffer.read(viewport=rect, components=3, alignment=1)
        return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)

    def _rect(self, view: View, around: FloatArray) -> Rect:
        """The rectangle of the rendering that the person and their shadow on the surface can change."""
        to_light = self.scene.to_light
        shadow = around - to_light * (around[:, 2:3] / to_light[2])
        seen = view.project(np.vstack([around, shadow])) * np.array(self._px) / np.array(self.size)
        low = np.clip(seen.min(axis=0) - _REACH_PX, 0, self._px).astype(int)
        high = np.clip(seen.max(axis=0) + _REACH_PX, 0, self._px).astype(int)
        width, height = np.maximum(high - low, 1)
        return int(low[0]), int(self._px[1] - high[1]), int(width), int(height)


def _context() -> Any:
    """A context without a window: by EGL on Linux, elsewhere as the system does it."""
    options = {"backend": "egl"} if platform.system() == "Linux" else {}
    return moderngl.create_context(standalone=True, **options)


def _union(a: Rect, b: Rect) -> Rect:
    x, y = min(a[0], b[0]), min(a[1], b[1])
    return x, y, max(a[0] + a[2], b[0] + b[2]) - x, max(a[1] + a[3], b[1] + b[3]) - y
