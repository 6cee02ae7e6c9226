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
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from formcheck.errors import InputError
from formcheck.pose import models

if TYPE_CHECKING:
    from collections.abc import Iterator

MEDIAPIPE_RELEASE = "0.10.31"
PROBE_TIMEOUT_S = 60.0
DISTRIBUTIONS = (
    *("alembic", "av", "click", "fhir.resources", "filelock", "jinja2", "mediapipe", "numpy", "opencv-python"),
    *("platformdirs", "psutil", "pyarrow", "pydantic", "rich", "scipy", "sounddevice", "sqlalchemy"),
    *("starlette", "uvicorn"),
)


class Need(StrEnum):
    """What does not work without it. ``NOTHING``: shown because other programs ask for it."""

    ANALYZE = "analyze"
    LIVE = "live"
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

REMEDIES = {
    "package": {
        "linux": "python -m pip install --force-reinstall formcheck",
        "darwin": "python -m pip install --force-reinstall formcheck",
        "win32": "python -m pip install --force-reinstall formcheck",
    },
    "landmarker": {
        "linux": "correct the lines above; mediapipe has wheels for 64-bit x86 Linux with glibc 2.28 or newer",
        "darwin": "correct the lines above; the wheels are for Apple silicon with macOS 14 or newer",
        "win32": "correct the lines above; install the Microsoft Visual C++ Redistributable (x64)",
    },
    "codec": {
        "linux": "python -m pip install --force-reinstall --only-binary :all: av",
        "darwin": "python -m pip install --force-reinstall --only-binary :all: av",
        "win32": "python -m pip install --force-reinstall --only-binary :all: av",
    },
    "camera": {
        "linux": "connect one; if it is connected: sudo usermod -aG video $USER, and log in again",
        "darwin": "connect one, and allow it in System Settings > Privacy & Security > Camera",
        "win32": "connect one, and allow it in Settings > Privacy & security > Camera",
    },
    "display": {
        "linux": "log in to a desktop session; over ssh a window cannot be shown",
        "darwin": "log in at the screen of this machine",
        "win32": "log in at the screen of this machine",
    },
    "audio output": {
        "linux": "sudo apt install libportaudio2, and connect a loudspeaker",
        "darwin": "choose an output in System Settings > Sound",
        "win32": "choose an output in Settings > System > Sound",
    },
    "speech engine": {
        "linux": "sudo apt install espeak-ng",
        "darwin": "the command `say` is part of macOS: put /usr/bin on PATH",
        "win32": "`powershell` is part of Windows: put it on PATH",
    },
}

# The programs that live practice can speak with, the preferred first.
SPEECH_PROGRAMS = {
    "linux": ("espeak-ng", "espeak"),
    "darwin": ("say",),
    "win32": ("powershell",),
}


def examine(*, system: str = sys.platform) -> Iterator[Check]:
    """Check everything, the cheap first.

    Parameters
    ----------
    system : str
        As `sys.platform` says it; whose remedies are given. An unknown one is treated as Linux.
    """
    system = system if system in SPEECH_PROGRAMS else "linux"
    yield Check("Python", True, f"{platform.python_version()}, {platform.platform()}", Need.ANALYZE)
    for name in DISTRIBUTIONS:
        yield check_distribution(name, system)
    model = check_model()
    yield model
    if system == "linux":
        yield from check_libraries(LINUX_LIBRARIES)
    if model.ok:
        yield _works("landmarker", _probe("landmarks", "full"), REMEDIES["landmarker"][system])
    yield from check_codecs(system)
    yield from check_live(system)


def can_analyze(checks: list[Check]) -> bool:
    """Whether ``formcheck analyze`` can work with what was found."""
    return all(check.ok for check in checks if check.need is Need.ANALYZE)


