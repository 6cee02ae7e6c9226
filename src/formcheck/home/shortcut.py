"""The icon that opens home: desktop entries on Linux, an application on macOS, shortcuts on Windows.

Written here rather than by pyshortcuts, which cannot remove what it made, and needs pywin32 on Windows.
"""

from __future__ import annotations

import os
import plistlib
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import platformdirs

from formcheck.errors import OutputError
from formcheck.files import explained, private_folder
from formcheck.text.catalogue import Texts

_NAME = "formcheck"
_REMEDY = "allow writing there"


def make_shortcuts(texts: Texts, *, system: str = sys.platform) -> list[Path]:
    """Make the icons in place of older ones, and return their files.

    Parameters
    ----------
    texts : Texts
        The language of what they open.
    system : str
        As `sys.platform` says it.

    Raises
    ------
    OutputError
        A folder may not be written.
    """
    paths = shortcut_paths(system)
    for path in paths:
        with explained(path.parent, remedy=_REMEDY):
            path.parent.mkdir(parents=True, exist_ok=True)
            if system == "win32":
                _write_windows_link(path, texts)
            elif system == "darwin":
                _write_mac_application(path, texts)
            else:
                _write_desktop_entry(path, texts)
    return paths


def remove_shortcuts(*, system: str = sys.platform) -> list[Path]:
    """Remove the icons, and return the files that were there."""
    found = [path for path in shortcut_paths(system) if path.exists()]
    for path in found:
        with explained(path.parent, remedy=_REMEDY):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return found


def shortcut_paths(system: str = sys.platform) -> list[Path]:
    """Return where the icons are: on the desktop, if there is one, and among the programs."""
    desktop = Path(platformdirs.user_desktop_dir())
    home = Path.home()
    if system == "win32":
        menu = Path(os.environ.get("APPDATA", home / "AppData" / "Roaming"))
        programs = menu / "Microsoft" / "Windows" / "Start Menu" / "Programs" / f"{_NAME}.lnk"
        on_desktop = desktop / f"{_NAME}.lnk"
    elif system == "darwin":
        programs = home / "Applications" / f"{_NAME}.app"
        on_desktop = desktop / f"{_NAME}.app"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
        programs = data / "applications" / f"{_NAME}.desktop"
        on_desktop = desktop / f"{_NAME}.desktop"
    return [programs, on_desktop] if desktop.is_dir() else [programs]


def _command(texts: Texts) -> list[str]:
    return [sys.executable, "-m", "formcheck", "--lang", texts.language]


def _icon() -> Path:
    """Return a copy of the icon that stays where it is when formcheck is updated."""
    folder = private_folder(Path(platformdirs.user_data_dir("formcheck", appauthor=False)))
    path = folder / "icon.svg"
    path.write_bytes((files("formcheck.server") / "static" / "icon.svg").read_bytes())
    return path


def _write_desktop_entry(path: Path, texts: Texts) -> None:
    command = " ".join(_quoted(part) for part in _command(texts))
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        f"Name={_NAME}",
        f"Comment={texts.get('home.shortcut.comment')}",
        f"Exec={command}",
        f"Icon={_icon()}",
        "Terminal=false",
        "Categories=MedicalSoftware;Utility;",
    )
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    # Desktops start an entry only if its owner may run it.
    path.chmod(0o755)


def _quoted(part: str) -> str:
    """Quote an argument as the Desktop Entry Specification wants it, twice: as a string and as an argument."""
    escaped = "".join(f"\\{letter}" if letter in '"`$\\' else letter for letter in part).replace("\\", "\\\\")
    return f'"{escaped.replace("%", "%%")}"'


def _write_mac_application(path: Path, texts: Texts) -> None:
    if path.exists():
        shutil.rmtree(path)
    program = path / "Contents" / "MacOS" / _NAME
    program.parent.mkdir(parents=True)
    about = {"CFBundleName": _NAME, "CFBundleExecutable": _NAME, "CFBundleIdentifier": "formcheck.home"}
    about |= {"CFBundlePackageType": "APPL", "NSCameraUsageDescription": texts.get("home.shortcut.comment")}
    (path / "Contents" / "Info.plist").write_bytes(plistlib.dumps(about))
    command = " ".join("'" + part.replace("'", "'\\''") + "'" for part in _command(texts))
    program.write_text(f"#!/bin/sh\nexec {command}\n", encoding="utf-8")
    program.chmod(0o755)


def _write_windows_link(path: Path, texts: Texts) -> None:
    # pythonw has no console window, which nobody would know what to do with.
    program, *arguments = _command(texts)
    windowless = Path(program).with_name("pythonw.exe")
    target = str(windowless) if windowless.exists() else program
    values = {
        "FORMCHECK_LINK": str(path),
        "FORMCHECK_TARGET": target,
        "FORMCHECK_ARGUMENTS": subprocess.list2cmdline(arguments),
        "FORMCHECK_COMMENT": texts.get("home.shortcut.comment"),
    }
    script = (
        "$link = (New-Object -ComObject WScript.Shell).CreateShortcut($env:FORMCHECK_LINK); "
        "$link.TargetPath = $env:FORMCHECK_TARGET; $link.Arguments = $env:FORMCHECK_ARGUMENTS; "
        "$link.Description = $env:FORMCHECK_COMMENT; $link.Save()"
    )
    powershell = shutil.which("powershell")
    if powershell is None:
        raise OutputError(f"{path}: expected PowerShell to write the shortcut, found none; install it and try again")
    done = subprocess.run([powershell, "-NoProfile", "-Command", script], env=os.environ | values, check=False)
    if done.returncode != 0:
        raise OutputError(f"{path}: PowerShell could not write the shortcut; allow writing to {path.parent}")
