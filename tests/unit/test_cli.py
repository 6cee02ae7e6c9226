"""The rim: one line and an exit code for whatever goes wrong, and nothing heavy on the way there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import click
import pytest

from formcheck import cli
from formcheck.errors import InputError, OutputError, ProtocolError, StoreError, UsageError
from formcheck.text.catalogue import Texts

HEAVY = ["av", "cv2", "jinja2", "mediapipe", "numpy", "pyarrow", "pydantic", "rich", "scipy", "sqlalchemy"]


@pytest.fixture
def command_that(monkeypatch):
    """Make the command ``try`` do what the test says; click, the group and the rim are the real ones."""

    def install(action) -> None:
        module = types.ModuleType("formcheck_test_command")
        module.command = click.Command("try", callback=action)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        monkeypatch.setitem(cli.COMMANDS, "try", (module.__name__, "Try."))

    return install


def raising(error: BaseException):
    def action() -> None:
        raise error

    return action


def test_help_lists_every_command_and_loads_nothing_heavy():
    script = (
        "import json, sys\n"
        "from formcheck import cli\n"
        "code = cli.run(['--help'])\n"
        f"print(json.dumps([code, sorted(set({HEAVY}) & set(sys.modules))]), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(result.stderr) == [0, []]
    for name, (_module, line) in cli.COMMANDS.items():
        assert f"  {name} " in result.stdout
        assert line in result.stdout


def test_help_groups_commands_by_person_with_one_column_of_lines():
    result = subprocess.run([sys.executable, "-m", "formcheck", "--help"], capture_output=True, text=True, check=True)
    blocks = result.stdout.split("\n\n")[-len(cli.COMMAND_GROUPS) :]
    for block, (heading, group) in zip(blocks, cli.COMMAND_GROUPS.items(), strict=True):
        first, *lines = block.splitlines()
        assert first == f"{heading}:"
        assert [line.split()[0] for line in lines] == list(group)
    lines = [line for _module, line in cli.COMMANDS.values()]
    assert len({len(result.stdout[: result.stdout.index(line)].rpartition("\n")[2]) for line in lines}) == 1


@pytest.mark.parametrize(
    ("typed", "meant"), [("analyse", "analyze"), ("lvie", "live"), ("histroy", "history"), ("doktor", "doctor")]
)
def test_a_mistyped_command_names_the_one_that_was_meant(typed, meant, capsys):
    assert cli.run([typed]) == 2
    assert f"'{meant}'" in capsys.readouterr().err


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_has_help_and_its_module_loads_nothing_heavy(name):
    script = (
        "import json, sys\n"
        "from formcheck import cli\n"
        f"code = cli.run(['{name}', '--help'])\n"
        f"print(json.dumps([code, sorted(set({HEAVY}) & set(sys.modules))]), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(result.stderr) == [0, []]
    assert result.stdout.startswith(f"Usage: formcheck {name}")


def test_the_list_of_sessions_does_without_numpy():
    """It is half of the time that `formcheck history` takes."""
    script = "import sys, formcheck.cli.history_tables, formcheck.record.queries; print('numpy' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_analyze_says_at_once_what_it_does_and_loads_no_database_and_no_server(tmp_path):
    script = (
        "import sys\n"
        "from formcheck import cli\n"
        f"code = cli.run(['analyze', {str(tmp_path / 'none.mp4')!r}])\n"
        "print(code, {'mediapipe', 'sqlalchemy', 'starlette'} & set(sys.modules))"
    )
    screen, terminal = os.openpty()
    result = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=terminal, text=True, check=True
    )
    os.close(terminal)
    said = os.read(screen, 65_536).decode()
    os.close(screen)
    assert result.stdout == "3 set()\n"
    assert said.index(Texts("en").get("stage.load")) < said.index(Texts("en").get("stage.open")) < said.index("error")


def test_version_is_the_installed_one():
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    result = subprocess.run(
        [sys.executable, "-m", "formcheck", "--version"], capture_output=True, text=True, check=True
    )
    assert result.stdout == f"formcheck {project['version']}\n"


@pytest.mark.parametrize(
    ("error", "exit_code"),
    [(UsageError, 2), (InputError, 3), (OutputError, 3), (ProtocolError, 4), (StoreError, 5)],
)
def test_an_error_for_the_user_is_one_line_and_its_exit_code(command_that, capsys, error, exit_code):
    command_that(raising(error("clip.mp4: expected a video, got text; choose another file")))
    assert cli.run(["try"]) == exit_code
    captured = capsys.readouterr()
    assert captured.err == "formcheck: error: clip.mp4: expected a video, got text; choose another file\n"
    assert captured.out == ""


def test_a_bug_is_one_line_with_the_way_to_its_trace(command_that, capsys):
    command_that(raising(ZeroDivisionError("division\nby zero")))
    assert cli.run(["try"]) == 70
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("formcheck: error: this is a bug (ZeroDivisionError: division by zero)")
    assert "--debug" in line


@pytest.mark.parametrize("error", [ZeroDivisionError("why"), InputError("why")])
def test_debug_shows_where_an_error_came_from(command_that, capsys, error):
    command_that(raising(error))
    cli.run(["--debug", "try"])
    err = capsys.readouterr().err
    assert "Traceback (most recent call last)" in err
    assert "in action" in err
    assert err.splitlines()[-1].startswith("formcheck: error: ")


def test_an_interrupt_answers_130_without_a_trace(command_that, capsys):
    command_that(raising(KeyboardInterrupt()))
    assert cli.run(["try"]) == 130
    assert capsys.readouterr().err.split() == ["formcheck:", "interrupted"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            ImportError("libGL.so.1: cannot open shared object file: No such file or directory"),
            "the system library libGL.so.1 is missing: sudo apt install libgl1 libglib2.0-0 libxcb1",
        ),
        (
            OSError("libEGL.so.1: cannot open shared object file: No such file or directory"),
            "the system library libEGL.so.1 is missing",
        ),
        (
            ImportError("dlopen(cv2.abi3.so, 0x0002): Library not loaded: @rpath/libavcodec.dylib"),
            "the system library @rpath/libavcodec.dylib is missing",
        ),
        (ImportError("DLL load failed while importing cv2: not found"), "a system library is missing"),
        (ModuleNotFoundError("No module named 'cv2'", name="cv2"), "the Python package cv2 is missing"),
    ],
)
def test_a_missing_library_is_named_with_the_doctor(command_that, capsys, error, expected):
    command_that(raising(error))
    assert cli.run(["try"]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"formcheck: error: {expected}")
    assert "`formcheck doctor`" in line


@pytest.mark.parametrize(
    "error",
    [
        OSError(5, "Input/output error"),
        ImportError("cannot import name 'x'"),
        ModuleNotFoundError("formcheck.x", name="formcheck.x"),
    ],
)
def test_other_import_and_system_errors_are_bugs(command_that, capsys, error):
    command_that(raising(error))
    assert cli.run(["try"]) == 70
    assert "this is a bug" in capsys.readouterr().err


def test_an_exit_code_of_a_command_is_passed_on(command_that):
    command_that(raising(click.exceptions.Exit(3)))
    assert cli.run(["try"]) == 3
    command_that(lambda: None)
    assert cli.run(["try"]) == 0


@pytest.mark.parametrize("arguments", [["no-such-command"], ["--no-such-option"], ["models", "pull"]])
def test_a_wrong_call_answers_2_on_stderr(arguments, capsys):
    assert cli.run(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Usage: formcheck" in captured.err


def test_a_reader_that_goes_away_is_no_error_worth_a_trace():
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time; time.sleep(0.2); from formcheck import cli; cli.main()",
            "--help",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1
    process.stderr.close()


def test_no_two_clips_of_a_call_share_a_folder_also_where_case_is_ignored(tmp_path):
    from formcheck.cli.analyze import _folders

    clips = [tmp_path / name for name in ("set.mp4", "Set.mov", "SET.mkv", "other.mp4")]
    folders = _folders(clips, None)
    assert [folder.name for folder in folders] == [
        "set.formcheck",
        "Set.mov.formcheck",
        "SET.mkv.formcheck",
        "other.formcheck",
    ]
    assert [folder.parent for folder in _folders(clips, tmp_path / "out")] == [tmp_path / "out"] * 4
    composed, apart = tmp_path / "\u00fcben.mp4", tmp_path / "u\u0308ben.mov"
    assert len({folder.name for folder in _folders([composed, apart], None)}) == 2
    with pytest.raises(UsageError, match="same folder"):
        _folders([tmp_path / "a" / "x.mp4", tmp_path / "b" / "x.mp4", tmp_path / "c" / "x.mp4"], tmp_path / "out")
