"""What is tried: a good file of each kind, how it is changed, and the commands that read it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np

import synth
from formcheck.pose.track_file import save_track
from formcheck.record.exports.archive import session_json
from formcheck.record.store import open_store
from formcheck.review.model import Review
from fuzz.mutations import MARKS, flipped, mutated, mutated_container, mutated_json
from practice import keep_set

Mutate = Callable[[bytes, np.random.Generator], bytes]
SAMPLE = Path(__file__).parents[2] / "sample_videos" / "01_good_set.mp4"
# A second and a half of a person, in the containers and codecs that people have.
CONTAINERS = {
    "mp4": ("mp4", ("-c:v", "libx264", "-bf", "2")),
    "mov": (
        "mp4",
        ("-c:v", "libx265", "-x265-params", "log-level=error", "-metadata", "creation_time=2026-03-02T08:00:00Z"),
    ),
    "fragmented.mp4": ("mp4", ("-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov")),
    "mkv": (
        "mkv",
        (
            "-c:v",
            "libx264",
        ),
    ),
    "webm": ("mkv", ("-c:v", "libvpx", "-live", "1")),
    "avi": (
        "avi",
        (
            "-c:v",
            "mpeg4",
        ),
    ),
    "ts": (
        "ts",
        (
            "-c:v",
            "libx264",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file.

    Parameters
    ----------
    name : str
        Of the files, whose ending counts.
    whole : bytes
        A good one.
    mutate : callable
    """

    name: str
    whole: bytes
    mutate: Mutate


def clip_bytes(suffix: str, folder: Path) -> bytes:
    """Return a good clip."""
    path = folder / f"whole.{suffix}"
    command = ["ffmpeg", "-v", "error", "-y", "-ss", "1", "-t", "1.5", "-i", str(SAMPLE), "-an", "-g", "5"]
    subprocess.run([*command, "-vf", "fps=10,scale=192:-2", *CONTAINERS[suffix][1], str(path)], check=True)
    return path.read_bytes()


def container(suffix: str, folder: Path) -> Kind:
    """Return the kind of clips in one container."""
    marks = MARKS[CONTAINERS[suffix][0]]
    return Kind(f"clip.{suffix}", clip_bytes(suffix, folder), lambda data, draw: mutated_container(data, marks, draw))


def track(folder: Path) -> Kind:
    """Return the kind of saved tracks, whose arrays are changed as well as their bytes."""
    return Kind("track.npz", _whole_track(folder).read_bytes(), mutated_npz)


def _whole_track(folder: Path) -> Path:
    save_track(synth.glide([synth.Move()]), folder / "whole.npz")
    return folder / "whole.npz"


def mutated_npz(data: bytes, draw: np.random.Generator) -> bytes:
    """Change bytes, or the values, types, shapes and names of arrays."""
    if draw.random() < 0.5:
        return (flipped if draw.random() < 0.5 else mutated)(data, draw)
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        arrays = dict(stored)
    for name in draw.choice(list(arrays), size=2):
        arrays[name] = _hurt_array(arrays[name], draw)
    if draw.random() < 0.2:
        del arrays[str(draw.choice(list(arrays)))]
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _hurt_array(array: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    array = array.copy()
    kind = int(draw.integers(6))
    if kind == 0 and array.size:
        extremes = [0, 1, -1, 2**31, 1e6, 1e15, 1e300, np.nan, np.inf]
        value = extremes[int(draw.integers(len(extremes)))]
        with np.errstate(all="ignore"):
            at = int(draw.integers(array.size))
            array = np.asarray(array, np.float64) if array.dtype.kind in "iufb" else array
            if array.dtype.kind == "f":
                array.reshape(-1)[at] = value
        return array
    if kind == 1:
        return array[..., :0] if array.ndim else array.reshape(1)
    if kind == 2 and array.dtype.kind == "f":
        with np.errstate(all="ignore"):
            return array * float(draw.choice([-1.0, 1e-9, 1e6, 1e300]))
    if kind == 3 and array.dtype.kind in "iufb":
        return array.astype(np.float16 if draw.random() < 0.5 else np.complex64)
    if kind == 4 and array.ndim:
        return np.concatenate([array, array])[: int(draw.integers(1, 2 * len(array) + 1))] if len(array) else array
    return np.array("²²" if draw.random() < 0.5 else "{}")


def archive(folder: Path) -> Kind:
    """Return the kind of exported sessions; 'kept' in the folder is a record to import them into."""
    with open_store(folder / "kept") as store:
        keep_set(store, "another")
    with open_store(folder / "exporting") as store:
        uid = keep_set(store).uid
        with store.reading() as connection:
            whole = session_json(store, connection, uid)
    shutil.rmtree(folder / "exporting")
    return Kind("session.json", whole, mutated_json)


def a_review() -> Review:
    """Return a review that uses every field."""
    return Review.model_validate(
        {
            "revision": 1,
            "reviewer": "Ann",
            "person": "P017",
            "side": "left",
            "protocol": "sciatic-glide",
            "summary_note": "Well done.",
            "reps": [{"start_s": 1.0, "peak_s": 2.0, "end_s": 3.0}],
            "overrules": [{"rule": "slow", "rep": 1, "verdict": "NOT_MET", "reason": "too fast"}],
            "notes": [
                {
                    "id": "a",
                    "scope": "frame",
                    "rep": None,
                    "t_s": 1.0,
                    "text": "here",
                    "at": "2026-03-02T08:00:00+00:00",
                }
            ],
            "goniometer": [{"id": "b", "t_s": 1.0, "joint": "knee", "points": [[10, 10], [50, 50], [90, 20]]}],
            "calibrated": True,
            "key_images": [{"id": "c", "t_s": 1.0, "caption": "straight"}],
        }
    )


def protocol(folder: Path) -> Kind:
    """Return the kind of protocols; 'whole.npz' in the folder is a track to judge by them."""
    _whole_track(folder)
    whole = (resources.files("formcheck.protocols") / "builtin" / "sciatic-glide.toml").read_bytes()
    return Kind("protocol.toml", whole, mutated_toml)


def mutated_toml(data: bytes, draw: np.random.Generator) -> bytes:
    """Change bytes, or the values of a few lines."""
    if draw.random() < 0.3:
        return mutated(data, draw)
    lines = data.decode().split("\n")
    values = (
        "0",
        "-1",
        "1e308",
        "nan",
        "inf",
        "1e16",
        '""',
        '"²"',
        "[]",
        "{}",
        "true",
        "2026-01-01",
        "9" * 30,
        "[1, [2, [3]]]",
    )
    rows = [at for at, line in enumerate(lines) if "=" in line and not line.startswith("#")]
    for at in draw.choice(rows, size=int(draw.integers(1, 3))):
        key = lines[at].partition("=")[0]
        hurt = values[int(draw.integers(len(values)))] if draw.random() < 0.5 else _scaled(lines[at], draw)
        lines[at] = f"{key}= {hurt}" if draw.random() < 0.9 else ""
    return "\n".join(lines).encode()


def _scaled(line: str, draw: np.random.Generator) -> str:
    """Return the value of a line with its numbers multiplied."""
    value = line.partition("=")[2]
    factor = float(draw.choice([0.0, 0.5, 0.99, 1.01, 2.0, 100.0]))
    return re.sub(r"\b[0-9]+(\.[0-9]+)?\b", lambda number: f"{float(number[0]) * factor:g}", value)


KINDS: dict[str, Callable[[Path], Kind]] = {
    **{f"clip, {suffix}": partial(container, suffix) for suffix in CONTAINERS},
    "track (.npz)": track,
    "archive to import": archive,
    "protocol": protocol,
}
