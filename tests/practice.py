"""Weeks of synthetic practice, judged and kept by the real thing, with known answers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import synth
from formcheck.protocols.loader import load_protocol
from formcheck.record.prescriptions import prescribe
from formcheck.record.profiles import profile_key
from formcheck.record.save import save_set
from formcheck.record.store import Store
from formcheck.record.values import (
    Answers,
    Mark,
    MarkKind,
    Origin,
    Place,
    Practice,
    Prescription,
    Role,
    Saved,
)
from formcheck.types import PoseTrack, Session, Side

FIRST = date(2026, 3, 2)  # a Monday
DAYS = 28
REPS = 4
PROFILE = "P017"


@dataclass(frozen=True)
class Set:
    """One set of the month: when, with which leg, and how far the knee went."""

    at: datetime
    side: Side
    peak_deg: float
    answers: Answers
    p1_deg: float


@cache
def judged(peak_deg: float, side: Side, *, reps: int = REPS, fps: float = 15.0) -> tuple[PoseTrack, Session]:
    """A set of equal repetitions and its judgement."""
    moves = [synth.Move(peak_deg=peak_deg)] * reps
    track = synth.glide(moves, fps=fps, side=side, noise_px=0.3)
    return track, synth.session(track)


def named(pose: PoseTrack, session: Session, name: str) -> tuple[PoseTrack, Session]:
    """Make a set one of its own: what was filmed gets another fingerprint."""
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return replace(pose, clip=replace(pose.clip, sha256=sha256)), replace(
        session, clip=replace(session.clip, sha256=sha256)
    )


def keep_set(
    store: Store, name: str = "one", *, peak_deg: float = 30.0, side: Side = Side.LEFT, reps: int = REPS, **practice
) -> Saved:
    """Keep one set; ``practice`` may say more of `Practice`."""
    pose, session = named(*judged(peak_deg, side, reps=reps), name)
    moment = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    values = {"profile": PROFILE, "origin": Origin.ANALYZE, "practised_at": moment} | practice
    return save_set(store, session, pose, protocol=load_protocol(), practice=Practice(**values))


def plan(side: str = "left", *, sets: int = 2, start: int = 0, end: int | None = None, reps: int = 20) -> Prescription:
    """A prescription; days count from `FIRST`."""
    last = None if end is None else FIRST + timedelta(days=end)
    return Prescription(
        "sciatic-glide",
        side,
        reps,
        sets,
        FIRST + timedelta(days=start),
        last,
        "",
        Role.CLINICIAN,
        datetime(2026, 3, 1, tzinfo=UTC),
    )


def month() -> Iterator[Set]:
    """Left: two sets a day, every seventh day none, every fifth day one; 44 to 20 degrees in 28 days.

    Right: one set a day for the first three weeks; 30 degrees, give or take two.
    """
    for n in range(DAYS):
        day = datetime.combine(FIRST + timedelta(days=n), datetime.min.time(), tzinfo=UTC)
        left = float(round(44 - 24 * n / (DAYS - 1)))
        pain = Answers(max(0, 5 - n // 6), max(0, 4 - n // 6), (Place.BACK_OF_THIGH, Place.CALF))
        for k in range(sets_on(n)):
            yield Set(day + timedelta(hours=8 + 10 * k), Side.LEFT, left, pain, left + 8)
        if n < 21:
            yield Set(day + timedelta(hours=9), Side.RIGHT, 30.0 + 2 * (n % 3 - 1), Answers(1, 1), 36.0)


def sets_on(n: int) -> int:
    """Sets with the left leg on day ``n``."""
    if n % 7 == 6:
        return 0
    return 1 if n % 5 == 4 else 2


def keep_month(store: Store) -> None:
    """Keep the month and its prescription."""
    with store.writing() as connection:
        key = profile_key(connection, PROFILE, make=True)
        for side, sets, last in (("left", 2, None), ("right", 1, 20)):
            prescribe(connection, key, plan(side, sets=sets, end=last, reps=REPS))
    for one in month():
        pose, session = named(*judged(one.peak_deg, one.side), f"{one.at} {one.side}")
        marks = (Mark(MarkKind.P1, 3.0, one.p1_deg, 2.0),)
        practice = Practice(PROFILE, Origin.LIVE, one.at, answers=one.answers, marks=marks)
        save_set(store, session, pose, protocol=load_protocol(), practice=practice)
