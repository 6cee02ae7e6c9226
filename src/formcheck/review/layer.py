"""Where the reviewer's layer is kept: a file beside the clip, written whole, never over another's newer words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from formcheck.errors import FormcheckError, InputError, OutputError
from formcheck.files import locked, write_whole
from formcheck.record.results import now
from formcheck.review.model import Review, first_problem, plain

KIND: Literal["formcheck review"] = "formcheck review"
VERSION: Literal[1] = 1
_LOCK_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A layer as it is kept. ``outcome`` is the reviewed session's line of the worklist."""

    review: Review
    saved_at: str | None = None
    outcome: Mapping[str, Any] | None = None


class NewerError(FormcheckError):
    """Somebody else wrote since; ``kept`` is what is there now."""

    def __init__(self, kept: Kept) -> None:
        super().__init__(
            "this review was changed in another window since it was opened here: load that version, or write again"
        )
        self.kept = kept


class Layer(Protocol):
    """What keeps the review of one item."""

    def load(self) -> Kept:
        """Return what is kept; an empty review when nothing is.

        Raises
        ------
        FormcheckError
            What is there cannot be read; it is left alone.
        """

    def save(self, review: Review, *, expected: int, outcome: Mapping[str, Any]) -> Kept:
        """Keep a review as the revision after ``expected``.

        Raises
        ------
        NewerError
            What is kept has another revision by now.
        FormcheckError
            It cannot be written, or what is there cannot be read.
        """

    def forget(self) -> None:
        """Remove the layer; one that cannot be read is put aside under another name instead."""


class _File(BaseModel):
    """The content of a ``.review.json``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["formcheck review"]
    version: Literal[1]
    clip_sha256: str
    saved_at: str
    outcome: dict[str, Any]
    review: Review


class FileLayer:
    """A layer in a ``.review.json``.

    Parameters
    ----------
    path : Path
    clip_sha256 : str
        Of the clip that is reviewed: the layer of another clip under the same name is refused.
    """

    def __init__(self, path: Path, clip_sha256: str) -> None:
        self.path = path
        self._clip_sha256 = clip_sha256
        # A layer begun anew must not have the number of one that another window still shows.
        self._forgotten = 0

    def load(self) -> Kept:
        file = read_layer_file(self.path)
        if file is None:
            return Kept(Review(revision=self._forgotten))
        if file.clip_sha256 != self._clip_sha256:
            raise InputError(
                f"{self.path.name}: expected the review of this clip, got one of another clip with the same name; "
                "move that file away, or forget it here"
            )
        return Kept(file.review, file.saved_at, file.outcome)

    def save(self, review: Review, *, expected: int, outcome: Mapping[str, Any]) -> Kept:
        with self._locked():
            there = self.load()
            if there.review.revision != expected:
                raise NewerError(there)
            kept = Kept(review.model_copy(update={"revision": expected + 1}), now(), dict(outcome))
            data = layer_document(kept, self._clip_sha256)
            try:
                write_whole(self.path, data)
            except OSError as error:
                raise OutputError(
                    f"{self.path}: the review cannot be written ({error.strerror}); free some space, or allow writing "
                    "there"
                ) from None
            return kept

    def forget(self) -> None:
        with self._locked():
            try:
                self._forgotten = self.load().review.revision + 1
            except InputError:
                self.path.replace(_free_name(self.path))
            else:
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


def layer_document(kept: Kept, clip_sha256: str) -> bytes:
    """Return the bytes of a ``.review.json``."""
    document = {
        "kind": KIND,
        "version": VERSION,
        "clip_sha256": clip_sha256,
        "saved_at": kept.saved_at or now(),
        "outcome": dict(kept.outcome or {}),
        "review": plain(kept.review),
    }
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def read_layer_file(path: Path) -> _File | None:
    """Return what a ``.review.json`` holds; None when there is none.

    Raises
    ------
    InputError
        It is damaged or of a newer format.
    """
    try:
        return _File.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise InputError(
            f"{path.name}: expected a review that formcheck saved, but it is damaged or of a newer formcheck "
            f"({first_problem(error)}); mend it or move it away, it is not written over"
        ) from None
    except OSError as error:
        raise InputError(f"{path.name}: the review cannot be read ({error.strerror}); allow reading it") from None


def _free_name(path: Path) -> Path:
    count = 1
    while (free := path.with_name(f"{path.name}.unreadable-{count}")).exists():
        count += 1
    return free