def check_distribution(name: str, system: str) -> Check:
    """Check one Python package, and for mediapipe that it is the one release that is known to be good."""
    remedy = REMEDIES["package"][system]
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Check(name, False, "not installed", Need.ANALYZE, remedy)
    if name == "mediapipe" and version != MEDIAPIPE_RELEASE:
        found = f"expected {MEDIAPIPE_RELEASE}, got {version}; others crash or contact a server"
        return Check(name, False, found, Need.ANALYZE, f"python -m pip install mediapipe=={MEDIAPIPE_RELEASE}")
    return Check(name, True, version, Need.ANALYZE)


def check_model() -> Check:
    """Check the default landmark model against its pinned SHA-256."""
    try:
        found = models.identify(models.find_model("full"))
    except InputError as error:
        return Check("landmark model", False, str(error), Need.ANALYZE, "formcheck models pull full")
    return Check("landmark model", True, f"{found.path} sha256 {found.sha256}", Need.ANALYZE)


def check_libraries(libraries: tuple[SharedLibrary, ...]) -> Iterator[Check]:
    """Check shared libraries of a Linux system."""
    answer = _probe("libraries", *(library.soname for library in libraries))
    for library in libraries:
        found = isinstance(answer, dict) and library.soname not in answer["missing"]
        detail = "found" if found else "not found"
        yield Check(library.soname, found, detail, library.need, f"sudo apt install {library.package}")


def check_codecs(system: str) -> Iterator[Check]:
    """Check that clips can be read, and that the annotated clip can be written."""
    remedy = REMEDIES["codec"][system]
    answer = _probe("decoders")
    if isinstance(answer, str):
        yield Check("video decoders", False, answer, Need.ANALYZE, remedy)
    else:
        missing = ", ".join(answer["missing"])
        detail = f"no {missing}" if missing else "all that phones and cameras use"
        yield Check("video decoders", not missing, detail, Need.ANALYZE, remedy)
    yield _works("H.264 encoder", _probe("encoder"), remedy)


def check_live(system: str) -> Iterator[Check]:
    """Check what practice at the webcam needs."""
    answer = _probe("cameras")
    names = [] if isinstance(answer, str) else answer["names"]
    detail = ", ".join(names) or (answer if isinstance(answer, str) else "none found")
    yield Check("camera", bool(names), detail, Need.LIVE, REMEDIES["camera"][system])

    # Only Linux runs without a screen as a matter of course; elsewhere a session has one.
    display = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") if system == "linux" else "desktop"
    yield Check("display", bool(display), display or "none", Need.LIVE, REMEDIES["display"][system])

    answer = _probe("audio")
    detail = answer if isinstance(answer, str) else answer["name"]
    yield Check("audio output", not isinstance(answer, str), detail, Need.LIVE, REMEDIES["audio output"][system])

    engine = next(filter(None, map(shutil.which, SPEECH_PROGRAMS[system])), None)
    yield Check("speech engine", engine is not None, engine or "none", Need.LIVE, REMEDIES["speech engine"][system])


def explain_missing_library(error: BaseException) -> str | None:
    """Return the one line for an error that a missing library or package caused, None for any other."""
    if isinstance(error, ModuleNotFoundError) and not (error.name or "formcheck").startswith("formcheck"):
        return f"the Python package {error.name} is missing; `formcheck doctor` lists what is needed"
    if not isinstance(error, ImportError | OSError):
        return None
    text = str(error)
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


def _works(name: str, answer: dict[str, Any] | str, remedy: str) -> Check:
    """Check what either works or does not."""
    failure = answer if isinstance(answer, str) else None
    return Check(name, failure is None, failure or "works", Need.ANALYZE, remedy)


def _probe(name: str, *arguments: str) -> dict[str, Any] | str:
    """Run a probe in a process of its own; return its answer, or why there is none."""
    try:
        # -P: a file called av.py in the current folder is not the package.
        result = subprocess.run(
            [sys.executable, "-P", "-m", "formcheck.probes", name, *arguments],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {PROBE_TIMEOUT_S:.0f} s"
    if result.returncode < 0:
        return f"died of signal {-result.returncode}"
    if result.returncode > 0:
        lines = result.stderr.strip().splitlines()
        return lines[-1] if lines else f"ended with {result.returncode}"
    answer: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return answer
