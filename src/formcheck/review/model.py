"""The review: what a clinician says about one analysed clip, stored beside the analysis, which never changes."""

from __future__ import annotations

import math
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from formcheck.review.drawings import Drawing, FollowedPoint, KnownLength
from formcheck.review.parts import Key, Part, Point, Reason, Seconds, Text
from formcheck.server.errors import RequestError
from formcheck.session.kept import parse_kept_lines
from formcheck.types import Side, Verdict


def _kept_or_none(text: str) -> str:
    parse_kept_lines(text)
    return text


class Joint(StrEnum):
    """What a goniometer measures."""

    KNEE = "knee"
    HIP = "hip"
    OTHER = "other"


class ResultChange(StrEnum):
    """In what results differ from those on which a review was completed; ``RESULTS``: in their numbers alone."""

    SOFTWARE = "software"
    PROTOCOL = "protocol"
    SIDE = "side"
    CALIBRATION = "calibration"
    RESULTS = "results"


class GivenRep(Part):
    """Times of a repetition, set by the reviewer; ``peak_s`` None = where the knee is straightest."""

    start_s: Seconds
    peak_s: Seconds | None = None
    end_s: Seconds

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.start_s >= self.end_s:
            raise ValueError("expected a repetition to start before it ends")
        if self.peak_s is not None and not self.start_s <= self.peak_s <= self.end_s:
            raise ValueError(
                f"expected the straightest moment ({self.peak_s:.2f} s) after the start of its repetition "
                f"({self.start_s:.2f} s) and before its end ({self.end_s:.2f} s): move it first"
            )
        return self


class Overrule(Part):
    """A verdict in place of the program's; ``rep`` None = on the set as a whole.

    ``side`` is the leg that was judged: of the other leg it says nothing. None = whichever is.
    """

    rule: Key
    rep: Annotated[int, Field(ge=1)] | None = None
    verdict: Verdict
    reason: Reason
    side: Side | None = None

    @model_validator(mode="after")
    def _decided(self) -> Self:
        if self.verdict in (Verdict.BORDERLINE, Verdict.INFORMATION):
            raise ValueError(f"expected MET, NOT_MET or NOT_ASSESSABLE from a reviewer, got {self.verdict.value}")
        return self


class Note(Part):
    """A note on the session, on a repetition, or on a frame.

    ``by`` is who wrote it; empty where that is not known until its review is complete.
    """

    id: Key
    scope: Literal["session", "rep", "frame"]
    rep: Annotated[int, Field(ge=1)] | None = None
    t_s: Seconds | None = None
    text: Text
    at: Annotated[str, StringConstraints(max_length=40)]
    by: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""

    @model_validator(mode="after")
    def _placed(self) -> Self:
        if (self.scope == "rep") != (self.rep is not None):
            raise ValueError("expected a repetition for a note on a repetition, and only for such a one")
        if self.scope == "frame" and self.t_s is None:
            raise ValueError("expected a time for a note on a frame")
        return self


class Goniometer(Part):
    """Three points on a frame, the middle one on the joint. The fields after ``points`` are filled in by the server.

    ``angle_deg`` is flexion for knee and hip (180 less the angle between the arms: 0 = straight), the angle between the
    arms for anything else. ``plane_deg`` is that flexion in the plane of the leg (`marked_in_plane_deg`), ``tool_deg``
    formcheck's own at that time, ``difference_deg`` the first less the second.
    ``rater`` is who laid it, empty in reviews of before there were several.
    """

    id: Key
    t_s: Seconds
    joint: Joint
    points: tuple[Point, Point, Point]
    rater: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    angle_deg: float | None = None
    plane_deg: float | None = None
    tool_deg: float | None = None
    tool_se_deg: float | None = None
    difference_deg: float | None = None

    @model_validator(mode="after")
    def _apart(self) -> Self:
        first, vertex, last = self.points
        if math.dist(first, vertex) < 1 or math.dist(last, vertex) < 1:
            raise ValueError("expected three points that are apart, got two at the same place")
        return self

    def measured_deg(self) -> float:
        """Return the angle that the points show, see above."""
        (ax, ay), (vx, vy), (bx, by) = self.points
        a, b = (ax - vx, ay - vy), (bx - vx, by - vy)
        inner = math.degrees(math.atan2(abs(a[0] * b[1] - a[1] * b[0]), a[0] * b[0] + a[1] * b[1]))
        return inner if self.joint is Joint.OTHER else 180.0 - inner


