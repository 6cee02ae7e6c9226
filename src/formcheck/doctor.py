"""What formcheck needs of this machine, what it finds, and the remedy for what is missing.

Whatever loads a native library runs in a process of its own (`formcheck.probes`): a missing library,
a wrong CPU or a crash is then an answer, not the end of the check.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from formcheck.errors import InputError
from formcheck.extras import Extra, install_command, installed
from formcheck.installer import add_command, remedy_command
from formcheck.pose import models
from formcheck.text.catalogue import Texts

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIAPIPE_RELEASE = "0.10.31"
PROBE_TIMEOUT_S = 60.0
DISTRIBUTIONS = (
    *("av", "click", "filelock", "jinja2", "mediapipe", "numpy", "opencv-python", "platformdirs"),
    *("psutil", "pydantic", "rich", "sounddevice", "sqlalchemy", "starlette", "tomlkit", "uvicorn"),
)


class Need(StrEnum):
    """What does not work without it. ``NOTHING``: shown because other programs ask for it."""

    ANALYZE = "analyze"
    LIVE = "live"
    OTHER_COMMANDS = "other_commands"
    EXTRA = "extra"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what was checked, whether it is there, what was found, and the remedy if not."""

    name: str
    ok: bool
    detail: str
    need: Need
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class SharedLibrary:
    """A shared library that the wheels expect of a Linux system, and the Debian package that has it."""

    soname: str
    package: str
    need: Need


LINUX_LIBRARIES = (
    SharedLibrary("libGL.so.1", "libgl1", Need.ANALYZE),
    SharedLibrary("libglib-2.0.so.0", "libglib2.0-0", Need.ANALYZE),
    SharedLibrary("libgthread-2.0.so.0", "libglib2.0-0", Need.ANALYZE),
    SharedLibrary("libxcb.so.1", "libxcb1", Need.ANALYZE),
    SharedLibrary("libSM.so.6", "libsm6", Need.LIVE),
    SharedLibrary("libXext.so.6", "libxext6", Need.LIVE),
    SharedLibrary("libportaudio.so.2", "libportaudio2", Need.LIVE),
    # mediapipe's GPU path alone would load these; formcheck runs on the CPU.
    SharedLibrary("libEGL.so.1", "libegl1", Need.NOTHING),
    SharedLibrary("libGLESv2.so.2", "libgles2", Need.NOTHING),
)

# The programs that live practice can speak with, the preferred first.
SPEECH_PROGRAMS = {
    "linux": ("espeak-ng", "espeak"),
    "darwin": ("say",),
    "win32": ("powershell",),
}


def examine(texts: Texts, *, system: str = sys.platform) -> Iterator[Check]:
    """Check everything, what is quick first.

    Parameters
    ----------
    texts : Texts
    system : str
        As `sys.platform` says it; whose remedies are given. An unknown one is treated as Linux.
    """
    system = system if system in SPEECH_PROGRAMS else "linux"
    yield Check("Python", True, f"{platform.python_version()}, {platform.platform()}", Need.ANALYZE)
    for name in DISTRIBUTIONS:
        yield check_distribution(texts, name)
    model = check_model(texts)
    yield model
    if system == "linux":
        yield from check_libraries(texts, LINUX_LIBRARIES)
    if model.ok:
        yield _works(texts, "landmarker", _probe(texts, "landmarks", "full"), _remedy(texts, "landmarker", system))
    yield from check_codecs(texts)
    yield check_temporary_folder(texts)
    yield from check_live(texts, system)
    for extra in Extra:
        yield check_extra(texts, extra)


def can_analyze(checks: list[Check]) -> bool:
    """Whether ``formcheck analyze`` can work with what was found."""
    return all(check.ok for check in checks if check.need is Need.ANALYZE)


def check_distribution(texts: Texts, name: str) -> Check:
    """Check one Python package, and for mediapipe that it is the one release that is known to be good."""
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Check(name, False, texts.get("doctor.not_installed"), Need.ANALYZE, add_command(name))
    if name == "mediapipe" and version != MEDIAPIPE_RELEASE:
        found = texts.get("doctor.other_release", wanted=MEDIAPIPE_RELEASE, found=version)
        return Check(name, False, found, Need.ANALYZE, add_command(f"mediapipe=={MEDIAPIPE_RELEASE}"))
    return Check(name, True, version, Need.ANALYZE)


def check_extra(texts: Texts, extra: Extra) -> Check:
    """Check the packages of an extra, and say what they are for."""
    ok = installed(extra)
    purpose = texts.get(f"doctor.extra.{extra}")
    detail = purpose if ok else texts.get("doctor.extra.missing", purpose=purpose)
    return Check(f"formcheck[{extra}]", ok, detail, Need.EXTRA, install_command(extra))


def check_model(texts: Texts) -> Check:
    """Check the default landmark model against its pinned SHA-256."""
    name = texts.get("doctor.name.model")
    try:
        found = models.identify(models.find_model("full"))
    except InputError as error:
        return Check(name, False, str(error), Need.ANALYZE, "formcheck models pull full")
    return Check(name, True, f"{found.path} sha256 {found.sha256}", Need.ANALYZE)


