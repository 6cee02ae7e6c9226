"""What a set is shown and told with: the window, the voice, the tones, and lines for the terminal."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from formcheck.live.audio import Tones, Voice
from formcheck.live.screens import Screens
from formcheck.live.speech import Rank, Utterance
from formcheck.live.window import Window
from formcheck.text.catalogue import Texts
from formcheck.types import ImageBgr

_Result = TypeVar("_Result")
# How long who hears nothing needs for a text on the screen.
READ_S_PER_CHARACTER = 0.07
_POLL_MS = 50
_UNHEARD = "sound.unheard"


class Outputs:
    """Shows and speaks without waiting.

    Parameters
    ----------
    window : Window
    texts : Texts
    voice, tones
        None for what is not there.
    notify : callable
        Given what the user should know, a sentence at a time.
    mirror : bool
        Show frames mirrored.
    """

    def __init__(
        self,
        window: Window,
        texts: Texts,
        voice: Voice | None,
        tones: Tones | None,
        notify: Callable[[str], None],
        *,
        mirror: bool = True,
    ) -> None:
        self.window = window
        self.texts = texts
        self.voice = voice
        self.tones = tones
        self.notify = notify
        self.mirror = mirror
        self.muted = False
        self._told: set[str] = set()
        self._size_px: tuple[int, int] | None = None
        self.screens = Screens((1, 1), texts)

    def begin(self, size_px: tuple[int, int]) -> None:
        """Prepare for frames (w, h)."""
        self._size_px = size_px
        self.screens = Screens(size_px, self.texts, large=not self.heard)
        self.window.fit(self.screens.size_px)

    @property
    def heard(self) -> bool:
        """Whether speech can be heard, as far as that is known."""
        return self.voice is not None and self.voice.failure is None and not self.voice.unheard and not self.no_device

    @property
    def no_device(self) -> bool:
        """Whether there is nothing that could sound."""
        return self.tones is not None and self.tones.no_device

    def speak(self, utterances: list[Utterance]) -> None:
        """Speak, and sound the tones."""
        for utterance in utterances:
            if self.voice is not None:
                self.voice.say(utterance)
            if self.tones is not None and utterance.tone is not None:
                self.tones.play(utterance.tone)
        self._watch_sound()

    def say(self, text: str, *, tone: str | None = None, at_once: bool = False) -> None:
        """Say something outside a set; ``at_once`` cuts off what is being said."""
        self.speak([Utterance(0.0, Rank.STOP if at_once else Rank.NOTICE, "said", text, tone)])

    @property
    def speaking(self) -> bool:
        """Whether something is being said, or waits to be."""
        return self.voice is not None and self.voice.busy

    def toggle_mute(self) -> None:
        """Sound off, or on again."""
        self.muted = not self.muted
        for device in (self.voice, self.tones):
            if device is not None:
                device.mute(muted=self.muted)

    def work(self, task: Callable[[], _Result], image: ImageBgr | None = None) -> _Result:
        """Run something that takes a while in another thread while the window stays alive; return its result.

        Parameters
        ----------
        task : callable
        image : (H, W, 3) uint8, optional
            What the window shows meanwhile.
        """
        with ThreadPoolExecutor(1, "work") as pool:
            running = pool.submit(task)
            while not running.done():
                if image is not None:
                    self.window.show(image)
                self.window.key(wait_ms=_POLL_MS)
            return running.result()

    def _watch_sound(self) -> None:
        """Say once what cannot be heard, and make the words on the screen larger."""
        for key, device in (("sound.no_voice", self.voice), ("sound.no_tones", self.tones)):
            if device is not None and device.failure is not None and key not in self._told:
                self._told.add(key)
                self.notify(self.texts.get(key, why=device.failure))
        if self.voice is not None and not self.heard and _UNHEARD not in self._told:
            self._told.add(_UNHEARD)
            self.notify(self.texts.get(_UNHEARD))
        if self._size_px is not None and not self.heard and not self.screens.large:
            self.begin(self._size_px)
