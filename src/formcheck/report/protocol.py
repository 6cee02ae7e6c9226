"""What the page shows of a protocol."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.protocols.model import Protocol, ToesReading

_FOOT_WORDS = {
    ToesReading.CEILING: "toes to the ceiling",
    ToesReading.PLANTARFLEXED: "toes to the ceiling, foot pointed (slider)",
    ToesReading.DORSIFLEXED: "sole to the ceiling, foot pulled back (tensioner)",
}


@dataclass(frozen=True, slots=True)
class ProtocolView:
    """A protocol as the page needs it.

    Parameters
    ----------
    variant : str
        How the foot is held, in plain words.
    prescribed_reps : int
        Repetitions in a set.
    hip_target_deg : (low, high)
        Hip flexion asked for.
    """

    variant: str
    prescribed_reps: int
    hip_target_deg: tuple[float, float]


def foot_words(reading: ToesReading) -> str:
    """Say how the foot is held."""
    return _FOOT_WORDS[reading]


def protocol_view(protocol: Protocol) -> ProtocolView:
    """Take from a protocol what the page shows."""
    hip = protocol.hip.flexion_deg
    return ProtocolView(
        variant=foot_words(protocol.toes.reading),
        prescribed_reps=protocol.set.reps.value,
        hip_target_deg=(hip.low, hip.high),
    )
