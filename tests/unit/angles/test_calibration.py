"""Which calibration belongs to a track, and what is said of a network that has none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.angles.calibration import EXACT, TRUNK_RANGE_M, calibration_for, is_calibrated, read_calibration
from formcheck.angles.leg import measure_leg
from formcheck.form.quality import assess_quality
from formcheck.pose.models import BUNDLES, PACKAGED_SHA256
from formcheck.types import ModelInfo

ENGINE = "mediapipe 0.10.31"
UNKNOWN = ModelInfo("mine", "ab" * 32, ENGINE)


def model(sha256: str) -> ModelInfo:
    return ModelInfo("any", sha256, ENGINE)


@pytest.mark.parametrize("network", ["full", "heavy"])
def test_every_form_of_a_bundle_has_its_networks_calibration(network):
    for sha256 in BUNDLES[network].accepted_sha256:
        assert calibration_for(model(sha256)) == read_calibration(network)


def test_each_network_puts_the_joints_elsewhere():
    assert read_calibration("full").hip != read_calibration("heavy").hip


def hip_bias_deg(network, trunk_m, reading_deg=90.0):
    return float(read_calibration(network).hip_bias_deg(np.array(reading_deg), 0.15, trunk_m))


@pytest.mark.parametrize("network", ["full", "heavy"])
def test_the_hip_reads_low_where_the_network_takes_the_trunk_to_be_short(network):
    assert hip_bias_deg(network, 0.42) < hip_bias_deg(network, 0.46) < hip_bias_deg(network, 0.50)


def test_a_level_thigh_has_no_bias():
    assert hip_bias_deg("full", 0.50, reading_deg=0.0) == 0.0


def test_nothing_is_extrapolated_from_a_trunk_of_unlikely_length():
    shortest, longest = TRUNK_RANGE_M
    assert hip_bias_deg("full", 0.2) == hip_bias_deg("full", shortest)
    assert hip_bias_deg("full", 0.9) == hip_bias_deg("full", longest)


def test_points_that_are_exact_are_not_corrected():
    assert calibration_for(ModelInfo("exact", PACKAGED_SHA256, "synthetic")) is EXACT


def test_a_network_without_calibration_is_corrected_as_full_with_wider_errors():
    known, unknown = calibration_for(model(PACKAGED_SHA256)), calibration_for(UNKNOWN)
    assert unknown.network is None
    assert (unknown.hip, unknown.knee) == (known.hip, known.knee)
    assert unknown.hip_se.near_deg == pytest.approx(2 * known.hip_se.near_deg)
    assert unknown.knee_se.far_deg == pytest.approx(2 * known.knee_se.far_deg)


def test_lite_is_known_and_not_calibrated():
    assert not any(is_calibrated(sha256) for sha256 in BUNDLES["lite"].accepted_sha256)


def test_the_result_says_that_there_is_no_calibration():
    t_s = synth.times(3.0)
    track = synth.track(t_s, np.full(len(t_s), 90.0))
    for given, said in ((UNKNOWN, True), (model(PACKAGED_SHA256), False)):
        of = replace(track, model=given)
        angles, posture = measure_leg(of, max_trunk_from_floor_deg=30.0)
        quality = assess_quality(of, angles, posture.view, max_trunk_from_floor_deg=30.0)
        keys = [reason.key for reason in quality.reasons]
        assert ("quality.uncalibrated" in keys) is said
