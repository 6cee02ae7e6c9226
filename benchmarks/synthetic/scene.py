"""What there is to draw: the pieces of room and person on the graphics card, their light, and its shadows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np

from synthetic import shaders
from synthetic.camera import View, look_at
from synthetic.geometry import FloatArray, unit
from synthetic.meshes import Mesh
from synthetic.person import Material
from synthetic.picture import Image
from synthetic.spec import Light

_SHADOW_PX = 1024
# The light's box: half its width, and its depth from the light on, metres.
_LIGHT_HALF_M, _LIGHT_DEPTH_M = 2.2, (0.5, 7.5)


@dataclass(frozen=True, slots=True)
class _Drawable:
    vertices: Any
    scene: Any
    shadow: Any
    texture: Any
    material: Material
    moves: bool
    receives: bool
    owned: tuple[Any, ...]


class Scene:
    """Pieces by name; those of the room stay where they are, those of the person are given new vertices."""

    def __init__(self, context: Any) -> None:
        self._context = context
        self._program = context.program(shaders.SCENE_VERTEX, shaders.SCENE_FRAGMENT)
        self._shadow_program = context.program(shaders.SHADOW_VERTEX, shaders.SHADOW_FRAGMENT)
        self._shadow_map = context.depth_texture((_SHADOW_PX, _SHADOW_PX))
        self._shadow_map.compare_func = "<="
        self._shadow_map.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._shadow_buffer = context.framebuffer(depth_attachment=self._shadow_map)
        self._pieces: dict[str, _Drawable] = {}
        self._textures: dict[str, Any] = {}
        self._light_matrix = np.eye(4, dtype="f4")
        self.to_light: FloatArray = np.array([0.0, 0.0, 1.0])

    # ---- its pieces ------------------------------------------------------------------------------------------------

    @property
    def everything(self) -> list[str]:
        """All pieces, the person first: what they hide need not be shaded."""
        return sorted(self._pieces, key=lambda name: not self._pieces[name].moves)

    @property
    def person(self) -> list[str]:
        """The pieces that move."""
        return [name for name, piece in self._pieces.items() if piece.moves]

    @property
    def room(self) -> list[str]:
        """The pieces that do not move."""
        return [name for name, piece in self._pieces.items() if not piece.moves]

    @property
    def receivers(self) -> list[str]:
        """The pieces of the room on which the person's shadow falls."""
        return [name for name, piece in self._pieces.items() if piece.receives]

    def clear(self) -> None:
        """Forget all pieces; textures of people are kept."""
        for piece in self._pieces.values():
            for owned in piece.owned:
                owned.release()
        self._pieces = {}

    def add_room(self, name: str, mesh: Mesh) -> None:
        """Add a piece of the room."""
        texture = None if mesh.texture is None else self._upload(mesh.texture)
        self._add(name, mesh, texture, moves=False, owned=() if texture is None else (texture,))

    def add_person(self, name: str, mesh: Mesh, texture: str, read: Callable[[str], Image]) -> None:
        """Add a piece of the person, its texture read by name when it is first used."""
        if texture not in self._textures:
            self._textures[texture] = self._upload(read(texture))
        self._add(name, mesh, self._textures[texture], moves=True, owned=())

    def _add(self, name: str, mesh: Mesh, texture: Any, *, moves: bool, owned: tuple[Any, ...]) -> None:
        context = self._context
        vertices = context.buffer(_interleaved(mesh.points, mesh.normals))
        fixed = context.buffer(_interleaved(mesh.uv, mesh.colours))
        index = context.buffer(mesh.triangles.astype("i4").tobytes())
        scene = context.vertex_array(
            self._program,
            [(vertices, "3f 3f", "in_pos", "in_normal"), (fixed, "2f 3f", "in_uv", "in_colour")],
            index,
        )
        shadow = context.vertex_array(
            self._shadow_program, [(vertices, "3f 12x", "in_pos"), (fixed, "2f 12x", "in_uv")], index
        )
        self._pieces[name] = _Drawable(
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
        self._pieces[name].vertices.write(_interleaved(points, normals))

    def set_light(self, light: Light, view: View) -> None:
        """Light the scene; the fill light comes from above the camera."""
        around, above = np.radians(light.key_from_deg), np.radians(light.key_height_deg)
        self.to_light = np.array([np.cos(around) * np.cos(above), np.sin(around) * np.cos(above), np.sin(above)])
        near, far = _LIGHT_DEPTH_M
        box = np.diag([1 / _LIGHT_HALF_M, 1 / _LIGHT_HALF_M, -2 / (far - near), 1.0])
        box[2, 3] = -(far + near) / (far - near)
        centre = np.array([0.0, 0.0, 0.2])
        self._light_matrix = (box @ look_at(self.to_light * 4.0 + centre, centre)).astype("f4")
        warm = np.array([1.0, 1.0 - 0.16 * light.warmth, 1.0 - 0.42 * light.warmth])
        around_us = 0.4 + 0.6 * light.fill
        program = self._program
        program["to_light"].value = tuple(self.to_light)
        program["key_colour"].value = tuple(1.55 * warm)
        program["sky_colour"].value = tuple(0.62 * (0.5 * warm + 0.5 * np.array([0.93, 0.97, 1.0])) * around_us)
        program["ground_colour"].value = tuple(np.array([0.30, 0.27, 0.24]) * around_us)
        program["to_fill"].value = tuple(unit(view.eye + np.array([0.0, 0.0, 0.6])))
        program["fill_colour"].value = tuple(0.30 * warm * light.fill)

    # ---- drawing ---------------------------------------------------------------------------------------------------

    def draw_shadows(self, names: Sequence[str]) -> None:
        """Draw the depth of the named pieces as the light sees them."""
        context, program = self._context, self._shadow_program
        program["light_proj"].write(self._light_matrix.T.tobytes())
        self._shadow_buffer.use()
        self._shadow_buffer.clear(depth=1.0)
        context.enable(moderngl.DEPTH_TEST)
        context.depth_func = "<="
        context.disable(moderngl.CULL_FACE)
        for piece in (self._pieces[name] for name in names):
            if not piece.material.casts:
                continue
            cut_out = piece.texture is not None and piece.material.alpha > 0
            program["has_picture"].value = cut_out
            program["least_alpha"].value = piece.material.alpha
            if cut_out:
                piece.texture.use(0)
            piece.shadow.render()

    def draw(self, view: View, names: Sequence[str]) -> None:
        """Draw the named pieces into the buffer in use."""
        context, program = self._context, self._program
        context.enable(moderngl.DEPTH_TEST)
        context.depth_func = "<="
        program["view_proj"].write(view.view_projection.T.astype("f4").tobytes())
        program["light_proj"].write(self._light_matrix.T.tobytes())
        program["eye"].value = tuple(view.eye)
        program["picture"].value, program["shadow_map"].value = 0, 1
        self._shadow_map.use(1)
        for piece in (self._pieces[name] for name in names):
            material = piece.material
            (context.disable if material.two_sided else context.enable)(moderngl.CULL_FACE)
            program["two_sided"].value = material.two_sided
            program["is_skin"].value = material.skin
            program["has_picture"].value = piece.texture is not None
            program["tint"].value = material.tint
            for name in ("grey", "rough", "spec", "emit"):
                program[name].value = getattr(material, name)
            program["least_alpha"].value = material.alpha
            if piece.texture is not None:
                piece.texture.use(0)
            piece.scene.render()


def _interleaved(first: FloatArray, second: FloatArray) -> bytes:
    return np.hstack([first, second]).astype("f4").tobytes()
