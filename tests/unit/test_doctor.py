"""The doctor, on this machine and on machines made ill."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

import pytest

from formcheck import cli, doctor
from formcheck.cli.doctor import line
from formcheck.doctor import Check, Need, SharedLibrary
from formcheck.probes import encoder
from formcheck.text.catalogue import Texts, languages

ROOT = Path(__file__).parents[2]


EN = Texts("en")


def run_doctor(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "formcheck", "doctor", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )


def test_this_machine_can_analyze_and_every_line_has_its_status():
    result = run_doctor()
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert all(line.startswith(("ok   ", "not  ")) for line in lines)
    for name in ("mediapipe", "landmark model", "landmarker", "video decoders", "H.264 encoder"):
        assert sum(line.startswith(f"ok   {name}: ") for line in lines) == 1
    assert all("not needed for analyze" in line and " -> " in line for line in lines if line.startswith("not "))


def test_quiet_is_silent_when_analyze_can_work():
    result = run_doctor("--quiet")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("module", "code", "ill", "seen"),
    [
        (
            "cv2",
            "raise ImportError('libGL.so.1: cannot open shared object file: No such file or directory')",
            ["landmarker", "H.264 encoder"],
            "libGL.so.1",
        ),
        ("mediapipe", "import os, signal; os.kill(os.getpid(), signal.SIGILL)", ["landmarker"], "signal 4"),
        ("av", "import sys; sys.exit(9)", ["video decoders", "H.264 encoder"], "ended with 9"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_library_that_does_not_load_is_a_line_and_not_the_end(tmp_path, module, code, ill, seen):
    (tmp_path / f"{module}.py").write_text(code)
    path = os.pathsep.join(filter(None, [str(tmp_path), os.environ.get("PYTHONPATH")]))
    result = run_doctor("--quiet", PYTHONPATH=path)
    assert (result.returncode, result.stderr) == (3, "")
    lines = result.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == [f"not  {name}" for name in ill]
    assert all(seen in line and " -> " in line and "not needed" not in line for line in lines)


def test_a_damaged_model_stops_analyze_and_names_the_remedy(tmp_path):
    (tmp_path / "pose_landmarker_full.task").write_text("damaged")
    result = run_doctor("--quiet", FORMCHECK_MODELS=str(tmp_path))
    assert result.returncode == 3
    (only,) = result.stdout.splitlines()
    assert only.startswith("not  landmark model: ")
    assert "expected sha256" in only
    assert only.endswith("formcheck models pull full")


@pytest.mark.skipif(sys.platform != "linux", reason="Linux libraries")
def test_libraries_that_are_here_and_not_here():
    here, absent = doctor.check_libraries(
        EN,
        (SharedLibrary("libc.so.6", "libc6", Need.ANALYZE), SharedLibrary("libnot-there.so.9", "libnot9", Need.LIVE)),
    )
    assert (here.ok, absent.ok) == (True, False)
    assert absent.remedy == "sudo apt install libnot9"


def test_a_mediapipe_of_another_release_is_not_good(monkeypatch):
    monkeypatch.setattr(doctor, "MEDIAPIPE_RELEASE", "0.10.99")
    check = doctor.check_distribution(EN, "mediapipe")
    assert not check.ok
    assert check.remedy == 'python -m pip install "mediapipe==0.10.99"'


def test_a_package_that_is_not_installed():
    assert not doctor.check_distribution(EN, "formcheck-no-such-package").ok


def test_the_doctor_knows_what_the_project_depends_on():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"mediapipe=={doctor.MEDIAPIPE_RELEASE}" in project["dependencies"]
    names = sorted(dependency.split(">")[0].split("=")[0] for dependency in project["dependencies"])
    assert sorted(doctor.DISTRIBUTIONS) == names


@pytest.mark.parametrize("system", ["darwin", "win32", "freebsd14"])
def test_other_systems_get_a_remedy_for_everything(system, monkeypatch):
    monkeypatch.setattr(doctor, "_probe", lambda _texts, name, *_arguments: f"{name} fails")
    monkeypatch.setenv("PATH", "")
    checks = list(doctor.examine(EN, system=system))
    failed = {check.name for check in checks if not check.ok}
    assert {
        "landmarker",
        "video decoders",
        "H.264 encoder",
        "camera",
        "audio output",
        "speech engine",
    } <= failed
    assert all(check.remedy for check in checks if not check.ok)
    assert ("libGL.so.1" in failed) == (system == "freebsd14")
    assert not doctor.can_analyze(checks)


def test_lines_say_whether_it_matters():
    assert line(Check("av", True, "18.1.0", Need.ANALYZE, "reinstall"), EN) == "ok   av: 18.1.0"
    assert line(Check("av", False, "none", Need.ANALYZE, "reinstall"), EN) == "not  av: none -> reinstall"
    camera = Check("camera", False, "none", Need.LIVE, "connect one")
    assert line(camera, EN) == "not  camera: none (not needed for analyze) -> connect one"
    assert doctor.can_analyze([camera])


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
def test_every_language_has_a_remedy_for_everything(language, system, monkeypatch):
    monkeypatch.setattr(doctor, "_probe", lambda _texts, name, *_arguments: f"{name} fails")
    monkeypatch.setenv("PATH", "")
    texts = Texts(language)
    lines = [line(check, texts) for check in doctor.examine(texts, system=system) if not check.ok]
    assert len(lines) >= 6
    assert all(" -> " in one for one in lines)


@pytest.fixture
def no_temporary_folder(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: [str(tmp_path / "none")])


def test_a_machine_without_a_folder_for_temporary_files_can_analyse_and_is_told_what_to_set(no_temporary_folder):
    check = doctor.check_temporary_folder(EN)
    assert not check.ok
    assert "TMPDIR" in check.remedy
    assert doctor.can_analyze([check])
    assert encoder()["bytes"] > 0


def test_a_command_that_needs_temporary_files_says_so_in_one_line(no_temporary_folder, tmp_path, capsys):
    assert cli.run(["review", "--no-open", str(tmp_path)]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "TMPDIR" in line
    assert "bug" not in line


def test_the_folder_for_temporary_files_is_named():
    check = doctor.check_temporary_folder(EN)
    assert (check.ok, check.detail) == (True, tempfile.gettempdir())
