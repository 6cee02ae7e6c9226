"""Two items of the desk side by side, for the page that compares them."""

from __future__ import annotations

from typing import Any

from formcheck.report.words import printable
from formcheck.review.compare import compare
from formcheck.review.desk import Desk, session_of_layer, video_part


def side_by_side(desk: Desk, keys: tuple[str, str], layers: tuple[str, str]) -> dict[str, Any]:
    """Two items side by side, each as analysed or as reviewed."""
    opened = [desk.open(key) for key in keys]
    shown = [session_of_layer(one, layer) for one, layer in zip(opened, layers, strict=True)]
    sides = {}
    for name, one, session, layer in zip("ab", opened, shown, layers, strict=True):
        playback, notices = desk.video_of(one.item, one.material)
        sides[name] = {
            "id": one.item.id,
            "name": printable(one.item.name),
            "person": one.kept.review.person or one.item.person,
            **one.item.filmed().line(),
            "layer": layer,
            "side": session.side,
            "protocol": session.protocol_id,
            "video": video_part(one.item, one.material, playback),
            "duration_s": session.clip.duration_s,
            "notices": notices,
            "reps": [
                {"index": rep.index, "start_s": rep.start_s, "peak_s": rep.peak_s, "end_s": rep.end_s}
                for rep in session.reps
                if rep.complete
            ],
        }
    return {**sides, **compare(*shown)}
