"""What commands make of the names that they are given: empty, without a last part, of what may not be read."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

import click
import pytest

from formcheck import cli
from formcheck.cli.parameters import FilePath


def said(arguments, capsys) -> tuple[int, list[str]]:
    code = cli.run([*map(str, arguments)])
    captured = capsys.readouterr()
    assert captured.out == ""
    return code, captured.err.splitlines()


def parameters(command: click.Command) -> list[click.Parameter]:
    inner = command.commands.values() if isinstance(command, click.Group) else []
    return [*command.params, *(one for each in inner for one in parameters(each))]


@pytest.mark.parametrize("command", ["analyze", "deidentify"])
@pytest.mark.parametrize("folder", [".", "..", "/", "folder"])
def test_a_folder_is_called_one_however_it_is_named(command, folder, tmp_path, monkeypatch, capsys):
    inside = tmp_path / "inside"
    (inside / "folder").mkdir(parents=True)
    monkeypatch.chdir(inside)
    code, lines = said([command, folder], capsys)
    assert code == 3
    (line,) = lines
    assert line.startswith(f"formcheck: error: {folder}: expected a video file, found a folder; ")
    assert [path.name for path in inside.iterdir()] == ["folder"]
    assert list((inside / "folder").iterdir()) == []


def test_results_may_go_into_the_folder_where_one_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "track.npz").touch()
    code, (line,) = said(["analyze", "track.npz", "--out", "."], capsys)
    assert (code, "track.npz" in line) == (3, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["analyze", ""],
        ["analyze", "clip.mp4", "--out", ""],
        ["analyze", "clip.mp4", "--model", ""],
        ["batch", "", "--out", "results"],
        ["batch", "clips", "--out", ""],
        ["deidentify", ""],
        ["review", ""],
        ["history", "--store", ""],
        ["live", "--camera", ""],
        ["models", "verify", ""],
        ["protocols", "show", ""],
    ],
    ids=" ".join,
)
def test_an_empty_name_is_refused_in_one_line_and_is_not_the_current_folder(arguments, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, lines = said(arguments, capsys)
    assert code == 2
    (line,) = lines
    assert "empty" in line
    assert list(tmp_path.iterdir()) == []


def test_every_path_of_every_command_is_one_that_may_not_be_empty():
    commands = [importlib.import_module(module).command for module, _ in cli.COMMANDS.values()]
    paths = [one.type for command in commands for one in parameters(command) if isinstance(one.type, click.Path)]
    assert len(paths) > 10
    assert all(isinstance(path, FilePath) for path in paths)


@pytest.mark.parametrize("command", ["analyze", "deidentify"])
def test_a_clip_that_may_not_be_read_is_said_and_ends_nothing_else(command, tmp_path, monkeypatch, capsys):
    locked, text = tmp_path / "locked.mp4", tmp_path / "text.mp4"
    for path in (locked, text):
        path.write_text("hello")
    opened = Path.open

    # As root, who reads everything, nothing else keeps it from being opened.
    def open_unlocked(path, *args, **options):
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **options)

    monkeypatch.setattr(Path, "open", open_unlocked)
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != locked)
    clips = [locked, text] if command == "analyze" else [locked]
    code, lines = said([command, *clips], capsys)
    assert code == 3
    assert len(lines) == len(clips)
    assert "no permission to read it; allow reading it" in lines[0]
    assert str(clips[-1]) in lines[-1]
