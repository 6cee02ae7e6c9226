import av
import numpy as np
import pytest

from clips import numbered, write_clip
from formcheck.draw.annotate import annotate
from formcheck.draw.body import body_points
from formcheck.draw.panel import choose_layout
from formcheck.draw.thumbnails import make_thumbnails
from formcheck.errors import InputError, OutputError
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts
from formcheck.types import Side
from formcheck.video.source import FileSource
from judged import judged, rep

SIZE_PX = (320, 180)
GIVEN = {"protocol": load_protocol().protocol, "texts": Texts("en")}
TIMES_S = [0.0, 0.033, 0.1, 0.15, 0.4, 0.44, 0.5, 1.2, 1.25, 1.3, 1.4, 1.5]


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", times_s=[3.0 + t for t in TIMES_S], size_px=SIZE_PX)


def run(clip, out, **options):
    with FileSource(clip) as source:
        times_s = [frame.t_s for frame in source]
    track, session = judged(times_s, size_px=SIZE_PX, reps=[rep(1, 0.1, 1.2)])
    annotate(clip, out, track=track, session=session, **{**GIVEN, **options})


def test_every_frame_comes_back_at_its_time_with_the_overlay_on_it(tmp_path, clip):
    told_s = []
    run(clip, tmp_path / "annotated.mp4", on_frame=told_s.append)
    plain, annotated = FileSource(clip), FileSource(tmp_path / "annotated.mp4")
    before, after = list(plain), list(annotated)
    np.testing.assert_allclose([f.t_s for f in after], [f.t_s for f in before], atol=1e-3)
    assert told_s == [f.t_s for f in before]
    assert annotated.read_to_s == pytest.approx(plain.read_to_s, abs=2e-3)
    assert annotated.size_px == SIZE_PX
    for old, new in zip(before, after, strict=True):
        assert (np.abs(old.image_bgr.astype(int) - new.image_bgr) > 40).mean() > 0.03
    track, _ = judged([0.0], size_px=SIZE_PX)
    where = choose_layout(SIZE_PX, body_points(track.xy_px, Side.LEFT)).counter
    rows, columns = slice(int(where.y), int(where.bottom)), slice(int(where.x), int(where.right))
    counter = [frame.image_bgr[rows, columns].astype(int) for frame in after]
    assert np.abs(counter[-1] - counter[0]).max() > 100


def test_a_window_starts_at_zero_and_keeps_its_distances(tmp_path, clip):
    run(clip, tmp_path / "annotated.mp4", window_s=(0.3, 1.28))
    expected_s = np.array([t for t in TIMES_S if 0.3 <= t < 1.28])
    times_s = [frame.t_s for frame in FileSource(tmp_path / "annotated.mp4")]
    np.testing.assert_allclose(times_s, expected_s - expected_s[0], atol=1e-3)
    with av.open(str(tmp_path / "annotated.mp4")) as container:
        assert container.streams.video[0].start_time == 0


def test_the_image_of_a_repetition_bears_its_number_and_not_how_many_are_done(clip):
    with FileSource(clip) as source:
        times_s = [frame.t_s for frame in source]
    track, session = judged(times_s, size_px=SIZE_PX, reps=[rep(1, 0.1, 1.2)])
    images = make_thumbnails(clip, {1: times_s[4], 2: times_s[4]}, track=track, session=session, **GIVEN)
    assert images.keys() == {1, 2}
    assert images[1] != images[2]


def test_odd_sizes_are_annotated_too(tmp_path):
    clip = write_clip(tmp_path / "clip.mkv", codec="ffv1", pix_fmt="yuv444p", size_px=(321, 181), times_s=[0, 0.04])
    track, session = judged([0.0, 0.04], size_px=(321, 181))
    annotate(clip, tmp_path / "annotated.mp4", track=track, session=session, **GIVEN)
    assert FileSource(tmp_path / "annotated.mp4").size_px == (322, 182)


def test_a_failure_leaves_nothing_behind(tmp_path, clip):
    out = tmp_path / "out"
    out.mkdir()

    def stop(t_s):
        if t_s > 0.4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(clip, out / "annotated.mp4", on_frame=stop)
    assert list(out.iterdir()) == []
    with pytest.raises(OutputError):
        run(clip, out / "missing" / "annotated.mp4")


def test_a_clip_that_has_gone_meanwhile_is_said(tmp_path, clip):
    track, session = judged(TIMES_S, size_px=SIZE_PX)
    clip.unlink()
    with pytest.raises(InputError, match="no such file"):
        annotate(clip, tmp_path / "annotated.mp4", track=track, session=session, **GIVEN)


def test_a_track_of_another_clip_is_a_callers_bug(tmp_path, clip):
    track, session = judged(TIMES_S, size_px=(640, 360))
    with pytest.raises(ValueError, match="the track is of a clip"):
        annotate(clip, tmp_path / "annotated.mp4", track=track, session=session, **GIVEN)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


def test_the_numbered_frame_has_room_for_the_overlay():
    assert numbered(0, SIZE_PX).shape == (180, 320, 3)
