"""A copy of a clip that can be shown to others: face covered, without sound and metadata."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from formcheck.errors import UsageError
from formcheck.pose.faces import Circle, cover, head_circles
from formcheck.pose.landmarker import Landmarker, MediaPipeLandmarker
from formcheck.pose.models import find_model, identify
from formcheck.stages import Progress
from formcheck.types import Frame
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

STAGES = ("find_head", "blur")
# A head is covered wherever it was this long before and after: a frame with a wrong detection is covered by its
# neighbours, and a person lying down does not move the head out of the region in that time.
HOLD_S = 0.5


def deidentify(clip: Path, out: Path, *, model: str, progress: Progress) -> int:
    """Write a copy of a clip with the head of the person in it covered in every frame.

    Parameters
    ----------
    clip, out : Path
        The clip, and the MP4 to write; it appears when it is complete.
    model : str
        Landmark model.
    progress : callable

    Returns
    -------
    int
        Frames that were covered whole, because no head was found near them.

    Raises
    ------
    FormcheckError
        The clip cannot be read, or the copy cannot be written.
    """
    if out.exists() and out.samefile(clip):
        raise UsageError(f"{out}: expected another file than the clip itself, which stays as it is")
    found = identify(find_model(model))
    whole = 0
    with FileSource(clip) as source:
        source.check_times()
        # Before the long work: a copy that cannot be written is refused at once.
        with H264Writer(out, size_px=source.size_px, nominal_fps=source.nominal_fps) as writer:
            with MediaPipeLandmarker(found.path) as landmarker:
                times_s, heads = _find_heads(source, landmarker, progress)
            for frame in _with_progress(source, "blur", progress):
                circles = circles_at(frame.t_s, times_s, heads)
                whole += not circles
                writer.write(cover(frame.image_bgr, circles), frame.t_s)
            writer.end_at(source.read_to_s)
    return whole


def circles_at(t_s: float, times_s: Sequence[float], heads: Sequence[tuple[Circle, ...]]) -> tuple[Circle, ...]:
    """Return every place where the head may be around a time; empty without a detection near it."""
    first, last = bisect_left(times_s, t_s - HOLD_S), bisect_right(times_s, t_s + HOLD_S)
    return tuple(circle for circles in heads[first:last] for circle in circles)


def _find_heads(
    source: FileSource, landmarker: Landmarker, progress: Progress
) -> tuple[list[float], list[tuple[Circle, ...]]]:
    times_s, heads = [], []
    for frame in _with_progress(source, "find_head", progress):
        found = landmarker.detect(frame.image_bgr, frame.t_s)
        times_s.append(frame.t_s)
        heads.append(head_circles(found.xy_px.astype(np.float64), size_px=source.size_px) if found is not None else ())
    return times_s, heads


def _with_progress(source: FileSource, stage: str, progress: Progress) -> Iterator[Frame]:
    for frame in source:
        yield frame
        progress(stage, frame.t_s / max(source.expected_s, 1e-3))
