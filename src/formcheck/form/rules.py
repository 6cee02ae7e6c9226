"""Was it done well? Each rule is one row: what is measured, the limit, and the words.

No rule looks at how far the knee goes beyond the smallest glide: more range is never better.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from formcheck.form import measures
from formcheck.form.measures import Measured
from formcheck.form.verdict import Limits, compare, whole, with_band
from formcheck.protocols.model import Protocol, ToesReading
from formcheck.types import Finding, LegAngles, Rep, Verdict, View

# Bodies differ by this in how steep a level trunk appears (docs/method.md).
TRUNK_SE_DEG = 3.5

_TOES_WORDS = {
    ToesReading.CEILING: "toes to the ceiling while the knee is bent",
    ToesReading.DORSIFLEXED: "toes pulled back at the end",
    ToesReading.PLANTARFLEXED: "foot not pulled back at the end",
}


@dataclass(frozen=True, slots=True)
class RepRule:
    """A rule that is judged on every repetition, and on the set through its median repetition.

    ``wish`` completes 'Wanted: ...'.
    """

    id: str
    measure: Callable[[Rep, LegAngles], Measured]
    limits: Limits
    unit: str
    wish: str
    at_peak: bool = False
    advisory: bool = False

    def judge(self, rep: Rep, angles: LegAngles) -> Finding:
        measured = self.measure(rep, angles)
        verdict = compare(*measured, self.limits)
        return Finding(
            rule=self.id,
            rep=rep.index,
            verdict=verdict,
            observed=_known(measured.value),
            limit=self.limits,
            unit=self.unit,
            at_s=rep.peak_s if self.at_peak else rep.start_s,
            text=_sentence(verdict, measured, self.unit, self.wish),
            advisory=self.advisory,
        )

    def judge_set(self, reps: tuple[Rep, ...], angles: LegAngles) -> Finding:
        """The verdict of the median repetition, and in words how many repetitions met the rule."""
        all_measured = [self.measure(rep, angles) for rep in reps]
        values = np.array([m.value for m in all_measured], dtype=np.float64)
        known = values[np.isfinite(values)]
        if known.size == 0:
            return not_assessable(self, "No repetition could be judged.")
        se = float(np.nanmedian([m.se for m in all_measured]))
        measured = Measured(float(np.median(known)), se)
        verdict = compare(*measured, self.limits)
        met = sum(compare(*m, self.limits) is Verdict.MET for m in all_measured)
        share = f"Clearly met in {met} of {len(reps)} repetitions."
        return Finding(
            rule=self.id,
            rep=None,
            verdict=verdict,
            observed=measured.value,
            limit=self.limits,
            unit=self.unit,
            at_s=None,
            text=f"{_sentence(verdict, measured, self.unit, self.wish)} {share}",
            advisory=self.advisory,
        )


def rep_rules(protocol: Protocol) -> tuple[RepRule, ...]:
    """The rules of a protocol that look at single repetitions."""
    hip, tempo, reading = protocol.hip, protocol.tempo, protocol.toes.reading
    band = protocol.toes.angle_deg
    return (
        RepRule(
            "hip_in_band",
            lambda rep, _: measures.hip_mean(rep),
            (hip.flexion_deg.low, hip.flexion_deg.high),
            "deg",
            f"hip flexed {hip.flexion_deg.low:g} to {hip.flexion_deg.high:g} degrees",
        ),
        RepRule(
            "hip_steady",
            lambda rep, _: measures.hip_drift(rep),
            (None, hip.max_drift_deg.value),
            "deg",
            f"thigh still to within {hip.max_drift_deg.value:g} degrees while the knee moves",
        ),
        RepRule(
            "knee_starts_bent",
            lambda rep, _: measures.knee_start(rep),
            (protocol.knee.min_start_flexion_deg.value, None),
            "deg",
            f"knee bent at least {protocol.knee.min_start_flexion_deg.value:g} degrees at the start",
        ),
        RepRule(
            "slow",
            lambda rep, _: measures.fastest_mean_speed(rep, shortest_s=protocol.repetition.min_movement_s.value),
            (None, tempo.max_mean_speed_deg_s.value),
            "deg/s",
            f"knee slower than {tempo.max_mean_speed_deg_s.value:g} degrees a second both ways",
        ),
        RepRule(
            "smooth",
            measures.bounce,
            (None, tempo.max_bounce_deg.value),
            "deg",
            f"no bouncing of more than {tempo.max_bounce_deg.value:g} degrees",
            at_peak=True,
        ),
        RepRule(
            "glide_size",
            lambda rep, _: measures.excursion(rep),
            (protocol.repetition.min_excursion_deg.value, None),
            "deg",
            f"knee moving at least {protocol.repetition.min_excursion_deg.value:g} degrees (more is not better)",
            at_peak=True,
        ),
        RepRule(
            "hands_on_thigh",
            measures.hand_distance,
            (None, protocol.hands.max_distance_thighs.value),
            "thigh lengths",
            "hands holding the thigh",
            advisory=True,
        ),
        RepRule(
            "toes",
            lambda rep, angles: measures.toes(rep, angles, reading),
            (band.low, band.high),
            "deg",
            _TOES_WORDS[reading],
            at_peak=reading is not ToesReading.CEILING,
            advisory=True,
        ),
    )


def judge_lying(view: View, protocol: Protocol) -> Finding:
    """Lying on the back, over the whole set."""
    limit = protocol.posture.max_trunk_from_floor_deg.value
    measured = Measured(view.trunk_from_floor_deg, TRUNK_SE_DEG)
    if view.lying is None:
        verdict, text = Verdict.NOT_ASSESSABLE, "Nobody was seen, so the posture cannot be told."
    elif view.lying:
        verdict = compare(*measured, (None, limit))
        text = f"Lying on the back, trunk within {whole(measured.value)} degrees of the floor."
    elif measured.value <= limit:
        verdict, text = Verdict.NOT_MET, "The person does not seem to lie face up."
    else:
        verdict = Verdict.NOT_MET
        text = (
            f"The trunk stands {whole(measured.value)} degrees from the floor in the picture: sitting or standing, or "
            "filmed with the phone on its side. This exercise is done lying on the back."
        )
    return Finding("lying_on_back", None, verdict, _known(measured.value), (None, limit), "deg", None, text)


def judge_set_size(rep_count: int, protocol: Protocol, *, assessable: bool) -> Finding:
    """As many repetitions as prescribed."""
    wanted = protocol.set.reps.value
    limit: Limits = (float(wanted), None)
    if not assessable:
        return Finding(
            "set_complete",
            None,
            Verdict.NOT_ASSESSABLE,
            None,
            limit,
            "reps",
            None,
            "Repetitions could not be counted.",
        )
    verdict = Verdict.MET if rep_count >= wanted else Verdict.NOT_MET
    text = f"{rep_count} of {wanted} repetitions in this clip."
    return Finding("set_complete", None, verdict, float(rep_count), limit, "reps", None, text)


def not_assessable(rule: RepRule, why: str) -> Finding:
    """A rule of the set that could not be judged."""
    return Finding(
        rule.id,
        None,
        Verdict.NOT_ASSESSABLE,
        None,
        rule.limits,
        rule.unit,
        None,
        f"Cannot tell. {why}",
        rule.advisory,
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _sentence(verdict: Verdict, measured: Measured, unit: str, wish: str) -> str:
    if verdict is Verdict.NOT_ASSESSABLE:
        return f"Cannot tell. Wanted: {wish}."
    digits = 2 if unit == "thigh lengths" else 0
    number = f"{with_band(*measured, digits)} {_UNIT_WORDS.get(unit, unit)}"
    lead = {
        Verdict.MET: "Met",
        Verdict.NOT_MET: "Not met",
        Verdict.BORDERLINE: "Too close to call",
    }[verdict]
    return f"{lead}: {number}. Wanted: {wish}."


_UNIT_WORDS = {"deg": "degrees", "deg/s": "degrees a second"}
