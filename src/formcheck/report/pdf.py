"""A page as PDF, printed by the Chromium (or Chrome, or Edge) that is on the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from formcheck.errors import OutputError

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "chrome", "msedge")
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
_WINDOWS = ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
# Nothing but the page: no start-up talk with a server, no profile of the user.
_QUIET = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-quic",
    "--no-pings",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
_TIMEOUT_S = 60.0


def find_browser() -> Path | None:
    """Return the browser that prints, or None."""
    places = [shutil.which(name) for name in _NAMES]
    if sys.platform == "darwin":
        places += _MAC
    if sys.platform == "win32":
        roots = [os.environ.get(name, "") for name in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")]
        places += [f"{root}/{name}" for root in roots if root for name in _WINDOWS]
    return next((Path(place) for place in places if place and Path(place).exists()), None)


def print_pdf(page: str) -> bytes:
    """Return a self-contained page as PDF, A4, as its print style has it.

    Raises
    ------
    OutputError
        There is no such browser, or it could not print.
    """
    browser = find_browser()
    if browser is None:
        raise OutputError(
            "printing to PDF needs Chromium, Chrome or Edge, and none was found: install one (sudo apt install "
            "chromium), or print report.html from the browser you have"
        )
    with tempfile.TemporaryDirectory(prefix="formcheck-") as name:
        folder = Path(name)
        source, target = folder / "page.html", folder / "page.pdf"
        source.write_text(page, encoding="utf-8")
        command = [str(browser), *_QUIET, f"--user-data-dir={folder / 'profile'}", "--no-pdf-header-footer"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--no-sandbox")
        command += [f"--print-to-pdf={target}", source.as_uri()]
        try:
            done = subprocess.run(command, capture_output=True, timeout=_TIMEOUT_S, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(browser, type(error).__name__) from None
        if not target.exists() or target.stat().st_size == 0:
            raise _failed(browser, f"exit code {done.returncode}")
        return target.read_bytes()


def _failed(browser: Path, why: str) -> OutputError:
    return OutputError(
        f"{browser.name} could not print the page ({why}); print report.html from the browser you have instead"
    )
