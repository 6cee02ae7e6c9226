"""The icon that opens formcheck: where it is put, what it starts, and that it goes again."""

from __future__ import annotations

import plistlib
import shlex
import sys

import pytest

from formcheck.home.shortcut import make_shortcuts, remove_shortcuts, shortcut_paths
from formcheck.text.catalogue import Texts

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="desktop folders of other systems")


@pytest.fixture
def user(tmp_path, monkeypatch):
    """A user with a home folder and a desktop."""
    (tmp_path / "Desktop").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_DESKTOP_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_desktop_entries_start_this_installation_in_the_language_of_the_call(user):
    paths = make_shortcuts(Texts("de"), system="linux")
    assert [path.relative_to(user).as_posix() for path in paths] == [
        ".local/share/applications/formcheck.desktop",
        "Desktop/formcheck.desktop",
    ]
    for path in paths:
        assert path.stat().st_mode & 0o100
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        entry = dict(line.split("=", 1) for line in lines)
        assert head == "[Desktop Entry]"
        assert shlex.split(entry["Exec"]) == [sys.executable, "-m", "formcheck", "--lang", "de"]
        assert entry["Icon"].endswith(".svg")


def test_a_path_with_spaces_and_signs_is_quoted_as_desktops_want_it(user, monkeypatch):
    monkeypatch.setattr(sys, "executable", '/opt/my "own" $place 100%/python')
    path, *_ = make_shortcuts(Texts("en"), system="linux")
    (line,) = (line for line in path.read_text().splitlines() if line.startswith("Exec="))
    assert line.startswith('Exec="/opt/my \\\\"own\\\\" \\\\$place 100%%/python" ')


def test_a_mac_gets_an_application(user):
    path, _ = make_shortcuts(Texts("en"), system="darwin")
    about = plistlib.loads((path / "Contents" / "Info.plist").read_bytes())
    program = path / "Contents" / "MacOS" / about["CFBundleExecutable"]
    assert program.stat().st_mode & 0o100
    assert shlex.split(program.read_text().splitlines()[1])[1:] == [sys.executable, "-m", "formcheck", "--lang", "en"]


@pytest.mark.parametrize("system", ["linux", "darwin"])
def test_made_twice_and_removed_nothing_stays(user, system):
    make_shortcuts(Texts("en"), system=system)
    made = make_shortcuts(Texts("en"), system=system)
    assert all(path.exists() for path in made)
    assert remove_shortcuts(system=system) == made
    assert not any(path.exists() for path in made)
    assert remove_shortcuts(system=system) == []


def test_without_a_desktop_it_is_among_the_programs_alone(user):
    (user / "Desktop").rmdir()
    assert len(shortcut_paths("linux")) == 1
