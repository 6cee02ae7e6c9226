"""A judged set as the document of ``session.json``: to and from a `Session`, without loss."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from formcheck.errors import InputError
from formcheck.files import read_limited
from formcheck.form import rules
from formcheck.form.statistics import RepStatus, best, set_statistics, statuses, typical, worst
from formcheck.form.summary import summarize
from formcheck.message import Message, verbatim
from formcheck.parsing import parse_json
from formcheck.resolution import FINEST_DECIMALS, rounded, rounded_number
from formcheck.session import schema
from formcheck.session.frames import FrameTable
from formcheck.session.kept import use_of, use_part
from formcheck.text.catalogue import Texts
from formcheck.text.findings import finding_sentence
from formcheck.text.numbers import printable
from formcheck.types import (
    ClipInfo,
    Finding,
    LegAngles,
    ModelInfo,
    Quality,
    Rep,
    Session,
    Verdict,
    View,
    told_side,
)

OPENCV_NAMES = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
# The only assessment among the protocols of the time of version 1.0, whose documents do not say it.
_ASSESSMENTS_1_0 = ("active-knee-extension",)


def to_document(session: Session, texts: Texts) -> dict[str, Any]:
    """Return the content of ``session.json``: plain lists, dicts, strings and finite numbers.

    The same session and language always give the same document; what could not be measured is None. Sentences are
    for readers; `from_document` makes the session from the facts beside them.
    """
    status_of = {status.rep: status for status in statuses(session)}
    summary = summarize(session)
    document = schema.SessionDocument(
        schema_version=schema.SCHEMA_VERSION,
        language=texts.language,
        clip=_clip_part(session.clip),
        protocol=schema.ProtocolPart(
            id=session.protocol_id,
            version=session.protocol_version,
            name=session.protocol_name,
            sha256=session.protocol_sha256,
            kind=session.protocol_kind,
        ),
        software=_software_part(session.model),
        side=session.side,
        side_given=session.side_given,
        side_decided=session.side_decided,
        view=schema.ViewPart(**_numbers(rounded(session.view))),
        quality=schema.QualityPart(
            usable_fraction=session.quality.usable_fraction,
            reasons=tuple(map(texts.say, session.quality.reasons)),
            messages=tuple(schema.MessagePart(**reason.to_json()) for reason in session.quality.reasons),
        ),
        rep_count=session.rep_count,
        reps=tuple(
            _rep_part(texts, rep, session.findings_of(rep.index), status_of.get(rep.index)) for rep in session.reps
        ),
        findings=tuple(_finding_part(texts, finding) for finding in session.findings_of(None)),
        statistics=_statistics_part(session),
        summary=schema.SummaryPart(
            headline=texts.say(summary.headline), sentences=tuple(map(texts.say, summary.sentences))
        ),
        kept_calibration=use_part(session.kept_calibration),
    )
    return document.model_dump(mode="json")


def session_text(session: Session, texts: Texts, *, ascii_only: bool = False) -> str:
    """Return the text of ``session.json``; as ASCII with other characters escaped where asked for."""
    return json.dumps(to_document(session, texts), indent=2, ensure_ascii=ascii_only, allow_nan=False) + "\n"


def _clip_part(clip: ClipInfo) -> schema.ClipPart:
    return schema.ClipPart(**{**_numbers(rounded(clip)), "name": printable(clip.name)})


def _software_part(model: ModelInfo) -> schema.SoftwarePart:
    return schema.SoftwarePart(
        formcheck=installed_version("formcheck"),
        mediapipe=installed_version("mediapipe"),
        numpy=np.__version__,
        opencv=installed_version(*OPENCV_NAMES),
        av=installed_version("av"),
        model=schema.ModelPart(**asdict(model)),
    )


def installed_version(*names: str) -> str | None:
    """Return the version of the first of these distributions that is installed, else None."""
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None


def _rep_part(texts: Texts, rep: Rep, findings: Sequence[Finding], status: RepStatus | None) -> schema.RepPart:
    return schema.RepPart(
        **_numbers(rounded(rep)),
        excursion_deg=_number(rep.excursion_deg, 2),
        status=status.status if status is not None else None,
        deciding=tuple(finding.rule for finding in status.deciding) if status is not None else (),
        findings=tuple(_finding_part(texts, finding) for finding in findings),
    )


def _finding_part(texts: Texts, finding: Finding) -> schema.FindingPart:
    values = {field.name: getattr(finding, field.name) for field in fields(finding)}
    low, high = finding.limit
    numbers = {
        "observed": _number(finding.observed, FINEST_DECIMALS),
        "se": _number(finding.se, FINEST_DECIMALS),
        "limit": (_number(low, FINEST_DECIMALS), _number(high, FINEST_DECIMALS)),
        "at_s": _number(finding.at_s, FINEST_DECIMALS),
    }
    said = {"text": finding_sentence(texts, finding), "verbatim": finding.text is not None}
    return schema.FindingPart(**{**values, **numbers, **said})


def _statistics_part(session: Session) -> schema.StatisticsPart:
    known = set(schema.StatisticsPart.model_fields)
    values = {name: value for name, value in _numbers(rounded(set_statistics(session))).items() if name in known}
    return schema.StatisticsPart(**values, best=best(session), worst=worst(session), typical=typical(session))


def _numbers(value: Any) -> dict[str, Any]:
    """Return a dataclass value's fields, None for what is not finite."""
    return {field.name: _finite(getattr(value, field.name)) for field in fields(value)}


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number(value: float | None, decimals: int) -> float | None:
    return None if value is None or not math.isfinite(value) else rounded_number(value, decimals)


