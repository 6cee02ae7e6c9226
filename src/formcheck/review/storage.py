"""Where reviews are stored: in a file beside the clip, or in the practice record. Neither writes over a newer one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import platformdirs
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from formcheck.errors import InputError, OutputError
from formcheck.files import locked, read_limited, write_whole
from formcheck.parsing import parse_json_object, parse_moment
from formcheck.record.annotations import ReviewRow, delete_review, save_review
from formcheck.record.reviewed import (
    SignedResult,
    add_reviewed_result,
    review_in_force,
    withdraw_reviewed_results,
)
from formcheck.record.save import series_for
from formcheck.record.schema import now
from formcheck.record.store import Store
from formcheck.review.clip_record import ClipRecord
from formcheck.review.model import Review, first_problem
from formcheck.server.errors import RequestError

KIND: Literal["formcheck review"] = "formcheck review"
VERSION: Literal[1] = 1
_LOCK_TIMEOUT_S = 10.0
# The limits of a review, in its longest notes.
_MAX_REVIEW_BYTES = 64_000_000


@dataclass(frozen=True, slots=True)
class StoredReview:
    """A review as it is stored. ``outcome`` is what the worklist shows of the reviewed session."""

    review: Review
    saved_at: str | None = None
    outcome: Mapping[str, Any] | None = None


Sign = Callable[[StoredReview], SignedResult]


class ConflictError(RequestError):
    """The review was saved by somebody else in the meantime; ``stored`` is theirs."""

    status = 409

    def __init__(self, stored: StoredReview) -> None:
        super().__init__(
            "this review was changed in another window since it was opened here: load that version, or write again"
        )
        self.stored = stored

    def body(self) -> dict[str, Any]:
        """Return the stored review too."""
        review = self.stored.review
        return super().body() | {"review": review.to_json(), "revision": review.revision}


class ReviewStore(Protocol):
    """Stores the review of one item. A revision number grows with every change and is never used twice."""

    def load(self) -> StoredReview:
        """Return the stored review, or an empty one.

        Raises
        ------
        InputError
            What is stored cannot be read; it is left alone.
        """

    def save(
        self, review: Review, *, expected: int, outcome: Mapping[str, Any], sign: Sign | None = None
    ) -> StoredReview:
        """Store a review as the revision after ``expected``.

        With ``sign``, which says what is signed, a review that is complete stands for its session in the practice
        record, if it is stored there; one that is a draft does not any more.

        Raises
        ------
        ConflictError
            The stored review has another revision by now.
        FormcheckError
            It cannot be written, or what is stored cannot be read.
        """

    def delete(self) -> None:
        """Remove the review; a file that cannot be read is renamed instead."""


def _a_moment(text: str) -> str:
    parse_moment(text)
    return text


class _File(BaseModel):
    """The content of a ``.review.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["formcheck review"]
    version: Literal[1]
    clip_sha256: str
    saved_at: Annotated[str, AfterValidator(_a_moment)]
    outcome: dict[str, Any]
    review: Review


class FileReviewStore:
    """A review in a ``.review.json``.

    Parameters
    ----------
    path : Path
    clip_sha256 : str
        Of the clip that is reviewed: the review of another clip of the same name is refused.
    record : ClipRecord, optional
        The clip in the practice record, which shows it as signed.
    """

    def __init__(self, path: Path, clip_sha256: str, record: ClipRecord | None = None) -> None:
        self.path = path
        self._record = record
        self._clip_sha256 = clip_sha256
        # After a review was deleted, a window that still shows it must not be able to save over the next one.
        self._next_revision = 0

    def load(self) -> StoredReview:
        file = read_review_file(self.path)
        if file is None:
            return StoredReview(Review(revision=self._next_revision))
        if file.clip_sha256 != self._clip_sha256:
            raise InputError(
                f"{self.path.name}: expected the review of this clip, got one of another clip with the same name; "
                "move that file away, or forget it here"
            )
        return StoredReview(file.review, file.saved_at, file.outcome)

    def save(
        self, review: Review, *, expected: int, outcome: Mapping[str, Any], sign: Sign | None = None
    ) -> StoredReview:
        with self._locked():
            current = self.load()
            if current.review.revision != expected:
                raise ConflictError(current)
            stored = StoredReview(review.model_copy(update={"revision": expected + 1}), now(), dict(outcome))
            if self._record is not None and (review.done or current.review.done):
                self._record.follow(sign(stored) if review.done and sign is not None else None)
            try:
                write_whole(self.path, review_file(stored, self._clip_sha256))
            except OSError as error:
                raise OutputError(
                    f"{self.path}: the review cannot be written ({error.strerror}); free some space, or allow writing "
                    "there"
                ) from None
            return stored

    def follow(self, signed: SignedResult) -> None:
        """Show the clip's sets in the practice record as it was signed."""
        if self._record is not None:
            self._record.follow(signed)

    def delete(self) -> None:
        with self._locked():
            try:
                former = self.load().review
            except InputError:
                self.path.replace(_free_name(self.path))
                return
            if self._record is not None and former.done:
                self._record.follow(None)
            self._next_revision = former.revision + 1
            self.path.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, in this process and others; the lock does not lie beside the patient's files."""
        folder = Path(platformdirs.user_cache_dir("formcheck", appauthor=False)) / "locks"
        name = hashlib.sha256(str(self.path.resolve()).encode(errors="surrogateescape")).hexdigest()[:24]
        refusal = OutputError(
            f"{self.path}: another formcheck has been writing this review for {_LOCK_TIMEOUT_S:.0f} s; end it"
        )
        lock, remedy = folder / f"{name}.lock", "allow writing there, it holds the locks"
        with locked(lock, refusal=refusal, timeout_s=_LOCK_TIMEOUT_S, remedy=remedy):
            yield


