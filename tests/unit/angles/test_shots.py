from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.angles.shots import measure_track
from synth import Move

FIRST = synth.glide([Move()] * 2)
CLOSER = synth.glide([Move()] * 2, scale_px_m=420.0, azimuth_deg=20.0, size_px=(1280, 720))


def cut(*tracks):
    """One clip of several takes."""
    start, parts = 0.0, {name: [] for name in ("t_s", "xy_px", "world_m", "visibility", "luma", "hidden", "shot")}
    for number, track in enumerate(tracks):
        for name, values in parts.items():
            if name == "shot":
                values.append(np.full(len(track.t_s), number))
            else:
                values.append(getattr(track, name) + (start if name == "t_s" else 0))
        start += float(track.t_s[-1]) + 1 / 30
    size = tuple(np.max([track.size_px for track in tracks], axis=0))
    return replace(tracks[0], **{name: np.concatenate(values) for name, values in parts.items()}, size_px=size)


def test_each_shot_is_measured_by_itself():
    track = cut(FIRST, CLOSER)
    angles, _ = measure_track(track, max_trunk_from_floor_deg=30.0)
    np.testing.assert_allclose(angles.hip_flexion_deg[angles.usable], 90.0, atol=1.5)
    np.testing.assert_allclose(angles.t_s, track.t_s)
    assert angles.usable.mean() > 0.99
    assert not angles.usable[len(FIRST.t_s)]
    assert synth.session(track).rep_count == 4


def test_a_repetition_across_a_cut_is_not_counted():
    keep = FIRST.t_s < 3.0  # in the first hold
    names = ("t_s", "xy_px", "world_m", "visibility", "luma", "hidden")
    begun = replace(FIRST, **{name: getattr(FIRST, name)[keep] for name in names})
    rest = replace(
        FIRST,
        **{name: getattr(FIRST, name)[~keep] for name in names},
    )
    session = synth.session(cut(begun, replace(rest, t_s=rest.t_s - rest.t_s[0])))
    assert [rep.complete for rep in session.reps] == [False, False, True]


def test_a_shot_with_nobody_in_it_gives_no_numbers():
    nobody = replace(FIRST, xy_px=np.full_like(FIRST.xy_px, np.nan))
    angles, view = measure_track(cut(nobody, FIRST), max_trunk_from_floor_deg=30.0)
    count = len(FIRST.t_s)
    assert not angles.usable[:count].any()
    assert angles.usable[count + 1 :].all()
    assert view.lying is True


def test_one_shot_is_as_without_shots():
    whole, _ = measure_track(FIRST, max_trunk_from_floor_deg=30.0)
    numbered, _ = measure_track(replace(FIRST, shot=np.zeros(len(FIRST.t_s), int)), max_trunk_from_floor_deg=30.0)
    np.testing.assert_array_equal(whole.knee_flexion_deg, numbered.knee_flexion_deg)


def test_no_leg_anywhere():
    track = replace(cut(FIRST, FIRST), working_side=None)
    angles, view = measure_track(track, max_trunk_from_floor_deg=30.0)
    assert angles is None
    assert view.lying == pytest.approx(True)
