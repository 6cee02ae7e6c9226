"""The end of a local page's server: by Ctrl-C whatever a clip does, and of an upload that is cut off."""

import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import psutil
import pytest

from formcheck.review.analysis import AvailableProtocols
from formcheck.review.file_library import FileLibrary
from formcheck.server.serving import Address
from reviewed import Client, make_analysed, serving
from synth import Move

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent otherwise there")

# A page with one answer that never comes, from a thread that nothing ends.
_HANGS = """
import time
from starlette.routing import Route
from formcheck.server import serving
from formcheck.server.endpoints import application, json_endpoint
serving._MOST_TO_END_S = 1.0
app = application([Route("/hang", json_endpoint(lambda _: time.sleep(600)))], stop=lambda: None)
with serving.bind("127.0.0.1", 0) as listener:
    serving.serve(app, listener, host="127.0.0.1", ready=lambda address: print(address.url, flush=True))
"""


@contextmanager
def started(command, errors, **environment):
    """Start a server; yield its process and a client that has been let in."""
    with errors.open("w") as said:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, text=True, env=os.environ | environment
        )
    try:
        found = re.search(r"http://127\.0\.0\.1:(\d+)/\?token=(\S{40,})\n", process.stdout.readline())
        yield process, Client(Address("127.0.0.1", int(found[1]), found[2]))
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def asked_in_vain(client, path):
    """Ask without waiting for the answer."""
    wire = socket.create_connection((client.address.host, client.address.port), timeout=60)
    wire.sendall(f"GET {path} HTTP/1.1\r\nHost: {client.own}\r\nCookie: {client.cookie}\r\n\r\n".encode())
    return wire


def test_it_ends_and_clears_up_while_a_clip_stops_its_decoder_for_good(tmp_path):
    clip = make_analysed(tmp_path / "clips", moves=(Move(),))
    (tmp_path / "tmp").mkdir()
    command = [sys.executable, "-m", "formcheck", "review", str(clip), "--lang", "en", "--no-open"]
    with started(command, tmp_path / "err", TMPDIR=str(tmp_path / "tmp")) as (process, client):
        item = client.get("/api/state")["single"]
        assert client.raw("GET", f"/api/items/{item}/frame?t=0")[0] == 200
        decoder = decoder_of(process)
        decoder.suspend()
        with asked_in_vain(client, f"/api/items/{item}/frame?t=1"):
            time.sleep(0.5)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
    assert "Traceback" not in (tmp_path / "err").read_text()
    # The last resort would have left it.
    assert list((tmp_path / "tmp").glob("formcheck-review-*")) == []
    assert psutil.wait_procs([decoder], timeout=20)[0]


def decoder_of(process):
    """The process that reads clips: started by the server, or by the one that it starts for that."""
    children = psutil.Process(process.pid).children()
    return next((inner for one in children for inner in one.children()), children[-1])


def test_the_last_resort_ends_it_when_a_thread_does_not(tmp_path):
    with started([sys.executable, "-c", _HANGS], tmp_path / "err") as (process, client), asked_in_vain(client, "/hang"):
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    # Its answer was cancelled.
    assert "Traceback" not in (tmp_path / "err").read_text()


def upload_head(client, name, *fields):
    lines = (
        f"POST /api/uploads?name={name} HTTP/1.1",
        f"Host: {client.own}",
        f"Cookie: {client.cookie}",
        f"Origin: http://{client.own}",
        "X-Formcheck: 1",
        *fields,
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


@pytest.mark.parametrize("name", ["a.txt", "a.mp4"], ids=["answered before its end", "under way"])
def test_an_upload_that_breaks_off_within_a_chunk_leaves_no_traceback(tmp_path, caplog, capfd, monkeypatch, name):
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    with serving(FileLibrary(tmp_path, AvailableProtocols())) as client:
        head = upload_head(client, name, "Transfer-Encoding: chunked")
        with socket.create_connection((client.address.host, client.address.port), timeout=20) as wire:
            wire.sendall(head + b"14\r\n\x00\x00\x00\x18ftypmp42" + bytes(8) + b"\r\n")
            time.sleep(0.1)
            with suppress(ConnectionError):
                wire.sendall(b"no chunk\r\n")
                wire.sendall(b"nor this\r\n")
                while wire.recv(4096):
                    pass
        assert client.get("/api/items")["items"] == []
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    assert "Traceback" not in capfd.readouterr().err
    assert list(tmp_path.glob(".upload-*")) == []


def test_a_server_that_ends_during_an_upload_leaves_one_line_of_the_log(tmp_path, caplog, capfd):
    with serving(FileLibrary(tmp_path, AvailableProtocols())) as client:
        wire = socket.create_connection((client.address.host, client.address.port), timeout=20)
        wire.sendall(upload_head(client, "a.mp4", "Content-Length: 100000") + b"\x00\x00\x00\x18ftypmp42" + bytes(5000))
        while not list(tmp_path.glob(".upload-*")):
            time.sleep(0.02)
    wire.close()
    said = [record.getMessage() for record in caplog.records if record.name.startswith(("formcheck", "uvicorn"))]
    assert len(said) == 1
    assert "upload" in said[0]
    assert "CancelledError" not in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_upload_that_is_cut_off_leaves_one_line_of_the_log(tmp_path, caplog, capfd):
    with caplog.at_level(logging.INFO), serving(FileLibrary(tmp_path, AvailableProtocols())) as client:
        head = upload_head(client, "a.mp4", "Content-Length: 100000")
        with socket.create_connection((client.address.host, client.address.port), timeout=20) as wire:
            wire.sendall(head + b"\x00\x00\x00\x18ftypmp42" + bytes(5000))
            waited = threading.Event()
            while not list(tmp_path.glob(".upload-*")):
                waited.wait(0.02)
        while list(tmp_path.glob(".upload-*")):
            waited.wait(0.02)
        assert client.get("/api/items")["items"] == []
    said = [record.getMessage() for record in caplog.records if record.name.startswith(("formcheck", "uvicorn"))]
    assert len(said) == 1
    assert "upload" in said[0]
    assert "ClientDisconnect" not in capfd.readouterr().err
