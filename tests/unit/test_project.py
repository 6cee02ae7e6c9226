"""Promises of the project's own files."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OPTIONAL = PROJECT["project"]["optional-dependencies"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", LOCK, re.MULTILINE))


def requirement_name(requirement: str) -> str:
    name = re.split(r"[<>=!~ \[;]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_document_names_this_version():
    """pyproject.toml is where it is changed; the wheel's name stands in what people read before they have it."""
    version = PROJECT["project"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\n## {version} (" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for document in (ROOT / "README.md", *(ROOT / "docs").rglob("*.md")):
        wheels = re.findall(r"formcheck-(\d[^-]*)-py3", document.read_text(encoding="utf-8"))
        assert set(wheels) <= {version}, document


def test_mediapipe_is_exactly_0_10_31():
    """0.10.30 crashes on Windows; 0.10.32 and later replace opencv-python by opencv-contrib-python;
    0.10.35 and later contact a server of Google's while a landmarker is alive, and a clip of a patient
    must not have company. Whoever changes this must repeat the measurement with strace."""
    pins = [line for line in PROJECT["project"]["dependencies"] if line.startswith("mediapipe")]
    assert pins == ["mediapipe==0.10.31"]
    assert PINS["mediapipe"] == "0.10.31"


def test_only_one_opencv_is_installed():
    """The four builds of OpenCV overwrite each other's files."""
    assert [name for name in PINS if name.startswith("opencv")] == ["opencv-python"]


def test_the_lock_holds_everything_the_project_asks_for():
    wanted = PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"]
    wanted += [name for extra in ("clinic", "research", "cluster") for name in OPTIONAL[extra]]
    assert {requirement_name(requirement) for requirement in wanted} <= PINS.keys()


def test_every_pin_of_the_lock_has_a_hash_and_no_address():
    entries = re.split(r"(?m)^(?=[a-z0-9])", LOCK.split("\n", 2)[2])
    entries = [entry for entry in entries if entry]
    assert len(entries) == len(PINS)
    for entry in entries:
        requirement, *hashes = entry.replace("\\\n", "\n").split()
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.+]*", requirement)
        hashes = [word for word in hashes if word.startswith("--hash=")]
        assert hashes
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", word) for word in hashes)
    assert "/" not in LOCK
    assert "index" not in LOCK


def test_the_image_of_the_cluster_installs_what_is_locked():
    folder = ROOT / "cluster"
    lock = (folder / "requirements.lock").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([a-z0-9-]+)==([^ ;]+)", lock, re.MULTILINE))
    assert pins.items() <= PINS.items()
    wanted = PROJECT["project"]["dependencies"] + OPTIONAL["cluster"] + OPTIONAL["research"]
    assert {requirement_name(requirement) for requirement in wanted} <= pins.keys()
    assert set(re.findall(r"sha256:[0-9a-f]{64}", lock)) <= set(re.findall(r"sha256:[0-9a-f]{64}", LOCK))
    image = (folder / "Dockerfile").read_text(encoding="utf-8")
    assert "--require-hashes --requirement /install/requirements.lock" in image
    copied = re.findall(r"(?m)^COPY (.+) /install/$", image)[0].split()
    kept = (folder / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert kept == ["*", *(f"!{path}" for path in copied)]


def test_the_compose_file_publishes_no_scheduler():
    """Whoever reaches a Dask scheduler can run programs on its workers."""
    services = yaml.safe_load((ROOT / "cluster" / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert services.keys() == {"scheduler", "worker", "batch"}
    address = "tcp://scheduler:8786"
    for name, service in services.items():
        assert "ports" not in service
        assert (ROOT / "cluster" / service["build"]["context"] / service["build"]["dockerfile"]).exists()
        assert (address in service["command"]) is (name != "scheduler")
        assert service["volumes"] == services["scheduler"]["volumes"]


# Whoever opens a file here has checked it, writes it, or means a camera.
_OPENERS = {
    "open": {"video/admission.py", "video/writer.py", "live/devices.py"},
    "VideoCapture": {"live/capture_format.py", "live/devices.py"},  # the former for its type alone
}


def test_clips_are_opened_in_one_place():
    """Every other opening would need the checks of `video.admission` again: regular files, no lists, known formats."""
    source = ROOT / "src" / "formcheck"
    found = {name: set() for name in _OPENERS}
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in found and ast.unparse(node.value) in ("av", "cv2"):
                found[node.attr].add(path.relative_to(source).as_posix())
            if isinstance(node, ast.ImportFrom) and node.module in ("av", "cv2"):
                assert not found.keys() & {name.name for name in node.names}, path
    assert found == _OPENERS


# What Windows lacks, and how a branch for it looks.
POSIX_ONLY = re.compile(
    r"os\.(kill|killpg|fork|geteuid|getuid|getpgid|mkfifo|setsid|uname|statvfs|sched_\w+)\b|signal\.(SIGKILL|SIGHUP|SIGALRM)"
    r"|\b(import|fcntl\.\w+\() ?(fcntl|resource|pwd|grp|termios|pty)\b|[\"'](/tmp|/proc)\b"
)
BRANCH = re.compile(r"sys\.platform|os\.name|hasattr\(|system ==|\.exists\(\)")


def test_what_only_posix_has_stands_behind_a_branch():
    for path in sorted((ROOT / "src").rglob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines):
            if POSIX_ONLY.search(line):
                assert BRANCH.search("\n".join(lines[max(0, number - 8) : number + 3])), f"{path}:{number + 1}: {line}"


def test_text_is_read_and_written_in_a_named_encoding():
    """That of the system is code page 1252 on many."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or any(word.arg in {"encoding", None} for word in node.keywords):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            as_text = any(word.arg in {"text", "universal_newlines"} for word in node.keywords)
            assert name not in {"read_text", "write_text"}, f"{path}:{node.lineno}"
            assert not (name in {"run", "Popen", "check_output"} and as_text), f"{path}:{node.lineno}"


def workflow(name: str) -> dict:
    text = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text(encoding="utf-8")
    assert "://" not in text  # no address of a registry
    return yaml.safe_load(text)


def test_the_suite_and_the_wheel_are_tried_on_the_three_systems():
    jobs = workflow("tests")["jobs"] | workflow("release")["jobs"]
    for job in ("tests", "install"):
        assert {name.partition("-")[0] for name in jobs[job]["strategy"]["matrix"]["os"]} == {
            "ubuntu",
            "macos",
            "windows",
        }
    assert "python -m pytest" in str(jobs["tests"])
    assert "formcheck doctor" in str(jobs["install"])


def test_a_release_is_signed_by_a_job_that_runs_no_code_of_the_project():
    release = workflow("release")
    assert release["permissions"] == {}
    jobs = release["jobs"]
    assert [jobs[name]["permissions"] for name in ("build", "install")] == [{"contents": "read"}] * 2
    assert jobs["publish"]["permissions"].keys() == {"contents", "id-token", "attestations"}
    steps = jobs["publish"]["steps"]
    assert [step["run"].split()[0] for step in steps if "run" in step] == ["gh"]
    assert not any("checkout" in step.get("uses", "") for step in steps)
    used = [step["uses"] for job in jobs.values() for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@(v\d+|[0-9a-f]{40})", name) for name in used)
