"""What is sent to the local pages, and what lies in the folder that they show."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from formcheck.review.storage import StoredReview, review_file
from formcheck.server.serving import Address
from formcheck.video.container import file_sha256
from fuzz.files import a_review
from fuzz.mutations import flipped, mutated, mutated_json
from reviewed import Client, make_analysed

_METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "get", "\x00", "A" * 5000)
_ITEM = (
    "",
    "/video",
    "/frame?t=1",
    "/track.bin",
    "/review",
    "/analyse",
    "/report.html",
    "/review.json",
    "/session.json",
    "/angles.csv",
    "/images.zip",
    "/annotated.mp4",
    "/session.json?layer=analysed",
    "/frame?t=0.1&w=64",
    "/nothing",
)
_OTHERS = (
    "/",
    "/review",
    "/api/state",
    "/api/items",
    "/api/jobs",
    "/api/jobs/x",
    "/api/uploads?name=a.mp4",
    "/static/colours.css",
    "/api/compare?a={key}&b={key}",
    "/api/home",
    "/api/home/plan",
    "/api/home/sets/{key}",
    "/api/home/checks",
    "/api/home/checks?name=a.mp4",
    "/api/home/sets/{key}/answers",
    "/api/home/progress.html",
)
_QUERIES = (
    "?t=1e999",
    "?t=-1",
    "?t=%00",
    "?w=0",
    "?layer=" + "x" * 3000,
    "?a=%FF&b=",
    "?name=../../x.mp4",
    "?side=up",
    "?protocol=/etc/passwd",
    "?t=nan&w=inf",
    "?=&&;=",
    "?t=1&t=2",
)
_RANGES = (
    "bytes=0-",
    "bytes=-1",
    "bytes=5-2",
    "bytes=99999999999999999999-",
    "bytes=0-0,1-1,2-2",
    "bytes=" + "0-1," * 500,
    "bytes=²-",
    "bytes=-",
    "lines=1-2",
    "bytes=0-18446744073709551616",
)
_HEADERS = (
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Content-Length: ²",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: gzip",
    "Expect: 100-continue",
    "Upgrade: websocket",
    "Cookie: " + "a=b;" * 3000,
    "Host: evil",
    "X: " + "x" * 70_000,
    'If-Range: W/"²"',
    "Accept-Encoding: gzip;q=²",
    "Connection: close, keep-alive",
    "X-Formcheck: 2",
    "If-None-Match: *",
    'Forwarded: for="_gazonk"',
    "no colon",
)
_MOST_MB = 900.0


@dataclass(slots=True)
class Answers:
    """What became of the requests. ``faults`` has the requests that the server had no right answer to."""

    statuses: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def add(self, sent: bytes, status: int | None, body: bytes, took_s: float) -> None:
        """Count one answer; ``status`` is None when there was none."""
        self.slowest_s = max(self.slowest_s, took_s)
        self.statuses["no answer" if status is None else f"{status // 100}xx"] += 1
        if b"this is a bug" in body or (status is not None and status >= 500 and status != 503):
            self.faults.append(f"{sent[:300]!r} -> {status} {body[:300]!r}")


def damaged_library(folder: Path, count: int, draw: np.random.Generator) -> None:
    """Fill a folder with analysed clips of which the results or the review were changed; one, 'good', is whole."""
    clip = make_analysed(folder / "good")
    layer = review_file(StoredReview(a_review()), file_sha256(clip))
    (clip.parent / "clip.review.json").write_bytes(layer)
    document = (clip.parent / "clip.formcheck" / "session.json").read_bytes()
    for at in range(count):
        copy = folder / f"{at:04}"
        shutil.copytree(clip.parent, copy)
        if at % 2:
            (copy / "clip.review.json").write_bytes(mutated_json(layer, draw))
        else:
            (copy / "clip.formcheck" / "session.json").write_bytes(mutated_json(document, draw))


def requests(client: Client, key: str, count: int, draw: np.random.Generator) -> Iterator[bytes]:
    """Yield requests as bytes: odd methods, paths, queries, ranges, headers and bodies, and changed bytes."""
    review = json.dumps({"revision": 0, "review": a_review().to_json()}).encode()

    def pick(values: tuple[str, ...]) -> str:
        return values[int(draw.integers(len(values)))]

    for _ in range(count):
        put = draw.random() < 0.3
        method = "PUT" if put else "GET" if draw.random() < 0.5 else pick(_METHODS)
        path = f"/api/items/{key}/review" if put else f"/api/items/{key}{pick(_ITEM)}"
        if not put and draw.random() < 0.4:
            path = pick(_OTHERS).format(key=key)
        if draw.random() < 0.2:
            path = path.partition("?")[0] + pick(_QUERIES)
        lines = [f"{method} {path} HTTP/1.1", f"Host: {client.own}", f"Cookie: {client.cookie}", "X-Formcheck: 1"]
        lines += [f"Origin: http://{client.own}", "Connection: close"]
        lines += [f"Range: {pick(_RANGES)}"] if draw.random() < 0.2 else []
        lines += [pick(_HEADERS)] if draw.random() < 0.3 else []
        body = mutated_json(review, draw) if put or draw.random() < 0.3 else b""
        lines += [f"Content-Length: {len(body)}"] if body else []
        sent = "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + body
        if draw.random() < 0.15:
            sent = (flipped if draw.random() < 0.5 else mutated)(sent, draw)
        yield sent


def ask(address: Address, sent: bytes, *, patience_s: float) -> tuple[int | None, bytes]:
    """Send bytes, and return status and beginning of the answer; None when the server waits for more."""
    answer = b""
    with socket.create_connection((address.host, address.port), timeout=patience_s) as wire, suppress(OSError):
        wire.sendall(sent)
        while len(answer) < 100_000 and (piece := wire.recv(65_536)):
            answer += piece
    head = answer.split(b" ", 2)
    return (int(head[1]) if len(head) > 1 and head[1].isdigit() else None), answer


def send_all(client: Client, key: str, count: int, draw: np.random.Generator, *, patience_s: float = 2.0) -> Answers:
    """Send requests one after another, and wait so long for what comes of each."""
    answers = Answers()
    for sent in requests(client, key, count, draw):
        begun = time.monotonic()
        status, body = ask(client.address, sent, patience_s=patience_s)
        answers.add(sent, status, body, time.monotonic() - begun)
    return answers


def visit_all(client: Client) -> Answers:
    """Ask for every item and what can be had of it, as the page does."""
    answers = Answers()
    for item in client.get("/api/items")["items"]:
        for path in ("", "/track.bin", "/frame?t=1", "/report.html", "/session.json", "/angles.csv", "/images.zip"):
            begun = time.monotonic()
            status, _, body = client.raw("GET", f"/api/items/{item['id']}{path}")
            answers.add(f"{item['name']}{path}".encode(), status, body, time.monotonic() - begun)
    return answers


@dataclass(slots=True)
class Running:
    """A server in a process of its own. ``said`` and ``exit_code`` are known when it has ended."""

    client: Client
    process: subprocess.Popen[bytes]
    peak_mb: float = 0.0
    exit_code: int | None = None
    said: str = ""


@contextmanager
def running(*arguments: str | Path, folder: Path) -> Iterator[Running]:
    """Start a server by its command; end it as Ctrl-C does."""
    log = folder / "server.log"
    command = [sys.executable, "-m", "formcheck", *map(str, arguments), "--no-open"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "FORMCHECK_STORE": str(folder / "record")}
    with (
        log.open("wb") as err,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, env=environment) as process,
    ):
        words = process.stdout.readline().decode().split() if process.stdout is not None else []
        url = next(word for word in words if word.startswith("http"))
        place, _, token = url.removeprefix("http://").partition("/?token=")
        host, _, port = place.rpartition(":")
        found = Running(Client(Address(host, int(port), token)), process)
        try:
            yield found
            with suppress(psutil.Error, OSError):
                status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
                found.peak_mb = int(status.partition("VmHWM:")[2].split()[0]) / 1000
        finally:
            process.send_signal(signal.SIGINT)
            try:
                found.exit_code = process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
            found.said = log.read_text(encoding="utf-8", errors="replace")
