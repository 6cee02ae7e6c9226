import json
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

import synth
from formcheck.errors import InputError
from formcheck.message import Message, verbatim
from formcheck.pose.track_file import load_track, save_track
from synth import Move

TRACK = synth.glide([Move()] * 3, noise_px=1.0)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "track.npz"
    save_track(TRACK, path)
    return path


def test_judged_again_alike(file):
    before, after = synth.session(TRACK), synth.session(load_track(file))
    assert after.rep_count == before.rep_count
    assert after.clip == before.clip
    assert after.model == before.model
    assert [f.verdict for f in after.findings] == [f.verdict for f in before.findings]
    for a, b in zip(after.reps, before.reps, strict=True):
        assert a.knee_flexion_peak_deg == pytest.approx(b.knee_flexion_peak_deg, abs=0.01)
        assert a.start_s == pytest.approx(b.start_s, abs=0.001)


def test_hidden_points_stay_unknown(file):
    np.testing.assert_array_equal(np.isnan(load_track(file).xy_px), np.isnan(TRACK.xy_px))


def test_a_camera_that_does_not_say_its_rate_is_no_damage(tmp_path):
    clip = replace(TRACK.clip, nominal_fps=float("nan"))
    save_track(replace(TRACK, clip=clip), tmp_path / "live.npz")
    assert np.isnan(load_track(tmp_path / "live.npz").clip.nominal_fps)


def test_warnings_come_back(tmp_path):
    warnings = (Message.of("warning.cut_off", read_s=1.25, declared_s=4.0), Message.of("warning.unreadable", n=2))
    save_track(replace(TRACK, warnings=warnings), tmp_path / "track.npz")
    assert load_track(tmp_path / "track.npz").warnings == warnings


def test_sentences_of_an_earlier_version_stay_as_they_are(file):
    rewrite(file, about=about(file, warnings=["The file is cut off."]))
    assert load_track(file).warnings == (verbatim("The file is cut off."),)


def rewrite(path, **changes):
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays.update(changes)
    np.savez(path, **arrays)


def about(path, **changes):
    with np.load(path) as stored:
        return np.array(json.dumps({**json.loads(str(stored["about"])), **changes}))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"not a track"),
        lambda path: path.write_bytes(path.read_bytes()[:2000]),
        lambda path: np.savez(path, something=np.zeros(3)),
        lambda path: rewrite(path, xy_px=np.zeros((3, 33, 2))),
        lambda path: rewrite(path, t_s=np.zeros(len(TRACK.t_s))),
        lambda path: rewrite(path, about=np.array("{}")),
        lambda path: rewrite(path, about=about(path, working_side="upper")),
        lambda path: rewrite(path, about=about(path, warnings=[3])),
        lambda path: rewrite(path, about=about(path, warnings=[{"key": "warning.unreadable", "values": 3}])),
        lambda path: rewrite(path, t_s=np.array([object()] * len(TRACK.t_s))),
    ],
)
def test_damaged_track_is_refused_in_one_line(file, spoil):
    spoil(file)
    with pytest.raises(InputError) as error:
        load_track(file)
    assert "\n" not in str(error.value)
    assert str(file) in str(error.value)


def test_newer_format_is_named(file):
    rewrite(file, about=about(file, format=99))
    with pytest.raises(InputError, match="format 99"):
        load_track(file)


def test_missing_track(tmp_path):
    with pytest.raises(InputError, match="there is none"):
        load_track(tmp_path / "none.npz")


def changed_array(file, name, change):
    with np.load(file) as stored:
        arrays = dict(stored)
    arrays[name] = change(arrays[name])
    np.savez_compressed(file, **arrays)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("t_s", lambda t_s: t_s * 1e6),
        ("t_s", lambda t_s: np.append(t_s[:-1], 1e12)),
        ("t_s", lambda t_s: t_s + 1e9),
        ("t_s", lambda t_s: np.full(t_s.shape, "x")),
        ("luma", lambda luma: luma[:3]),
        ("luma", lambda luma: luma.astype(np.complex64)),
        ("shot", lambda shot: shot + 0.5),
        ("luma", lambda luma: np.zeros(400_000_000, np.uint8)),
        ("about", lambda about: np.array("[" * 50_000)),
        ("about", lambda about: np.array(str(about).replace('"size_px": [', '"size_px": [1e999, '))),
        ("about", lambda about: np.array('{"format": 1}')),
    ],
)
def test_a_track_of_somebody_else_is_refused_in_one_line(file, name, change):
    changed_array(file, name, change)
    with pytest.raises(InputError) as refused:
        load_track(file)
    assert "\n" not in str(refused.value)


def test_a_flipped_bit_is_harmless_or_refused(file):
    data = file.read_bytes()
    draw = np.random.default_rng(5)
    for at in draw.integers(0, len(data), 300):
        file.write_bytes(data[:at] + bytes([data[at] ^ (1 << int(draw.integers(8)))]) + data[at + 1 :])
        with suppress(InputError):
            load_track(file)
