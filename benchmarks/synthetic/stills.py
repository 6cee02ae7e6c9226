"""Render stills to train on: one picture and one row of truth each.

A sheet is the unit of work; ``truth.csv`` joins the rows of all sheets.
"""

from __future__ import annotations

from pathlib import Path

import cv2

from synthetic import truth
from synthetic.draw_stills import setups
from synthetic.motion import Moment
from synthetic.renderer import Renderer
from synthetic.stage import Stage, skeleton_of
from synthetic.studio import Studio

_JPEG = [cv2.IMWRITE_JPEG_QUALITY, 90]


def render_sheet(sheet: int, folder: Path) -> int:
    """Draw a sheet into ``SHEET/`` and, when all pictures are there, write ``SHEET.csv``."""
    pictures = folder / f"{sheet:04d}"
    pictures.mkdir(parents=True, exist_ok=True)
    rows: list[truth.Row] = []
    renderer: Renderer | None = None
    skeleton, body_id = None, ""
    for clip, moments in setups(sheet):
        if clip.body.body_id != body_id:
            skeleton, body_id = skeleton_of(clip), clip.body.body_id
        stage = Stage(clip, skeleton=skeleton, moments=moments)
        if renderer is None:
            renderer = Renderer(stage.size, supersample=clip.picture.supersample)
        studio = Studio(stage, renderer)
        for pose, moment in enumerate(moments):
            path = pictures / f"{clip.name}-{pose}.jpg"
            cv2.imwrite(str(path), studio.still(moment)[..., ::-1], _JPEG)
            rows.append({"image": str(path.relative_to(folder)), **_row(stage, moment)})
    if renderer is not None:
        renderer.close()
    table = folder / f"{sheet:04d}.csv"
    truth.write_table(table.with_suffix(".part"), rows)
    table.with_suffix(".part").replace(table)
    return len(rows)


def join_tables(folder: Path) -> int:
    """Write ``truth.csv`` from the tables of all finished sheets; returns the number of stills."""
    tables = sorted(folder.glob("[0-9]*.csv"))
    lines: list[str] = []
    for table in tables:
        header, *rows = table.read_text(encoding="utf-8").splitlines()
        lines += rows if lines else [header, *rows]
    (folder / "truth.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return max(0, len(lines) - 1)


def _row(stage: Stage, moment: Moment) -> truth.Row:
    clip, camera, posture = stage.clip, stage.clip.camera, stage.clip.posture
    places = stage.places(moment)
    return {
        "body_id": clip.body.body_id,
        "room_id": clip.room.room_id,
        "camera_id": camera.camera_id,
        "working_side": clip.side,
        "far": int(abs(camera.azimuth_deg) > 90),
        "rest": posture.rest,
        "rest_bend": round(moment.rest_bend, 3),
        "hands": "+".join(posture.hands),
        "raised": round(moment.raised, 3),
        "azimuth_deg": round(camera.azimuth_deg, 2),
        "height_m": round(camera.height_m, 3),
        "distance_m": round(camera.distance_m, 3),
        "fov_deg": round(camera.fov_deg, 2),
        "roll_deg": round(camera.roll_deg, 2),
        "light": clip.light.kind,
        "level": round(clip.light.level, 3),
        "surface": clip.room.surface,
        "width": clip.picture.width,
        "height": clip.picture.height,
        **truth.angle_columns(places, clip.side),
        **truth.place_columns(places, stage.view(moment.t_s)),
    }
