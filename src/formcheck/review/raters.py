"""Several raters of one clip: how far they agree who measured the same frames, and who wrote a note."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from formcheck.angles.hand_calibration import RATER_SD_DEG
from formcheck.message import Message, verbatim
from formcheck.review.model import Goniometer, Joint, Review

# With fewer frames a standard deviation is a guess.
_ENOUGH_FRAMES = 3
# Times of frames are kept to the millisecond; marks this near to each other are on one frame.
_SAME_FRAME_S = 0.002


@dataclass(frozen=True, slots=True)
class Agreement:
    """Two raters' angles of a joint on the same frames.

    Parameters
    ----------
    joint : Joint
    raters : (str, str)
    frames : int
    mean_deg : float
        Mean of the first rater's angle less the second's.
    sem_deg : float
        Standard error of measurement of one rater: the standard deviation within a frame, which for two raters is that
        of their differences over the square root of 2 (Bland and Altman, BMJ 1996;313:744). NaN for one frame.
    """

    joint: Joint
    raters: tuple[str, str]
    frames: int
    mean_deg: float
    sem_deg: float

    @property
    def message(self) -> Message:
        """Return it as a sentence."""
        values = {
            "n": self.frames,
            "joint": Message(f"clinician.goniometer.{self.joint}"),
            "one": verbatim(self.raters[0]),
            "other": verbatim(self.raters[1]),
            "mean": self.mean_deg,
        }
        if math.isnan(self.sem_deg):
            return Message.of("clinician.goniometer.agreement_one", **values)
        return Message.of("clinician.goniometer.agreement", **values, sem=self.sem_deg)


def agreements(marks: Sequence[Goniometer]) -> list[Agreement]:
    """Return the agreement of every two raters, for hip and knee, where they measured the same frames."""
    found = []
    for joint in (Joint.HIP, Joint.KNEE):
        of_rater: dict[str, list[Goniometer]] = defaultdict(list)
        for mark in marks:
            if mark.joint is joint:
                of_rater[mark.rater].append(mark)
        for one, other in combinations(of_rater, 2):
            differences = _differences(of_rater[one], of_rater[other])
            if differences:
                sem = statistics.stdev(differences) / math.sqrt(2) if len(differences) > 1 else math.nan
                mean = statistics.fmean(differences)
                found.append(Agreement(joint, (one or "?", other or "?"), len(differences), mean, sem))
    return found


def _differences(one: Sequence[Goniometer], other: Sequence[Goniometer]) -> list[float]:
    """Return the difference of two raters' mean angles on each frame that both measured."""
    differences = []
    for t_s in sorted({round(mark.t_s / _SAME_FRAME_S) for mark in one}):
        mine, theirs = ([m.measured_deg() for m in marks if _on(m, t_s)] for marks in (one, other))
        if theirs:
            differences.append(statistics.fmean(mine) - statistics.fmean(theirs))
    return differences


def _on(mark: Goniometer, frame: int) -> bool:
    return abs(mark.t_s - frame * _SAME_FRAME_S) < _SAME_FRAME_S


def rater_sd_deg(marks: Sequence[Goniometer]) -> float:
    """Return how far a mark is taken to scatter: as usual, or more where these raters differ by more."""
    known = [one.sem_deg for one in agreements(marks) if one.frames >= _ENOUGH_FRAMES]
    return max([RATER_SD_DEG, *known])


def raters(marks: Sequence[Goniometer]) -> str:
    """Return the raters' codes, each once."""
    return ", ".join(dict.fromkeys(mark.rater for mark in marks if mark.rater and mark.joint is not Joint.OTHER))


def with_authors(review: Review, before: Review) -> Review:
    """Return a review that is saved, with who wrote each note: it keeps the name when another signs it later.

    Whoever completes a review signs what has no name in it; the page names whoever writes under a name.

    Parameters
    ----------
    review : Review
    before : Review
        As it was stored.
    """
    signed = {note.id for note in before.notes} if before.done else set()
    notes = []
    for note in review.notes:
        by = note.by or (before.reviewer if note.id in signed else review.reviewer if review.done else "")
        notes.append(note.model_copy(update={"by": by}))
    return review.model_copy(update={"notes": tuple(notes)})
