"""Clips with their results, made on the spot: the movement is known, and each picture tells its own number."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

import synth
from clips import Image, write_clip
from formcheck.form.judge import judge_track
from formcheck.pipeline import write_session
from formcheck.protocols.loader import load_protocol
from formcheck.types import ClipInfo, FloatArray
from synth import Move

SIZE_PX = (320, 180)
BITS = 10
TICKS_S = 12_800

# As phones do it: long and short gaps between the frames.
_GAPS_S = (1 / 30, 1 / 30, 1 / 15, 1 / 60, 1 / 10, 1 / 30)


def uneven_times(length_s: float) -> FloatArray:
    """Times of the frames of a clip with a variable frame rate, whole ticks of its container."""
    gaps = np.tile(_GAPS_S, int(length_s / min(_GAPS_S)))
    times = np.concatenate([[0.0], np.cumsum(gaps)])
    return np.round(times[times < length_s] * TICKS_S) / TICKS_S


def coded(index: int, size_px: tuple[int, int]) -> Image:
    """Return a picture that shows its number as bright and dark fields along its upper edge."""
    w, h = size_px
    picture = np.full((h, w, 3), 90, np.uint8)
    field = w // BITS
    for bit in range(BITS):
        picture[: h // 3, bit * field : (bit + 1) * field] = 235 if index >> bit & 1 else 20
    return picture


# Reads the number off what is shown: the video, or the small image that covers it while the hand moves.
READ_NUMBER = """() => {
    const shown = document.querySelector(".scrub-image:not([hidden])") ?? document.querySelector("video");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [shown.videoWidth ?? shown.width, shown.videoHeight ?? shown.height];
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.drawImage(shown, 0, 0);
    const field = canvas.width / 10;
    let number = 0;
    for (let bit = 0; bit < 10; bit += 1) {
        const [red] = pen.getImageData((bit + 0.5) * field, canvas.height / 6, 1, 1).data;
        number += red > 128 ? 1 << bit : 0;
    }
    return number;
}"""


def stage_clip(
    folder: Path, name: str, moves: list[Move], *, hip_deg: float = 90.0, drift_deg: float = 0.0
) -> FloatArray:
    """Leave a clip and its results in ``folder``; return its frame times. ``drift_deg``: how far the thigh follows."""
    times_s = uneven_times(synth.duration(moves) + 1.0)
    clip = write_clip(folder / name, times_s=times_s.tolist(), size_px=SIZE_PX, image=coded)
    # No two clips are the same bytes: an empty box at the end of the file.
    with clip.open("ab") as file:
        file.write((8 + len(name)).to_bytes(4, "big") + b"free" + name.encode())
    knee_deg = synth.knee_curve(times_s, moves)
    thigh_deg = hip_deg - drift_deg * (90.0 - knee_deg) / 70.0
    track = synth.track(times_s, knee_deg, thigh_deg, size_px=SIZE_PX, scale_px_m=100.0)
    sha256 = hashlib.sha256(clip.read_bytes()).hexdigest()
    info = ClipInfo(name, sha256, SIZE_PX, float(times_s[-1]), 0, "h264", 25.0)
    track = dataclasses.replace(track, clip=info)
    protocol = load_protocol("sciatic-glide")
    write_session(folder / f"{clip.stem}.formcheck", track, judge_track(track, protocol), protocol)
    return times_s


def stage_many(folder: Path, like: Path, count: int) -> None:
    """Leave ``count`` results without their clips, each with another number of repetitions."""
    document: dict[str, Any] = json.loads((like / "session.json").read_text(encoding="utf-8"))
    (rep,) = document["reps"]
    for number in range(count):
        document["clip"]["name"] = f"clip_{number:03}.mp4"
        document["clip"]["sha256"] = f"{number:064x}"
        document["reps"] = [
            {**rep, "index": index, "findings": [{**finding, "rep": index} for finding in rep["findings"]]}
            for index in range(1, number % 25 + 1)
        ]
        document["rep_count"] = len(document["reps"])
        results = folder / f"clip_{number:03}.formcheck"
        shutil.copytree(like, results)
        (results / "session.json").write_text(json.dumps(document), encoding="utf-8")
