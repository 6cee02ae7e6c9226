"""Clips with results to review, made on the spot: small, with known angles, and with the checksum that they name."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import numpy as np

from clips import write_clip
from formcheck.form.judge import judge_track
from formcheck.pipeline import write_session
from formcheck.protocols.loader import load_protocol
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.library import Library
from formcheck.review.opening import open_app
from formcheck.server.serving import Address, bind, make_server
from formcheck.text.catalogue import Texts
from formcheck.types import PoseTrack
from formcheck.video.container import file_sha256
from synth import Move, glide

SIZE_PX = (192, 108)
THREE = (Move(), Move(peak_deg=30.0), Move())


def track_for(
    clip: Path, moves: Sequence[Move] = THREE, *, times_s: Sequence[float] | None = None, **camera: Any
) -> PoseTrack:
    """Return a track of a clip's person, with the clip's checksum."""
    pose = glide(moves, fps=10.0, scale_px_m=60.0, size_px=SIZE_PX, **camera)
    info = replace(pose.clip, name=clip.name, sha256=file_sha256(clip))
    return replace(pose, clip=info, t_s=pose.t_s if times_s is None else np.asarray(times_s))


def make_clip(path: Path, *, start_s: float = 0.0, moves: Sequence[Move] = THREE, **options: Any) -> Path:
    """Write a clip with one picture at each time of `track_for`'s track."""
    count = len(glide(moves, fps=10.0).t_s)
    return write_clip(path, times_s=[start_s + i / 10 for i in range(count)], size_px=SIZE_PX, **options)


def make_results(clip: Path, folder: Path | None = None, *, moves: Sequence[Move] = THREE, **camera: Any) -> Path:
    """Leave results of a clip as an analysis does; return their folder."""
    folder = folder or clip.with_name(f"{clip.stem}.formcheck")
    track = track_for(clip, moves, **camera)
    protocol = load_protocol()
    write_session(folder, track, judge_track(track, protocol), protocol)
    return folder


def make_analysed(folder: Path, name: str = "clip.mp4", *, moves: Sequence[Move] = THREE, **camera: Any) -> Path:
    """Make a clip with results beside it; return the clip."""
    folder.mkdir(parents=True, exist_ok=True)
    clip = make_clip(folder / name, moves=moves)
    # No two clips are the same bytes.
    with clip.open("ab") as file:
        file.write(b"\x00\x00\x00" + bytes([8 + len(name)]) + b"free" + name.encode())
    make_results(clip, moves=moves, **camera)
    return clip


class Client:
    """Asks a running server as its page does, unless told otherwise."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self.own = f"127.0.0.1:{address.port}"
        self.cookie = ""
        answer = self.raw("GET", f"/?token={address.token}", cookie="")
        self.cookie = dict(answer[1]).get("set-cookie", "").partition(";")[0]

    def raw(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        cookie: str | None = None,
        host: str | None = None,
        origin: str | None = "own",
        marked: bool = True,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (lower case) and bytes."""
        connection = HTTPConnection("127.0.0.1", self.address.port, timeout=30)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        sent = {"Host": self.own if host is None else host, "Cookie": self.cookie if cookie is None else cookie}
        if method not in ("GET", "HEAD"):
            if origin is not None:
                sent["Origin"] = f"http://{self.own}" if origin == "own" else origin
            if marked:
                sent["X-Formcheck"] = "1"
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        if data is not None:
            sent["Content-Length"] = str(len(data))
        for name, value in (sent | (headers or {})).items():
            if value:
                connection.putheader(name, value)
        connection.endheaders(data)
        response = connection.getresponse()
        answer = response.status, {k.lower(): v for k, v in response.getheaders()}, response.read()
        connection.close()
        return answer

    def get(self, path: str) -> Any:
        """Return the JSON of an answer that must be well."""
        return self.json("GET", path)

    def json(self, method: str, path: str, body: Any = None, *, status: int = 200, **options: Any) -> Any:
        """Return the JSON of an answer that must have this status."""
        got, _, data = self.raw(method, path, body, **options)
        assert got == status, (got, data[:400])
        return json.loads(data)

    def put(self, key: str, review: dict[str, Any], *, revision: int | None = None, status: int = 200) -> Any:
        """Write a review."""
        base = review["revision"] if revision is None else revision
        return self.json("PUT", f"/api/items/{key}/review", {"revision": base, "review": review}, status=status)


@contextmanager
def serving(library: Library, *, host: str = "127.0.0.1", reviewer: str = "", language: str = "en") -> Iterator[Client]:
    """Run the real server in a thread; yield a client that has its cookie."""
    with (
        bind("127.0.0.1", 0) as listener,
        open_app(library, AvailableProtocols(), texts=Texts(language), reviewer=reviewer) as app,
    ):
        address = Address(host, listener.getsockname()[1], "a-token-of-this-test")
        server = make_server(app, address)
        ready = threading.Event()
        server.on_ready = ready.set
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(20)
            yield Client(address)
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


def key_of(client: Client, name: str) -> str:
    """Return the key of the item of this name."""
    return next(item["id"] for item in client.get("/api/items")["items"] if item["name"] == name)


def reps_of(item: dict[str, Any]) -> list[dict[str, float]]:
    """Return the repetitions of an item as analysed, as a review gives them."""
    return [{k: rep[k] for k in ("start_s", "peak_s", "end_s")} for rep in item["analysed"]["document"]["reps"]]
