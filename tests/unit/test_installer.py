"""The commands are those of the installer that was used."""

from __future__ import annotations

import sys

import pytest

from formcheck.extras import Extra, install_command
from formcheck.installer import add_command, remedy_command


@pytest.mark.parametrize(
    ("mark", "extra", "release", "repaired"),
    [
        (
            "pipx_metadata.json",
            'pipx inject formcheck "formcheck[clinic]"',
            'pipx inject formcheck "mediapipe==1"',
            "pipx reinstall formcheck",
        ),
        (
            "uv-receipt.toml",
            'uv pip install --python "{prefix}" "formcheck[clinic]"',
            'uv pip install --python "{prefix}" "mediapipe==1"',
            "uv tool upgrade --reinstall formcheck",
        ),
        (
            None,
            'python -m pip install "formcheck[clinic]"',
            'python -m pip install "mediapipe==1"',
            'python -m pip install --force-reinstall --only-binary :all: "av"',
        ),
    ],
)
def test_the_commands_are_those_of_the_installer_that_was_used(tmp_path, monkeypatch, mark, extra, release, repaired):
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    if mark:
        (tmp_path / mark).touch()
    assert install_command(Extra.CLINIC) == extra.format(prefix=tmp_path)
    assert add_command("mediapipe==1") == release.format(prefix=tmp_path)
    assert remedy_command("av") == repaired
