"""What home shows of the practice record: today, the plan, open questions and the latest sets; and what it changes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection

from formcheck.pipeline import ANNOTATED, REPORT, SESSION_FILE
from formcheck.protocols.loader import LoadedProtocol
from formcheck.record.calibrations import kept_of
from formcheck.record.exports.pdf import saved_report
from formcheck.record.exports.selection import Selection
from formcheck.record.prescriptions import days, in_force, prescribe, prescriptions
from formcheck.record.profiles import profile_codes, profile_key
from formcheck.record.progress import render_progress
from formcheck.record.queries import judging_fingerprints, session_line, sessions
from formcheck.record.questions import OpenQuestions, answer_questions, drop_questions, open_questions
from formcheck.record.store import Store
from formcheck.record.values import (
    PAIN_MAX,
    PAIN_MIN,
    Answers,
    Origin,
    Place,
    Prescription,
    RedFlag,
    ReviewStatus,
    Role,
    SessionLine,
)
from formcheck.record.videos import keep_video, video_folder
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.keeping import keep_clip
from formcheck.review.library import NotFoundError, make_id
from formcheck.review.model import first_problem
from formcheck.server.errors import RequestError
from formcheck.session.document import from_document, read_document
from formcheck.session.frames import read_angles_csv
from formcheck.text.catalogue import Texts
from formcheck.types import KeptCalibration
from formcheck.video.filmed import filmed_at

_LATEST = 8
# Pain of the day before yesterday is not remembered.
_ASK_FOR = timedelta(days=1)

_Pain = Annotated[int, Field(ge=PAIN_MIN, le=PAIN_MAX)]
_Model = TypeVar("_Model", bound=BaseModel)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PlanRequest(_Body):
    """A plan as the page sends it."""

    protocol: str
    side: Literal["left", "right", "both"]
    reps: int
    sets: int
    ends_on: date | None = None
    notes: Annotated[str, Field(max_length=500)] = ""


class AnswerRequest(_Body):
    """Answers about a set as the page sends them; None = not answered."""

    pain_before: _Pain | None = None
    pain_after: _Pain | None = None
    places: tuple[Place, ...] | None = None
    red_flags: tuple[RedFlag, ...] | None = None


class RecordView:
    """The practice record of one person.

    Parameters
    ----------
    store : Store
        Open for writing.
    profile : str
        The person's code; made when the first thing is kept.
    protocols : AvailableProtocols
    texts : Texts
    """

    def __init__(self, store: Store, profile: str, protocols: AvailableProtocols, texts: Texts) -> None:
        self.store = store
        self.profile = profile
        self._protocols = protocols
        self._texts = texts

    def state(self) -> dict[str, Any]:
        """Return all that the page shows of the record."""
        today = _today()
        with self.store.reading() as connection:
            lines, known = self._lines_and_plans(connection)
            asked = open_questions(connection, key, since=today - _ASK_FOR) if (key := self._key(connection)) else []
        (day,) = days(lines, known, first=today, last=today)
        return {
            "today": {
                "goals": [
                    {"protocol": g.protocol_id, "side": g.side, "reps": g.reps, "wanted": g.wanted, "done": g.kept}
                    for g in day.goals
                ],
                "sets": day.sets,
            },
            "plan": [_plan_entry(one) for one in in_force(known, today)],
            "questions": [_asked_entry(one) for one in asked],
            "sets": [_set_entry(line) for line in lines[: -_LATEST - 1 : -1]],
            "any_reviewed": any(line.review_status is ReviewStatus.REVIEWED for line in lines),
        }

    def calibrations(self) -> tuple[KeptCalibration, ...]:
        """Return what is kept of the person's legs by hand."""
        with self.store.reading() as connection:
            return kept_of(connection, self.profile)

    def newest_live(self, since: datetime) -> str | None:
        """Return the newest set of live practice that began at a time or later."""
        with self.store.reading() as connection:
            lines, _ = self._lines_and_plans(connection)
        found = [line.uid for line in lines if line.origin is Origin.LIVE and line.practised_at >= since]
        return found[-1] if found else None

    def one_set(self, uid: str) -> dict[str, Any]:
        """Return a set in short."""
        with self.store.reading() as connection:
            found = sessions(connection, uids=[uid])
        if not found:
            raise NotFoundError("this set is not in your practice any more; go back to the list")
        return _set_entry(found[0])

    def set_plan(self, body: Any) -> None:
        """Prescribe what the person chose."""
        wanted = _parse(PlanRequest, body)
        protocol = self._protocols.get(wanted.protocol).protocol
        new = Prescription(
            protocol_id=protocol.id,
            side=wanted.side,
            reps=wanted.reps,
            sets_per_day=wanted.sets,
            starts_on=_today(),
            ends_on=wanted.ends_on,
            notes=wanted.notes.strip(),
            author_role=Role.PATIENT,
            made_at=datetime.now().astimezone(),
        )
        with self.store.writing() as connection:
            prescribe(connection, profile_key(connection, self.profile, make=True), new)

    def answer(self, uid: str, body: Any) -> list[str]:
        """Save answers about a set; return the advice that follows from them, the most urgent first."""
        given = _parse(AnswerRequest, body)
        answers = Answers(given.pain_before, given.pain_after, given.places, red_flags=given.red_flags)
        with self.store.writing() as connection:
            keys = answer_questions(connection, uid, answers)
        return [self._texts.get(key) for key in keys]

    def drop_questions(self, uid: str) -> None:
        """Ask no more about a set."""
        with self.store.writing() as connection:
            drop_questions(connection, uid)

    def progress_page(self, *, as_analysed: bool = False) -> str:
        """Return the progress page; ``as_analysed``: without what reviewers signed."""
        now = datetime.now().astimezone()
        with self.store.reading() as connection:
            lines, known = self._lines_and_plans(connection, as_analysed=as_analysed)
            judged_by = judging_fingerprints(connection)
        return render_progress(
            self.profile,
            lines,
            known,
            self._texts,
            today=now.date(),
            made_at=now,
            as_analysed=as_analysed,
            judged_by=judged_by,
        )

    def is_reviewed(self, uid: str) -> bool:
        """Tell whether a set is shown as a reviewer signed it."""
        with self.store.reading() as connection:
            return session_line(connection, uid).review_status is ReviewStatus.REVIEWED

    def reviewed_report(self, uid: str) -> str | None:
        """Return the report of a set as a reviewer signed it; None for one that is as analysed."""
        if not self.is_reviewed(uid):
            return None
        video = ANNOTATED if (video_folder(self.store, uid) / ANNOTATED).exists() else None
        with self.store.reading() as connection:
            return saved_report(Selection(self.store, connection, (uid,), None, self._texts), uid, video=video)

    def keep(self, clip: Path, results: Path, protocol: LoadedProtocol) -> str:
        """Save the results of a video with a copy of it; return the session's id."""
        session = from_document(read_document(results / SESSION_FILE), read_angles_csv(results / "angles.csv"))
        saved = keep_clip(
            self.store,
            results,
            session,
            protocol=protocol,
            profile=self.profile,
            practised_at=filmed_at(clip),
            texts=self._texts,
        )
        keep_video(self.store, saved.uid, clip, results / REPORT, results / ANNOTATED)
        return saved.uid

    def _key(self, connection: Connection) -> int | None:
        return profile_key(connection, self.profile) if self.profile in profile_codes(connection) else None

    def _lines_and_plans(
        self, connection: Connection, *, as_analysed: bool = False
    ) -> tuple[list[SessionLine], list[Prescription]]:
        key = self._key(connection)
        if key is None:
            return [], []
        return sessions(connection, profile_id=key, as_analysed=as_analysed), prescriptions(connection, key)


