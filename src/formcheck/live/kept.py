"""From a finished set to the practice record, and from the record to what is to be practised."""

from __future__ import annotations

import math
from datetime import date, datetime
from pathlib import Path

from formcheck.live.finish import Practised
from formcheck.live.practice import Why
from formcheck.pose.track_file import load_track
from formcheck.record.keep import keep
from formcheck.record.prescriptions import BOTH, in_force, prescriptions
from formcheck.record.profiles import profile_codes, profile_key
from formcheck.record.store import open_store
from formcheck.record.values import Answers, Ended, Kept, Mark, MarkKind, Origin, Place, Practice, Prescription, Reason
from formcheck.types import Session, Side

_ENDED = {
    Why.COUNT: Ended.WHOLE,
    Why.SOURCE: Ended.WHOLE,
    Why.CAMERA: Ended.INTERRUPTED,
    Why.INTERRUPTED: Ended.INTERRUPTED,
}
_REASONS = {Why.PAIN: Reason.PAIN}


def keep_practised(practised: Practised, *, profile: str, store: Path | None = None) -> Kept | None:
    """Keep a finished set; None when nothing was seen of it.

    Raises
    ------
    StoreError
        It could not be kept. Its folder stays whole.
    """
    session = practised.session
    if session is None:
        return None
    practice = Practice(
        profile=profile,
        origin=Origin.LIVE,
        practised_at=datetime.fromisoformat(practised.started_at).astimezone(),
        ended=_ENDED.get(practised.why, Ended.STOPPED),
        answers=_answers(practised),
        marks=tuple(_mark(mark.t_s, mark.knee_deg, session) for mark in practised.marks),
    )
    with open_store(store) as record:
        track = load_track(practised.folder / "track.npz")
        return keep(record, session, track, protocol=practised.protocol, practice=practice)


def prescribed(profile: str, day: date, *, store: Path | None = None) -> tuple[Prescription, ...]:
    """What is prescribed to a profile on a day; nothing when there is no record of it yet."""
    with open_store(store) as record, record.reading() as connection:
        if profile not in profile_codes(connection):
            return ()
        return tuple(in_force(prescriptions(connection, profile_key(connection, profile)), day))


def prescribed_side(prescription: Prescription) -> Side | None:
    """The leg it is for; None for both."""
    return None if prescription.side == BOTH else Side(prescription.side)


def _answers(practised: Practised) -> Answers | None:
    said = practised.answers
    answers = Answers(
        pain_before=said.pain_before,
        pain_after=said.pain_after,
        places=tuple(Place(place.replace("_", " ")) for place in said.where),
        stopped_because=_REASONS.get(practised.why),
    )
    return None if answers.empty else answers


def _mark(at_s: float, knee_deg: float, session: Session) -> Mark:
    errors = [rep.knee_se_deg for rep in session.reps if math.isfinite(rep.knee_se_deg)]
    return Mark(MarkKind.P1, at_s, knee_deg, errors[0] if errors else math.nan)
