"""Which cameras there are, what one of them sees, and whether sound is heard."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from formcheck.errors import InputError
from formcheck.live.audio import Tones, Voice, speech_command
from formcheck.live.devices import camera_opener, devices
from formcheck.live.speech import Rank, Utterance
from formcheck.review.media import to_jpeg
from formcheck.server.errors import RequestError
from formcheck.text.catalogue import Texts
from formcheck.types import ImageBgr
from formcheck.video.source import FileSource

# A camera's first frames are dark: it sets its exposure by them.
_WARM_UP_FRAMES = 12
_PATIENCE_S = 12.0
_WIDTH_PX = 960
_SPEECH_S = 10.0
_TONE_S = 2.0


def camera_list() -> list[dict[str, str]]:
    """Return the cameras, each as `formcheck live --camera` takes it and by its name."""
    listed = devices()
    names = [one.name for one in listed]
    # By its name where that is its own: an identifier may be a number, which counts something else on some systems.
    return [{"camera": one.name if names.count(one.name) == 1 else one.identifier, "name": one.name} for one in listed]


def still(camera: str | None, source: Path | None) -> bytes:
    """Return a still image as JPEG: of a camera (None: the first one), or of the clip that plays as the camera.

    Raises
    ------
    InputError
        There is none.
    """
    if source is not None:
        with FileSource(source) as clip:
            return to_jpeg(next(iter(clip)).image_bgr, width_px=_WIDTH_PX)
    taken: list[ImageBgr] = []
    # A driver may hang: then this thread is left to itself.
    thread = threading.Thread(target=_take, args=(camera, taken), name="formcheck-still", daemon=True)
    thread.start()
    thread.join(_PATIENCE_S)
    if not taken:
        raise InputError(
            "the camera gave no image: expected one that opens; is it connected, allowed, and not in use by another "
            "program?"
        )
    return to_jpeg(taken[0], width_px=_WIDTH_PX)


def _take(camera: str | None, taken: list[ImageBgr]) -> None:
    opened = camera_opener(camera)()
    if opened is None:
        return
    try:
        images = [image for _ in range(_WARM_UP_FRAMES) if (image := opened.read()) is not None]
        taken += images[-1:]
    finally:
        opened.close()


class SoundTest:
    """Plays a tone and speaks a sentence, as live practice does."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._lock = threading.Lock()

    def play(self) -> dict[str, Any]:
        """Play both; return whether this machine could, as far as it can tell."""
        if not self._lock.acquire(blocking=False):
            raise RequestError("the test sound is playing")
        try:
            tones = Tones()
            tones.play("ready")
            tones.close(finish_s=_TONE_S)
            command = speech_command(self._texts.language)
            tone = tones.failure is None and not tones.no_device
            if command is None:
                return {"tone": tone, "voice": False}
            voice = Voice(command)
            voice.say(Utterance(0.0, Rank.NOTICE, "sound", self._texts.get("home.sound.spoken")))
            voice.close(finish_s=_SPEECH_S)
            return {"tone": tone, "voice": tone and voice.failure is None and not voice.unheard}
        finally:
            self._lock.release()
