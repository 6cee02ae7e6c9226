"""Render a clip: the video, and its truth beside it."""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from synthetic import truth
from synthetic.renderer import Renderer
from synthetic.spec import Clip, to_json
from synthetic.stage import Stage
from synthetic.studio import Studio


def fingerprint(clip: Clip) -> str:
    """A short digest of a spec, by which a finished clip is known again."""
    return hashlib.sha256(json.dumps(to_json(clip), sort_keys=True).encode()).hexdigest()[:16]


def is_rendered(clip: Clip, folder: Path) -> bool:
    """The clip is there, and was made from this very spec."""
    about = folder / f"{clip.name}.json"
    if not about.exists() or not about.with_suffix(".mp4").exists():
        return False
    return bool(json.loads(about.read_text(encoding="utf-8")).get("fingerprint") == fingerprint(clip))


def render_clip(clip: Clip, folder: Path) -> int:
    """Write NAME.mp4, NAME.csv and, when both are there, NAME.json; returns the number of frames."""
    stage = Stage(clip)
    renderer = Renderer(stage.size, supersample=clip.picture.supersample)
    studio = Studio(stage, renderer)
    video, rows = folder / f"{clip.name}.part.mp4", []
    with av.open(str(video), "w", options={"movflags": "faststart"}) as container:
        stream: Any = container.add_stream("libx264", rate=Fraction(clip.picture.fps).limit_denominator(1000))
        stream.width, stream.height = stage.size
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        stream.options = {"preset": "veryfast", "crf": str(clip.picture.crf)}
        for frame in range(stage.frame_count):
            picture = av.VideoFrame.from_ndarray(studio.frame(frame), format="rgb24")
            container.mux(stream.encode(picture))
            rows.append(stage.row(frame))
        container.mux(stream.encode())
    renderer.close()
    video.replace(folder / f"{clip.name}.mp4")
    truth.write_table(folder / f"{clip.name}.csv", rows)
    truth.write_summary(folder / f"{clip.name}.json", stage.summary(rows) | {"fingerprint": fingerprint(clip)})
    return stage.frame_count
