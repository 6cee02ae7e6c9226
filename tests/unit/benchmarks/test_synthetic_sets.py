"""The named sets are the same everywhere, hold what they promise, and share no person, camera or room."""

import json

import pytest

from synthetic import draw_stills as stills
from synthetic.sets import CLIP_SETS, SITUATIONS, SMOKE, clips_of
from synthetic.spec import from_json, to_json
from synthetic.views import AGAIN, PEOPLE, VIEWS, views

SETS = [*CLIP_SETS, SITUATIONS, SMOKE]


@pytest.fixture(scope="module")
def drawn():
    """What each set draws; of the stills, sheets from begin, middle and end."""
    sets = {name: clips_of(name) for name in SETS}
    sheets = (0, 1, stills.SHEETS // 2, stills.SHEETS - 1)
    sets[VIEWS] = views()
    sets["training"] = [clip for sheet in sheets for clip, _ in stills.setups(sheet)]
    return sets


def test_sets_share_no_body(drawn):
    _assert_apart({name: {_body(clip) for clip in clips} for name, clips in drawn.items()})
    _assert_apart({name: {clip.body.body_id for clip in clips} for name, clips in drawn.items()})


def test_sets_share_no_camera(drawn):
    _assert_apart({name: {_camera(clip) for clip in clips} for name, clips in drawn.items()})
    _assert_apart({name: {clip.camera.camera_id for clip in clips} for name, clips in drawn.items()})


def test_sets_share_no_room(drawn):
    _assert_apart({name: {clip.room.seed for clip in clips} for name, clips in drawn.items()})
    _assert_apart({name: {clip.room.room_id for clip in clips} for name, clips in drawn.items()})


def _assert_apart(of_sets):
    names = sorted(of_sets)
    shared = {
        (name, other): of_sets[name] & of_sets[other]
        for place, name in enumerate(names)
        for other in names[place + 1 :]
    }
    assert {pair for pair, values in shared.items() if values} == set()


def _body(clip):
    body = clip.body
    return tuple(sorted(body.targets.items())), body.thigh_stretch, body.shank_stretch, body.height_scale


def _camera(clip):
    camera = clip.camera
    return camera.azimuth_deg, camera.height_m, camera.fov_deg, camera.aim_m


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_drawn_alike_each_time(name):
    assert clips_of(name) == clips_of(name)


def test_a_sheet_of_stills_is_drawn_alike_each_time():
    assert list(stills.setups(3)) == list(stills.setups(3))


@pytest.mark.parametrize("name", SETS)
def test_a_spec_can_be_read_back_from_its_json(name):
    clips = list(clips_of(name))
    assert len(clips) > 0
    assert [from_json(json.loads(json.dumps(to_json(clip)))) for clip in clips] == clips


def test_the_test_set_holds_what_it_promises():
    clips = clips_of("test")
    tags = [set(clip.tags) for clip in clips]
    assert len(clips) == 40
    assert len({clip.body.body_id for clip in clips}) == 20
    assert len({clip.name for clip in clips}) == 40
    assert sum("rest:bent" in tag for tag in tags) >= 40 / 3
    for tag in ("rest:moving", "leg:far", "shape:portrait", "light:dim", "light:backlit", "height:low", "fault:small"):
        assert sum(tag in own for own in tags) >= 4, tag
    assert sum("fault:none" in tag for tag in tags) >= 20
    assert all(0.25 <= clip.camera.height_m <= 2.0 for clip in clips)


def test_validation_is_24_clips_of_12_people():
    clips = clips_of("validation")
    assert (len(clips), len({clip.body.body_id for clip in clips})) == (24, 12)


def test_situations_are_20_clips_of_20_people_and_only_glides_are_repetitions():
    clips = clips_of(SITUATIONS)
    assert (len(clips), len({clip.body.body_id for clip in clips}), len({clip.name for clip in clips})) == (20, 20, 20)
    assert all(3 <= len(clip.motion.reps) <= 5 for clip in clips[6:])
    assert not any(clip.motion.reps for clip in clips[:6])


def test_a_set_without_situations_keeps_its_fingerprints():
    assert all("situation" not in to_json(clip) for clip in clips_of("validation"))


def test_all_sheets_make_ten_thousand_stills_and_more():
    assert stills.SHEETS * stills.PER_SHEET >= 10_000


def test_in_views_each_person_is_seen_again_by_a_camera_that_moved_as_said():
    clips = views()
    assert clips == views()
    for person in range(PEOPLE):
        first, *later = clips[person * len(AGAIN) : (person + 1) * len(AGAIN)]
        assert all(_body(clip) == _body(first) for clip in later)
        for clip, again in zip(later, AGAIN[1:], strict=True):
            assert abs(clip.camera.azimuth_deg - first.camera.azimuth_deg) == pytest.approx(again.turned_deg)
            assert clip.camera.height_m - first.camera.height_m == pytest.approx(again.raised_m)
            assert (clip.body.outfit != first.body.outfit) == again.other_clothes
            assert clip.motion != first.motion


def test_an_unknown_set_is_refused():
    with pytest.raises(ValueError, match="holiday"):
        clips_of("holiday")


@pytest.mark.parametrize("name", CLIP_SETS)
def test_azimuth_says_which_leg_works(name):
    seen_from_behind = {clip.name: abs(clip.camera.azimuth_deg) > 90 for clip in clips_of(name)}
    assert len(seen_from_behind) > 0
    assert seen_from_behind == {clip.name: "leg:far" in clip.tags for clip in clips_of(name)}


@pytest.mark.parametrize("name", CLIP_SETS)
def test_every_full_glide_is_a_repetition_and_none_is_a_borderline_case(name):
    reps = [rep for clip in clips_of(name) for rep in clip.motion.reps]
    assert len(reps) > 0
    assert min(rep.peak_deg - max(rep.start_deg, rep.end_deg) for rep in reps) >= 17.0
    assert max(rep.peak_deg for rep in reps) <= 178.0
