"""Small video files made on the spot: with known times and contents, or small excerpts of a recorded clip."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

Image = NDArray[np.uint8]

SIZE_PX = (64, 48)

SAMPLES = Path(__file__).parents[1] / "sample_videos"
GOOD_SET = SAMPLES / "01_good_set.mp4"
HIP_DRIFT = SAMPLES / "02_hip_drift.mp4"

_EXACT = Interpolation.BILINEAR | Interpolation.ACCURATE_RND


def numbered(index: int, size_px: tuple[int, int] = SIZE_PX) -> Image:
    """Return a grey image whose brightness tells its number, with a white top left corner."""
    w, h = size_px
    image = np.full((h, w, 3), 20 + 4 * (index % 50), np.uint8)
    image[: h // 4, : w // 4] = 255
    return image


def number_of(image: Image) -> int:
    """Read the number back from the middle of a image made by `numbered`."""
    h, w = image.shape[:2]
    return round((float(image[h // 2 - 4 : h // 2 + 4, w // 2 - 4 : w // 2 + 4].mean()) - 19) / 4)


def steady(count: int = 20, fps: float = 25.0) -> list[float]:
    return [i / fps for i in range(count)]


def write_clip(
    path: Path,
    *,
    times_s: Sequence[float] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    size_px: tuple[int, int] = SIZE_PX,
    image: Callable[[int, tuple[int, int]], Image] = numbered,
    time_base: Fraction = Fraction(1, 12_800),
    codec_options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    prepare: Callable[[Any], None] | None = None,
    sound: bool = False,
) -> Path:
    """Write a clip with one image at each of ``times_s``; ``prepare`` may set up the stream."""
    times_s = steady() if times_s is None else times_s
    options = {"bf": "0", "qp": "4", **(codec_options or {})} if codec == "libx264" else codec_options
    with av.open(str(path), "w", options=container_options or {}) as container:
        stream: Any = container.add_stream(codec, rate=25, options=options or {})
        stream.width, stream.height = size_px
        stream.pix_fmt = pix_fmt
        stream.codec_context.time_base = time_base
        if prepare is not None:
            prepare(stream)
        tone: Any = container.add_stream("aac", rate=16_000, layout="mono") if sound else None
        container.start_encoding()
        for index, t_s in enumerate(times_s):
            frame = av.VideoFrame.from_ndarray(image(index, size_px), format="bgr24")
            frame = frame.reformat(format=pix_fmt, interpolation=_EXACT)
            frame.pts = round(t_s / time_base)
            frame.time_base = time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if tone is not None:
            _write_sound(container, tone)
    return path


def retagged(clip: Path, path: Path, tags: dict[str, str]) -> Path:
    """Write a clip again with more tags, such as those of a phone."""
    with av.open(str(clip)) as given, av.open(str(path), "w", options={"movflags": "use_metadata_tags"}) as made:
        made.metadata.update({**given.metadata, **tags})
        stream = made.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                made.mux(packet)
    return path


def excerpt(path: Path, clip: Path = GOOD_SET, *, start_s: float = 0.0, length_s: float, fps: float = 10.0) -> Path:
    """Write a piece of a clip, small and with few frames a second: an analysis costs by the frame."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ffmpeg = ["ffmpeg", "-v", "error", "-ss", str(start_s), "-i", clip, "-t", str(length_s), "-r", str(fps)]
    subprocess.run([*ffmpeg, "-vf", "scale=-2:270", "-preset", "ultrafast", path], check=True)
    return path


def write_sound_only(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("aac", rate=16_000, layout="mono")
        _write_sound(container, stream)
    return path


def _write_sound(container: Any, stream: Any) -> None:
    for index in range(16):
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 16_000
        frame.pts = index * 1024
        frame.time_base = Fraction(1, 16_000)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())