def check_libraries(texts: Texts, libraries: tuple[SharedLibrary, ...]) -> Iterator[Check]:
    """Check shared libraries of a Linux system."""
    answer = _probe(texts, "libraries", *(library.soname for library in libraries))
    for library in libraries:
        found = isinstance(answer, dict) and library.soname not in answer["missing"]
        detail = texts.get("doctor.found" if found else "doctor.not_found")
        yield Check(library.soname, found, detail, library.need, f"sudo apt install {library.package}")


def check_codecs(texts: Texts) -> Iterator[Check]:
    """Check that clips can be read, and that the annotated clip can be written."""
    name, remedy = texts.get("doctor.name.decoders"), remedy_command("av")
    answer = _probe(texts, "decoders")
    if isinstance(answer, str):
        yield Check(name, False, answer, Need.ANALYZE, remedy)
    else:
        missing = ", ".join(answer["missing"])
        detail = texts.get("doctor.decoders_missing" if missing else "doctor.decoders_found", names=missing)
        yield Check(name, not missing, detail, Need.ANALYZE, remedy)
    yield _works(texts, "encoder", _probe(texts, "encoder"), remedy)


def check_temporary_folder(texts: Texts) -> Check:
    """Check that there is a folder for temporary files: without one an analysis keeps them in memory."""
    name, remedy = texts.get("doctor.name.temporary_folder"), texts.get("doctor.remedy.temporary_folder")
    try:
        return Check(name, True, tempfile.gettempdir(), Need.OTHER_COMMANDS)
    except FileNotFoundError:
        return Check(name, False, texts.get("doctor.none_writable"), Need.OTHER_COMMANDS, remedy)


def check_live(texts: Texts, system: str) -> Iterator[Check]:
    """Check what live practice needs."""
    answer = _probe(texts, "cameras")
    names = [] if isinstance(answer, str) else [f"{one['name']} ({one['id']})" for one in answer["cameras"]]
    failure = answer if isinstance(answer, str) else None
    yield _for_live(texts, "camera", system, found=", ".join(names) or None, failure=failure)

    # Only Linux runs without a screen as a matter of course; elsewhere a session has one.
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    yield _for_live(texts, "display", system, found=display if system == "linux" else texts.get("doctor.desktop"))

    answer = _probe(texts, "audio")
    failure = answer if isinstance(answer, str) else None
    yield _for_live(texts, "audio", system, found=None if isinstance(answer, str) else answer["name"], failure=failure)

    program = next(filter(None, map(shutil.which, SPEECH_PROGRAMS[system])), None)
    yield _for_live(texts, "speech", system, found=program)


def _for_live(texts: Texts, thing: str, system: str, *, found: str | None, failure: str | None = None) -> Check:
    detail = found or failure or texts.get("doctor.none")
    return Check(texts.get(f"doctor.name.{thing}"), bool(found), detail, Need.LIVE, _remedy(texts, thing, system))


def _remedy(texts: Texts, thing: str, system: str) -> str:
    return texts.get(f"doctor.remedy.{thing}.{system}")


def explain_machine(error: BaseException) -> str | None:
    """Return the one line for an error that something missing on this machine caused, None for any other."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "formcheck").startswith("formcheck"):
        return f"the Python package {error.name} is missing; `formcheck doctor` lists what is needed"
    if not isinstance(error, ImportError | OSError):
        return None
    text = str(error)
    if "No usable temporary directory" in text:
        return "no folder for temporary files can be written to: set TMPDIR to one that can"
    unloaded = re.search(r"(\S+): cannot open shared object file|Library not loaded: (\S+)", text)
    if unloaded is not None:
        name = unloaded[1] or unloaded[2]
        # All at once: the loader names one at a time, and nobody should have to come back three times.
        packages = sorted({lib.package for lib in LINUX_LIBRARIES if lib.need is Need.ANALYZE})
        known = any(lib.soname == name for lib in LINUX_LIBRARIES)
        remedy = f"sudo apt install {' '.join(packages)} (Debian, Ubuntu); " if known else ""
        return f"the system library {name} is missing: {remedy}`formcheck doctor` lists what is needed"
    if "DLL load failed" in text:
        return f"a system library is missing ({text}); `formcheck doctor` lists what is needed"
    return None


def _works(texts: Texts, thing: str, answer: dict[str, Any] | str, remedy: str) -> Check:
    """Check what either works or does not."""
    failure = answer if isinstance(answer, str) else None
    detail = failure or texts.get("doctor.works")
    return Check(texts.get(f"doctor.name.{thing}"), failure is None, detail, Need.ANALYZE, remedy)


def _probe(texts: Texts, name: str, *arguments: str) -> dict[str, Any] | str:
    """Run a probe in a process of its own; return its answer, or why there is none."""
    try:
        # -P: a file called av.py in the current folder is not the package.
        result = subprocess.run(
            [sys.executable, "-P", "-m", "formcheck.probes", name, *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return texts.get("doctor.no_answer", seconds=round(PROBE_TIMEOUT_S))
    if result.returncode < 0:
        return texts.get("doctor.killed", signal=-result.returncode)
    if result.returncode > 0:
        lines = result.stderr.strip().splitlines()
        return lines[-1] if lines else texts.get("doctor.failed", code=result.returncode)
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return answer
