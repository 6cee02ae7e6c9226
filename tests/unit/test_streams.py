"""Consoles that lack characters, are closed, or go away in the middle of the work."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import synth
from formcheck import cli
from formcheck.cli import streams
from formcheck.pose.track_file import save_track

SYMBOLS = "■ ◧ □ ◇ · 17 ± 7°, 75–105 − → Füße ㊎ \udcff"
CONSOLES = ["ascii", "cp1252", "latin-1", "cp437", "utf-8", "utf-16"]


class Raw(io.RawIOBase):
    """A console that may stop taking what is written to it."""

    def __init__(self, error: OSError | None = None) -> None:
        self.taken = b""
        self.error = error

    def writable(self):
        return True

    def write(self, data):
        if self.error is not None:
            raise self.error
        self.taken += bytes(data)
        return len(data)


@pytest.fixture
def console(monkeypatch):
    """Make this process print to a console of an encoding; return what arrives there."""

    def use(encoding: str, error: OSError | None = None) -> Raw:
        raw = Raw(error)
        for name in ("stdout", "stderr"):
            monkeypatch.setattr(sys, name, io.TextIOWrapper(io.BufferedWriter(raw), encoding))
        streams.prepare_streams()
        return raw

    return use


@pytest.fixture
def track(tmp_path) -> Path:
    save_track(synth.glide([synth.Move()] * 2, fps=15), tmp_path / "sätze.npz")
    return tmp_path / "sätze.npz"


@pytest.mark.parametrize("encoding", CONSOLES)
def test_what_a_console_cannot_show_is_replaced_and_the_rest_stays(console, encoding):
    raw = console(encoding)
    streams.sys.stdout.write(SYMBOLS)
    assert streams.output_error() is None
    shown = raw.taken.decode(encoding)
    assert "75" in shown
    assert shown.endswith("?")
    assert ("Füße" if encoding != "ascii" else "Fuesse") in shown
    days = shown.split()[:4]
    assert len(set(days)) == len(days)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_set_is_saved_and_printed_on_every_console(console, encoding, track, tmp_path):
    raw = console(encoding)
    store, out = tmp_path / "record", tmp_path / "out"
    arguments = ["analyze", str(track), "--out", str(out), "--save", "--store", str(store)]
    assert cli.run(["--lang", "de", *arguments]) == 0
    assert cli.run(["--lang", "de", "history", "--store", str(store)]) == 0
    assert streams.output_error() is None
    assert "report.html" in raw.taken.decode(encoding).replace("\n", "")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_json_is_for_programs_whatever_the_console(console, encoding, track, tmp_path):
    raw = console(encoding)
    assert cli.run(["--lang", "de", "analyze", str(track), "--out", str(tmp_path / "out"), "--json"]) == 0
    streams.output_error()
    document = json.loads(raw.taken.decode("utf-8"))
    assert document == json.loads((tmp_path / "out" / "session.json").read_text(encoding="utf-8"))
    assert raw.taken.isascii() == (encoding != "utf-8")


def test_a_full_disk_or_a_gone_reader_of_the_output_loses_no_set(console, track, tmp_path):
    for number, (error, code) in enumerate([(OSError(28, "No space left on device"), 3), (BrokenPipeError(), 1)]):
        console("utf-8", error)
        store = str(tmp_path / f"record{number}")
        saving = ["--save", "--store", store, "--out", str(tmp_path / "out")]
        assert cli._after_printing(cli.run(["analyze", str(track), *saving])) == code
        raw = console("utf-8")
        assert cli.run(["history", "--store", store]) == 0
        streams.output_error()
        assert b"none prescribed" in raw.taken


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes the streams")
@pytest.mark.parametrize(("end", "code"), [(">&-", 0), (">&- 2>&- <&-", 0), (">/dev/full", 3), ("| true", 1)])
def test_a_closed_full_or_unread_output_ends_with_its_exit_code_and_no_traceback(end, code):
    if "/dev/full" in end and not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    script = f"set -o pipefail; '{sys.executable}' -m formcheck protocols show sciatic-glide {end}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert len(done.stderr.splitlines()) == (code == 3)


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_help_of_every_command_can_be_shown_anywhere(console, encoding):
    raw = console(encoding)
    for name in cli.COMMANDS:
        assert cli.run([name, "--help"]) == 0
    assert streams.output_error() is None
    assert raw.taken.decode(encoding).count("Usage:") == len(cli.COMMANDS)
