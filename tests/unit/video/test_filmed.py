"""When a clip was filmed: as the camera says, else its file."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np

from clips import retagged
from formcheck.video.filmed import TimeSource, filmed_at, filming_time, stated_at

WHEN = datetime(2026, 3, 2, 18, 30).astimezone()


def test_a_clips_time_is_the_cameras_else_the_files(tmp_path):
    def make(name: str, **metadata: str) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            container.metadata.update(metadata)
            stream = container.add_stream("libx264", rate=10)
            stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
            for _ in range(3):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), "rgb24")))
            container.mux(stream.encode())
        os.utime(path, (WHEN.timestamp(), WHEN.timestamp()))
        return path

    told = make("told.mp4", creation_time="2026-02-01T10:00:00.000000Z")
    assert filmed_at(told) == datetime(2026, 2, 1, 10, 0, tzinfo=UTC)
    exported = retagged(
        told, tmp_path / "exported.mov", {"com.apple.quicktime.creationdate": "2026-01-31T23:30:00+0200"}
    )
    assert filming_time(exported).source is TimeSource.CAMERA
    # The day of the person, wherever this machine is.
    assert filmed_at(exported).isoformat() == "2026-01-31T23:30:00+02:00"
    assert stated_at(exported) == filmed_at(exported)
    in_matroska = retagged(told, tmp_path / "exported.mkv", {"DATE_RECORDED": "2026-01-30T08:00:00+01:00"})
    assert filmed_at(in_matroska) == datetime(2026, 1, 30, 7, 0, tzinfo=UTC)
    odd = retagged(told, tmp_path / "odd.mov", {"com.apple.quicktime.creationdate": "2026-01-31"})
    assert filming_time(odd) == (datetime(2026, 2, 1, 10, 0, tzinfo=UTC), TimeSource.CREATION)
    assert filmed_at(make("silent.mp4")) == WHEN
    assert filmed_at(make("unset.mp4", creation_time="1970-01-01T00:00:00Z")) == WHEN
    other = tmp_path / "other.npz"
    other.write_bytes(b"")
    os.utime(other, (WHEN.timestamp(), WHEN.timestamp()))
    assert filming_time(other) == (WHEN, TimeSource.FILE)
    assert filmed_at(other).utcoffset() is not None
