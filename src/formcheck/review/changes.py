"""What a review changes of a session, listed for the page, the summary and the exported document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.reps.manual import Span
from formcheck.types import Rep, Session

# Results keep milliseconds.
_SAME_S = 0.0015


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the session as analysed and as reviewed, in words."""

    what: str
    analysed: str
    reviewed: str
    reason: str = ""


def same_times(spans: Sequence[Span], reps: Sequence[Rep]) -> bool:
    """Whether given times are those of the repetitions, to the milliseconds that results keep."""
    return len(spans) == len(reps) and all(_same_time(span, rep) for span, rep in zip(spans, reps, strict=True))


def session_changes(analysed: Session, reviewed: Session, *, reps_given: bool) -> list[Change]:
    """List how leg, protocol and, if they were given, the times of the repetitions differ."""
    changes = []
    if reviewed.side is not analysed.side:
        changes.append(Change("Working leg", _side(analysed), _side(reviewed)))
    if reviewed.protocol_sha256 != analysed.protocol_sha256:
        names = [f"{one.protocol_name} ({one.protocol_id} {one.protocol_version})" for one in (analysed, reviewed)]
        # A file of the same id and version whose limits were edited since is another protocol all the same.
        edited = ", as it reads now" if names[0] == names[1] else ""
        changes.append(Change("Judged by", names[0], names[1] + edited))
    if reps_given:
        changes += _rep_changes(analysed, reviewed)
    return changes


def _rep_changes(analysed: Session, reviewed: Session) -> list[Change]:
    """List which repetitions were moved, added or removed; an old and a new one that overlap are the same one."""
    before, after = analysed.rep_count, reviewed.rep_count
    changes = [Change("Repetitions", str(before), str(after))] if before != after else []
    old, new = list(analysed.reps), list(reviewed.reps)
    for a, b in [(a, b) for a in old for b in new if _same_time(a, b)]:
        old.remove(a)
        new.remove(b)
    for rep in new:
        was = max(old, key=lambda one, rep=rep: _overlap_s(one, rep), default=None)  # type: ignore[misc]
        if was is not None and _overlap_s(was, rep) > 0:
            number = f" (was {was.index})" if was.index != rep.index else ""
            what = f"Repetition {rep.index}{number}, times (start – straightest – end)"
            changes.append(Change(what, _times(was), _times(rep)))
        else:
            changes.append(Change(f"Repetition {rep.index}", "–", f"added, {_times(rep)}"))
    gone = [one for one in old if all(_overlap_s(one, rep) <= 0 for rep in new)]
    changes += [Change(f"Repetition {one.index} (as analysed)", _times(one), "removed") for one in gone]
    return changes


def _overlap_s(a: Rep, b: Rep) -> float:
    return min(a.end_s, b.end_s) - max(a.start_s, b.start_s)


def _same_time(a: Span | Rep, b: Rep) -> bool:
    return (
        abs(a.start_s - b.start_s) < _SAME_S
        and abs(a.end_s - b.end_s) < _SAME_S
        and (a.peak_s is None or abs(a.peak_s - b.peak_s) < _SAME_S)
    )


def _times(rep: Rep) -> str:
    return f"{rep.start_s:.2f} – {rep.peak_s:.2f} – {rep.end_s:.2f} s"


def _side(session: Session) -> str:
    return session.side.value if session.side is not None else "none found"