def from_document(document: Mapping[str, Any], frames: FrameTable | None = None) -> Session:
    """Return the session that a document describes.

    Parameters
    ----------
    document : mapping
        The content of ``session.json``, of schema version 1.1 or 1.0. What 1.0 did not keep is missing: the camera's
        elevation, the jitter, and the numbers that sentences are made of, which then stay as they were stored.
    frames : FrameTable, optional
        Its angles frame by frame. Without them the session has no angles, no phases, and no frame of a repetition.

    Raises
    ------
    ValueError
        It is no such document.
    """
    part = validated(document)
    view = _restored(View, part.view)
    quality = Quality(
        part.quality.usable_fraction, tuple(Message.from_json(one.model_dump()) for one in part.quality.messages)
    )
    # Results of formcheck 0.2 name a leg where nothing was measured.
    side = told_side(part.side, quality, given=part.side_given)
    return Session(
        clip=_restored(ClipInfo, part.clip),
        model=_restored(ModelInfo, part.software.model),
        protocol_id=part.protocol.id,
        protocol_version=part.protocol.version,
        protocol_name=part.protocol.name,
        protocol_sha256=part.protocol.sha256,
        protocol_kind=part.protocol.kind,
        side=side,
        side_given=part.side_given,
        angles=LegAngles(**frames.angles, side=side, view=view) if frames is not None and side is not None else None,
        view=view,
        phases=frames.phases if frames is not None else (),
        rep_of_frame=frames.rep_of_frame if frames is not None else np.zeros(0, np.int64),
        reps=tuple(_restored(Rep, rep) for rep in part.reps),
        findings=tuple(_finding(one) for one in (*part.findings, *(f for rep in part.reps for f in rep.findings))),
        quality=quality,
        kept_calibration=use_of(part.kept_calibration),
    )


def validated(document: Mapping[str, Any]) -> schema.SessionDocument:
    """Return a document of any schema version as its parts, in the newest version; one as reviewed too.

    Raises
    ------
    ValueError
        It is no such document; one line says where it differs.
    """
    kind = schema.ReviewedDocument if "reviewed" in document else schema.SessionDocument
    try:
        return kind.model_validate(upgraded(document))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from None


def reviewed_part(document: Mapping[str, Any]) -> schema.ReviewedPart | None:
    """Return who signed a document and what that changed; None for one as analysed.

    Raises
    ------
    ValueError
        It is no document of a session.
    """
    part = validated(document)
    return part.reviewed if isinstance(part, schema.ReviewedDocument) else None


def upgraded(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of schema version 1.0 as one of 1.1; one of another version as it is."""
    if document.get("schema_version") != "1.0":
        return dict(document)
    reps = [
        {**rep, "status": None, "deciding": [], "findings": [_finding_1_1(one) for one in rep["findings"]]}
        for rep in document["reps"]
    ]
    reasons = document["quality"]["reasons"]
    kind = "assessment" if document["protocol"]["id"] in _ASSESSMENTS_1_0 else "practice"
    return {
        **document,
        "schema_version": schema.SCHEMA_VERSION,
        "language": "en",
        "protocol": {**document["protocol"], "kind": kind},
        "view": {**document["view"], "elevation_deg": None, "jitter_deg": None},
        "quality": {**document["quality"], "messages": [verbatim(reason).to_json() for reason in reasons]},
        "reps": reps,
        "findings": [_finding_1_1(one) for one in document["findings"]],
        "statistics": None,
    }


def _finding_1_1(finding: Mapping[str, Any]) -> dict[str, Any]:
    verdict = finding["verdict"]
    if finding["rule"] == rules.SET_COMPLETE.id:
        # It held a short set against every clip.
        verdict = rules.count_verdict(Verdict(verdict), "").value
    return {**finding, "verdict": verdict, "se": None, "variant": "", "reason": None, "met_in": None, "verbatim": True}


def _finding(part: schema.FindingPart) -> Finding:
    values = {field.name: getattr(part, field.name) for field in fields(Finding) if field.name != "text"}
    return Finding(**values, text=part.text if part.verbatim else None)


def _restored(value_type: Any, part: Any) -> Any:
    """Return a dataclass value from the part of the document that holds its fields; NaN for a missing number."""
    values = {field.name: getattr(part, field.name) for field in fields(value_type)}
    optional = {field.name for field in fields(value_type) if "None" in str(field.type)}
    return value_type(
        **{name: math.nan if value is None and name not in optional else value for name, value in values.items()}
    )


def read_document(path: Path) -> dict[str, Any]:
    """Read a ``session.json``.

    Raises
    ------
    InputError
        There is none, or it is damaged.
    """
    try:
        document = parse_json(read_limited(path))
    except FileNotFoundError:
        raise InputError(f"{path.parent.name}: {path.name} is missing; analyse the clip again") from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{path.parent.name}/{path.name}: expected the document of an analysis, but it is damaged "
            f"({type(error).__name__}); analyse the clip again"
        ) from None
    if not isinstance(document, dict):
        raise InputError(
            f"{path.parent.name}/{path.name}: expected the document of an analysis, got another JSON document"
        )
    return document
