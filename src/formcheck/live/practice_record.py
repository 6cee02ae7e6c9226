"""The practice record as live practice uses it: what is prescribed, and where sets and answers are saved."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from formcheck.live.coach import EndReason
from formcheck.live.finish import FinishedSet
from formcheck.live.pain import PainMark
from formcheck.pose.track_file import load_track
from formcheck.record.calibrations import calibrations_of
from formcheck.record.prescriptions import BOTH, in_force, prescriptions
from formcheck.record.profiles import profile_codes, profile_key
from formcheck.record.questions import answer_questions
from formcheck.record.save import save_set
from formcheck.record.store import open_store
from formcheck.record.values import Answers, Ended, Mark, MarkKind, Origin, Practice, Question, Reason
from formcheck.types import KeptCalibration, Session, Side

_ENDED = {
    EndReason.COUNT: Ended.WHOLE,
    EndReason.SOURCE: Ended.WHOLE,
    EndReason.CAMERA: Ended.INTERRUPTED,
    EndReason.SLEEP: Ended.INTERRUPTED,
    EndReason.INTERRUPTED: Ended.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class PrescribedSet:
    """What is prescribed for today; ``side`` is None for both legs."""

    protocol_id: str
    side: Side | None
    reps: int


@dataclass(frozen=True, slots=True)
class PracticeRecord:
    """The practice record, whose practice it is, and whether questions that were not answered are to be asked later."""

    profile: str
    store: Path | None = None
    questions: bool = True

    def prescribed_today(self, protocol_id: str | None = None, side: Side | None = None) -> PrescribedSet | None:
        """What to practise, when exactly one thing is prescribed for today: of what was chosen, else at all."""
        with open_store(self.store) as record, record.reading() as connection:
            if self.profile not in profile_codes(connection):
                return None
            every = prescriptions(connection, profile_key(connection, self.profile))
        today = in_force(every, date.today())  # noqa: DTZ011 - the patient's own day
        found = [
            one
            for one in today
            if protocol_id in (None, one.protocol_id) and (side is None or one.side in (side, BOTH))
        ]
        if len(found) != 1:
            return None
        (one,) = found
        return PrescribedSet(one.protocol_id, None if one.side == BOTH else Side(one.side), one.reps)

    def calibrations(self) -> tuple[KeptCalibration, ...]:
        """What is kept of the person's legs by hand."""
        return calibrations_of(self.profile, self.store)

    def save(self, finished: FinishedSet) -> str:
        """Save a finished set; return its id.

        Raises
        ------
        StoreError
            It could not be saved. Its folder stays complete.
        """
        session = finished.session
        by_pain = Answers(stopped_because=Reason.PAIN) if finished.end_reason is EndReason.PAIN else None
        practice = Practice(
            profile=self.profile,
            origin=Origin.LIVE,
            practised_at=datetime.fromisoformat(finished.started_at).astimezone(),
            ended=_ENDED.get(finished.end_reason, Ended.STOPPED),
            answers=by_pain,
            marks=tuple(_mark(mark, session) for mark in finished.marks),
            questions=tuple(Question) if self.questions and finished.exercised else (),
        )
        with open_store(self.store) as record:
            track = load_track(finished.folder / "track.npz")
            return save_set(record, session, track, protocol=finished.protocol, practice=practice).uid

    def answer(self, uid: str, answers: Answers) -> None:
        """Save what was answered about a set."""
        with open_store(self.store) as record, record.writing() as connection:
            answer_questions(connection, uid, answers)


def _mark(mark: PainMark, session: Session) -> Mark:
    errors_deg = [rep.knee_se_deg for rep in session.reps if math.isfinite(rep.knee_se_deg)]
    return Mark(MarkKind.P1, mark.t_s, mark.knee_deg, errors_deg[0] if errors_deg else math.nan)
