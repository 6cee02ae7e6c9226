"""Angles calibrated by frames that a person measured with a goniometer."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.angles.hand_calibration import (
    HandMark,
    find_shifts,
    marked_in_plane_deg,
    shift_angles,
    usable_marks,
)
from formcheck.angles.image_angles import view_sd_deg
from formcheck.types import LegAngles, Side, View

COUNT = 100


def angles(*, se_deg=4.0, hip_deg=90.0, usable=None):
    t_s = np.arange(COUNT) / 10
    se = np.full(COUNT, se_deg)
    nothing = np.full(COUNT, np.nan)
    return LegAngles(
        t_s=t_s,
        hip_flexion_deg=np.full(COUNT, hip_deg) if np.isscalar(hip_deg) else np.asarray(hip_deg),
        knee_flexion_deg=50 + 40 * np.cos(t_s),
        ankle_dorsiflexion_deg=nothing,
        foot_from_vertical_deg=nothing,
        hip_se_deg=se,
        knee_se_deg=se,
        hand_distance_thighs=nothing,
        usable=np.ones(COUNT, bool) if usable is None else usable,
        side=Side.LEFT,
        view=View(True, 0.0, 0.0, 0.0, 0.0, 0.2),
    )


BENT, STRAIGHT = 0, 31


def mark(of, row, joint, off_deg):
    value = of.hip_flexion_deg if joint == "hip" else of.knee_flexion_deg
    return HandMark(float(of.t_s[row]), joint, float(value[row] + off_deg))


def test_no_marks_change_nothing():
    before = angles()
    assert find_shifts(before, []) == ()
    after = shift_angles(before, ())
    assert np.array_equal(after.hip_flexion_deg, before.hip_flexion_deg)
    assert np.array_equal(after.knee_se_deg, before.knee_se_deg)


def test_marks_of_one_joint_leave_the_other():
    before = angles()
    after = shift_angles(before, find_shifts(before, [mark(before, BENT, "hip", 5.0)]))
    assert np.array_equal(after.knee_flexion_deg, before.knee_flexion_deg)
    assert np.array_equal(after.knee_se_deg, before.knee_se_deg)


@pytest.mark.parametrize("joint", ["hip", "knee"])
def test_many_exact_marks_leave_of_a_constant_bias_what_the_view_may_do_to_all_of_them(joint):
    before = angles()
    marks = [mark(before, row, joint, 5.0) for row in range(0, COUNT, 2)]
    (shift,) = find_shifts(before, marks, rater_sd_deg=0.01)
    view_deg = view_sd_deg(joint, 0.0, 0.0)
    assert (shift.shift_deg > 0.8 * 5.0).all()
    assert (shift.shift_deg < 5.0).all()
    assert np.nanmin(shift.se_deg) > 0.8 * view_deg
    assert shift.frames == 50


def test_marks_from_an_oblique_camera_are_believed_less():
    square = angles()
    oblique = replace(square, view=View(True, 0.0, 0.0, 25.0, 20.0, 0.2, Side.LEFT))
    one = mark(square, BENT, "hip", 6.0)
    # As the oblique camera shows the same hip.
    shown = replace(one, marked_deg=2 * one.marked_deg - marked_in_plane_deg(oblique, one))
    (from_side,), (from_aside,) = find_shifts(square, [one]), find_shifts(oblique, [shown])
    assert 0 < from_aside.bent_deg < 0.6 * from_side.bent_deg
    assert from_aside.se_deg[BENT] > from_side.se_deg[BENT]


def test_the_knee_is_shifted_by_its_angle():
    before = angles()
    marks = [mark(before, BENT, "knee", -6.0), mark(before, STRAIGHT, "knee", 2.0)]
    (shift,) = find_shifts(before, marks)
    assert -6.0 < shift.bent_deg < -2.0
    assert 0.0 < shift.straight_deg < 2.0
    ordered = shift.shift_deg[np.argsort(before.knee_flexion_deg)]
    assert (np.diff(ordered) <= 1e-9).all()


def test_one_mark_is_believed_less_than_two_and_tells_less_of_the_other_end():
    before = angles()
    (one,) = find_shifts(before, [mark(before, BENT, "knee", 6.0)])
    (two,) = find_shifts(before, [mark(before, row, "knee", 6.0) for row in (BENT, STRAIGHT)])
    assert 0 < one.straight_deg < one.bent_deg < two.bent_deg < 6.0
    assert one.straight_deg < two.straight_deg


def test_a_mark_with_the_thigh_elsewhere_tells_little():
    hips = np.where(np.arange(COUNT) < COUNT // 2, 90.0, 15.0)
    before = angles(hip_deg=hips)
    (shift,) = find_shifts(before, [mark(before, BENT, "hip", 6.0)])
    assert shift.shift_deg[BENT] > 3.0
    assert abs(shift.shift_deg[-1]) < 0.1
    assert shift.se_deg[-1] == pytest.approx(before.hip_se_deg[-1])


def test_a_mark_tells_nothing_of_another_shot():
    before = angles()
    shot = (np.arange(COUNT) >= COUNT // 2).astype(int)
    (shift,) = find_shifts(before, [mark(before, BENT, "knee", 6.0)], shot=shot)
    assert shift.shift_deg[BENT] > 2.0
    assert np.array_equal(shift.shift_deg[shot == 1], np.zeros(COUNT // 2))
    assert shift.se_deg[shot == 1] == pytest.approx(before.knee_se_deg[shot == 1])


def test_marks_where_the_leg_was_lost_or_not_measured_are_not_used():
    usable = np.ones(COUNT, bool)
    usable[STRAIGHT] = False
    before = angles(usable=usable)
    lost = mark(before, BENT, "knee", 60.0)
    assert usable_marks(before, [lost, mark(before, STRAIGHT, "hip", 1.0)]) == []
    assert find_shifts(before, [lost]) == ()


def test_a_bridged_gap_stays_uncertain():
    before = angles()
    se = before.hip_se_deg.copy()
    se[50] = 9.0
    gap = LegAngles(**{name: getattr(before, name) for name in before.__slots__} | {"hip_se_deg": se})
    (shift,) = find_shifts(gap, [mark(gap, BENT, "hip", 3.0)])
    assert shift.se_deg[50] > 8.0
    assert shift.se_deg[49] < 4.0


MARKS = st.lists(
    st.tuples(st.integers(0, COUNT - 1), st.sampled_from(["hip", "knee"]), st.floats(-12, 12)), min_size=1, max_size=8
)


@given(MARKS, st.floats(1.0, 12.0))
@settings(max_examples=60, deadline=None)
def test_never_wider_than_before_and_narrower_with_every_mark(rows, se_deg):
    before = angles(se_deg=se_deg)
    marks = [mark(before, *one) for one in rows]
    fewer, more = (
        shift_angles(before, find_shifts(before, usable_marks_of))
        for usable_marks_of in (
            [one for one, _ in usable_marks(before, marks)][:-1],
            [one for one, _ in usable_marks(before, marks)],
        )
    )
    for name in ("hip_se_deg", "knee_se_deg"):
        assert (getattr(more, name) <= getattr(fewer, name) + 1e-9).all()
        assert (getattr(fewer, name) <= getattr(before, name)).all()
        assert (getattr(more, name) > 0).all()
    assert (more.knee_flexion_deg >= 0).all()


@given(st.integers(1, 6), st.floats(0.5, 4.0))
@settings(max_examples=40, deadline=None)
def test_the_shift_never_goes_beyond_marks_that_agree(count, rater_sd_deg):
    before = angles()
    marks = [mark(before, 4 * number, "hip", 5.0) for number in range(count)]
    (shift,) = find_shifts(before, marks, rater_sd_deg=rater_sd_deg)
    assert (shift.shift_deg >= 0).all()
    assert shift.shift_deg[BENT] <= 5.0


def test_two_raters_of_a_frame_count_by_their_mean():
    before = angles()
    apart = [mark(before, BENT, "hip", off_deg) for off_deg in (3.0, 7.0)]
    alike = [mark(before, BENT, "hip", 5.0)] * 2
    (one,), (other,) = find_shifts(before, apart), find_shifts(before, alike)
    assert one.shift_deg == pytest.approx(other.shift_deg)
    assert one.frames == 1
