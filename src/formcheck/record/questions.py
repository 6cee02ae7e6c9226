"""Questions after a set that wait for an answer, and the advice that follows from what was answered.

Live practice asks at the end of a set. What is not answered there stays in the record as a question, to be asked
again wherever the person next looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, select

from formcheck.record.profiles import session_key
from formcheck.record.queries import session_line, sessions
from formcheck.record.save import add_answers
from formcheck.record.schema import ANSWER, QUESTION, SESSION
from formcheck.record.values import Answers, Place, Question, Reason, RedFlag

# Where pain is often called sciatica but is not (the leaflet).
_NOT_SCIATIC = {Place.FRONT_OF_THIGH, Place.SHIN}


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """The questions of one session that wait for an answer, in the order of `Question`."""

    session: str
    practised_at: datetime
    side: str | None
    rep_count: int
    questions: tuple[Question, ...]


def open_questions(connection: Connection, profile_id: int, *, since: date | None = None) -> list[OpenQuestions]:
    """Return the sessions of a profile with questions that wait for an answer, the newest session first.

    Parameters
    ----------
    connection : Connection
    profile_id : int
        From `record.profiles.profile_key`.
    since : date, optional
        The first day that still matters: pain of last month is not remembered.
    """
    wanted = select(SESSION.c.uid, QUESTION.c.name).join(SESSION, SESSION.c.id == QUESTION.c.session_id)
    wanted = wanted.where(SESSION.c.profile_id == profile_id)
    if since is not None:
        wanted = wanted.where(SESSION.c.day >= since.isoformat())
    names: dict[str, set[str]] = {}
    for uid, name in connection.execute(wanted).all():
        names.setdefault(uid, set()).add(name)
    return [
        OpenQuestions(
            line.uid, line.practised_at, line.side, line.rep_count, tuple(q for q in Question if q in names[line.uid])
        )
        for line in reversed(sessions(connection, uids=list(names)))
    ]


def answer_questions(connection: Connection, uid: str, answers: Answers) -> tuple[str, ...]:
    """Save answers about a session, and close the questions that they answer.

    Returns
    -------
    The text keys of the advice that follows from all that was answered about the session, the most urgent first.

    Raises
    ------
    UsageError
        No such session.
    """
    key = session_key(connection, uid)
    if not answers.empty:
        add_answers(connection, key, answers)
    answered = (QUESTION.c.session_id == key) & QUESTION.c.name.in_(sorted(answers.answered))
    connection.execute(delete(QUESTION).where(answered))
    line = session_line(connection, uid)
    return advice(answers_of(connection, uid), exercised=line.rep_count > 0)


def drop_questions(connection: Connection, uid: str) -> None:
    """Ask no more about a session: the person does not want to answer."""
    connection.execute(delete(QUESTION).where(QUESTION.c.session_id == session_key(connection, uid)))


def answers_of(connection: Connection, uid: str) -> Answers:
    """Return the newest answer to each question about a session."""
    newest: dict[str, Any] = {}
    rows = select(ANSWER).where(ANSWER.c.session_id == session_key(connection, uid)).order_by(ANSWER.c.id)
    for row in connection.execute(rows).mappings():
        newest |= {name: value for name, value in row.items() if value is not None}
    return _read(newest)


def _read(row: dict[str, Any]) -> Answers:
    def listed(name: str) -> list[str] | None:
        return None if name not in row else [part for part in row[name].split(",") if part]

    places, flags = listed("places"), listed("red_flags")
    return Answers(
        pain_before=row.get("pain_before"),
        pain_after=row.get("pain_after"),
        places=None if places is None else tuple(map(Place, places)),
        stopped_because=Reason(row["stopped_because"]) if "stopped_because" in row else None,
        red_flags=None if flags is None else tuple(map(RedFlag, flags)),
    )


def advice(answers: Answers, *, exercised: bool) -> tuple[str, ...]:
    """Return the text keys of the advice that follows from answers, the most urgent first.

    Parameters
    ----------
    answers : Answers
    exercised : bool
        There was a repetition: without one, pain did not rise through the exercise.
    """
    keys = []
    if answers.red_flags:
        keys.append("advice.emergency")
    if answers.stopped_because is Reason.PAIN:
        keys.append("advice.pain_stop")
    if _NOT_SCIATIC & set(answers.places or ()):
        keys.append("advice.not_sciatic")
    before, after = answers.pain_before, answers.pain_after
    if exercised and before is not None and after is not None and after > before:
        keys.append("advice.rose")
    return tuple(keys)
