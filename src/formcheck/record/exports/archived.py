"""The files of `formcheck export --format json`: what must be in them before they may enter the record."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from formcheck.errors import InputError
from formcheck.parsing import parse_json_object
from formcheck.record.exports import rows
from formcheck.record.profiles import CODE_PATTERN
from formcheck.session.document import validated
from formcheck.session.schema import ReviewedDocument

KIND = "formcheck kept session"
PROFILE_KIND = "formcheck profile"
VERSION = 1

ProfileCode = Annotated[str, Field(pattern=rf"^{CODE_PATTERN}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ArchivedSeries(_Part):
    """A series by columns; null = not measurable."""

    about: dict[str, Any]
    columns: dict[str, list[Any]]


class ArchivedResult(_Part):
    """One result: its document is session.json (docs/session.md)."""

    kept_at: rows.Moment
    software: rows.Name
    document: dict[str, Any]
    series: ArchivedSeries
    # Of a reviewed result whose review was reopened.
    withdrawn_at: rows.Moment | None = None


class ArchivedSession(_Part):
    """All that the record holds of a session."""

    kind: Literal["formcheck kept session"]
    version: Literal[1]
    profile: ProfileCode
    session: rows.SessionRow
    protocol: rows.ProtocolRow
    # Those of reviewed results that were judged by another one. Archives made before there were such have none.
    other_protocols: list[rows.ProtocolRow] = []
    results: list[ArchivedResult] = Field(min_length=1)
    answers: list[rows.AnswerRow]
    marks: list[rows.MarkRow]
    notes: list[rows.NoteRow]
    corrections: list[rows.CorrectionRow]
    # Archives made before there were questions and reviews have none.
    questions: list[rows.QuestionRow] = []
    reviews: list[rows.ReviewLayerRow] = Field(default=[], max_length=1)

    def model_post_init(self, _context: Any) -> None:
        """Check what belongs together."""
        if self.session.protocol_sha256 != self.protocol.sha256:
            raise ValueError("expected the protocol that the session names, got another")
        protocols = [self.protocol, *self.other_protocols]
        if any(hashlib.sha256(one.text.encode()).hexdigest() != one.sha256 for one in protocols):
            raise ValueError("expected a protocol's text as its sha256 says, got another text")
        documents = [validated(result.document) for result in self.results]
        if not {one.protocol.sha256 for one in documents} <= {one.sha256 for one in protocols}:
            raise ValueError("expected the protocols that the results name, got others")
        if all(isinstance(one, ReviewedDocument) for one in documents):
            raise ValueError("expected a result as analysed, got reviewed ones only")


class ArchivedProfile(_Part):
    """A profile's prescriptions and calibrations by hand, and the notes that are on no session."""

    kind: Literal["formcheck profile"]
    version: Literal[1]
    profile: ProfileCode
    prescriptions: list[rows.PrescriptionRow]
    notes: list[rows.NoteRow]
    # Archives made before there were any have none.
    calibrations: list[rows.CalibrationRow] = []


def read_archive(data: bytes, where: str) -> ArchivedSession | ArchivedProfile:
    """Read an archive and check its structure.

    Raises
    ------
    InputError
        The file is not one that `formcheck export --format json` wrote, or is damaged.
    """
    try:
        value = parse_json_object(data)
        kind = value["kind"]
        return (ArchivedProfile if kind == PROFILE_KIND else ArchivedSession).model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{where}: {place}: {first['msg']}; export it again with 'formcheck export'") from None
    except (ValueError, KeyError) as error:
        raise InputError(
            f"{where}: expected a file of 'formcheck export --format json', got something else ({error}); export the "
            "session again"
        ) from None
