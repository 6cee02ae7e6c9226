import pytest

from formcheck.errors import without_passwords


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://me:s3cret@camera.local:554/stream1",
        "rtsp:/me:s3cret@camera.local/stream1",
        "me:s3cret@192.168.1.5",
        "rtsp://me:s3@s3cret@camera/1",
        "http://s3cret@camera/1",
        "http://camera/video?user=me&password=s3cret&n=1",
        "rtsp://camera/user=me&Password=s3cret&channel=1",
        "'rtsp://me:s3cret@camera'",
    ],
)
def test_a_password_of_a_network_camera_is_left_out(address):
    shown = without_passwords(f"{address}: expected a camera, got nothing")
    assert "s3cret" not in shown
    assert "expected a camera, got nothing" in shown


@pytest.mark.parametrize(
    "text", ["/home/me/clip.mp4: expected a clip", "C:\\clips\\a@b.mp4", "http://127.0.0.1:8000/a", "12:30, me@home"]
)
def test_everything_else_stays(text):
    assert without_passwords(text) == text
