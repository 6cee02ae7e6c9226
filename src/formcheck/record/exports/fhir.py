"""One session as a FHIR R4B Bundle. docs/record.md has the mapping, and what could not be coded."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fhir.resources.R4B.bundle import Bundle

from formcheck.record.exports import ExportFiles, Selection
from formcheck.record.queries import sessions
from formcheck.record.values import SessionLine
from formcheck.resolution import decimals_of_unit
from formcheck.text.numbers import Z_95
from formcheck.types import Side

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
# Codes that nobody but formcheck knows; the address need not answer, it only has to be the same everywhere.
LOCAL = "urn:formcheck:observation"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
_BODY_POSITION = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"
_NAMESPACE = uuid.UUID("6d0c0f4e-3f0b-4b8a-9a53-0b6a6f0a7c11")

_KNEE_SITE = {Side.LEFT: "82169009", Side.RIGHT: "6757004"}
_KNEE_EXTENSION = {
    Side.LEFT: ("41345-0", "Knee - left Extension Active Range of Motion Quantitative"),
    Side.RIGHT: ("41349-2", "Knee - right Extension Active Range of Motion Quantitative"),
}
_PAIN = ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")
_POSITION_TEXT = "Supine, hip of the working leg flexed to about 90 degrees, thigh held with both hands"
_METHOD_TEXT = (
    "Markerless, from one ordinary camera (formcheck): angle between thigh and shank in the sagittal plane, "
    "neutral-zero method, 0 = straight, flexion positive"
)


@dataclass(frozen=True, slots=True)
class _Measure:
    """One number of a session, and how to say it."""

    key: str
    text: str
    value: float | None
    unit: str
    code: str
    error_deg: float | None = None
    loinc: tuple[str, str] | None = None
    at_knee: bool = False
    measured: bool = True


def fhir_files(selection: Selection) -> ExportFiles:
    """Return one Bundle per session."""
    for line in sessions(selection.connection, uids=selection.uids):
        yield f"{line.uid}.fhir.json", bundle_text(session_bundle(line)).encode()


def session_bundle(line: SessionLine) -> Bundle:
    """Return a session as a Bundle, checked by ``fhir.resources``."""
    patient, device = _address(line.profile), _address(f"device {line.software} {line.model_sha256}")
    measures = [measure for measure in _measures(line) if measure.value is not None]
    entries = [
        _entry(
            patient,
            {"resourceType": "Patient", "identifier": [{"system": "urn:formcheck:profile", "value": line.profile}]},
        ),
        _entry(device, _device(line)),
        *(_entry(_address(f"{line.uid} {one.key}"), _observation(line, one, patient, device)) for one in measures),
        _entry(_address(f"{line.uid} uncoded"), _uncoded(measures)),
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


def _measures(line: SessionLine) -> Iterator[_Measure]:
    side = Side(line.side) if line.side else None
    if side is not None:
        knee = _KNEE_EXTENSION[side]
        se_deg, end = line.knee_se_deg, f"Knee flexion ({side}) at the end of a repetition: degrees short of straight"
        of_all, of_met = f"{end}, median of the complete repetitions", f"{end}, median of those that met every rule"
        yield _Measure("knee-end", of_all, line.knee_end_deg, "deg", "deg", se_deg, knee, at_knee=True)
        yield _Measure("knee-end-met", of_met, line.knee_end_met_deg, "deg", "deg", se_deg, at_knee=True)
        p1 = f"Knee flexion ({side}) at the first increase of symptoms (P1): degrees short of straight"
        yield _Measure("knee-p1", p1, line.p1_deg, "deg", "deg", line.p1_se_deg, knee, at_knee=True)
        yield _Measure("hip-mean", f"Hip flexion ({side}) during repetitions, mean", line.hip_mean_deg, "deg", "deg")
        moved = f"Movement of the thigh ({side}) within a repetition, median"
        yield _Measure("hip-range", moved, line.hip_range_deg, "deg", "deg")
    yield _Measure("rep-count", "Complete repetitions of the exercise", float(line.rep_count), "repetitions", "{#}")
    for key, text, count in (
        ("met-reps", "Repetitions that met every rule of the exercise", line.met_reps),
        ("not-met-reps", "Repetitions that did not meet a rule of the exercise", line.not_met_reps),
        ("undecided-reps", "Repetitions that could not be decided", line.undecided_reps),
    ):
        yield _Measure(key, text, float(count), "repetitions", "{#}")
    yield _Measure("rep-length", "Length of a repetition, median", line.rep_s, "s", "s")
    for when, pain in (("before", line.pain_before), ("after", line.pain_after)):
        value = None if pain is None else float(pain)
        yield _Measure(
            f"pain-{when}", f"Leg pain {when} the set", value, "score", "{score}", loinc=_PAIN, measured=False
        )


def _observation(line: SessionLine, one: _Measure, patient: str, device: str) -> dict[str, Any]:
    coding = [{"system": LOCAL, "code": one.key, "display": one.text}]
    if one.loinc is not None:
        coding.insert(0, {"system": LOINC, "code": one.loinc[0], "display": one.loinc[1]})
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "amended" if line.corrected else "final",
        "category": [{"coding": [{"system": _CATEGORY, "code": "exam" if one.measured else "survey"}]}],
        "code": {"coding": coding, "text": one.text},
        "subject": {"reference": patient},
        "effectiveDateTime": line.practised_at.isoformat(timespec="seconds"),
        "valueQuantity": _quantity(one.value, one.unit, one.code),
    }
    if one.at_knee and line.side:
        observation["bodySite"] = {
            "coding": [{"system": SNOMED, "code": _KNEE_SITE[Side(line.side)]}],
            "text": f"{line.side} knee",
        }
    if one.measured:
        observation |= {
            "device": {"reference": device},
            "method": {"text": _METHOD_TEXT},
            "extension": [{"url": _BODY_POSITION, "valueCodeableConcept": _position()}],
            "component": [_position_part(), *_error_parts(one)],
        }
    else:
        observation["method"] = {"text": "Reported by the person, 0 = none, 10 = worst imaginable"}
    return observation


def _position() -> dict[str, Any]:
    coding = {"system": SNOMED, "code": "40199007", "display": "Supine body position (finding)"}
    return {"coding": [coding], "text": _POSITION_TEXT}


def _position_part() -> dict[str, Any]:
    code = {"coding": [{"system": LOCAL, "code": "position"}], "text": "Position during the measurement"}
    return {"code": code, "valueCodeableConcept": _position()}


def _error_parts(one: _Measure) -> Iterator[dict[str, Any]]:
    if one.error_deg is None:
        code = {"coding": [{"system": LOCAL, "code": "standard-error"}], "text": "Standard error of the value"}
        unknown = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
        yield {"code": code, "dataAbsentReason": {"coding": [{"system": unknown, "code": "unknown"}]}}
        return
    for key, text, value in (
        ("standard-error", "Standard error of the value", one.error_deg),
        ("band-95", "Half width of the 95 % band of the value", Z_95 * one.error_deg),
    ):
        code = {"coding": [{"system": LOCAL, "code": key}], "text": text}
        yield {"code": code, "valueQuantity": _quantity(value, one.unit, one.code)}


def _quantity(value: float | None, unit: str, code: str) -> dict[str, Any]:
    shown = None if value is None else round(value, decimals_of_unit(unit))
    return {"value": shown, "unit": unit, "system": UCUM, "code": code}


def uncoded(measures: list[_Measure]) -> list[str]:
    """Say what has no code of a public terminology here."""
    local = [
        f"{one.text}: no LOINC or SNOMED code known, local code '{one.key}'" for one in measures if one.loinc is None
    ]
    loose = [
        f"{one.text}: the LOINC code {one.loinc[0]} does not say the position; position and method stand beside it"
        for one in measures
        if one.loinc is not None and one.at_knee
    ]
    return [*local, *loose, "Method of measurement and components for position and error: text and local codes only"]


def _uncoded(measures: list[_Measure]) -> dict[str, Any]:
    issues = [
        {"severity": "information", "code": "not-supported", "diagnostics": sentence} for sentence in uncoded(measures)
    ]
    return {"resourceType": "OperationOutcome", "issue": issues}
