"""Checks the form of the supine sciatic nerve glide from an ordinary camera.

>>> import formcheck
>>> session = formcheck.analyze("clip.mp4", "results")
>>> formcheck.judge(formcheck.load_track("results/track.npz"), protocol="sciatic-glide-slider").rep_count

The functions here are the public interface; ``docs/api.md`` shows them at work. Loading the package loads none of
them: each is fetched when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from formcheck.api import analyze, judge, load_protocol, load_session, load_track

__all__ = ["analyze", "judge", "load_protocol", "load_session", "load_track"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'formcheck' has no attribute {name!r}")
    return getattr(import_module("formcheck.api"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
