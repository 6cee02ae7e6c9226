"""Boxes that claim more than any file holds."""

import struct

import pytest

from formcheck.video.boxes import has_changed_speed, is_cut_off


@pytest.mark.parametrize("length", [2**62, 2**63 - 8, 2**64 - 1])
@pytest.mark.parametrize("outer", [b"", b"moov"])
def test_a_box_longer_than_any_file_ends_it(tmp_path, length, outer):
    path = tmp_path / "clip.mp4"
    box = struct.pack(">I4sQ", 1, b"trak", length)
    head = struct.pack(">I4s", 8, b"ftyp")
    path.write_bytes(head + (struct.pack(">I4sQ", 1, outer, length) if outer else b"") + 2 * box)
    assert is_cut_off(path)
    assert not has_changed_speed(path)
