"""The files to compute with: ``angles.csv`` and the document of ``session.json``."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import OutputError
from formcheck.form.summary import summarize
from formcheck.report.schema import (
    SCHEMA_VERSION,
    ClipPart,
    FindingPart,
    ModelPart,
    ProtocolPart,
    QualityPart,
    RepPart,
    SessionDocument,
    SoftwarePart,
    SummaryPart,
    ViewPart,
)
from formcheck.text.catalogue import Texts
from formcheck.text.findings import finding_sentence
from formcheck.text.numbers import printable
from formcheck.types import Finding, FloatArray, Rep, Session, View

ANGLE_COLUMNS = (
    "t_s",
    "hip_flexion_deg",
    "knee_flexion_deg",
    "ankle_dorsiflexion_deg",
    "hip_se_deg",
    "knee_se_deg",
    "usable",
    "phase",
    "rep",
)
_TEXTS = Texts("en")
# Tenths of a millisecond tell any two frames apart; hundredths of a degree are finer than any error here.
_TIME_DECIMALS = 4
_ANGLE_DECIMALS = 2
_DURATION_DECIMALS = 3
OPENCV_NAMES = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)


def write_angles_csv(session: Session, path: Path, *, t_s: FloatArray | None = None) -> None:
    """Write one row per frame: times, angles in degrees, standard errors, phase and repetition.

    An empty cell means not measurable; ``usable`` is ``true`` or ``false``; ``rep`` is empty outside
    repetitions.

    Parameters
    ----------
    session : Session
    path : Path
        File to write, replaced if it is there.
    t_s : (T,) float, optional
        Frame times, needed only when the session has no angles; then every angle is empty.

    Raises
    ------
    ValueError
        The session has no angles and ``t_s`` is missing, or lengths differ.
    OutputError
        The file cannot be written.
    """
    times = session.angles.t_s if session.angles is not None else t_s
    if times is None:
        raise ValueError("expected t_s for a session without angles, got None: pass the track's times")
    frames = len(session.phases)
    if times.shape != (frames,) or session.rep_of_frame.shape != (frames,):
        raise ValueError(
            f"expected one time, phase and repetition a frame, got {times.shape}, ({frames},), "
            f"{session.rep_of_frame.shape}: take all from one track"
        )
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(ANGLE_COLUMNS)
            writer.writerows(_angle_rows(session, times))
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; free the path or choose another --out") from error


def _angle_rows(session: Session, times: FloatArray) -> Iterator[tuple[str, ...]]:
    angles = session.angles
    if angles is None:
        columns = [[""] * times.size] * 5
        usable = [False] * times.size
    else:
        values = (
            angles.hip_flexion_deg,
            angles.knee_flexion_deg,
            angles.ankle_dorsiflexion_deg,
            angles.hip_se_deg,
            angles.knee_se_deg,
        )
        columns = [[_cell(value) for value in column.tolist()] for column in values]
        usable = angles.usable.tolist()
    for row, (time, phase, rep) in enumerate(
        zip(times.tolist(), session.phases, session.rep_of_frame.tolist(), strict=True)
    ):
        yield (
            f"{time:.{_TIME_DECIMALS}f}",
            *(column[row] for column in columns),
            "true" if usable[row] else "false",
            phase.value,
            str(rep) if rep else "",
        )


def _cell(value: float) -> str:
    return f"{_tidy(value, _ANGLE_DECIMALS):.{_ANGLE_DECIMALS}f}" if math.isfinite(value) else ""


def session_document(session: Session) -> dict[str, Any]:
    """Return the content of ``session.json``: plain lists, dicts, strings and finite numbers.

    The same session always gives the same document; what could not be measured is None.
    """
    document = SessionDocument(
        schema_version=SCHEMA_VERSION,
        clip=_clip_part(session),
        protocol=ProtocolPart(
            id=session.protocol_id,
            version=session.protocol_version,
            name=session.protocol_name,
            sha256=session.protocol_sha256,
        ),
        software=_software_part(session),
        side=session.side,
        side_given=session.side_given,
        view=_view_part(session.view),
        quality=QualityPart(
            usable_fraction=_tidy(session.quality.usable_fraction, 4),
            reasons=tuple(map(_TEXTS.say, session.quality.reasons)),
        ),
        rep_count=session.rep_count,
        reps=tuple(_rep_part(rep, session.findings_of(rep.index)) for rep in session.reps),
        findings=tuple(_finding_part(finding) for finding in session.findings_of(None)),
        summary=_summary_part(session),
    )
    return document.model_dump(mode="json")


def _summary_part(session: Session) -> SummaryPart:
    summary = summarize(session)
    return SummaryPart(headline=_TEXTS.say(summary.headline), sentences=tuple(map(_TEXTS.say, summary.sentences)))


def _clip_part(session: Session) -> ClipPart:
    clip = session.clip
    return ClipPart(
        name=printable(clip.name),
        sha256=clip.sha256,
        duration_s=_tidy(clip.duration_s, _DURATION_DECIMALS),
        size_px=clip.size_px,
        rotation_deg=clip.rotation_deg,
        codec=clip.codec,
        nominal_fps=_number(clip.nominal_fps, _DURATION_DECIMALS),
    )


def _software_part(session: Session) -> SoftwarePart:
    return SoftwarePart(
        formcheck=installed_version("formcheck"),
        mediapipe=installed_version("mediapipe"),
        numpy=np.__version__,
        opencv=installed_version(*OPENCV_NAMES),
        av=installed_version("av"),
        model=ModelPart(name=session.model.name, sha256=session.model.sha256, engine=session.model.engine),
    )


def installed_version(*names: str) -> str | None:
    """Return the version of the first of these distributions that is installed, else None."""
    for name in names:
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return None


def _view_part(view: View) -> ViewPart:
    return ViewPart(
        lying=view.lying,
        trunk_from_floor_deg=_angle(view.trunk_from_floor_deg),
        roll_deg=_angle(view.roll_deg),
        azimuth_deg=_angle(view.azimuth_deg),
    )


def _rep_part(rep: Rep, findings: tuple[Finding, ...]) -> RepPart:
    return RepPart(
        index=rep.index,
        start_s=_tidy(rep.start_s, _DURATION_DECIMALS),
        peak_s=_tidy(rep.peak_s, _DURATION_DECIMALS),
        end_s=_tidy(rep.end_s, _DURATION_DECIMALS),
        complete=bool(rep.complete),
        partial=bool(rep.partial),
        knee_flexion_start_deg=_angle(rep.knee_flexion_start_deg),
        knee_flexion_peak_deg=_angle(rep.knee_flexion_peak_deg),
        knee_se_deg=_angle(rep.knee_se_deg),
        hip_flexion_mean_deg=_angle(rep.hip_flexion_mean_deg),
        hip_flexion_min_deg=_angle(rep.hip_flexion_min_deg),
        hip_flexion_max_deg=_angle(rep.hip_flexion_max_deg),
        hip_se_deg=_angle(rep.hip_se_deg),
        extend_s=_number(rep.extend_s, _DURATION_DECIMALS),
        hold_s=_number(rep.hold_s, _DURATION_DECIMALS),
        return_s=_number(rep.return_s, _DURATION_DECIMALS),
        peak_speed_deg_s=_number(rep.peak_speed_deg_s, 1),
        excursion_deg=_angle(rep.excursion_deg),
        findings=tuple(_finding_part(finding) for finding in findings),
    )


def _finding_part(finding: Finding) -> FindingPart:
    low, high = finding.limit
    return FindingPart(
        rule=finding.rule,
        rep=finding.rep,
        verdict=finding.verdict,
        observed=_number(finding.observed, 3),
        limit=(_number(low, 3), _number(high, 3)),
        unit=finding.unit,
        at_s=_number(finding.at_s, _DURATION_DECIMALS),
        text=finding_sentence(_TEXTS, finding),
        advisory=finding.advisory,
    )


def _angle(value: float) -> float | None:
    return _number(value, _ANGLE_DECIMALS)


def _number(value: float | None, decimals: int) -> float | None:
    """Round for the file; None for what is missing, NaN or infinite."""
    if value is None or not math.isfinite(value):
        return None
    return _tidy(value, decimals)


def _tidy(value: float, decimals: int) -> float:
    # Adding zero turns -0.0 into 0.0, so that equal results are equal bytes.
    return round(float(value), decimals) + 0.0
