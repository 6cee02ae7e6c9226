from __future__ import annotations

import pytest

from formcheck.protocols.loader import load_protocol
from formcheck.report.protocol import protocol_view


@pytest.mark.parametrize(
    ("protocol_id", "variant", "reps"),
    [
        ("sciatic-glide", "toes to the ceiling", 20),
        ("sciatic-glide-slider", "toes to the ceiling, foot pointed (slider)", 20),
        ("sciatic-glide-tensioner", "sole to the ceiling, foot pulled back (tensioner)", 20),
        ("active-knee-extension", None, 3),
    ],
)
def test_protocol_view_says_which_variant_is_in_force(protocol_id, variant, reps):
    protocol = load_protocol(protocol_id).protocol
    view = protocol_view(protocol)
    assert view.prescribed_reps == reps
    assert view.hip_target_deg == (protocol.hip.flexion_deg.low, protocol.hip.flexion_deg.high)
    if variant is not None:
        assert view.variant == variant
