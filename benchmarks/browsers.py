"""Browsers for the benchmarks: Chromium through Playwright, and the Firefox of the machine through Marionette.

Playwright drives a Firefox of its own alone, which the machine need not have. Marionette is what every Firefox brings:
JSON over a socket, each message behind its length.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from playwright.sync_api import sync_playwright

from formcheck.report.pdf import find_browser

WINDOW_PX = (1280, 720)
_PORT = 28_281
_LONGEST_S = 180
_PREFERENCES = {
    "marionette.port": _PORT,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


class Browser(Protocol):
    """A browser with one page."""

    name: str

    def open(self, address: str) -> None:
        """Go to an address, in a profile that never saw it."""

    def run(self, function: str, argument: Any = None) -> Any:
        """Call a JavaScript function in the page, wait for its promise, and return what it gives as JSON does."""


class _Chromium:
    def __init__(self, browser: Any) -> None:
        self.name = f"Chromium {browser.version.partition('.')[0]}"
        self._browser = browser
        self._page: Any = None

    def open(self, address: str) -> None:
        if self._page is not None:
            self._page.context.close()
        w, h = WINDOW_PX
        self._page = self._browser.new_context(viewport={"width": w, "height": h}).new_page()
        self._page.set_default_timeout(_LONGEST_S * 1000)
        self._page.goto(address)

    def run(self, function: str, argument: Any = None) -> Any:
        return self._page.evaluate(function, argument)


class _Firefox:
    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._read, self._sent = connection, connection.makefile("rb"), 0
        self._receive()
        capabilities = self._ask("WebDriver:NewSession", capabilities={})["capabilities"]
        self.name = f"Firefox {capabilities['browserVersion'].partition('.')[0]} ESR"
        self._ask("WebDriver:SetTimeouts", script=_LONGEST_S * 1000)
        # The window's frame does not count.
        outer = "return [outerWidth - innerWidth, outerHeight - innerHeight]"
        dw, dh = self._ask("WebDriver:ExecuteScript", script=outer, args=[])["value"]
        self._ask("WebDriver:SetWindowRect", width=WINDOW_PX[0] + dw, height=WINDOW_PX[1] + dh)

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            byte = self._read.read(1)
            if not byte:
                raise ConnectionError("Firefox ended")
            length += byte
        return json.loads(self._read.read(int(length[:-1])))

    def _ask(self, command: str, **parameters: Any) -> Any:
        self._sent += 1
        message = json.dumps([0, self._sent, command, parameters]).encode()
        self._connection.sendall(b"%d:%s" % (len(message), message))
        _, _, error, answer = self._receive()
        if error is not None:
            raise RuntimeError(f"{command}: {error['message']}")
        return answer

    def open(self, address: str) -> None:
        self._ask("WebDriver:Navigate", url=address)

    def run(self, function: str, argument: Any = None) -> Any:
        script = (
            f"const [argument, done] = arguments; Promise.resolve(({function})(argument)).then("
            "(value) => done({ value }), (error) => done({ error: String(error) }));"
        )
        # Without a sandbox of its own a script shares the page's objects.
        answer = self._ask("WebDriver:ExecuteAsyncScript", script=script, args=[argument], sandbox=None)["value"]
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer.get("value")


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """Run the machine's Chromium, Chrome or Edge, without its graphics card; None if there is none."""
    executable = find_browser()
    if executable is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=["--no-sandbox", "--disable-gpu"])
        yield _Chromium(browser)
        browser.close()


@contextmanager
def firefox() -> Iterator[Browser | None]:
    """Run the machine's Firefox; None if there is none."""
    executable = shutil.which("firefox-esr") or shutil.which("firefox")
    if executable is None:
        yield None
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()]
        (Path(profile) / "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [executable, "--headless", "--marionette", "--no-remote", "--profile", profile]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                yield _Firefox(_connect())
            finally:
                process.terminate()


def _connect() -> socket.socket:
    until = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", _PORT))
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


BROWSERS = {"chromium": chromium, "firefox": firefox}
