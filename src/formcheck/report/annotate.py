"""The annotated clip: every picture of a recording again, with what was found drawn on it."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from formcheck.report.moments import Goals, Moments
from formcheck.report.overlay import Overlay
from formcheck.report.overlay_layout import choose_place
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from formcheck.types import PoseTrack, Session

# Pictures drawn but not yet encoded: enough to ride over a slow key frame, few enough to stay small.
_WAITING = 4


def annotate(
    clip: Path,
    out: Path,
    *,
    track: PoseTrack,
    session: Session,
    goals: Goals,
    start_s: float | None = None,
    end_s: float | None = None,
    on_frame: Callable[[float], None] | None = None,
) -> None:
    """Write ``out`` (MP4, H.264): the clip with skeleton, angles, counter, phase, tempo, hip band and cues.

    Pictures keep their distances in time; the first is at 0. Decoding, drawing and encoding run side by
    side, and no more than a few pictures are held whatever the clip's length.

    Parameters
    ----------
    clip, out : Path
    track : PoseTrack
        The track of this very clip.
    session : Session
        Judged from that track.
    goals : Goals
    start_s, end_s : float, optional
        The window that was analysed.
    on_frame : callable, optional
        Told the time of each picture once it is drawn.

    Raises
    ------
    InputError
        The clip cannot be read (any more).
    OutputError
        The video cannot be written. Nothing is left behind.
    """
    moments = Moments(track, session, goals=goals)
    with (
        FileSource(clip, start_s=start_s, end_s=end_s) as source,
        H264Writer(out, size_px=source.size_px, nominal_fps=source.nominal_fps) as writer,
        ThreadPoolExecutor(1, "decode") as decoder,
        ThreadPoolExecutor(1, "encode") as encoder,
    ):
        if source.size_px != track.size_px:
            raise ValueError(f"the track is of a clip of {track.size_px}, not {source.size_px}")
        overlay = Overlay(source.size_px, place=choose_place(source.size_px, *moments.body_points()))
        frames = iter(source)
        waiting: deque[Future[None]] = deque()
        first_s = None
        coming = decoder.submit(next, frames, None)
        while (frame := coming.result()) is not None:
            coming = decoder.submit(next, frames, None)
            first_s = frame.t_s if first_s is None else first_s
            overlay.draw(frame.image_bgr, moments.at(frame.t_s))
            waiting.append(encoder.submit(writer.write, frame.image_bgr, frame.t_s - first_s))
            if len(waiting) > _WAITING:
                waiting.popleft().result()
            if on_frame is not None:
                on_frame(frame.t_s)
        while waiting:
            waiting.popleft().result()
        writer.end_at(source.read_to_s - (first_s or 0.0))
