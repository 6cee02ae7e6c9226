"""What ends a set from outside: signals, and a computer that slept."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

from formcheck.live.coach import EndReason

# Ctrl-C; a request to end, as from a service or a page that started it; the terminal closed; Ctrl-Break.
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
# No frame, however slow the machine, takes as long as this: it slept.
_SLEPT_S = 10.0


def elapsed_s() -> float:
    """Seconds that go on while the computer sleeps, where the system counts them."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Interruptions:
    """Takes signals as the wish to end the set in good order, and notices sleep.

    Parameters
    ----------
    clock : callable
        As `elapsed_s`.

    Attributes
    ----------
    signals : int
        How many came so far. After a second one nothing is waited for any more.
    """

    def __init__(self, clock: Callable[[], float] = elapsed_s) -> None:
        self._clock = clock
        self._last_s = clock()
        self._before: dict[int, Any] = {}
        self.signals = 0

    def look(self) -> EndReason | None:
        """Why to end now, if at all. Sleep is noticed between two looks."""
        now_s = self._clock()
        slept = now_s - self._last_s > _SLEPT_S
        self._last_s = now_s
        if self.signals:
            return EndReason.SIGNAL
        return EndReason.SLEEP if slept else None

    def rest(self) -> None:
        """Begin anew after something that may take long."""
        self._last_s = self._clock()

    def __enter__(self) -> Self:
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            # Whoever started the process may have it ignore one, as nohup does.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.signals += 1
