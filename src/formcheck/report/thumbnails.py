"""Pictures of single moments, drawn like the annotated clip."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2

from formcheck.errors import FormcheckError
from formcheck.report.exemplars import Exemplar
from formcheck.report.moments import Goals, Moments
from formcheck.report.overlay import Overlay
from formcheck.report.overlay_layout import choose_place
from formcheck.types import PoseTrack, Session
from formcheck.video.source import FileSource

_LONG_SIDE_PX = 960
_JPEG_QUALITY = 85


def take_thumbnails(
    clip: Path, exemplars: Iterable[Exemplar], *, track: PoseTrack, session: Session, goals: Goals
) -> dict[int, bytes]:
    """JPEG pictures by repetition index. A moment that cannot be read (any more) is left out."""
    moments = Moments(track, session, goals=goals)
    pictures = {}
    for exemplar in exemplars:
        try:
            with FileSource(clip, start_s=max(0.0, exemplar.at_s)) as source:
                frame = next(iter(source))
        except FormcheckError:
            continue
        overlay = Overlay(source.size_px, place=choose_place(source.size_px, *moments.body_points()))
        overlay.draw(frame.image_bgr, moments.at(frame.t_s))
        shrink = min(1.0, _LONG_SIDE_PX / max(source.size_px))
        small = cv2.resize(frame.image_bgr, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        encoded, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
        if encoded:
            pictures[exemplar.rep] = data.tobytes()
    return pictures
