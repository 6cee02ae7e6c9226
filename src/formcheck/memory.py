"""Keeping the process small: left alone, glibc's heaps grow from clip to clip."""

from __future__ import annotations

import ctypes
import sys

_M_ARENA_MAX = -8
_M_MMAP_THRESHOLD = -3
# Above the image of a frame in HD, which comes and goes all the time; below the work space of a network.
_LARGE_BYTES = 4_000_000


def use_one_heap() -> None:
    """Make all threads share one heap from now on; call it before they have made heaps of their own.

    A closed landmarker leaves tens of megabytes in the heap of every thread that it ran on, in pieces that the next one
    cannot use. One heap costs no measurable time here: the work is in few, large blocks. The largest blocks are kept
    out of it, so that they go back to the system as soon as they are freed; by itself glibc takes in ever larger ones.
    """
    _glibc("mallopt", _M_ARENA_MAX, 1)
    _glibc("mallopt", _M_MMAP_THRESHOLD, _LARGE_BYTES)


def give_back_memory() -> None:
    """Return freed memory to the system."""
    _glibc("malloc_trim", 0)


def _glibc(name: str, *arguments: int) -> None:
    """Call a function of glibc; with other C libraries nothing happens."""
    if sys.platform == "linux":
        function = getattr(ctypes.CDLL(None), name, None)
        if function is not None:
            function(*arguments)
