"""Voice and tones, each in a thread of its own: a frame never waits for a sound.

The voices are programs: espeak-ng on Linux, say on macOS, System.Speech through PowerShell on Windows. All work
offline; speech is cut off by ending its process. Tones are synthesized and played through PortAudio.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from formcheck.doctor import SPEECH_PROGRAMS
from formcheck.live.speech import Rank, Utterance

_WINDOWS_SPEECH = (
    "Add-Type -AssemblyName System.Speech; $v = New-Object System.Speech.Synthesis.SpeechSynthesizer; "
    "$v.SelectVoiceByHints('NotSet', 'NotSet', 0, [Globalization.CultureInfo]'{culture}'); "
    "$v.Speak([Console]::In.ReadToEnd())"
)
_CULTURES = {"en": "en-US", "de": "de-DE"}
# Slower than the default: it is heard lying down, across a room.
_ESPEAK_WORDS_PER_MINUTE = "150"
# Less than a third of the time that any voice takes: what ends well so soon was not spoken, for want of a loudspeaker.
_LEAST_S_PER_CHARACTER = 0.02
_LONG_ENOUGH = 20
_SAMPLE_RATE_HZ = 44_100
_FADE_S = 0.01
# (frequency in Hz, duration in seconds, amplitude) of each note.
_TONES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "good": ((1320.0, 0.05, 0.15),),
    "ready": ((660.0, 0.12, 0.4), (990.0, 0.18, 0.4)),
    "limit": ((440.0, 0.25, 0.6),),
    "stop": ((330.0, 0.2, 0.6), (247.0, 0.3, 0.6)),
    "done": ((660.0, 0.12, 0.4), (880.0, 0.12, 0.4), (1320.0, 0.2, 0.4)),
    "beat": ((880.0, 0.03, 0.2),),
    "turn": ((1320.0, 0.05, 0.3),),
}


def speech_command(language: str) -> list[str] | None:
    """The program that speaks its standard input; None when this machine has no voice."""
    programs = SPEECH_PROGRAMS.get(sys.platform, SPEECH_PROGRAMS["linux"])
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        return None
    if sys.platform == "win32":
        script = _WINDOWS_SPEECH.format(culture=_CULTURES.get(language, language))
        return [program, "-NoProfile", "-Command", script]
    if sys.platform == "darwin":
        return [program, *_mac_voice(program, language), "-f", "-"]
    return [program, "-v", language, "-s", _ESPEAK_WORDS_PER_MINUTE, "--stdin"]


def _mac_voice(program: str, language: str) -> list[str]:
    """The first voice of the language: without one, `say` reads German as English."""
    listed = subprocess.run(
        [program, "-v", "?"], capture_output=True, encoding="utf-8", errors="replace", check=False
    ).stdout
    for line in listed.splitlines():
        name, _, rest = line.partition("  ")
        if rest.strip().startswith(f"{language}_"):
            return ["-v", name]
    return []


class Voice:
    """Says one utterance after another; at most one waits, the most important.

    Parameters
    ----------
    command : sequence of str
        A program that speaks its standard input and ends when done.

    Attributes
    ----------
    failure : str or None
        What went wrong.
    unheard : bool
        Speech ended well, but too soon to have been heard.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._condition = threading.Condition()
        self._next: Utterance | None = None
        self._speaking: subprocess.Popen[str] | None = None
        self._closing = False
        self._muted = False
        self.failure: str | None = None
        self.unheard = False
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether something is being said, or waits to be."""
        with self._condition:
            speaking = self._speaking is not None and self._speaking.poll() is None
            return self._thread.is_alive() and (speaking or self._next is not None)

    def say(self, utterance: Utterance) -> None:
        """Say it as soon as possible; returns at once."""
        if self._muted:
            return
        with self._condition:
            if not utterance.text:
                # Nothing to say, but perhaps something to break off.
                if utterance.rank is Rank.STOP and not utterance.tone:
                    self._next = None
                    self._cut_off()
                return
            if self._next is None or utterance.rank <= self._next.rank:
                self._next = utterance
            if utterance.rank is Rank.STOP:
                self._cut_off()
            self._condition.notify()

    def mute(self, *, muted: bool) -> None:
        """Fall silent at once, or speak again."""
        with self._condition:
            self._muted = muted
            if muted:
                self._next = None
                self._cut_off()

    def close(self, *, finish_s: float = 0.0) -> None:
        """End the thread; what is being said may take another ``finish_s``."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join(finish_s)
        with self._condition:
            self._cut_off()

    def _cut_off(self) -> None:
        if self._speaking is not None and self._speaking.poll() is None:
            self._speaking.terminate()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._next is not None or self._closing)
                if self._next is None:
                    return
                utterance, self._next = self._next, None
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
            self._speak(speaking, utterance.text)

    def _speak(self, speaking: subprocess.Popen[str], text: str) -> None:
        begun_s = time.monotonic()
        try:
            speaking.communicate(text)
        except BrokenPipeError:
            speaking.wait()
        if speaking.returncode > 0:
            self.failure = f"{self._command[0]} ended with {speaking.returncode}"
        elif speaking.returncode == 0 and len(text) >= _LONG_ENOUGH:
            self.unheard = time.monotonic() - begun_s < _LEAST_S_PER_CHARACTER * len(text)


def tone_samples(name: str) -> NDArray[np.float32]:
    """Samples (N,) of a tone, each note faded in and out so that it does not click."""
    parts = []
    for hz, duration_s, amplitude in _TONES[name]:
        t_s = np.arange(int(duration_s * _SAMPLE_RATE_HZ)) / _SAMPLE_RATE_HZ
        fade = np.clip(np.minimum(t_s, duration_s - t_s) / _FADE_S, 0.0, 1.0)
        parts.append(amplitude * fade * np.sin(2 * np.pi * hz * t_s))
    return np.concatenate(parts).astype(np.float32)


class Tones:
    """Plays one tone at a time; a newer one replaces one that waits.

    Attributes
    ----------
    failure : str or None
        What went wrong.
    no_device : bool
        The system has no sound output: nothing else can be heard either.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._next: str | None = None
        self._closing = False
        self._muted = False
        self.failure: str | None = None
        self.no_device = False
        self._thread = threading.Thread(target=self._run, name="tones", daemon=True)
        self._thread.start()

    def play(self, name: str) -> None:
        """Play it; returns at once."""
        if self._muted:
            return
        with self._condition:
            self._next = name
            self._condition.notify()

    def mute(self, *, muted: bool) -> None:
        """Play nothing more, or play again."""
        self._muted = muted

    def close(self, *, finish_s: float = 0.0) -> None:
        """End the thread; a tone that sounds may take another ``finish_s``."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join(finish_s)

    def _run(self) -> None:
        try:
            # Loads PortAudio, which a machine without sound may lack.
            import sounddevice  # noqa: PLC0415
        except OSError as error:
            self.failure = str(error)
            return
        try:
            with sounddevice.OutputStream(_SAMPLE_RATE_HZ, channels=1, dtype="float32", latency="low") as stream:
                while (name := self._wait()) is not None:
                    stream.write(tone_samples(name)[:, None])
        except sounddevice.PortAudioError as error:
            self.failure = str(error.args[0]) if error.args else "no output"
            self.no_device = True

    def _wait(self) -> str | None:
        with self._condition:
            self._condition.wait_for(lambda: self._next is not None or self._closing)
            name, self._next = self._next, None
            return name
