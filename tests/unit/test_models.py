"""Which model files are taken, and how one is fetched: against a real server on this machine."""

from __future__ import annotations

import hashlib
import random
import threading
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from formcheck import cli
from formcheck.errors import InputError, OutputError, UsageError
from formcheck.pose import models
from formcheck.pose.download import pull
from formcheck.pose.models import BUNDLES, NETWORKS, PACKAGED_SHA256, Bundle, find_model, identify

CONTENT = random.Random(7).randbytes(700_000)
HALF = len(CONTENT) // 2
BUNDLE = Bundle("test", (hashlib.sha256(CONTENT).hexdigest(),), len(CONTENT))
OFFICIAL_PATH = "/pose_landmarker_test/float16/1/pose_landmarker_test.task"


@dataclass
class Behaviour:
    """What the server does, and what it was asked."""

    content: bytes = CONTENT
    status: int = 200
    ranges: bool = True
    refuses_ranges: bool = False
    cut_after: int | None = None
    asked: list[tuple[str, str | None]] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour

    def do_GET(self) -> None:
        does = self.behaviour
        asked_range = self.headers.get("Range")
        does.asked.append((self.path, asked_range))
        if does.status != 200:
            self.send_error(does.status)
            return
        if asked_range and does.refuses_ranges:
            self.send_error(416)
            return
        start = int(asked_range.removeprefix("bytes=").rstrip("-")) if asked_range and does.ranges else 0
        body = does.content[start:]
        self.send_response(206 if start else 200)
        if start:
            total = len(does.content)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: does.cut_after])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class says so
        """Keep the test's output clean."""


@pytest.fixture
def server(monkeypatch):
    """A behaviour to set, with the address of the server that follows it in ``server.url``."""
    behaviour = Behaviour()
    handler = type("H", (Handler,), {"behaviour": behaviour})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        behaviour.url = f"http://127.0.0.1:{running.server_port}"
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield behaviour
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def own_directory(tmp_path, monkeypatch):
    """No test sees or touches the models of whoever runs it, but for the one that comes with formcheck."""
    directory, packaged = tmp_path / "pulled", tmp_path / "packaged"
    packaged.mkdir()
    full = BUNDLES["full"].filename
    monkeypatch.setenv("FORMCHECK_MODELS", str(tmp_path / "none"))
    (packaged / full).write_bytes(find_model("full").read_bytes())
    monkeypatch.setenv("FORMCHECK_MODELS", str(directory))
    monkeypatch.setattr(models, "search_directories", lambda: (models.user_directory(), packaged))
    return directory


def target_in(directory: Path) -> Path:
    return directory / BUNDLE.filename


def part_in(directory: Path) -> Path:
    return directory / (BUNDLE.filename + ".part")


# --- fetching


def test_pull_puts_the_whole_file_in_place(server, own_directory):
    seen = []
    path = pull(BUNDLE, base_url=server.url, progress=lambda done, total: seen.append((done, total)))

    assert path == target_in(own_directory)
    assert path.read_bytes() == CONTENT
    assert server.asked == [(OFFICIAL_PATH, None)]
    assert [p.name for p in own_directory.iterdir()] == [BUNDLE.filename]
    assert seen == sorted(seen)
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_pull_of_a_good_file_asks_nobody(server, own_directory):
    own_directory.mkdir()
    target_in(own_directory).write_bytes(CONTENT)
    pull(BUNDLE, base_url=server.url)
    assert server.asked == []


def test_pull_replaces_a_bad_file_only_by_a_good_one(server, own_directory):
    own_directory.mkdir()
    target_in(own_directory).write_bytes(b"old")
    server.status = 503
    with pytest.raises(InputError):
        pull(BUNDLE, base_url=server.url)
    assert target_in(own_directory).read_bytes() == b"old"

    server.status = 200
    pull(BUNDLE, base_url=server.url)
    assert target_in(own_directory).read_bytes() == CONTENT


def test_a_wrong_file_is_refused_and_not_kept(server, own_directory):
    server.content = bytes(len(CONTENT))
    with pytest.raises(InputError) as caught:
        pull(BUNDLE, base_url=server.url)
    assert f"expected sha256 {BUNDLE.published_sha256[0]}" in str(caught.value)
    assert f"got {hashlib.sha256(server.content).hexdigest()}" in str(caught.value)
    assert list(own_directory.iterdir()) == []


