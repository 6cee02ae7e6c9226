"""Which camera is opened: by what the system calls it, never by its place in a list of names."""

import cv2
import pytest

from formcheck.errors import InputError
from formcheck.live import devices
from formcheck.live.devices import CameraDevice, FfmpegCamera, camera_opener, find_device

# As FFmpeg lists two cameras of a laptop: the one plugged in last comes first, and video1 and video3 hold no images.
LISTED = [
    CameraDevice("/dev/video2", "USB Webcam: USB Webcam", 0),
    CameraDevice("/dev/video0", "Integrated Camera: Integrated C", 1),
]


@pytest.fixture
def opened(monkeypatch):
    """What would be opened on a machine with these cameras."""
    calls = []

    class Closed:
        def __init__(self, *arguments):
            calls.append(arguments[:2])

        def set(self, *_):
            return False

        def isOpened(self):  # noqa: N802 - OpenCV's name
            return False

        def release(self):
            pass

    monkeypatch.setattr(cv2, "VideoCapture", Closed)
    monkeypatch.setattr(devices, "devices", lambda: LISTED)
    return calls


@pytest.mark.parametrize(
    ("camera", "system", "call"),
    [
        ("integrated", "linux", ("/dev/video0", cv2.CAP_V4L2)),
        ("USB Webcam", "linux", ("/dev/video2", cv2.CAP_V4L2)),
        ("/dev/video2", "linux", ("/dev/video2", cv2.CAP_V4L2)),
        (None, "linux", ("/dev/video0", cv2.CAP_V4L2)),
        ("integrated", "win32", (1, cv2.CAP_DSHOW)),
        ("2", "linux", (2, cv2.CAP_ANY)),
        ("rtsp://camera/1", "linux", ("rtsp://camera/1", cv2.CAP_FFMPEG)),
    ],
)
def test_a_camera_is_opened_by_what_the_system_calls_it(camera, system, call, opened):
    assert camera_opener(camera, system=system)() is None
    assert opened == [call]


@pytest.mark.parametrize(("wanted", "count"), [("camera", 1), ("cam", 2), ("nothing", 0)])
def test_a_name_must_be_that_of_one_camera(wanted, count):
    if count == 1:
        assert find_device(wanted, LISTED).identifier == "/dev/video0"
        return
    with pytest.raises(InputError, match=rf"found {count} .*USB Webcam \(/dev/video2\)"):
        find_device(wanted, LISTED)


def test_a_mistyped_address_keeps_its_password():
    with pytest.raises(InputError) as refused:
        find_device("rtsp:/me:s3cret@camera/1?password=s3cret", LISTED)
    assert "s3cret" not in str(refused.value)


def test_a_camera_of_ffmpeg_gives_images_and_ends():
    """The pattern that FFmpeg makes stands in for a camera."""
    camera = devices._open_with_ffmpeg("testsrc=duration=0.2:size=64x48:rate=10", "lavfi")
    assert isinstance(camera, FfmpegCamera)
    images = [camera.read() for _ in range(3)]
    camera.close()
    assert [image is None for image in images] == [False, False, True]
    assert images[0].shape == (48, 64, 3)