class KeyImage(Part):
    """A frame to show in the summary."""

    id: Key
    t_s: Seconds
    caption: Annotated[str, StringConstraints(max_length=400)] = ""


class Review(Part):
    """Everything a reviewer said. The defaults say nothing: the session stands as analysed.

    ``person`` is the code of the person in the clip, where the record does not know it. ``reps`` is the complete list,
    None = as analysed; numbers of repetitions elsewhere in the review refer to this list. With ``calibrated`` the hips
    and knees of the goniometer calibrate the clip. ``kept`` are the person's kept calibrations that do,
    the text of one a line, empty for none, None = as analysed. ``draft_because`` says in what the results changed since
    it was complete: then it is a draft.
    """

    revision: Annotated[int, Field(ge=0)] = 0
    reviewer: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    person: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=r"^[^\x00-\x1f\x7f]*$")] = ""
    done: bool = False
    summary_note: Text = ""
    side: Side | None = None
    protocol: Key | None = None
    reps: Annotated[tuple[GivenRep, ...], Field(max_length=500)] | None = None
    overrules: Annotated[tuple[Overrule, ...], Field(max_length=2000)] = ()
    notes: Annotated[tuple[Note, ...], Field(max_length=500)] = ()
    goniometer: Annotated[tuple[Goniometer, ...], Field(max_length=200)] = ()
    calibrated: bool = False
    kept: Annotated[str, StringConstraints(max_length=500_000), AfterValidator(_kept_or_none)] | None = None
    key_images: Annotated[tuple[KeyImage, ...], Field(max_length=60)] = ()
    drawings: Annotated[tuple[Drawing, ...], Field(max_length=200)] = ()
    scale: KnownLength | None = None
    followed: Annotated[tuple[FollowedPoint, ...], Field(max_length=8)] = ()
    draft_because: Annotated[tuple[ResultChange, ...], Field(max_length=10)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        reps = self.reps or ()
        for before, after in pairwise(reps):
            if after.start_s < before.end_s:
                raise ValueError(
                    f"expected repetitions one after another, got one that starts at {after.start_s:.2f} s before the "
                    f"one before it ends at {before.end_s:.2f} s"
                )
        pairs = [(overrule.rule, overrule.rep, overrule.side) for overrule in self.overrules]
        if len(set(pairs)) < len(pairs):
            raise ValueError("expected one overruling for a rule of a repetition, got two")
        for kind in (self.notes, self.goniometer, self.key_images, self.drawings, self.followed):
            if len({one.id for one in kind}) < len(kind):
                raise ValueError("expected a different id for each note, measurement and image, got one twice")
        return self

    def marked(self, *, done: bool) -> Review:
        """Return it as complete or as a draft."""
        return self.model_copy(update={"done": done} | ({"draft_because": ()} if done else {}))

    def same_content(self, other: Review) -> bool:
        """Whether two reviews are equal apart from their revision and whether they are marked as complete."""
        unsigned = {"revision": 0, "done": False, "draft_because": ()}
        return self.model_copy(update=unsigned) == other.model_copy(update=unsigned)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing; revision and reviewer do not count."""
        return self.model_copy(update={"revision": 0, "reviewer": ""}) == Review()

    @property
    def holds_times(self) -> bool:
        """Whether it speaks of moments of the clip, which are others where it is taken to play at another speed."""
        placed = (self.goniometer, self.key_images, self.drawings, self.followed, self.reps or ())
        return any(placed) or self.scale is not None or any(note.t_s is not None for note in self.notes)

    def to_json(self) -> dict[str, Any]:
        """Return plain lists, dicts, strings and numbers."""
        return self.model_dump(mode="json")


def parse_review(value: Any) -> Review:
    """Return the review that a request holds.

    Raises
    ------
    RequestError
        It is not one.
    """
    try:
        return Review.model_validate(value)
    except ValidationError as error:
        raise RequestError(f"the review does not fit: {first_problem(error)}") from None


def first_problem(error: ValidationError) -> str:
    """Return the first of pydantic's problems in one line."""
    problem = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in problem["loc"])
    words = str(problem["msg"]).removeprefix("Value error, ")
    return f"{place}: {words}" if place else words
