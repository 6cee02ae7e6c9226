"""Images that wait on the disk come back as they were."""

from __future__ import annotations

import errno
import io
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from formcheck.pose.image_file import ImageFile


def _images(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [random.integers(0, 256, (20 + k, 30, 3), np.uint8) for k in range(count)]


def test_images_come_back_in_any_order() -> None:
    images = _images(8)
    with ImageFile() as file:
        kept = [file.keep(image[:, ::-1]) for image in images]
        for k in (5, 0, 7, 5, 3):
            np.testing.assert_array_equal(kept[k](), images[k][:, ::-1])


def test_threads_share_a_file() -> None:
    images = _images(60)
    with ImageFile() as file, ThreadPoolExecutor(4) as pool:
        kept = list(pool.map(file.keep, images))
        back = list(pool.map(lambda read: read(), kept))
    for image, again in zip(images, back, strict=True):
        np.testing.assert_array_equal(image, again)


def test_it_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with ImageFile() as file:
        assert file.keep(_images(1)[0])().any()
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_to_write_to_they_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    image = _images(1)[0]
    with ImageFile() as file:
        np.testing.assert_array_equal(file.keep(image)(), image)


def test_on_a_full_disk_they_stay_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.BytesIO):
        """A disk with room for one image and a half."""

        room = 20 * 30 * 3 * 3 // 2

        def write(self, data: bytes) -> int:
            if not self.room:
                raise OSError(errno.ENOSPC, "full")
            written = super().write(data[: self.room])
            self.room -= written
            return written

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Full())
    images = _images(4)
    with ImageFile() as file:
        kept = [file.keep(image) for image in images]
        for image, read in zip(images, kept, strict=True):
            np.testing.assert_array_equal(read(), image)
