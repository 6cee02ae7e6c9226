from __future__ import annotations

import pytest

from formcheck.protocols.loader import load_protocol
from formcheck.protocols.model import ToesReading
from formcheck.report.protocol import protocol_view


@pytest.mark.parametrize(
    ("protocol_id", "toes", "reps"),
    [
        ("sciatic-glide", ToesReading.CEILING, 20),
        ("sciatic-glide-slider", ToesReading.PLANTARFLEXED, 20),
        ("sciatic-glide-tensioner", ToesReading.DORSIFLEXED, 20),
    ],
)
def test_protocol_view_says_which_variant_is_in_force(protocol_id, toes, reps):
    protocol = load_protocol(protocol_id).protocol
    view = protocol_view(protocol)
    assert (view.toes, view.prescribed_reps) == (toes, reps)
    assert view.hip_target_deg == (protocol.hip.flexion_deg.low, protocol.hip.flexion_deg.high)