def test_a_page_instead_of_a_model_is_refused_unread(server, own_directory):
    server.content = b"<html>please log in</html>"
    with pytest.raises(InputError, match=rf"expected a file of {len(CONTENT)} bytes, the server offers 26"):
        pull(BUNDLE, base_url=server.url)
    assert list(own_directory.iterdir()) == []


def test_a_cut_download_is_continued(server, own_directory):
    server.cut_after = HALF
    with pytest.raises(InputError, match=rf"expected {len(CONTENT)} bytes, the connection ended after {HALF}"):
        pull(BUNDLE, base_url=server.url)
    assert not target_in(own_directory).exists()
    assert part_in(own_directory).read_bytes() == CONTENT[:HALF]

    server.cut_after = None
    pull(BUNDLE, base_url=server.url)
    assert target_in(own_directory).read_bytes() == CONTENT
    assert not part_in(own_directory).exists()
    assert server.asked == [(OFFICIAL_PATH, None), (OFFICIAL_PATH, f"bytes={HALF}-")]


@pytest.mark.parametrize(
    ("change", "requests"),
    [
        pytest.param({"ranges": False}, [f"bytes={HALF}-"], id="server sends the whole file"),
        pytest.param({"refuses_ranges": True}, [f"bytes={HALF}-", None], id="server refuses the range"),
    ],
)
def test_a_server_that_cannot_continue_starts_again(server, own_directory, change, requests):
    own_directory.mkdir()
    part_in(own_directory).write_bytes(CONTENT[:HALF])
    for name, value in change.items():
        setattr(server, name, value)
    assert pull(BUNDLE, base_url=server.url).read_bytes() == CONTENT
    assert [asked_range for _path, asked_range in server.asked] == requests


def test_a_stale_beginning_is_thrown_away(server, own_directory):
    own_directory.mkdir()
    part_in(own_directory).write_bytes(bytes(HALF))
    assert pull(BUNDLE, base_url=server.url).read_bytes() == CONTENT
    assert [asked_range for _path, asked_range in server.asked] == [f"bytes={HALF}-", None]


def test_a_missing_file_is_named_with_its_address(server, own_directory):
    server.status = 404
    with pytest.raises(InputError, match="the server answered 404") as caught:
        pull(BUNDLE, base_url=server.url)
    assert server.url + OFFICIAL_PATH in str(caught.value)
    assert list(own_directory.iterdir()) == []


def test_no_server_is_said_plainly(server):
    unused = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    port = unused.server_port
    unused.server_close()
    with pytest.raises(InputError, match="the server cannot be reached"):
        pull(BUNDLE, base_url=f"http://127.0.0.1:{port}")


@pytest.mark.parametrize("address", ["file:///etc", "ftp://example.invalid", "models"])
def test_only_web_addresses_are_asked(address):
    with pytest.raises(UsageError, match="expected http:// or https://"):
        pull(BUNDLE, base_url=address)


def test_a_place_that_cannot_be_written_is_named(server, own_directory):
    own_directory.write_text("a file where the folder should be")
    with pytest.raises(OutputError, match=r"pulled.*cannot be written.*set FORMCHECK_MODELS"):
        pull(BUNDLE, base_url=server.url)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
def test_a_full_disk_is_named(server, own_directory):
    own_directory.mkdir()
    part_in(own_directory).symlink_to("/dev/full")
    with pytest.raises(OutputError, match=r"No space left on device.*free some space"):
        pull(BUNDLE, base_url=server.url)


# --- finding


def test_the_packaged_model_is_the_one_that_was_measured():
    found = identify(find_model("full"))
    assert (found.name, found.sha256, found.known) == ("pose_landmarker_full", PACKAGED_SHA256, True)


def test_a_pulled_model_goes_before_the_packaged_one(own_directory):
    own_directory.mkdir()
    pulled = own_directory / BUNDLES["full"].filename
    pulled.write_bytes(find_model("full").read_bytes())
    assert find_model("full") == pulled


def test_a_damaged_model_is_refused_with_expected_got_and_remedy(own_directory):
    own_directory.mkdir()
    damaged = own_directory / BUNDLES["full"].filename
    damaged.write_bytes(find_model("full").read_bytes()[:-1])
    with pytest.raises(InputError) as caught:
        find_model("full")
    message = str(caught.value)
    for sha256 in (*BUNDLES["full"].published_sha256, PACKAGED_SHA256):
        assert sha256 in message
    assert f"got {hashlib.sha256(damaged.read_bytes()).hexdigest()}" in message
    assert "formcheck models pull full" in message
    assert "\n" not in message


