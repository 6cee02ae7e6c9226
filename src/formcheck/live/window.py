"""The window: shows images and reads keys; or none at all."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Protocol

import cv2

from formcheck.errors import UsageError
from formcheck.types import FloatArray, ImageBgr

_TITLE = "formcheck live"
# A webcam's 640x480 would be small on a laptop's screen.
_LEAST_HEIGHT_PX = 720
ENTER, ESCAPE, BACKSPACE = "\r", "\x1b", "\b"
_KEYS = {10: ENTER, 13: ENTER, 27: ESCAPE, 8: BACKSPACE, 127: BACKSPACE}


class Window(Protocol):
    """Where images are shown and keys come from.

    ``shown``: there is something to be seen. ``closed``: there was, and the user closed it.
    """

    shown: bool
    closed: bool

    def show(self, image: ImageBgr) -> None: ...

    def key(self, wait_ms: int = 0) -> str | None: ...

    def fit(self, size_px: tuple[int, int]) -> None: ...

    def toggle_full_screen(self) -> None: ...

    def close(self) -> None: ...


class NoWindow:
    """Shows nothing, for practice by voice alone."""

    shown = False
    closed = False

    def show(self, image: ImageBgr) -> None:
        """Do nothing."""

    def key(self, wait_ms: int = 0) -> str | None:
        """No key is ever pressed."""
        time.sleep(wait_ms / 1000)
        return None

    def fit(self, size_px: tuple[int, int]) -> None:
        """Do nothing."""

    def toggle_full_screen(self) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


class OpenCvWindow:
    """A window of OpenCV's. Only the main thread may use it. Once the user has closed it, it stays closed.

    Parameters
    ----------
    image : (H, W, 3) uint8
        What it shows first: an empty window would be a white flash in a dark room.
    full_screen : bool

    Raises
    ------
    UsageError
        There is no screen.
    """

    def __init__(self, image: ImageBgr, *, full_screen: bool) -> None:
        # Without this check the toolkit would end the process.
        if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            raise UsageError("no display: expected a desktop session; use --headless to practise by voice alone")
        self.shown, self.closed = True, False
        self._full_screen = False
        cv2.namedWindow(_TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        self.show(image)
        self.fit((image.shape[1], image.shape[0]))
        if full_screen:
            self.toggle_full_screen()
        # Now rather than when the first frame comes.
        self.key(wait_ms=1)

    def show(self, image: ImageBgr) -> None:
        """Show an image."""
        # Showing one in a window that is gone would open another.
        if self.shown:
            cv2.imshow(_TITLE, image)

    def fit(self, size_px: tuple[int, int]) -> None:
        """Take the shape of the images (w, h) to come, unless it fills the screen."""
        if self.shown and not self._full_screen:
            scale = max(1.0, _LEAST_HEIGHT_PX / size_px[1])
            cv2.resizeWindow(_TITLE, round(scale * size_px[0]), round(scale * size_px[1]))

    def key(self, wait_ms: int = 0) -> str | None:
        """The key pressed since the last call. Waits up to ``wait_ms``, and notices that the window was closed."""
        if not self.shown:
            time.sleep(wait_ms / 1000)
            return None
        code = cv2.waitKey(wait_ms) if wait_ms > 0 else cv2.pollKey()
        if not self._visible():
            self.shown, self.closed = False, True
            return None
        if code < 0:
            return None
        return _KEYS.get(code & 0xFF, chr(code & 0xFF))

    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        if not self.shown:
            return
        self._full_screen = not self._full_screen
        state = cv2.WINDOW_FULLSCREEN if self._full_screen else cv2.WINDOW_NORMAL
        cv2.setWindowProperty(_TITLE, cv2.WND_PROP_FULLSCREEN, state)

    def close(self) -> None:
        """Close it."""
        if self.shown:
            self.shown = False
            # It may have been closed since the last look.
            with contextlib.suppress(cv2.error):
                cv2.destroyWindow(_TITLE)

    def _visible(self) -> bool:
        try:
            return cv2.getWindowProperty(_TITLE, cv2.WND_PROP_VISIBLE) >= 1
        except cv2.error:
            return False


def mirrored(image: ImageBgr, points_px: FloatArray) -> tuple[ImageBgr, FloatArray]:
    """An image and the points (..., 2) px on it, mirrored; text drawn afterwards stays readable."""
    flipped = cv2.flip(image, 1)
    points = points_px.astype(float)
    points[..., 0] = image.shape[1] - 1 - points[..., 0]
    return flipped, points  # type: ignore[return-value]
