"""The truth of rendered clips: joints, angles, pixels and repetitions follow from each other."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synthetic import truth
from synthetic.assets import body_data
from synthetic.person import make_person
from synthetic.sets import clips_of
from synthetic.skeleton import Skeleton
from synthetic.spec import Body
from synthetic.stage import Stage
from synthetic.truth import count_reps

ROOT = Path(__file__).parents[3]
# A straight, a bent and a moving resting leg; the last is a far working leg.
NUMBERS = (1, 5, 14)
EVERY = 4


@pytest.fixture(scope="module", params=NUMBERS)
def stage(request):
    return Stage(clips_of("validation")[request.param])


@pytest.fixture(scope="module")
def rows(stage):
    return [stage.row(frame) for frame in range(0, stage.frame_count, EVERY)]


def test_the_same_spec_gives_the_same_bytes_of_truth(stage):
    again = Stage(clips_of("validation")[next(n for n in NUMBERS if clips_of("validation")[n].name == stage.clip.name)])
    assert again.clip == stage.clip
    assert _written([again.row(7)]) == _written([stage.row(7)])


def test_a_pelvis_that_rolls_up_lifts_the_hips_and_both_legs_do_the_same():
    clip = next(one for one in clips_of("situations") if "heels" in one.name)
    stage = Stage(clip, moments=[])
    path = clip.situation.pelvis_path
    lying_s, lifted_s = path[1][0], path[2][0]
    low, high = (stage.places(stage.timeline.at(t_s)) for t_s in (lying_s, lifted_s))
    assert high["right_hip"][2] - low["right_hip"][2] > 0.05
    assert np.abs(high["right_shoulder"] - low["right_shoulder"]).max() < 0.01
    knees = [truth.angles(high, side)["knee_deg"] for side in ("left", "right")]
    assert knees[0] == pytest.approx(knees[1], abs=0.5)


def _written(rows):
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def test_limbs_keep_their_length(rows):
    for start, end in (("hip", "knee"), ("knee", "ankle"), ("shoulder", "elbow"), ("elbow", "wrist")):
        for side in ("left", "right"):
            lengths = [np.linalg.norm(_point(row, f"{side}_{end}") - _point(row, f"{side}_{start}")) for row in rows]
            assert np.ptp(lengths) < 5e-4


def test_the_hip_is_flexed_as_asked_for_during_the_set(stage, rows):
    for row in rows:
        moment = stage.timeline.at(row["time_s"])
        if moment.raised == 1 and moment.clasped == 1:
            assert row["hip_flexion_deg"] == pytest.approx(moment.hip_deg, abs=0.1)
            assert row["knee_deg"] == pytest.approx(moment.knee_deg, abs=0.1)


def test_measured_joints_are_in_the_picture(stage, rows):
    width, height = stage.size
    for row in rows:
        for joint in truth.MEASURED:
            assert 0 <= row[f"{stage.clip.side}_{joint}_px"] <= width
            assert 0 <= row[f"{stage.clip.side}_{joint}_py"] <= height


def test_nobody_sinks_into_what_they_lie_on(rows):
    for row in rows:
        for joint in ("heel", "foot_index", "ankle", "wrist", "elbow", "knee", "hip", "shoulder"):
            for side in ("left", "right"):
                assert row[f"{side}_{joint}_Z"] > -0.03, (row["frame"], side, joint)


def test_hands_that_hold_are_at_the_thigh(stage, rows):
    side = stage.clip.side
    holding = [hand == "thigh" for hand in stage.clip.posture.hands]
    for row in rows:
        if stage.timeline.at(row["time_s"]).clasped < 1:
            continue
        hip, knee = _point(row, f"{side}_hip"), _point(row, f"{side}_knee")
        axis = (knee - hip) / np.linalg.norm(knee - hip)
        for hand, holds in zip((side, truth.other_side(side)), holding, strict=True):
            from_hip = _point(row, f"{hand}_index") - hip
            if holds:
                assert np.linalg.norm(from_hip - (from_hip @ axis) * axis) < 0.22


def test_the_knee_makes_as_many_repetitions_as_the_truth_says(stage):
    fps = stage.clip.picture.fps
    timeline = stage.timeline
    frames = range(int(timeline.set_s * fps), int(timeline.release_s * fps))
    flexion = [180 - timeline.at(frame / fps).knee_deg for frame in frames]
    assert count_reps(np.array(flexion)) == len(timeline.reps)


def test_raising_and_lowering_the_leg_is_no_repetition(stage):
    fps = stage.clip.picture.fps
    timeline = stage.timeline
    for start, end in ((0.0, timeline.set_s), (timeline.release_s, timeline.duration_s)):
        rows = [stage.row(frame) for frame in range(int(start * fps), int(end * fps), 3)]
        if len(rows) > 2:
            assert count_reps(np.array([180 - row["knee_deg"] for row in rows])) == 0


def test_the_resting_leg_rests_as_tagged(stage, rows):
    flexion = np.array([180 - row["other_knee_deg"] for row in rows])
    if stage.clip.posture.rest == "straight":
        assert flexion.max() < 14
    elif stage.clip.posture.rest == "bent":
        assert flexion.min() > 60
    else:
        assert np.ptp(flexion) > 25


def test_columns_are_those_of_the_clips_that_are_there(rows):
    with (ROOT / "benchmarks/holdout/h01_az5.csv").open(encoding="utf-8") as file:
        assert list(rows[0]) == next(csv.reader(file))


def test_the_summary_has_what_benchmarks_read(stage, rows):
    about = stage.summary(rows)
    assert about["frames"] == len(rows)
    assert about["working_side"] in ("left", "right")
    assert len(about["reps"]) == about["rep_count"] == len(stage.timeline.reps)
    assert {"azimuth_deg", "height_m", "distance_m"} <= about["spec"]["camera"].keys()
    for rep in about["reps"]:
        assert rep["start_s"] < rep["peak_s"] <= rep["hold_end_s"] < rep["end_s"]
        assert rep["peak_knee_deg"] - max(rep["start_knee_deg"], rep["end_knee_deg"]) > 15


def test_motion_has_no_jumps(stage, rows):
    fps = stage.clip.picture.fps / EVERY
    for joint in ("knee", "ankle", "wrist"):
        for side in ("left", "right"):
            path = np.array([_point(row, f"{side}_{joint}") for row in rows])
            speed = np.linalg.norm(np.diff(path, axis=0), axis=1) * fps
            assert speed.max() < 4.0, (joint, side)


@pytest.mark.parametrize(("thigh", "shank"), [(1.2, 0.9), (0.95, 1.1)])
def test_a_stretch_changes_limbs_by_its_factor(thigh, shank):
    plain = Body(
        body_id="x",
        sex="male",
        targets={"caucasian-male-young": 1.0},
        skin="young_lightskinned_male_diffuse2",
        outfit="male_casualsuit04",
    )
    bodies = (plain, replace(plain, thigh_stretch=thigh, shank_stretch=shank))
    skeletons = [Skeleton(make_person(body_data(), body), seat_sink_m=0.01, pillow_m=0.0) for body in bodies]
    for (start, end), factor in ((("upperleg01.L", "lowerleg01.L"), thigh), (("lowerleg01.R", "foot.R"), shank)):
        lengths = [skeleton.length_m(start, end) for skeleton in skeletons]
        assert lengths[1] / lengths[0] == pytest.approx(factor, rel=1e-6)
    # The skin goes with the bones: from hip to sole it grows as the two segments do.
    heights = [np.ptp(s.base[s.person.skin_vertices][:, 0]) for s in skeletons]
    grown = sum(
        (factor - 1) * skeletons[0].length_m(start, end)
        for (start, end), factor in ((("upperleg01.L", "lowerleg01.L"), thigh), (("lowerleg01.L", "foot.L"), shank))
    )
    assert heights[1] - heights[0] == pytest.approx(grown, abs=0.01)


def _point(row, name):
    return np.array([row[f"{name}_{axis}"] for axis in "XYZ"])
