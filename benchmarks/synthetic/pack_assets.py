"""Pack MakeHuman's files into the archive ``body.npz``: python -m synthetic.pack_assets FOLDER.

The folder holds ``body/ targets/ clothes/ hair/ brows/ lashes/ eyes/ skins/`` as MakeHuman lays them out; README.md
says where each file comes from. Only needed to change what the archive holds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from synthetic.assets import ARCHIVE

Arrays = dict[str, NDArray[Any]]
# Longest side of the textures, px: at the size at which people are drawn, more cannot be seen.
_SIDE_PX = {"skins": 1024, "clothes": 512, "hair": 512, "brows": 128, "lashes": 128, "eyes": 128}
_JPEG, _WEBP = [cv2.IMWRITE_JPEG_QUALITY, 88], [cv2.IMWRITE_WEBP_QUALITY, 85]


def read_obj(path: Path) -> tuple[Arrays, list[str]]:
    """Vertices, texture coordinates and quads of a Wavefront file, and the group of each face."""
    rows: dict[str, list[list[float]]] = {"v": [], "vt": []}
    corners: list[list[tuple[int, int]]] = []
    groups: list[str] = []
    group = ""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        tag, *fields = line.split() or [""]
        if tag in rows:
            rows[tag].append([float(field) for field in fields[: 3 if tag == "v" else 2]])
        elif tag == "g":
            group = fields[0] if fields else ""
        elif tag == "f":
            ids = [(field.split("/") + ["1"])[:2] for field in fields]
            face = [(int(vertex) - 1, int(uv or 1) - 1) for vertex, uv in ids]
            corners.append(face if len(face) == 4 else [*face, face[-1]])
            groups.append(group)
    faces = np.array(corners)
    return {
        "vertices": np.array(rows["v"], np.float32),
        "uv": np.array(rows["vt"] or [[0.0, 0.0]], np.float32),
        "face_vertices": faces[..., 0].astype(np.uint16),
        "face_uv": faces[..., 1].astype(np.uint16),
    }, groups


def read_garment(path: Path) -> Arrays:
    """A garment bound to the base mesh (.mhclo with its .obj)."""
    bound: list[list[float]] = []
    hidden: set[int] = set()
    scale = np.zeros((3, 3))
    mesh, section = path.with_suffix(".obj"), ""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        key, *fields = line.split() or ["#"]
        if key in ("x_scale", "y_scale", "z_scale"):
            scale["xyz".index(key[0])] = [float(field) for field in fields]
        elif key == "obj_file":
            mesh = path.parent / fields[0]
        elif key in ("verts", "delete_verts"):
            section = key
        elif section == "verts" and key.isdigit():
            row = [float(field) for field in (key, *fields)]
            bound.append(row if len(row) == 9 else [row[0]] * 3 + [1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
        elif section == "delete_verts" and key.isdigit():
            hidden.update(_ranges([key, *fields]))
    table = np.array(bound)
    faces, _ = read_obj(mesh)
    del faces["vertices"]
    return {
        "refs": table[:, :3].astype(np.uint16),
        "shares": table[:, 3:6].astype(np.float32),
        "offset": table[:, 6:].astype(np.float32),
        "scale": scale,
        "hidden": np.array(sorted(hidden), np.uint16),
        **faces,
    }


def _ranges(tokens: list[str]) -> list[int]:
    """``1 - 4 9`` is 1, 2, 3, 4, 9."""
    numbers: list[int] = []
    for position, token in enumerate(tokens):
        if not token.isdigit():
            continue
        ranged = position >= 2 and tokens[position - 1] == "-"
        numbers.extend(range(int(tokens[position - 2]), int(token) + 1) if ranged else [int(token)])
    return numbers


def read_rig(skeleton: Path, weights: Path) -> Arrays:
    """Bones in an order of parents before children, and how much they move each vertex."""
    rig = json.loads(skeleton.read_text(encoding="utf-8"))
    bones, order = rig["bones"], []

    def visit(name: str) -> None:
        if name and name not in order:
            visit(bones[name]["parent"])
            order.append(name)

    for name in bones:
        visit(name)
    packed: Arrays = {
        "rig.names": np.array(order),
        "rig.parent": np.array(
            [order.index(bones[n]["parent"]) if bones[n]["parent"] else -1 for n in order], np.int16
        ),
    }
    for which in ("head", "tail"):
        vertices = [rig["joints"][bones[name][which]] for name in order]
        packed[f"rig.{which}.vertices"] = np.concatenate(vertices).astype(np.uint16)
        packed[f"rig.{which}.count"] = np.array([len(v) for v in vertices], np.uint8)
    dense = _dense_weights(json.loads(weights.read_text(encoding="utf-8"))["weights"], order)
    most = int((dense > 0).sum(axis=1).max())
    strongest = np.argsort(-dense, axis=1, kind="stable")[:, :most]
    packed["weights.bones"] = strongest.astype(np.uint8)
    packed["weights.shares"] = np.take_along_axis(dense, strongest, axis=1).astype(np.float16)
    return packed


def _dense_weights(pairs: dict[str, list[tuple[int, float]]], order: list[str]) -> NDArray[np.float64]:
    count = 1 + max(int(vertex) for bone in pairs.values() for vertex, _ in bone)
    dense = np.zeros((count, len(order)))
    for bone, moved in pairs.items():
        for vertex, share in moved:
            dense[int(vertex), order.index(bone)] += share
    return dense


def read_target(path: Path) -> Arrays:
    """A morph target: vertices and how they move."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    rows = np.array([line.split() for line in lines if len(line.split()) == 4 and not line.startswith("#")], float)
    return {"vertices": rows[:, 0].astype(np.uint16), "moves": rows[:, 1:].astype(np.float16)}


def read_texture(path: Path) -> NDArray[np.uint8]:
    """A picture made small and encoded again: WebP where it has an alpha channel, JPEG elsewhere."""
    picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if picture is None:
        raise ValueError(f"{path}: expected a picture, got something OpenCV cannot read")
    share = min(1.0, _SIDE_PX[path.parent.name] / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    suffix, quality = (".webp", _WEBP) if small.shape[2] == 4 else (".jpg", _JPEG)
    return np.asarray(cv2.imencode(suffix, small, quality)[1], np.uint8).ravel()


def pack(folder: Path, archive: Path) -> None:
    """Read the folder and write the archive."""
    base, groups = read_obj(folder / "body/base.obj")
    skin = np.array([group == "body" for group in groups])
    packed: Arrays = {f"base.{key}": value for key, value in base.items()}
    for key in ("face_vertices", "face_uv"):
        packed[f"base.{key}"] = packed[f"base.{key}"][skin]
    packed |= read_rig(folder / "body/default.mhskel", folder / "body/default_weights.mhw")
    for path in sorted(folder.glob("targets/*.target")):
        packed |= {f"target.{path.stem}.{key}": value for key, value in read_target(path).items()}
    for path in sorted(folder.glob("*/*.mhclo")):
        packed |= {f"{path.stem}.{key}": value for key, value in read_garment(path).items()}
    for path in sorted([*folder.glob("*/*.jpg"), *folder.glob("*/*.png")]):
        packed[f"texture.{path.stem}"] = read_texture(path)
    np.savez_compressed(archive, **packed)  # type: ignore[arg-type]
    print(f"{archive}: {archive.stat().st_size / 1e6:.1f} MB, {len(packed)} arrays")


if __name__ == "__main__":
    pack(Path(sys.argv[1]), ARCHIVE)