def review_file(stored: StoredReview, clip_sha256: str) -> bytes:
    """Return the bytes of a ``.review.json``."""
    document = {
        "kind": KIND,
        "version": VERSION,
        "clip_sha256": clip_sha256,
        "saved_at": stored.saved_at or now(),
        "outcome": dict(stored.outcome or {}),
        "review": stored.review.to_json(),
    }
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_review_file(path: Path) -> _File | None:
    """Return the content of a ``.review.json``; None when there is none.

    Raises
    ------
    InputError
        It is damaged or of a newer format.
    """
    try:
        return _File.model_validate(parse_json_object(read_limited(path, limit=_MAX_REVIEW_BYTES)))
    except FileNotFoundError:
        return None
    except ValueError as error:
        problem = first_problem(error) if isinstance(error, ValidationError) else str(error)
        raise InputError(
            f"{path.name}: expected a review that formcheck saved, but it is damaged or of a newer formcheck "
            f"({problem}); repair it or move it away, it is not written over"
        ) from None
    except OSError as error:
        raise InputError(f"{path.name}: the review cannot be read ({error.strerror}); allow reading it") from None


def _free_name(path: Path) -> Path:
    count = 1
    while (free := path.with_name(f"{path.name}.unreadable-{count}")).exists():
        count += 1
    return free


class RecordReviewStore:
    """The review of a session in the practice record."""

    def __init__(self, store: Store, uid: str) -> None:
        self._store = store
        self._uid = uid
        self._next_revision = 0

    def load(self) -> StoredReview:
        with self._store.reading() as connection:
            return self._read(connection)

    def save(
        self, review: Review, *, expected: int, outcome: Mapping[str, Any], sign: Sign | None = None
    ) -> StoredReview:
        saved_at = now()
        new = StoredReview(review.model_copy(update={"revision": expected + 1}), saved_at, outcome)
        row = ReviewRow(
            revision=new.review.revision,
            saved_at=saved_at,
            reviewer=review.reviewer,
            done=review.done,
            text=json.dumps(new.review.to_json(), ensure_ascii=False, allow_nan=False),
            outcome=json.dumps(dict(outcome), ensure_ascii=False, allow_nan=False),
        )
        signed = sign(new) if review.done and sign is not None else None
        with ExitStack() as stack:
            series = None
            if signed is not None:
                series = stack.enter_context(series_for(self._store, signed.session, signed.track))
            connection = stack.enter_context(self._store.writing())
            current = self._read(connection)
            if current.review.revision != expected:
                raise ConflictError(current)
            save_review(connection, self._uid, row)
            if signed is not None and series is not None:
                add_reviewed_result(connection, self._uid, signed, series)
            elif current.review.done:
                withdraw_reviewed_results(connection, self._uid)
        return new

    def _read(self, connection: Any) -> StoredReview:
        """Return the stored review. It is a draft again once the session was analysed anew."""
        row = review_in_force(connection, self._uid)
        return StoredReview(Review(revision=self._next_revision)) if row is None else _stored(row, self._uid)

    def delete(self) -> None:
        with self._store.writing() as connection:
            row = review_in_force(connection, self._uid)
            delete_review(connection, self._uid)
            withdraw_reviewed_results(connection, self._uid)
        if row is not None:
            self._next_revision = row.revision + 1


def _stored(row: ReviewRow, uid: str) -> StoredReview:
    try:
        review = Review.model_validate(parse_json_object(row.text)).model_copy(
            update={"revision": row.revision, "done": row.done}
        )
        return StoredReview(review, row.saved_at, parse_json_object(row.outcome))
    except ValueError:
        raise InputError(
            f"the review of session {uid} was saved by a newer formcheck; update formcheck to go on with it"
        ) from None
