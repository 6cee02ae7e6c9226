"""Short tones through the sound card. They tell without words: a good repetition, a stop, a beat."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

_RATE_HZ = 44_100
# Frequencies in Hz and lengths in seconds, one after the other. A good repetition is a quiet tick.
_TONES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "good": ((1320.0, 0.05, 0.15),),
    "ready": ((660.0, 0.12, 0.4), (990.0, 0.18, 0.4)),
    "limit": ((440.0, 0.25, 0.6),),
    "stop": ((330.0, 0.2, 0.6), (247.0, 0.3, 0.6)),
    "done": ((660.0, 0.12, 0.4), (880.0, 0.12, 0.4), (1320.0, 0.2, 0.4)),
    "beat": ((880.0, 0.03, 0.2),),
    "turn": ((1320.0, 0.05, 0.3),),
}


def wave(name: str) -> NDArray[np.float32]:
    """Samples (N,) of a tone, faded in and out so that it does not click."""
    parts = []
    for hz, length_s, loudness in _TONES[name]:
        t_s = np.arange(int(length_s * _RATE_HZ)) / _RATE_HZ
        fade = np.clip(np.minimum(t_s, length_s - t_s) / 0.01, 0.0, 1.0)
        parts.append(loudness * fade * np.sin(2 * np.pi * hz * t_s))
    return np.concatenate(parts).astype(np.float32)


class Tones:
    """Plays one tone at a time in a thread; a newer one replaces one that waits."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._next: str | None = None
        self._closing = False
        self.muted = False
        self.failure: str | None = None
        self._thread = threading.Thread(target=self._run, name="tones", daemon=True)
        self._thread.start()

    def play(self, name: str) -> None:
        """Sound it; returns at once."""
        if self.muted:
            return
        with self._condition:
            self._next = name
            self._condition.notify()

    def close(self, *, finish_s: float = 0.0) -> None:
        """End the thread; a tone that sounds may finish for ``finish_s``."""
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join(finish_s)

    def _run(self) -> None:
        try:
            # Loads PortAudio, which a machine without sound may not have.
            import sounddevice  # noqa: PLC0415
        except OSError as error:
            self.failure = str(error)
            return
        try:
            with sounddevice.OutputStream(_RATE_HZ, channels=1, dtype="float32", latency="low") as stream:
                while (name := self._wait()) is not None:
                    stream.write(wave(name)[:, None])
        except sounddevice.PortAudioError as error:
            self.failure = str(error.args[0]) if error.args else "no output"

    def _wait(self) -> str | None:
        with self._condition:
            self._condition.wait_for(lambda: self._next is not None or self._closing)
            name, self._next = self._next, None
            return name
