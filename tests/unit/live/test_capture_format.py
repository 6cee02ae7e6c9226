"""Which format a camera is asked for, and what becomes of one that does not do it.

There is no camera here: `Device` stands in for one, with OpenCV's properties, which a camera may refuse, grant in part,
or grant without keeping to it.
"""

import cv2
import numpy as np
import pytest

from clips import SAMPLES
from formcheck.live.capture_format import FastOpener

MJPG, YUYV = (cv2.VideoWriter.fourcc(*name) for name in ("MJPG", "YUYV"))
HD, VGA = (1280, 720), (640, 480)


class Device:
    """A camera with modes: format and size to frames a second. ``dark``: formats whose images are black.

    ``silent``: formats that bring no image. ``covered``: all images are black. What was opened is in ``opened``.
    """

    def __init__(self, modes, *, dark=(), silent=(), covered=False, forgets_format=False):
        self.modes, self.dark, self.silent, self.covered = modes, dark, silent, covered
        self.forgets_format = forgets_format
        self.makes = Capture
        self.opened = []

    def __call__(self):
        self.opened.append(self.makes(self))
        return self.opened[-1]


class Capture:
    """`cv2.VideoCapture` as far as it is used."""

    def __init__(self, device):
        self.device = device
        self.fourcc, self.size_px = next(iter(device.modes))
        self.asked = {cv2.CAP_PROP_FRAME_WIDTH: 0, cv2.CAP_PROP_FRAME_HEIGHT: 0}
        self.released = False

    def isOpened(self):  # noqa: N802 - OpenCV's name
        return bool(self.device.modes)

    def set(self, name, value):
        if name == cv2.CAP_PROP_FOURCC:
            if value not in {fourcc for fourcc, _ in self.device.modes}:
                return False
            self.fourcc = int(value)
        elif name in self.asked:
            self.asked[name] = int(value)
            if self.device.forgets_format:
                self.fourcc = YUYV
        # As a driver does it: the nearest size that there is in this format.
        sizes = [size for fourcc, size in self.device.modes if fourcc == self.fourcc]
        w = self.asked[cv2.CAP_PROP_FRAME_WIDTH] or sizes[0][0]
        self.size_px = min(sizes, key=lambda size: abs(size[0] - w))
        return True

    def get(self, name):
        if name == cv2.CAP_PROP_FOURCC:
            return float(self.fourcc)
        if name == cv2.CAP_PROP_FPS:
            return float(self.device.modes[self.fourcc, self.size_px])
        return float(self.size_px[name == cv2.CAP_PROP_FRAME_HEIGHT])

    def read(self):
        if self.fourcc in self.device.silent:
            return False, None
        grey = 0 if self.device.covered or self.fourcc in self.device.dark else 120
        return True, np.full((self.size_px[1], self.size_px[0], 3), grey, np.uint8)

    def release(self):
        self.released = True


def got(device):
    """Open it; return the format and size that images come in, and what was promised."""
    camera = FastOpener(device)()
    (left,) = (one for one in device.opened if not one.released)
    h, w = camera.read().shape[:2]
    assert (w, h) == left.size_px
    return left.fourcc, left.size_px, camera.promised_hz


WEBCAM = {(YUYV, VGA): 30, (YUYV, HD): 10, (MJPG, VGA): 30, (MJPG, HD): 30}


@pytest.mark.parametrize(
    ("device", "format_got"),
    [
        (Device(WEBCAM), (MJPG, HD, 30.0)),
        (Device(WEBCAM, forgets_format=True), (MJPG, HD, 30.0)),
        # Without compressed images the small one comes three times as often; where it does not, there is no choice.
        (Device({(YUYV, VGA): 30, (YUYV, HD): 10}), (YUYV, VGA, 30.0)),
        (Device({(YUYV, HD): 30, (YUYV, VGA): 30}), (YUYV, HD, 30.0)),
        (Device({(YUYV, VGA): 15}), (YUYV, VGA, 15.0)),
        (Device({(YUYV, VGA): 30, (MJPG, (320, 240)): 30}), (YUYV, VGA, 30.0)),
        (Device({(YUYV, VGA): 30, (MJPG, HD): 5}), (YUYV, VGA, 30.0)),
        # It grants what brings no image, or black ones: then as it is by itself.
        (Device(WEBCAM, silent={MJPG}), (YUYV, VGA, 30.0)),
        (Device(WEBCAM, dark={MJPG}), (YUYV, VGA, 30.0)),
        (Device(WEBCAM, covered=True), (MJPG, HD, 30.0)),
    ],
)
def test_the_fastest_format_that_brings_images(device, format_got):
    assert got(device) == format_got


def test_a_camera_that_says_nothing_of_its_rate_is_taken_at_its_word_for_the_rest():
    fourcc, size_px, promised_hz = got(Device({(MJPG, HD): 0}))
    assert (fourcc, size_px) == (MJPG, HD)
    assert np.isnan(promised_hz)


def test_what_brought_images_is_asked_for_again():
    device = Device(WEBCAM, silent={MJPG})
    opener = FastOpener(device)
    opener().close()
    tried = len(device.opened)
    opener().close()
    assert len(device.opened) == tried + 1
    assert device.opened[-1].fourcc == YUYV


def test_a_format_in_which_reading_hangs_is_not_asked_for_again():
    device = Device(WEBCAM)
    opener = FastOpener(device)
    again = []

    class Hanging(Capture):
        def read(self):
            # Meanwhile the camera is given up and opened again.
            if self.fourcc == MJPG:
                again.append(opener())
                return False, None
            return super().read()

    device.makes = Hanging
    opener()
    assert again[0].read().shape[:2] == (480, 640)


def test_a_camera_that_does_not_open_is_none():
    assert FastOpener(lambda: cv2.VideoCapture(63, cv2.CAP_V4L2))() is None


def test_opencv_itself_refuses_every_property_of_a_file_and_images_come():
    camera = FastOpener(lambda: cv2.VideoCapture(str(SAMPLES / "01_good_set.mp4")))()
    assert camera.read().shape == (540, 960, 3)
    assert camera.promised_hz == 30.0
    camera.close()
