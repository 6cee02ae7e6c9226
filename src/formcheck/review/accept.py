"""Whether a review fits its session, and what the server adds to it."""

from __future__ import annotations

import numpy as np

from formcheck.errors import FormcheckError
from formcheck.review.apply import Reviewed
from formcheck.review.material import Material
from formcheck.review.model import Goniometer, Joint, Review
from formcheck.types import Session

# A goniometer is laid on a frame; the tool's number beside it is that of the nearest one within this time.
_NEAREST_S = 0.12


class RefusedError(FormcheckError):
    """What was sent does not fit; the message says why."""


def check_places(review: Review, material: Material, reviewed: Reviewed) -> None:
    """Refuse what is said of a time, a point or a repetition that is not there."""
    if reviewed.notices:
        raise RefusedError(reviewed.notices[0])
    last_s = max(float(material.times_s[-1]), material.analysed.clip.duration_s) + 1.0
    times = [note.t_s for note in review.notes if note.t_s is not None]
    times += [one.t_s for one in review.goniometer] + [one.t_s for one in review.key_images]
    times += [rep.end_s for rep in review.reps or ()]
    if times and max(times) > last_s:
        raise RefusedError(f"expected times within the clip ({last_s - 1:.1f} s), got {max(times):.1f} s")
    w, h = material.track.size_px
    for one in review.goniometer:
        if any(not (-w <= x <= 2 * w and -h <= y <= 2 * h) for x, y in one.points):
            raise RefusedError(f"expected the goniometer's points in the picture ({w} x {h} px)")
    numbers = {rep.index for rep in reviewed.session.reps}
    for note in review.notes:
        if note.rep is not None and note.rep not in numbers:
            raise RefusedError(f"a note is on repetition {note.rep}, but there are {len(numbers)}")


def compared(review: Review, session: Session) -> tuple[Goniometer, ...]:
    """The goniometers with their angles, and the tool's own beside them."""
    return tuple(_beside_tool(one, session) for one in review.goniometer)


def _beside_tool(one: Goniometer, session: Session) -> Goniometer:
    angle_deg = round(one.measured_deg(), 1)
    tool_deg = tool_se_deg = None
    if session.angles is not None and one.joint is not Joint.OTHER:
        row = int(np.argmin(np.abs(session.angles.t_s - one.t_s)))
        names = ("hip_flexion_deg", "hip_se_deg") if one.joint is Joint.HIP else ("knee_flexion_deg", "knee_se_deg")
        value, error = (float(getattr(session.angles, name)[row]) for name in names)
        if abs(session.angles.t_s[row] - one.t_s) <= _NEAREST_S and np.isfinite(value):
            tool_deg, tool_se_deg = round(value, 1), round(error, 2)
    difference_deg = round(angle_deg - tool_deg, 1) if tool_deg is not None else None
    return one.model_copy(
        update={
            "angle_deg": angle_deg, "tool_deg": tool_deg, "tool_se_deg": tool_se_deg, "difference_deg": difference_deg,
        }
    )  # fmt: skip