def _today() -> date:
    return datetime.now().astimezone().date()


def _parse(model: type[_Model], body: Any) -> _Model:
    try:
        return model.model_validate(body)
    except ValidationError as error:
        raise RequestError(f"the page sent what does not fit: {first_problem(error)}") from None


def _plan_entry(one: Prescription) -> dict[str, Any]:
    return {
        "protocol": one.protocol_id,
        "side": one.side,
        "reps": one.reps,
        "sets": one.sets_per_day,
        "starts_on": one.starts_on.isoformat(),
        "ends_on": one.ends_on.isoformat() if one.ends_on else None,
        "notes": one.notes,
        "by": one.author_role.value,
    }


def _asked_entry(one: OpenQuestions) -> dict[str, Any]:
    return {
        "set": one.session,
        "date": one.practised_at.isoformat(timespec="minutes"),
        "side": one.side,
        "questions": list(one.questions),
    }


def _set_entry(line: SessionLine) -> dict[str, Any]:
    return {
        "set": line.uid,
        "item": make_id("session", line.uid),
        "date": line.practised_at.isoformat(timespec="minutes"),
        "side": line.side,
        "reps": line.rep_count,
        "met": line.met_reps,
        "reviewed": line.review_status is ReviewStatus.REVIEWED,
        "live": line.origin is Origin.LIVE,
    }
