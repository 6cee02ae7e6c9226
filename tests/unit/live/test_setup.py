import numpy as np
import pytest

from formcheck.live.setup import CHECKS, SetupChecklist
from live_states import online_state, window

GOOD = window()


def remedy(one, seen=GOOD, *, leg_known=True):
    return SetupChecklist().update(one, seen, leg_known=leg_known).remedy


def test_all_holds():
    state = SetupChecklist().update(online_state(0.0), GOOD, leg_known=True)
    assert state.passed == dict.fromkeys(CHECKS, True)
    assert state.remedy is None
    assert not state.ready


@pytest.mark.parametrize(
    ("one", "seen", "key"),
    [
        (online_state(0.0), window(luma=20.0), "setup.dark"),
        (online_state(0.0, seen=False), window(seen=False), "setup.nobody"),
        (online_state(0.0), window(scale=2.8, shift_px=(200.0, 0.0)), "setup.further"),
        (online_state(0.0), window(scale=0.5), "setup.closer"),
        (online_state(0.0), window(shift_px=(0.0, 260.0)), "setup.tilt_down"),
        (online_state(0.0), window(shift_px=(0.0, -140.0)), "setup.tilt_up"),
        (online_state(0.0, lying=False), GOOD, "setup.lie_down"),
        (online_state(0.0, azimuth=35.0), GOOD, "setup.from_feet"),
        (online_state(0.0, azimuth=-35.0), GOOD, "setup.from_head"),
        (online_state(0.0, elevation=30.0, usable=False), GOOD, "setup.too_high"),
        (online_state(0.0, hip=10.0), GOOD, None),
    ],
)
def test_each_fault_has_its_remedy(one, seen, key):
    assert remedy(one, seen) == key


def test_turning_is_told_by_head_and_feet_not_by_left_and_right():
    for direction in (-1, 1):
        cut = window(shift_px=(direction * 330.0, 0.0))
        head_x, ankle_x = cut.xy_px[-1, 0, 0], cut.xy_px[-1, 28, 0]
        head_cut = not 0 <= head_x <= cut.size_px[0]
        assert head_cut != (not 0 <= ankle_x <= cut.size_px[0])
        assert remedy(online_state(0.0), cut) == ("setup.towards_head" if head_cut else "setup.towards_feet")


def test_the_leg_is_asked_for_unless_a_thigh_is_up():
    assert remedy(online_state(0.0, hip=10.0), leg_known=False) == "setup.which_leg"
    assert remedy(online_state(0.0, hip=88.0), leg_known=False) == "setup.hold"


def test_ready_after_two_seconds_that_begin_anew_with_a_fault():
    checklist = SetupChecklist()
    ready_s = []
    for t_s in np.arange(0, 6, 0.1):
        bad = 1.0 <= t_s < 1.5
        if checklist.update(online_state(float(t_s), lying=not bad), GOOD, leg_known=True).ready:
            ready_s.append(t_s)
    assert ready_s[0] == pytest.approx(3.5, abs=0.11)


def test_a_dark_room_is_told_and_then_does_not_hold_anybody_up():
    checklist = SetupChecklist()
    states = [
        checklist.update(online_state(float(t_s)), GOOD, leg_known=True, dark_room=True)
        for t_s in np.arange(0, 20, 0.1)
    ]
    told = [state.remedy == "setup.dark_room" for state in states]
    assert told[0]
    assert sum(told) == pytest.approx(120, abs=2)
    assert not any(state.passed["light"] for state in states)
    assert states[-1].ready
    lit = checklist.update(online_state(20.0), GOOD, leg_known=True)
    assert lit.passed["light"]


def test_what_is_too_dark_to_see_by_is_told_before_a_dark_room():
    state = SetupChecklist().update(online_state(0.0), window(luma=20.0), leg_known=True, dark_room=True)
    assert state.remedy == "setup.dark"
