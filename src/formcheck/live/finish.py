"""After a set: its journal is judged, and the results are written to its folder and to the practice record."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import FormcheckError
from formcheck.files import PART_FILES, acquire_lock, read_limited, remove_stale, write_whole
from formcheck.form.online import judge_online
from formcheck.form.statistics import set_statistics
from formcheck.live import journal
from formcheck.live.coach import EndReason
from formcheck.live.journal_reading import read_journal
from formcheck.live.pain import PainMark, judge_personal_limit
from formcheck.parsing import parse_json_object
from formcheck.pipeline import write_session
from formcheck.protocols.loader import LoadedProtocol
from formcheck.record.live_folders import LOCK, PRACTICE
from formcheck.record.values import Answers
from formcheck.types import PoseTrack, Session

REPORT = "report.html"
_NOT_HELD_AGAINST = (
    EndReason.PAIN,
    EndReason.CAMERA,
    EndReason.SIGNAL,
    EndReason.SLEEP,
    EndReason.INTERRUPTED,
)
# Nobody was there if a person was detected for less than this: networks see one now and then in an empty room.
_SEEN_S = 1.0


@dataclass(frozen=True, slots=True)
class FinishedSet:
    """A finished set with its results.

    ``rep_count`` is what was counted aloud, ``uid`` the set's id in the practice record, None where it is not saved.
    """

    folder: Path
    started_at: str
    end_reason: EndReason
    session: Session
    protocol: LoadedProtocol
    rep_count: int
    marks: tuple[PainMark, ...]
    uid: str | None = None

    @property
    def report(self) -> Path:
        """The report's path."""
        return self.folder / REPORT

    @property
    def exercised(self) -> bool:
        """Whether there is a repetition in it."""
        return set_statistics(self.session).complete > 0


# Saves a finished set to the practice record, and returns its id there.
SaveSet = Callable[[FinishedSet], str | None]


def finish(
    folder: Path,
    *,
    end_reason: EndReason,
    save: SaveSet | None = None,
    frame_counts: dict[str, int] | None = None,
    whole_set: bool = False,
) -> FinishedSet | None:
    """Judge a set from its journal, write the results beside it, and save it to the practice record.

    ``practice.json`` is written last: a folder without it is not finished. A set in which nobody was seen is none:
    its header is removed, which leaves a folder for `discard_empty`. ``whole_set``: all of a set was meant. One that
    pain, a fault of the camera or the machine ended is not held against it.

    Raises
    ------
    InputError
        The journal is damaged before its end.
    OutputError
        The results cannot be written.
    StoreError
        The set could not be saved to the practice record. Its folder is complete.
    """
    contents = read_journal(folder)
    if contents.track is None or _seen_s(contents.track) < _SEEN_S:
        (folder / journal.HEADER).unlink()
        return None
    meant = whole_set and end_reason not in _NOT_HELD_AGAINST
    session = judge_online(contents.track, contents.angles, contents.protocol, whole_set=meant, kept=contents.kept)
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
    )
    try:
        finished = replace(finished, uid=save(finished) if save is not None else None)
    finally:
        _write_practice(finished, frame_counts or {})
    return finished


def _seen_s(track: PoseTrack) -> float:
    """How long a person was detected."""
    seen = np.isfinite(track.xy_px).any(axis=(1, 2))
    return float(seen.mean() * (track.t_s[-1] - track.t_s[0]))


def _write_practice(finished: FinishedSet, frame_counts: dict[str, int]) -> None:
    document = {
        "format": journal.FORMAT,
        "started_at": finished.started_at,
        "why": finished.end_reason,
        "counted": finished.rep_count,
        "marks": [asdict(mark) | {"knee_deg": _finite(mark.knee_deg)} for mark in finished.marks],
        "answers": _plain(Answers()),
        "frames": frame_counts,
        "session": finished.uid,
    }
    write_whole(finished.folder / PRACTICE, json.dumps(document, indent=2))


def note_answers(folder: Path, answers: Answers) -> None:
    """Write what was answered beside the results of a finished set."""
    path = folder / PRACTICE
    document = parse_json_object(read_limited(path))
    write_whole(path, json.dumps(document | {"answers": _plain(answers)}, indent=2))


def _plain(answers: Answers) -> dict[str, Any]:
    values = asdict(answers)
    return {name: values[name] for name in ("pain_before", "pain_after", "places", "red_flags")}


def discard_empty(folder: Path) -> None:
    """Remove the folder of a set that turned out to be none."""
    if not (folder / journal.HEADER).exists():
        shutil.rmtree(folder, ignore_errors=True)


def unfinished(root: Path) -> list[Path]:
    """The folders of sets whose process was killed, or is still at work."""
    folders = sorted(path.parent for path in root.glob(f"*/{journal.HEADER}"))
    return [folder for folder in folders if not (folder / PRACTICE).exists()]


def recover(folder: Path, *, save: SaveSet | None = None) -> FinishedSet | FormcheckError | None:
    """Finish a set whose process was killed, as interrupted.

    Returns
    -------
    The set; an error when it cannot be finished, which must not keep anybody from practising; None when its process is
    still at work, or nobody was seen.
    """
    lock = acquire_lock(folder / LOCK)
    if lock is None:
        return None
    try:
        # An unfinished recording cannot be played, and shows the person.
        remove_stale(folder, PART_FILES, older_than_s=0)
        found: FinishedSet | FormcheckError | None = finish(folder, end_reason=EndReason.INTERRUPTED, save=save)
    except FormcheckError as error:
        found = error
    finally:
        lock.release()
    (folder / LOCK).unlink(missing_ok=True)
    discard_empty(folder)
    return found


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
