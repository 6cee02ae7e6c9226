"""The annotated clip: every frame of a recording again, with what was found drawn on it."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from formcheck.draw.overlay import Overlay
from formcheck.draw.timeline import Timeline
from formcheck.video.source import FileSource
from formcheck.video.writer import H264Writer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from formcheck.protocols.model import Protocol
    from formcheck.text.catalogue import Texts
    from formcheck.types import PoseTrack, Session

# Frames drawn but not yet encoded: enough to ride over a slow key frame, few enough to stay small.
_WAITING = 4


def annotate(
    clip: Path,
    out: Path,
    *,
    track: PoseTrack,
    session: Session,
    protocol: Protocol,
    texts: Texts,
    window_s: tuple[float | None, float | None] = (None, None),
    on_frame: Callable[[float], None] | None = None,
) -> None:
    """Write ``out`` (MP4, H.264): the clip with skeleton, angles, counter, phase, tempo, hip band and cues.

    Frames keep their distances in time; the first is at 0. Decoding, drawing and encoding run side
    by side, and no more than a few frames are held whatever the clip's length.

    Parameters
    ----------
    clip, out : Path
    track : PoseTrack
        The track of this very clip.
    session : Session
        Judged from that track.
    protocol : Protocol
        By which it was judged.
    texts : Texts
        The language on the frames.
    window_s : (start, end)
        The part that was analysed; None for the clip's own start or end.
    on_frame : callable, optional
        Told the time of each frame once it is drawn.

    Raises
    ------
    InputError
        The clip cannot be read (any more).
    OutputError
        The video cannot be written. Nothing is left behind.
    """
    timeline = Timeline(track, session, protocol)
    with (
        FileSource(clip, start_s=window_s[0], end_s=window_s[1], speed=session.clip.speed_to_read_with) as source,
        H264Writer(out, size_px=source.size_px, nominal_fps=source.nominal_fps) as writer,
        ThreadPoolExecutor(1, "decode") as decoder,
        ThreadPoolExecutor(1, "encode") as encoder,
    ):
        if source.size_px != track.size_px:
            raise ValueError(f"the track is of a clip of {track.size_px}, not {source.size_px}")
        overlay = Overlay.for_clip(source.size_px, timeline.body_points(), texts)
        frames = iter(source)
        waiting: deque[Future[None]] = deque()
        first_s = None
        coming = decoder.submit(next, frames, None)
        while (frame := coming.result()) is not None:
            coming = decoder.submit(next, frames, None)
            first_s = frame.t_s if first_s is None else first_s
            image = overlay.draw(frame.image_bgr, timeline.at(frame.t_s))
            waiting.append(encoder.submit(writer.write, image, frame.t_s - first_s))
            if len(waiting) > _WAITING:
                waiting.popleft().result()
            if on_frame is not None:
                on_frame(frame.t_s)
        while waiting:
            waiting.popleft().result()
        writer.end_at(source.read_to_s - (first_s or 0.0))
