"""Speech through the system's own voice, in a thread of its own: a frame never waits for a word.

The voices are programs: espeak-ng on Linux, say on macOS, System.Speech through PowerShell on Windows. All work
offline. A word that is no longer wanted is cut off by ending its process.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence

from formcheck.live.say import Rank, Saying

_WINDOWS_SPEECH = (
    "Add-Type -AssemblyName System.Speech; $v = New-Object System.Speech.Synthesis.SpeechSynthesizer; "
    "$v.SelectVoiceByHints('NotSet', 'NotSet', 0, [Globalization.CultureInfo]'{culture}'); "
    "$v.Speak([Console]::In.ReadToEnd())"
)
_CULTURES = {"en": "en-US", "de": "de-DE"}
# Slower than the default: it is heard lying down, across a room.
_ESPEAK_WORDS_PER_MINUTE = "150"


def speech_command(language: str) -> list[str] | None:
    """The program that says what it is given on stdin; None when there is no voice on this machine."""
    if sys.platform == "win32":
        program = shutil.which("powershell")
        script = _WINDOWS_SPEECH.format(culture=_CULTURES.get(language, language))
        return [program, "-NoProfile", "-Command", script] if program else None
    if sys.platform == "darwin":
        program = shutil.which("say")
        return [program, *_mac_voice(program, language), "-f", "-"] if program else None
    program = shutil.which("espeak-ng") or shutil.which("espeak")
    return [program, "-v", language, "-s", _ESPEAK_WORDS_PER_MINUTE, "--stdin"] if program else None


def _mac_voice(program: str, language: str) -> list[str]:
    """The first voice of the language: without one, `say` reads German as English."""
    listed = subprocess.run([program, "-v", "?"], capture_output=True, text=True, check=False).stdout
    for line in listed.splitlines():
        name, _, rest = line.partition("  ")
        if rest.strip().startswith(f"{language}_"):
            return ["-v", name]
    return []


class Voice:
    """Says one thing after another; keeps at most one waiting, the more important.

    Parameters
    ----------
    command : sequence of str
        A program that speaks its stdin and ends when done.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._condition = threading.Condition()
        self._next: Saying | None = None
        self._speaking: subprocess.Popen[str] | None = None
        self._closing = False
        self.muted = False
        self.failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def say(self, saying: Saying) -> None:
        """Say it as soon as may be; returns at once."""
        if self.muted or not saying.text:
            return
        with self._condition:
            if self._next is None or saying.rank <= self._next.rank:
                self._next = saying
            if saying.rank is Rank.STOP:
                self._hush()
            self._condition.notify()

    def mute(self, *, muted: bool) -> None:
        """Be silent, at once; or speak again."""
        with self._condition:
            self.muted = muted
            if muted:
                self._next = None
                self._hush()

    def close(self, *, finish_s: float = 0.0) -> None:
        """End the thread; what is being said may be finished for ``finish_s``."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join(finish_s)
        with self._condition:
            self._hush()

    def _hush(self) -> None:
        if self._speaking is not None and self._speaking.poll() is None:
            self._speaking.terminate()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._next is not None or self._closing)
                if self._next is None:
                    return
                saying, self._next = self._next, None
                try:
                    speaking = subprocess.Popen(
                        self._command,
                        stdin=subprocess.PIPE,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        text=True,
                        encoding="utf-8",
                    )
                except OSError as error:
                    self.failure = error.strerror or str(error)
                    return
                self._speaking = speaking
            self._speak(speaking, saying.text)

    def _speak(self, speaking: subprocess.Popen[str], text: str) -> None:
        try:
            speaking.communicate(text)
        except BrokenPipeError:
            speaking.wait()
        if speaking.returncode > 0:
            self.failure = f"{self._command[0]} ended with {speaking.returncode}"