def test_an_absent_model_names_the_command_that_fetches_it():
    with pytest.raises(InputError, match=r"pose_landmarker_heavy\.task.*formcheck models pull heavy"):
        find_model("heavy")


def bundle_of(path: Path, *, names=NETWORKS, mark=b"TFL3", compression=zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as out:
        for name in names:
            out.writestr(name, b"\x1c\0\0\0" + mark + bytes(64))
    return path


def test_an_unknown_bundle_of_both_networks_is_taken_by_path(tmp_path):
    path = bundle_of(tmp_path / "mine.task")
    found = identify(find_model(path))
    assert (found.name, found.known) == ("mine", False)
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_known_bundle_is_recognised_under_any_name(tmp_path):
    copy = tmp_path / "copy.task"
    copy.write_bytes(find_model("full").read_bytes())
    assert identify(find_model(str(copy))).name == "pose_landmarker_full"


def flipped(path: Path, *, at: int) -> bytes:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    return bytes(content)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda p: p.write_text("not a model"), id="text"),
        pytest.param(lambda p: p.write_bytes(b""), id="empty"),
        pytest.param(lambda p: p.mkdir(), id="folder"),
        pytest.param(lambda p: bundle_of(p, names=("hand_detector.tflite",)), id="another task's bundle"),
        pytest.param(lambda p: bundle_of(p, names=NETWORKS[:1]), id="one network only"),
        pytest.param(lambda p: bundle_of(p, mark=b"GGUF"), id="no networks inside"),
        pytest.param(lambda p: bundle_of(p, compression=zipfile.ZIP_DEFLATED), id="compressed"),
        pytest.param(lambda p: p.write_bytes(find_model("full").read_bytes()[:-100]), id="cut off"),
        pytest.param(lambda p: p.write_bytes(flipped(find_model("full"), at=5000)), id="damaged inside"),
    ],
)
def test_what_is_no_pose_bundle_is_refused_in_one_line(tmp_path, make):
    path = tmp_path / "wrong.task"
    make(path)
    with pytest.raises(InputError, match=r"wrong\.task.*expected a \.task") as caught:
        find_model(path)
    assert "\n" not in str(caught.value)


def test_a_path_that_is_not_there_lists_what_there_is():
    with pytest.raises(InputError, match=r"'tiny'.*expected lite, full, heavy or the path"):
        find_model("tiny")


# --- the commands


@pytest.fixture
def as_lite(server, monkeypatch):
    """The test's file in place of the official lite bundle, at the test's server."""
    lite = Bundle("lite", BUNDLE.published_sha256, BUNDLE.size_bytes)
    monkeypatch.setattr(models, "BUNDLES", {**BUNDLES, "lite": lite})
    monkeypatch.setenv("FORMCHECK_MODELS_URL", server.url)
    return lite


def test_commands_pull_verify_and_list(as_lite, own_directory, capsys):
    path = own_directory / as_lite.filename
    assert cli.run(["models", "pull", "lite"]) == 0
    assert capsys.readouterr().out == f"lite: {path}\n"
    assert cli.run(["models", "verify"]) == 0
    out = capsys.readouterr().out
    assert f"ok   pose_landmarker_lite  {path}  sha256 {BUNDLE.published_sha256[0]}" in out
    assert PACKAGED_SHA256 in out
    assert cli.run(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(str(path))
    assert "not calibrated" in lines[0]
    assert "not calibrated" not in lines[1]
    assert lines[2].endswith("not here; `formcheck models pull heavy`")


def test_verify_answers_3_for_a_damaged_model_and_still_checks_the_rest(as_lite, own_directory, capsys):
    cli.run(["models", "pull", "lite"])
    with (own_directory / as_lite.filename).open("r+b") as file:
        file.write(b"x")
    capsys.readouterr()
    assert cli.run(["models", "verify"]) == 3
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("not  ")
    assert "pull lite" in first
    assert second.startswith("ok   pose_landmarker_full")


def test_a_failed_pull_is_one_line_and_exit_code_3(as_lite, server, capsys):
    server.status = 404
    assert cli.run(["models", "pull", "lite"]) == 3
    captured = capsys.readouterr()
    (line,) = captured.err.strip().splitlines()
    assert line.startswith("formcheck: error: http://127.0.0.1")
    assert captured.out == ""
