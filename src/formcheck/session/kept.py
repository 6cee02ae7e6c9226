"""A kept calibration by hand as text and as part of a document."""

from __future__ import annotations

import json
from dataclasses import asdict

from formcheck.session.schema import CalibrationUsePart, KeptCalibrationPart
from formcheck.types import CalibrationUse, KeptCalibration, MeasuredMark


def kept_text(kept: KeptCalibration) -> str:
    """Return a calibration as the text that the record holds."""
    return json.dumps(asdict(kept), ensure_ascii=False, allow_nan=False)


def parse_kept(text: str) -> KeptCalibration:
    """Return a calibration from its text.

    Raises
    ------
    ValueError
        It is none.
    """
    return _kept(KeptCalibrationPart.model_validate_json(text))


def parse_kept_lines(text: str) -> tuple[KeptCalibration, ...]:
    """Return calibrations from their texts, one a line.

    Raises
    ------
    ValueError
        One is none.
    """
    # Not `splitlines`: a rater's code may hold a separator of Unicode's.
    return tuple(map(parse_kept, text.split("\n"))) if text else ()


def use_part(use: CalibrationUse | None) -> CalibrationUsePart | None:
    """Return what became of a calibration as part of a document."""
    return CalibrationUsePart.model_validate(asdict(use)) if use is not None else None


def use_of(part: CalibrationUsePart | None) -> CalibrationUse | None:
    """Return what a part of a document says became of a calibration."""
    if part is None:
        return None
    return CalibrationUse(_kept(part.kept), part.refusal, tuple(map(_kept, part.others)))


def _kept(part: KeptCalibrationPart) -> KeptCalibration:
    marks = tuple(MeasuredMark(**mark.model_dump()) for mark in part.marks)
    return KeptCalibration(**{**part.model_dump(), "side": part.side, "marks": marks})
