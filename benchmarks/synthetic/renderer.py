"""A small OpenGL renderer without a window (EGL; Mesa's software driver will do).

The room is drawn once for a camera that stands still; a frame then redraws only the rectangle around the person and
their shadow. Needs moderngl, which only the environment of this package has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from synthetic import shaders
from synthetic.camera import FAR_M, NEAR_M, View, look_at
from synthetic.geometry import FloatArray, unit
from synthetic.meshes import Mesh
from synthetic.person import Material
from synthetic.spec import Light

Image = NDArray[np.uint8]
Rect = tuple[int, int, int, int]

_SHADOW_PX = 1024
# Pixels of the rendering around the person that occlusion and soft shadows reach.
_REACH_PX = 40
# The light's box: half its width, and its depth from the light on, metres.
_LIGHT_HALF_M, _LIGHT_DEPTH_M = 2.2, (0.5, 7.5)


@dataclass(slots=True)
class _Drawable:
    vertices: Any
    scene: Any
    shadow: Any
    texture: Any
    material: Material
    moves: bool
    receives: bool
    owned: tuple[Any, ...]


class Renderer:
    """Draws one scene at a time at a size; scenes can be changed."""

    def __init__(self, size: tuple[int, int], *, supersample: float = 1.5) -> None:
        self.size = size
        self._px = (round(size[0] * supersample), round(size[1] * supersample))
        self._context = context = moderngl.create_context(standalone=True, backend="egl")
        self._programs = {
            "scene": context.program(shaders.SCENE_VERTEX, shaders.SCENE_FRAGMENT),
            "shadow": context.program(shaders.SHADOW_VERTEX, shaders.SHADOW_FRAGMENT),
            "restore": context.program(shaders.SCREEN_VERTEX, shaders.RESTORE_FRAGMENT),
            "occlusion": context.program(shaders.SCREEN_VERTEX, shaders.OCCLUSION_FRAGMENT),
            "final": context.program(shaders.SCREEN_VERTEX, shaders.FINAL_FRAGMENT),
        }
        self._layers, self._kept = self._target(), self._target()
        self._half = (self._px[0] // 2, self._px[1] // 2)
        self._occlusion = context.texture(self._half, 1, dtype="f1")
        self._final = context.texture(self._px, 4, dtype="f1")
        self._buffers = {
            "occlusion": context.framebuffer([self._occlusion]),
            "final": context.framebuffer([self._final]),
        }
        self._shadow_map = context.depth_texture((_SHADOW_PX, _SHADOW_PX))
        self._shadow_map.compare_func = "<="
        self._shadow_map.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._buffers["shadow"] = context.framebuffer(depth_attachment=self._shadow_map)
        corners = context.buffer(np.array([-1, -1, 1, -1, -1, 1, 1, 1], "f4").tobytes())
        self._screens = {
            name: context.vertex_array(self._programs[name], [(corners, "2f", "in_pos")])
            for name in ("restore", "occlusion", "final")
        }
        self._drawables: dict[str, _Drawable] = {}
        self._textures: dict[str, Any] = {}
        self._room: NDArray[np.uint8] | None = None
        self._last: Rect = (0, 0, *self._px)
        self._to_light = np.array([0.0, 0.0, 1.0])

    def _target(self) -> dict[str, Any]:
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

    # ---- the scene -------------------------------------------------------------------------------------------------

    def clear_scene(self, *, moving_only: bool = False) -> None:
        """Forget what was added, or only the person."""
        for name in [name for name, drawable in self._drawables.items() if drawable.moves or not moving_only]:
            for owned in self._drawables.pop(name).owned:
                owned.release()
        self.forget_room()

    def forget_room(self) -> None:
        """Draw the room anew next time: the camera or the light has changed."""
        self._room = None

    def add_room(self, name: str, mesh: Mesh) -> None:
        """Add a piece of the room."""
        texture = None if mesh.texture is None else self._upload(mesh.texture)
        self._add(name, mesh, texture, moves=False, owned=() if texture is None else (texture,))

    def add_person(self, name: str, mesh: Mesh, texture: str, pictures: Mapping[str, Image]) -> None:
        """Add a piece of the person; textures are kept by their name from scene to scene."""
        if texture not in self._textures:
            self._textures[texture] = self._upload(pictures[texture])
        self._add(name, mesh, self._textures[texture], moves=True, owned=())

    def _add(self, name: str, mesh: Mesh, texture: Any, *, moves: bool, owned: tuple[Any, ...]) -> None:
        context = self._context
        vertices = context.buffer(_interleaved(mesh.points, mesh.normals))
        fixed = context.buffer(_interleaved(mesh.uv, mesh.colours))
        index = context.buffer(mesh.triangles.astype("i4").tobytes())
        scene = context.vertex_array(
            self._programs["scene"],
            [(vertices, "3f 3f", "in_pos", "in_normal"), (fixed, "2f 3f", "in_uv", "in_colour")],
            index,
        )
        shadow = context.vertex_array(
            self._programs["shadow"], [(vertices, "3f 12x", "in_pos"), (fixed, "2f 12x", "in_uv")], index
        )
        self._drawables[name] = _Drawable(
            vertices=vertices,
            scene=scene,
            shadow=shadow,
            texture=texture,
            material=mesh.material,
            moves=moves,
            receives=mesh.receives,
            owned=(scene, shadow, vertices, fixed, index, *owned),
        )

    def _upload(self, picture: Image) -> Any:
        flipped = np.ascontiguousarray(picture[::-1])
        texture = self._context.texture(flipped.shape[1::-1], flipped.shape[2], flipped.tobytes())
        texture.build_mipmaps()
        texture.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        return texture

    def move(self, name: str, points: FloatArray, normals: FloatArray) -> None:
        """Give a piece of the person new vertices."""
        self._drawables[name].vertices.write(_interleaved(points, normals))

    def set_light(self, light: Light, view: View) -> None:
        """Light the scene; the fill light comes from above the camera."""
        around, above = np.radians(light.key_from_deg), np.radians(light.key_height_deg)
        self._to_light = to_light = np.array(
            [np.cos(around) * np.cos(above), np.sin(around) * np.cos(above), np.sin(above)]
        )
        near, far = _LIGHT_DEPTH_M
        box = np.diag([1 / _LIGHT_HALF_M, 1 / _LIGHT_HALF_M, -2 / (far - near), 1.0])
        box[2, 3] = -(far + near) / (far - near)
        centre = np.array([0.0, 0.0, 0.2])
        self._light_matrix = (box @ look_at(to_light * 4.0 + centre, centre)).astype("f4")
        warm = np.array([1.0, 1.0 - 0.16 * light.warmth, 1.0 - 0.42 * light.warmth])
        sky = 0.62 * (0.5 * warm + 0.5 * np.array([0.93, 0.97, 1.0])) * (0.4 + 0.6 * light.fill)
        program = self._programs["scene"]
        program["to_light"].value = tuple(to_light)
        program["key_colour"].value = tuple(1.55 * warm)
        program["sky_colour"].value = tuple(sky)
        program["ground_colour"].value = tuple(np.array([0.30, 0.27, 0.24]) * (0.4 + 0.6 * light.fill))
        program["to_fill"].value = tuple(unit(view.eye + np.array([0.0, 0.0, 0.6])))
        program["fill_colour"].value = tuple(0.30 * warm * light.fill)
        self._programs["final"]["exposure"].value = 0.72 * light.level
        self.forget_room()

    # ---- drawing ---------------------------------------------------------------------------------------------------

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
        if still and self._room is None:
            self._room = self._draw_all(view, [name for name, one in self._drawables.items() if not one.moves])
            self._layers, self._kept = self._kept, self._layers
            self._last = (0, 0, *self._px)
        if not still:
            picture = self._draw_all(view, list(self._drawables))
        else:
            assert self._room is not None
            rect = self._rect(view, around)
            picture = self._room.copy()
            x, y, width, height = rect
            picture[y : y + height, x : x + width] = self._draw_person(view, rect, _union(rect, self._last))
            self._last = rect
        picture = picture[::-1]
        if self._px != self.size:
            picture = cv2.resize(picture, self.size, interpolation=cv2.INTER_AREA).astype(np.uint8)
        return np.ascontiguousarray(picture)

    def _draw_all(self, view: View, names: Sequence[str]) -> Image:
        self._draw_shadows(names)
        self._layers["buffer"].use()
        self._layers["buffer"].clear(0.5, 0.5, 0.5, 1.0)
        # The person first: what they hide need not be shaded.
        self._draw_scene(view, sorted(names, key=lambda name: not self._drawables[name].moves))
        return self._finish(view, (0, 0, *self._px))

    def _draw_person(self, view: View, rect: Rect, restored: Rect) -> Image:
        context = self._context
        self._draw_shadows(list(self._drawables))
        buffer = self._layers["buffer"]
        buffer.use()
        buffer.scissor = restored
        context.enable(moderngl.DEPTH_TEST)
        context.depth_func = "1"
        program = self._programs["restore"]
        for unit_, name in enumerate(("direct", "ambient", "depth")):
            self._kept[name].use(unit_)
            program[f"kept_{name}"].value = unit_
        self._screens["restore"].render(moderngl.TRIANGLE_STRIP)
        context.depth_func = "<="
        self._draw_scene(view, [name for name, one in self._drawables.items() if one.moves])
        buffer.scissor = rect
        self._draw_scene(view, [name for name, one in self._drawables.items() if one.receives])
        buffer.scissor = None
        return self._finish(view, rect)

    def _draw_shadows(self, names: Sequence[str]) -> None:
        context, program = self._context, self._programs["shadow"]
        program["light_proj"].write(self._light_matrix.T.tobytes())
        self._buffers["shadow"].use()
        self._buffers["shadow"].clear(depth=1.0)
        context.enable(moderngl.DEPTH_TEST)
        context.depth_func = "<="
        context.disable(moderngl.CULL_FACE)
        for drawable in (self._drawables[name] for name in names):
            if not drawable.material.casts:
                continue
            cut_out = drawable.texture is not None and drawable.material.alpha > 0
            program["has_picture"].value = cut_out
            program["least_alpha"].value = drawable.material.alpha
            if cut_out:
                drawable.texture.use(0)
            drawable.shadow.render()

    def _draw_scene(self, view: View, names: Sequence[str]) -> None:
        context, program = self._context, self._programs["scene"]
        context.enable(moderngl.DEPTH_TEST)
        context.depth_func = "<="
        program["view_proj"].write(view.view_projection.T.astype("f4").tobytes())
        program["light_proj"].write(self._light_matrix.T.tobytes())
        program["eye"].value = tuple(view.eye)
        program["picture"].value, program["shadow_map"].value = 0, 1
        self._shadow_map.use(1)
        for drawable in (self._drawables[name] for name in names):
            material = drawable.material
            (context.disable if material.two_sided else context.enable)(moderngl.CULL_FACE)
            program["two_sided"].value = material.two_sided
            program["is_skin"].value = material.skin
            program["has_picture"].value = drawable.texture is not None
            program["tint"].value = material.tint
            for name in ("grey", "rough", "spec", "emit"):
                program[name].value = getattr(material, name)
            program["least_alpha"].value = material.alpha
            if drawable.texture is not None:
                drawable.texture.use(0)
            drawable.scene.render()

    def _finish(self, view: View, rect: Rect) -> Image:
        """Occlusion, exposure and tone within a rectangle, and its pixels (H, W, 3), the bottom row first."""
        context = self._context
        context.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE)
        occlusion, final = self._programs["occlusion"], self._programs["final"]
        self._layers["depth"].use(0)
        occlusion["depth"].value = 0
        occlusion["tan_half"].value = view.tan_half
        occlusion["pixel"].value = (1 / self._px[0], 1 / self._px[1])
        occlusion["near"].value, occlusion["far"].value = NEAR_M, FAR_M
        x, y, width, height = rect
        self._buffers["occlusion"].use()
        self._buffers["occlusion"].scissor = max(0, x // 2 - 3), max(0, y // 2 - 3), width // 2 + 7, height // 2 + 7
        self._screens["occlusion"].render(moderngl.TRIANGLE_STRIP)
        for unit_, (name, texture) in enumerate(
            (("direct", self._layers["direct"]), ("ambient", self._layers["ambient"]), ("occlusion", self._occlusion))
        ):
            texture.use(unit_)
            final[name].value = unit_
        final["occlusion_pixel"].value = (1 / self._half[0], 1 / self._half[1])
        self._buffers["final"].use()
        self._buffers["final"].scissor = rect
        self._screens["final"].render(moderngl.TRIANGLE_STRIP)
        pixels = self._buffers["final"].read(viewport=rect, components=3, alignment=1)
        return np.frombuffer(pixels, np.uint8).reshape(height, width, 3)

    def _rect(self, view: View, around: FloatArray) -> Rect:
        """The rectangle of the rendering that the person and their shadow on the surface can change."""
        shadow = around - self._to_light * (around[:, 2:3] / self._to_light[2])
        seen = view.project(np.vstack([around, shadow])) * np.array(self._px) / np.array(self.size)
        low = np.clip(seen.min(axis=0) - _REACH_PX, 0, self._px).astype(int)
        high = np.clip(seen.max(axis=0) + _REACH_PX, 0, self._px).astype(int)
        width, height = np.maximum(high - low, 1)
        return int(low[0]), int(self._px[1] - high[1]), int(width), int(height)


def _interleaved(first: FloatArray, second: FloatArray) -> bytes:
    return np.hstack([first, second]).astype("f4").tobytes()


def _union(a: Rect, b: Rect) -> Rect:
    x, y = min(a[0], b[0]), min(a[1], b[1])
    return x, y, max(a[0] + a[2], b[0] + b[2]) - x, max(a[1] + a[3], b[1] + b[3]) - y
