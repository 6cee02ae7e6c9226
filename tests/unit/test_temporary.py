from formcheck.server.temporary import temporary_folder


def test_what_a_killed_process_left_is_removed_at_the_next_start(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with temporary_folder("review") as first:
        (first / "copy.mp4").write_bytes(b"a patient")
        left = tmp_path / "formcheck-review-left"
        left.mkdir()
        (left / "copy.mp4").write_bytes(b"a patient")
        (left / ".in-use").touch()
        with temporary_folder("review") as second:
            assert not left.exists()
            assert (first / "copy.mp4").exists()
            assert second != first
    assert list(tmp_path.iterdir()) == []
