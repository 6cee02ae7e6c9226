"""What the page shows of a protocol."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.protocols.model import Hold, Protocol, ToesReading


@dataclass(frozen=True, slots=True)
class ProtocolView:
    """A protocol as the page needs it.

    Parameters
    ----------
    toes : ToesReading
        How the foot is held.
    prescribed_reps : int
        Repetitions in a set.
    hip_target_deg : (low, high)
        Hip flexion asked for.
    hold : Hold
        How the thigh is held.
    """

    toes: ToesReading
    prescribed_reps: int
    hip_target_deg: tuple[float, float]
    hold: Hold


def protocol_view(protocol: Protocol) -> ProtocolView:
    """Take from a protocol what the page shows."""
    hip = protocol.hip.flexion_deg
    return ProtocolView(
        toes=protocol.toes.reading,
        prescribed_reps=protocol.set.reps.value,
        hip_target_deg=(hip.low, hip.high),
        hold=protocol.hands.hold,
    )
