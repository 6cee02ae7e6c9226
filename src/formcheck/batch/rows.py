"""What the tables of a batch say of one analysed clip, read from its session.json."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from formcheck.form.statistics import set_statistics, statuses
from formcheck.form.summary import summarize
from formcheck.message import Message, messages_from
from formcheck.parsing import parse_json_object
from formcheck.resolution import rounded
from formcheck.session.document import from_document
from formcheck.types import Finding, Session, Status, Verdict

# Columns that are numbers of `form.statistics.SetStatistics` under the same names.
SET_NUMBERS = (
    "knee_start_deg",
    "knee_end_deg",
    "knee_end_met_deg",
    "knee_se_deg",
    "hip_mean_deg",
    "hip_range_deg",
    "hip_min_deg",
    "hip_max_deg",
    "hip_se_deg",
    "rep_s",
    "extend_s",
    "hold_s",
    "return_s",
    "peak_speed_deg_s",
)
SOFTWARE = ("formcheck", "mediapipe", "numpy", "opencv", "av")


@dataclass(frozen=True, slots=True)
class SessionRows:
    """What the tables say of one analysed clip: columns of its own row, and a row for each of its repetitions.

    ``headline`` and ``quality`` are columns of the clip's row too, said in the language of the tables. ``deciding`` are
    the rules by which repetitions are not met, the most frequent first.
    """

    clip: Mapping[str, Any]
    reps: tuple[Mapping[str, Any], ...]
    headline: Message
    quality: tuple[Message, ...]
    deciding: tuple[str, ...] = ()

    def clip_to_json(self) -> dict[str, Any]:
        """Return all but the repetitions as plain dicts, lists, strings and numbers."""
        return {
            "clip": dict(self.clip),
            "headline": self.headline.to_json(),
            "quality": [reason.to_json() for reason in self.quality],
            "deciding": list(self.deciding),
        }

    def reps_to_json(self) -> dict[str, Any]:
        """Return the repetitions likewise, without repeating the names of their columns."""
        names = list(self.reps[0]) if self.reps else []
        return {"names": names, "rows": [list(rep.values()) for rep in self.reps]}

    def to_json(self) -> dict[str, Any]:
        """Return everything, for another process."""
        return {**self.clip_to_json(), "reps": self.reps_to_json()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote, or `clip_to_json`: then there are no repetitions.

        Raises
        ------
        KeyError, TypeError, AttributeError
            ``data`` are no such rows.
        """
        reps = data.get("reps", {"names": [], "rows": []})
        return cls(
            clip=data["clip"],
            reps=tuple(dict(zip(reps["names"], row, strict=True)) for row in reps["rows"]),
            headline=Message.from_json(data["headline"]),
            quality=messages_from(data["quality"]),
            deciding=tuple(data["deciding"]),
        )


def read_rows(session_json: bytes | None) -> SessionRows | None:
    """Make the rows of a result from its session.json; None if it is missing or incomplete."""
    if session_json is None:
        return None
    try:
        document = parse_json_object(session_json)
        session = from_document(document)
    except ValueError:
        return None
    reps = tuple(_rep_columns(session))
    broken = Counter(rule for rep in reps if rep["status"] == Status.NOT_MET for rule in rep["deciding"].split(","))
    return SessionRows(
        clip=_clip_columns(session, document["software"]),
        reps=reps,
        headline=summarize(session).headline,
        quality=session.quality.reasons,
        deciding=tuple(rule for rule, _ in broken.most_common()),
    )


def _clip_columns(session: Session, software: Mapping[str, Any]) -> dict[str, Any]:
    clip, statistics = session.clip, rounded(set_statistics(session))
    numbers = {name: _known(getattr(statistics, name)) for name in SET_NUMBERS}
    return {
        "side": None if session.side is None else session.side.value,
        "side_given": session.side_given,
        "rep_count": statistics.complete,
        "met_reps": statistics.met,
        "not_met_reps": statistics.not_met,
        "undecided_reps": statistics.undecided,
        "partial_reps": statistics.partial,
        "cut_reps": statistics.cut,
        **numbers,
        "not_met": ";".join(finding.rule for finding in session.findings_of(None) if _counts_against(finding)),
        "usable_fraction": session.quality.usable_fraction,
        "lying": session.view.lying,
        "azimuth_deg": _known(session.view.azimuth_deg),
        "duration_s": clip.duration_s,
        "width_px": clip.size_px[0],
        "height_px": clip.size_px[1],
        "nominal_fps": _known(clip.nominal_fps),
        "codec": clip.codec,
        "protocol": session.protocol_id,
        "protocol_version": session.protocol_version,
        "protocol_sha256": session.protocol_sha256,
        "model": session.model.name,
        "model_sha256": session.model.sha256,
        **{name: software[name] for name in SOFTWARE},
    }


def _rep_columns(session: Session) -> Iterator[dict[str, Any]]:
    status_of = {one.rep: one for one in statuses(session)}
    for rep in session.reps:
        status = status_of.get(rep.index)
        yield {
            "rep": rep.index,
            "complete": rep.complete,
            "partial": rep.partial,
            "status": status.status.value if status else None,
            # Separated as in the practice record.
            "deciding": ",".join(finding.rule for finding in status.deciding) if status else None,
            "start_s": rep.start_s,
            "peak_s": rep.peak_s,
            "end_s": rep.end_s,
            "knee_start_deg": _known(rep.knee_flexion_start_deg),
            "knee_end_deg": _known(rep.knee_flexion_peak_deg),
            "knee_se_deg": _known(rep.knee_se_deg),
            "hip_mean_deg": _known(rep.hip_flexion_mean_deg),
            "hip_min_deg": _known(rep.hip_flexion_min_deg),
            "hip_max_deg": _known(rep.hip_flexion_max_deg),
            "hip_se_deg": _known(rep.hip_se_deg),
            "extend_s": _known(rep.extend_s),
            "hold_s": _known(rep.hold_s),
            "return_s": _known(rep.return_s),
            "peak_speed_deg_s": _known(rep.peak_speed_deg_s),
        }


def _counts_against(finding: Finding) -> bool:
    return finding.verdict is Verdict.NOT_MET and not finding.advisory


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
