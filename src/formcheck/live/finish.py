"""After a set: its journal is judged, and the results are written to its folder and to the practice record."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from formcheck.files import PART_FILES, acquire_lock, remove_stale, write_whole
from formcheck.form.online import judge_online
from formcheck.live import journal
from formcheck.live.coach import EndReason
from formcheck.live.journal import read_journal
from formcheck.live.pain import PainMark, judge_personal_limit
from formcheck.pipeline import write_session
from formcheck.pose.track_file import load_track
from formcheck.protocols.loader import LoadedProtocol
from formcheck.record.save import save_set
from formcheck.record.store import open_store
from formcheck.record.values import Answers, Ended, Mark, MarkKind, Origin, Place, Practice, Reason, Saved
from formcheck.types import Session

PRACTICE = "practice.json"
_ENDED = {
    EndReason.COUNT: Ended.WHOLE,
    EndReason.SOURCE: Ended.WHOLE,
    EndReason.CAMERA: Ended.INTERRUPTED,
    EndReason.INTERRUPTED: Ended.INTERRUPTED,
}
_NOT_HELD_AGAINST = (EndReason.PAIN, EndReason.CAMERA, EndReason.INTERRUPTED)
_REASONS = {EndReason.PAIN: Reason.PAIN}


@dataclass(frozen=True, slots=True)
class SymptomReport:
    """Leg pain from 0 to 10 before and after, where it is, and new red flags; None and empty: not answered."""

    pain_before: int | None = None
    pain_after: int | None = None
    where: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FinishedSet:
    """A finished set with its results.

    ``session`` is None when there was no frame. ``rep_count`` is what was counted aloud.
    """

    folder: Path
    started_at: str
    end_reason: EndReason
    session: Session | None
    protocol: LoadedProtocol
    rep_count: int
    marks: tuple[PainMark, ...]
    symptoms: SymptomReport


def finish(
    folder: Path,
    *,
    end_reason: EndReason,
    symptoms: SymptomReport | None = None,
    frame_counts: dict[str, int] | None = None,
    whole_set: bool = False,
) -> FinishedSet:
    """Judge a set from its journal, and write the results beside it.

    ``practice.json`` is written last: a folder without it is not finished. ``whole_set``: all of a set was meant. One
    that pain, a fault of the camera or a killed process ended is not held against it.

    Raises
    ------
    InputError
        The journal is damaged before its end.
    OutputError
        The results cannot be written.
    """
    contents = read_journal(folder)
    session = None
    meant = whole_set and end_reason not in _NOT_HELD_AGAINST
    if contents.track is not None:
        session = judge_online(contents.track, contents.angles, contents.protocol, whole_set=meant)
        session = replace(session, findings=session.findings + judge_personal_limit(contents.marks, session.reps))
        write_session(folder, contents.track, session, contents.protocol, language=contents.language)
    finished = FinishedSet(
        folder,
        contents.started_at,
        end_reason,
        session,
        contents.protocol,
        contents.rep_count,
        contents.marks,
        symptoms or SymptomReport(),
    )
    document = {
        "format": journal.FORMAT,
        "started_at": finished.started_at,
        "why": finished.end_reason,
        "counted": finished.rep_count,
        "marks": [asdict(mark) | {"knee_deg": _finite(mark.knee_deg)} for mark in finished.marks],
        "answers": asdict(finished.symptoms),
        "frames": frame_counts or {},
    }
    write_whole(folder / PRACTICE, json.dumps(document, indent=2))
    return finished


def recover(root: Path, *, notify: Callable[[FinishedSet], None]) -> None:
    """Finish the sets in ``root`` whose process was killed, as interrupted."""
    for folder in sorted(path.parent for path in root.glob(f"*/{journal.HEADER}")):
        if (folder / PRACTICE).exists():
            continue
        lock = acquire_lock(folder / journal.LOCK)
        if lock is None:
            continue
        try:
            # An unfinished recording cannot be played, and shows the person.
            remove_stale(folder, PART_FILES, older_than_s=0)
            notify(finish(folder, end_reason=EndReason.INTERRUPTED))
        finally:
            lock.release()
        (folder / journal.LOCK).unlink(missing_ok=True)


def save_to_record(finished: FinishedSet, *, profile: str, store: Path | None = None) -> Saved | None:
    """Save a finished set to the practice record; None when it has no frames.

    Raises
    ------
    StoreError
        It could not be saved. Its folder stays complete.
    """
    session = finished.session
    if session is None:
        return None
    practice = Practice(
        profile=profile,
        origin=Origin.LIVE,
        practised_at=datetime.fromisoformat(finished.started_at).astimezone(),
        ended=_ENDED.get(finished.end_reason, Ended.STOPPED),
        answers=_answers(finished),
        marks=tuple(_mark(mark, session) for mark in finished.marks),
    )
    with open_store(store) as record:
        track = load_track(finished.folder / "track.npz")
        return save_set(record, session, track, protocol=finished.protocol, practice=practice)


def _answers(finished: FinishedSet) -> Answers | None:
    symptoms = finished.symptoms
    answers = Answers(
        pain_before=symptoms.pain_before,
        pain_after=symptoms.pain_after,
        places=tuple(Place(place.replace("_", " ")) for place in symptoms.where) or None,
        stopped_because=_REASONS.get(finished.end_reason),
    )
    return None if answers.empty else answers


def _mark(mark: PainMark, session: Session) -> Mark:
    errors_deg = [rep.knee_se_deg for rep in session.reps if math.isfinite(rep.knee_se_deg)]
    return Mark(MarkKind.P1, mark.t_s, mark.knee_deg, errors_deg[0] if errors_deg else math.nan)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
