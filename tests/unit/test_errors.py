import pytest

from formcheck.cli import run
from formcheck.errors import one_line, without_passwords


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


def test_a_line_stays_one_and_commands_a_terminal_nothing(capsys):
    name = "no\nsuch\x1b[31m\x9b\udcff.mp4"
    assert one_line(f"{name} 10° – ü") == "no?such?[31m??.mp4 10° – ü"
    assert run(["analyze", name]) == 3
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "\x1b" not in said
