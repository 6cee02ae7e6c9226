"""The fit of the hip's bias on readings of stills finds what was put in, and gives the committed files."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from fit_calibration_stills import CALIBRATIONS, Readings, fit
from still_readings import Reading, read_table, write_table

from formcheck.angles.calibration import USUAL_TRUNK_M

ROOT = Path(__file__).parents[3]


def known(network="full"):
    return tomllib.loads((CALIBRATIONS / f"{network}.toml").read_text(encoding="utf-8"))


def readings(count=800):
    """Stills square to the side, whose hip reads 2 + 10 x apart + 80 x (trunk - usual) too high, times the sine."""
    rng = np.random.default_rng(5)
    level_deg = known()["floor"]["level_trunk_deg"]
    made = []
    for number in range(count):
        apart, trunk_m, hip_deg = rng.uniform(0.05, 0.3), rng.uniform(0.42, 0.5), rng.uniform(60, 110)
        off_deg = (2.0 + 10.0 * apart + 80.0 * (trunk_m - USUAL_TRUNK_M)) * np.sin(np.radians(hip_deg))
        thigh_deg = hip_deg + off_deg + rng.normal(0, 3)
        name, body = f"{number}.jpg", f"body-{number % 60}"
        made.append(Reading(name, body, 0.0, 5.2 / 1.5, apart, trunk_m, level_deg, thigh_deg, hip_deg))
    return made


def fitted(made, **options):
    return fit(Readings(made), known(), **{"camera": False, "offset_deg": None, **options})


def assert_near_the_truth(document, *, within):
    for value, true, tolerance in zip(document["bias"]["hip"], (2.0, 10.0, 80.0), within, strict=True):
        assert value == pytest.approx(true, abs=tolerance)


def test_a_known_bias_is_found_again():
    assert_near_the_truth(fitted(readings()), within=(0.8, 4.0, 10.0))


def test_a_tenth_of_other_legs_does_not_matter():
    made = readings()
    wrong = [one._replace(thigh_deg=one.thigh_deg + 25.0) for one in made[:80]]
    assert_near_the_truth(fitted(wrong + made[80:]), within=(1.2, 5.0, 12.0))


def test_an_offset_that_is_given_is_taken():
    hip = fitted(readings(), offset_deg=4.0)["bias"]["hip"]
    assert hip[0] == 4.0
    assert hip[1:] == fitted(readings())["bias"]["hip"][1:]


def test_what_is_not_asked_for_stays():
    before, after = known(), fitted(readings())
    assert after["bias"]["knee"] == before["bias"]["knee"]
    assert (after["camera"], after["floor"], after["error"]) == (before["camera"], before["floor"], before["error"])


def test_a_table_is_read_as_it_was_written(tmp_path):
    made = readings(5)
    write_table(tmp_path / "table.csv", made)
    for one, other in zip(read_table(tmp_path / "table.csv"), made, strict=True):
        assert one[:2] == other[:2]
        np.testing.assert_allclose(one[2:], other[2:], rtol=1e-3)


@pytest.mark.parametrize(("network", "camera", "offset_deg"), [("full", False, 3.5), ("heavy", True, None)])
def test_the_committed_calibration_is_what_the_committed_readings_give(network, camera, offset_deg):
    made = Readings(read_table(ROOT / "benchmarks" / f"readings_{network}.csv"))
    there = known(network)
    again = fit(made, there, camera=camera, offset_deg=offset_deg)
    np.testing.assert_allclose(again["bias"]["hip"], there["bias"]["hip"], atol=0.11)
    np.testing.assert_allclose(again["camera"]["azimuth"], there["camera"]["azimuth"], atol=0.011)
    assert again["floor"]["level_trunk_deg"] == pytest.approx(there["floor"]["level_trunk_deg"], abs=0.11)
