from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from formcheck.form.statistics import set_statistics
from formcheck.report.tiles import deficit_words, hip_number
from formcheck.text.catalogue import Texts
from report_sessions import make_session

EN, DE = Texts("en"), Texts("de")


def test_the_hip_is_that_of_the_repetitions():
    session = make_session()
    stats = set_statistics(session)
    hip = hip_number(session, stats)
    assert hip.over_reps
    assert (hip.mean_deg, hip.min_deg, hip.max_deg, hip.se_deg) == (
        stats.hip_mean_deg,
        stats.hip_min_deg,
        stats.hip_max_deg,
        stats.hip_se_deg,
    )


def test_without_repetitions_the_hip_is_that_of_the_clip(session):
    session = dataclasses.replace(session, reps=())
    hip = hip_number(session, set_statistics(session))
    assert not hip.over_reps
    assert hip.mean_deg == pytest.approx(np.nanmean(session.angles.hip_flexion_deg))
    assert hip.se_deg == 2.0


def test_a_hip_that_was_not_measured_has_no_number(blank):
    assert hip_number(blank, set_statistics(blank)) is None


@pytest.mark.parametrize(
    ("flexion_deg", "se_deg", "key", "values"),
    [
        (22.3, 1.5, "lacks", {"angle": "22° ± 3°"}),
        (-2.0, 1.8, "past", {"angle": "2° ± 4°"}),
        (9.0, math.nan, "lacks", {"angle": "9°"}),
        (0.2, math.nan, "straight", {}),
        (0.2, 1.5, "straight_within", {"band": "± 3°"}),
    ],
)
@pytest.mark.parametrize("texts", [EN, DE])
def test_the_deficit(texts, flexion_deg, se_deg, key, values):
    assert deficit_words(texts, flexion_deg, se_deg) == texts.get(f"report.deficit.{key}", **values)
