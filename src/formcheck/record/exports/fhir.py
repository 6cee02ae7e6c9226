"""One session as a FHIR R4B Bundle. docs/record.md has the mapping, and what could not be coded."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from formcheck.record.exports import ExportFiles
from formcheck.record.exports.fhir_measures import Kind, Measure, Position, knee_site, measures
from formcheck.record.exports.selection import Selection, per_session
from formcheck.record.values import SessionLine
from formcheck.resolution import decimals_of_unit
from formcheck.session.document import from_document, reviewed_part
from formcheck.text.numbers import Z_95

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
# Codes that nobody but formcheck knows; the address need not answer, it only has to be the same everywhere.
LOCAL = "urn:formcheck:observation"
_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
_BODY_POSITION = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"
_NAMESPACE = uuid.UUID("6d0c0f4e-3f0b-4b8a-9a53-0b6a6f0a7c11")

_SUPINE = ("40199007", "Supine body position (finding)")


def fhir_files(selection: Selection) -> ExportFiles:
    """Return one Bundle per session."""
    yield from per_session(selection, lambda uid: iter([(f"{uid}.fhir.json", _session_text(selection, uid).encode())]))


def _session_text(selection: Selection, uid: str) -> str:
    return bundle_text(session_bundle(selection.line(uid), selection.result(uid)["document"]))


def session_bundle(line: SessionLine, document: Mapping[str, Any]) -> Bundle:
    """Return a session as a Bundle, checked by ``fhir.resources``.

    Parameters
    ----------
    line : SessionLine
    document : mapping
        Of the result that the line is of.
    """
    patient, device = _address(line.profile), _address(f"device {line.software} {line.model_sha256}")
    found = measures(line, from_document(document), reviewed_part(document))
    observations = {one.key: _address(f"{line.uid} {one.key}") for one in found}
    signed = [observations[one.key] for one in found if one.signed]
    entries = [
        _entry(
            patient,
            {"resourceType": "Patient", "identifier": [{"system": "urn:formcheck:profile", "value": line.profile}]},
        ),
        _entry(device, _device(line)),
        *(_entry(observations[one.key], _observation(line, one, patient, device)) for one in found),
        *_review_entries(line, signed, device),
        _entry(_address(f"{line.uid} uncoded"), _uncoded(found)),
    ]
    return Bundle.model_validate(
        {
            "resourceType": "Bundle",
            "type": "collection",
            "identifier": {"system": "urn:formcheck:session", "value": line.uid},
            "entry": entries,
        }
    )


def bundle_text(bundle: Bundle) -> str:
    """Return a Bundle as JSON."""
    return json.dumps(json.loads(bundle.model_dump_json(exclude_none=True)), indent=2, ensure_ascii=False) + "\n"


def _address(name: str) -> str:
    """Return an address that is the same at each export, so that an importer can see what it has."""
    return f"urn:uuid:{uuid.uuid5(_NAMESPACE, name)}"


def _entry(address: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": address, "resource": resource}


def _device(line: SessionLine) -> dict[str, Any]:
    return {
        "resourceType": "Device",
        "deviceName": [{"name": "formcheck", "type": "user-friendly-name"}],
        "version": [{"value": line.software}],
        "property": [
            {
                "type": {"text": "landmark model"},
                "valueCode": [{"text": f"{line.model_name} sha256:{line.model_sha256}"}],
            },
            {
                "type": {"text": "exercise protocol"},
                "valueCode": [{"text": f"{line.protocol_id} {line.protocol_version} sha256:{line.protocol_sha256}"}],
            },
        ],
    }


def _observation(line: SessionLine, one: Measure, patient: str, device: str) -> dict[str, Any]:
    coding = [{"system": LOCAL, "code": one.key, "display": one.text}]
    if one.loinc is not None:
        coding.insert(0, {"system": LOINC, "code": one.loinc[0], "display": one.loinc[1]})
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "status": _status(one),
        "category": [{"coding": [{"system": _CATEGORY, "code": "exam" if one.position else "survey"}]}],
        "code": {"coding": coding, "text": one.text},
        "subject": {"reference": patient},
        "effectiveDateTime": line.practised_at.isoformat(timespec="seconds"),
        "valueQuantity": _quantity(one.value, one.unit, one.code),
        "method": {"text": one.method},
    }
    if one.body_site is not None and line.side is not None:
        code, words = knee_site(line.side)
        observation["bodySite"] = {"coding": [{"system": SNOMED, "code": code}], "text": words}
    if one.kind is Kind.MEASURED:
        observation["device"] = {"reference": device}
    if one.signed:
        observation |= _signature(line)
    parts = [*_position_parts(one), *_error_parts(one)]
    if one.position is not None and one.position.supine:
        observation["extension"] = [{"url": _BODY_POSITION, "valueCodeableConcept": _position(one.position)}]
    # What a correction by hand changes of every measured number: which leg it is of, and when it was practised.
    by_hand = [subject for subject in ("side", "practised_at") if subject in line.corrected]
    if by_hand:
        observation["note"] = [{"text": f"Corrected by hand: {', '.join(by_hand)}"}]
    return observation | ({"component": parts} if parts else {})


def _status(one: Measure) -> str:
    """Return the status: what a program measured is preliminary until a reviewer has signed it."""
    return "preliminary" if one.kind is Kind.MEASURED and not one.signed else "final"


def _reviewer_address(line: SessionLine) -> str:
    return _address(f"reviewer {line.reviewer}")


def _signature(line: SessionLine) -> dict[str, Any]:
    """Return who answers for what was measured, and when they signed it."""
    if line.reviewed_at is None:
        return {}
    issued = {"issued": line.reviewed_at.isoformat(timespec="seconds")}
    return issued | ({"performer": [{"reference": _reviewer_address(line)}]} if line.reviewer else {})


def _review_entries(line: SessionLine, signed: Sequence[str], device: str) -> Iterator[dict[str, Any]]:
    """Return the reviewer, by the code or name that was given, and the review."""
    if line.reviewed_at is None or not signed:
        return
    who: dict[str, Any] = {"display": "Reviewer, not named"}
    if line.reviewer:
        who = {"reference": _reviewer_address(line)}
        identifier = [{"system": "urn:formcheck:reviewer", "value": line.reviewer}]
        yield _entry(_reviewer_address(line), {"resourceType": "Practitioner", "identifier": identifier})
    agents = (("verifier", "Verifier", who), ("assembler", "Assembler", {"reference": device}))
    provenance = {
        "resourceType": "Provenance",
        "target": [{"reference": address} for address in signed],
        "recorded": line.reviewed_at.isoformat(timespec="seconds"),
        "agent": [
            {"type": {"coding": [{"system": _AGENT, "code": code, "display": display}]}, "who": one}
            for code, display, one in agents
        ],
    }
    yield _entry(_address(f"{line.uid} review"), provenance)


def _position(position: Position) -> dict[str, Any]:
    code, display = _SUPINE
    coding = {"coding": [{"system": SNOMED, "code": code, "display": display}]} if position.supine else {}
    return coding | {"text": position.text}


def _position_parts(one: Measure) -> Iterator[dict[str, Any]]:
    if one.position is not None:
        code = {"coding": [{"system": LOCAL, "code": "position"}], "text": "Position during the measurement"}
        yield {"code": code, "valueCodeableConcept": _position(one.position)}


def _error_parts(one: Measure) -> Iterator[dict[str, Any]]:
    if not one.has_error:
        return
    if one.error is None:
        code = {"coding": [{"system": LOCAL, "code": "standard-error"}], "text": "Standard error of the value"}
        yield {"code": code, "dataAbsentReason": {"coding": [{"system": _ABSENT, "code": "unknown"}]}}
        return
    for key, text, value in (
        ("standard-error", "Standard error of the value", one.error),
        ("band-95", "Half width of the 95 % band of the value", Z_95 * one.error),
    ):
        code = {"coding": [{"system": LOCAL, "code": key}], "text": text}
        yield {"code": code, "valueQuantity": _quantity(value, one.unit, one.code)}


def _quantity(value: float, unit: str, code: str) -> dict[str, Any]:
    return {"value": round(value, decimals_of_unit(unit)), "unit": unit, "system": UCUM, "code": code}


def uncoded(found: list[Measure]) -> list[str]:
    """Say what has no code of a public terminology here, and why."""
    said = [f"{one.text}: local code '{one.key}' alone" for one in found if one.loinc is None]
    if not any(one.key == "rep-count" for one in found):
        said.append("No number of repetitions is stated: they could not be counted")
    if any(one.body_site for one in found):
        said.append(
            "Knee: the LOINC codes of active range of motion (41345-0, 41349-2) are left out on purpose: they say how "
            "far a joint can be moved, in no stated position; here the hip is flexed, and in practice the knee is "
            "straightened only as far as symptoms allow"
        )
    return [*said, "Method of measurement and components for position and error: text and local codes only"]


def _uncoded(found: list[Measure]) -> dict[str, Any]:
    issues = [
        {"severity": "information", "code": "not-supported", "diagnostics": sentence} for sentence in uncoded(found)
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}
