"""From the start to the first frame: sound and camera are checked aloud, and sets that were cut off are recovered."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from formcheck.errors import FormcheckError, InputError
from formcheck.live.finish import FinishedSet, SaveSet, recover, unfinished
from formcheck.live.interruptions import Interruptions
from formcheck.live.outputs import Outputs
from formcheck.live.sources import CapturedFrame, LiveSource
from formcheck.live.starting import notice
from formcheck.live.window import ESCAPE

_FIRST_FRAME_S = 12.0
_WAIT_S = 0.05


@dataclass(frozen=True, slots=True)
class Startup:
    """What comes before the first frame."""

    outputs: Outputs
    interruptions: Interruptions

    def check_sound(self) -> None:
        """Say that the sound works, to whoever hears it; who does not reads that."""
        texts = self.outputs.texts
        if self.outputs.voice is not None:
            self.outputs.say(texts.get("start.sound"), tone="ready")
        self.outputs.window.show(notice(texts.get("start.starting"), self._sound_words()))
        self.outputs.window.key(wait_ms=1)

    def recover_sets(self, root: Path, *, save: SaveSet | None) -> None:
        """Finish the sets whose process was killed, and tell what was recovered."""
        outputs, texts = self.outputs, self.outputs.texts
        folders = unfinished(root)
        for number, folder in enumerate(folders):
            if self.interruptions.signals:
                return
            if number == 0:
                outputs.notify(texts.get("live.recovering", n=len(folders)))
                outputs.say(texts.get("start.recovering"))
            image = notice(texts.get("start.recovering"), folder.name)
            found = outputs.work(lambda folder=folder: recover(folder, save=save), image)  # type: ignore[misc]
            if isinstance(found, FormcheckError):
                outputs.notify(str(found))
            elif isinstance(found, FinishedSet):
                told = texts.get("live.recovered", n=found.rep_count, folder=folder)
                outputs.notify(told)
                outputs.say(texts.get("start.recovered", n=found.rep_count))

    def first_frame(self, source: LiveSource) -> CapturedFrame | None:
        """Wait for the camera; None when the user wants to end before it is there.

        Raises
        ------
        InputError
            The camera gave no frame.
        """
        texts, begun_s = self.outputs.texts, time.monotonic()
        self.interruptions.rest()
        while (captured := source.take(_WAIT_S)) is None:
            self.outputs.speak([])
            self.outputs.window.show(notice(texts.get("camera.opening"), self._sound_words()))
            key = self.outputs.window.key(wait_ms=1)
            if self.outputs.window.closed or key in ("q", ESCAPE) or self.interruptions.look() is not None:
                return None
            if source.ended or time.monotonic() - begun_s > _FIRST_FRAME_S:
                raise InputError(
                    "the camera gave no frame: expected one that opens; is it connected, allowed, and not in use by "
                    "another program? `formcheck doctor` lists the cameras, --camera chooses one"
                )
        self.outputs.say(texts.get("start.camera"))
        return captured

    def _sound_words(self) -> str:
        return self.outputs.texts.get("start.sound" if self.outputs.heard else "sound.unheard")
