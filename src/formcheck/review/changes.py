"""What a review changes of a session, listed for the page, the summary and the exported document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.angles.hand_calibration import JointShift
from formcheck.form.summary import calibration_sentences
from formcheck.message import Message, verbatim
from formcheck.reps.manual import ManualTimes
from formcheck.text.catalogue import Texts
from formcheck.text.findings import exercise_message, title_message
from formcheck.text.numbers import Z_95, ceiling
from formcheck.types import Finding, LegAngles, Rep, Session, Verdict

# Results keep milliseconds.
_SAME_S = 0.0015


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between the session as analysed and as reviewed; the reason is in the reviewer's words."""

    what: Message
    analysed: Message
    reviewed: Message
    reason: str = ""

    def to_json(self, texts: Texts) -> dict[str, str]:
        """Return it in words."""
        return {
            "what": texts.say(self.what),
            "analysed": texts.say(self.analysed),
            "reviewed": texts.say(self.reviewed),
            "reason": self.reason,
        }


def same_times(spans: Sequence[ManualTimes], reps: Sequence[Rep]) -> bool:
    """Whether given times are those of the repetitions, to the milliseconds that results keep."""
    return len(spans) == len(reps) and all(_same_time(span, rep) for span, rep in zip(spans, reps, strict=True))


def session_changes(analysed: Session, reviewed: Session, *, reps_given: bool) -> list[Change]:
    """List how leg, protocol and, if they were given, the times of the repetitions differ."""
    changes = []
    if reviewed.side is not analysed.side:
        changes.append(Change(_change("side"), _side(analysed), _side(reviewed)))
    if reviewed.protocol_sha256 != analysed.protocol_sha256:
        changes.append(_protocol_change(analysed, reviewed))
    if reps_given:
        changes += _rep_changes(analysed, reviewed)
    return changes


def verdict_change(old: Finding, verdict: Verdict, reason: str) -> Change:
    """Return the change of one verdict."""
    rule = title_message(old.rule)
    what = (
        _change("finding_of_set", rule=rule) if old.rep is None else _change("finding_of_rep", rule=rule, rep=old.rep)
    )
    return Change(what, Message(f"verdict.{old.verdict.value}"), Message(f"verdict.{verdict.value}"), reason)


def calibration_change(shift: JointShift, before: LegAngles) -> Change:
    """Return what marks by hand changed of an angle, and its band before and after."""
    known = before.usable
    before_se = before.hip_se_deg if shift.joint == "hip" else before.knee_se_deg
    was, now = (ceiling(Z_95 * float(np.median(se_deg[known]))) for se_deg in (before_se, shift.se_deg))
    what = _change(f"calibrated_{shift.joint}", n=shift.frames)
    reviewed = _change("shifted", bent=shift.bent_deg, straight=shift.straight_deg, band=now)
    return Change(what, _change("not_shifted", band=was), reviewed)


def kept_change(analysed: Session, reviewed: Session) -> Change:
    """Return that another kept calibration is used, or none."""
    before, after = (next(iter(calibration_sentences(one)), _change("not_kept")) for one in (analysed, reviewed))
    return Change(_change("kept"), before, after)


def _change(key: str, **values: object) -> Message:
    return Message.of(f"clinician.changes.{key}", **values)


def _protocol_change(analysed: Session, reviewed: Session) -> Change:
    before, after = (
        {
            "name": exercise_message(one.protocol_id, one.protocol_name),
            "id": one.protocol_id,
            "version": one.protocol_version,
        }
        for one in (analysed, reviewed)
    )
    # A file of the same id and version whose limits were edited since is another protocol all the same.
    key = "protocol_edited" if before == after else "protocol_name"
    return Change(_change("protocol"), _change("protocol_name", **before), _change(key, **after))


def _rep_changes(analysed: Session, reviewed: Session) -> list[Change]:
    """List which repetitions were moved, added or removed; an old and a new one that overlap are the same one."""
    before, after = (verbatim(str(one.rep_count)) for one in (analysed, reviewed))
    changes = [Change(_change("reps"), before, after)] if before != after else []
    old, new = list(analysed.reps), list(reviewed.reps)
    for a, b in [(a, b) for a in old for b in new if _same_time(a, b)]:
        old.remove(a)
        new.remove(b)
    for rep in new:
        was = max(old, key=lambda one, rep=rep: _overlap_s(one, rep), default=None)  # type: ignore[misc]
        if was is None or _overlap_s(was, rep) <= 0:
            changes.append(Change(_change("rep", rep=rep.index), verbatim("–"), _change("added", times=_times(rep))))
        elif was.index == rep.index:
            changes.append(Change(_change("rep_times", rep=rep.index), _times(was), _times(rep)))
        else:
            what = _change("rep_times_was", rep=rep.index, was=was.index)
            changes.append(Change(what, _times(was), _times(rep)))
    gone = [one for one in old if all(_overlap_s(one, rep) <= 0 for rep in new)]
    changes += [Change(_change("rep_analysed", rep=one.index), _times(one), _change("removed")) for one in gone]
    return changes


def _overlap_s(a: Rep, b: Rep) -> float:
    return min(a.end_s, b.end_s) - max(a.start_s, b.start_s)


def _same_time(a: ManualTimes | Rep, b: Rep) -> bool:
    return (
        abs(a.start_s - b.start_s) < _SAME_S
        and abs(a.end_s - b.end_s) < _SAME_S
        and (a.peak_s is None or abs(a.peak_s - b.peak_s) < _SAME_S)
    )


def _times(rep: Rep) -> Message:
    return _change("times", start=rep.start_s, peak=rep.peak_s, end=rep.end_s)


def _side(session: Session) -> Message:
    return Message(f"side.{session.side.value}") if session.side is not None else _change("no_side")
