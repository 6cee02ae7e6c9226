"""Images of single frames, drawn like the annotated clip."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2

from formcheck.draw.overlay import Overlay
from formcheck.draw.timeline import Timeline
from formcheck.errors import FormcheckError
from formcheck.protocols.model import Protocol
from formcheck.text.catalogue import Texts
from formcheck.types import PoseTrack, Session
from formcheck.video.source import FileSource

_LONG_SIDE_PX = 960
_JPEG_QUALITY = 85


def make_thumbnails(
    clip: Path, at_s: Mapping[int, float], *, track: PoseTrack, session: Session, protocol: Protocol, texts: Texts
) -> dict[int, bytes]:
    """Return JPEG images of repetitions, each at its time in ``at_s`` and with its number.

    A frame that cannot be read (any more) is left out.
    """
    timeline = Timeline(track, session, protocol)
    made: dict[int, bytes] = {}
    try:
        whole = FileSource(clip, speed=session.clip.speed_to_read_with)
    except FormcheckError:
        return made
    overlay = Overlay.for_clip(whole.size_px, timeline.body_points(), texts)
    for rep, t_s in at_s.items():
        try:
            with whole.part(max(0.0, t_s), math.inf) as source:
                frame = next(iter(source), None)
        except FormcheckError:
            continue
        if frame is None:
            continue
        image = overlay.draw(frame.image_bgr, replace(timeline.at(frame.t_s), rep=rep))
        shrink = min(1.0, _LONG_SIDE_PX / max(source.size_px))
        small = cv2.resize(image, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        encoded, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if encoded:
            made[rep] = data.tobytes()
    return made
