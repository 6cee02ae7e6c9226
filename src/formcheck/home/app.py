"""Home's routes: each reads a request, asks a part of home, and writes the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from formcheck.home.checks import Checks
from formcheck.home.devices import SoundTest, camera_list, still
from formcheck.home.live_window import LiveWindow
from formcheck.home.record_view import RecordView
from formcheck.pipeline import ANNOTATED, REPORT
from formcheck.protocols.model import Protocol
from formcheck.record.videos import VIDEOS, video_folder
from formcheck.review.exports import Exports
from formcheck.review.library import NotFoundError, make_id
from formcheck.review.service import ReviewService
from formcheck.review.uploads import receive
from formcheck.server.endpoints import (
    HTML,
    Endpoint,
    json_body_endpoint,
    json_endpoint,
    number_in_query,
    page_catalogue,
    page_endpoint,
)
from formcheck.server.errors import RequestError
from formcheck.text.findings import exercise_name
from formcheck.types import Side

_SECTIONS = ("advice", "exercise", "flag", "home", "number", "place", "record", "review.page", "side", "stage")
_MAX_BODY = 20_000
# Reports and the progress page are files of their own, which carry styles and scripts and name them by hash in a policy
# of their own. Home shows them within itself; they may ask the server for the annotated clip and for nothing else.
_FRAMED = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; media-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}


@dataclass(frozen=True, slots=True)
class Home:
    """The parts of home. ``source`` is a clip that plays as the camera; ``ending`` ends the server when it is set."""

    service: ReviewService
    record: RecordView
    checks: Checks
    live: LiveWindow
    sessions: Path
    source: Path | None
    ending: threading.Event

    def state(self) -> dict[str, Any]:
        """Return what the page opens with."""
        protocols = [one.protocol for one in self.service.protocols.by_id.values()]
        return {
            "version": version("formcheck"),
            **self.record.state(),
            "live": self.live.status(),
            "source": self.source.name if self.source is not None else None,
            "protocols": [self._exercise(one) for one in protocols],
            "sets_per_day": round(self.service.protocols.default.protocol.set.sets_per_day.low),
            "folders": {
                "record": str(self.record.store.folder),
                "videos": str(self.record.store.folder / VIDEOS),
                "sessions": str(self.sessions),
            },
        }

    def _exercise(self, protocol: Protocol) -> dict[str, Any]:
        name = exercise_name(self.service.texts, protocol.id, protocol.name)
        return {"id": protocol.id, "name": name, "reps": protocol.set.reps.value}

    def end(self) -> dict[str, Any]:
        """End the server."""
        self.ending.set()
        return {"ended": True}


def home_routes(home: Home) -> list[Route]:
    """Return the routes of home, whose page is at ``/``."""
    texts, record, checks, live = home.service.texts, home.record, home.checks, home.live
    one_set, check, sound = "/api/home/sets/{set}", "/api/home/checks/{check}", SoundTest(texts)
    index = page_endpoint("formcheck.home", "home.html.j2", page_catalogue(texts, _SECTIONS), texts)
    return [
        Route("/", index),
        Route("/api/home", json_endpoint(lambda _: home.state())),
        Route("/api/home/plan", _changing(home, lambda _, body: record.set_plan(body)), methods=["PUT"]),
        Route("/api/home/progress.html", _framed(lambda r: record.progress_page(as_analysed=_as_analysed(r)))),
        Route(one_set, json_endpoint(lambda r: record.one_set(_set(r)))),
        Route(f"{one_set}/answers", _answers(record), methods=["PUT"]),
        Route(f"{one_set}/answers", json_endpoint(lambda r: record.drop_questions(_set(r))), methods=["DELETE"]),
        Route(f"{one_set}/{REPORT}", _framed(lambda r: _report(home, _set(r)))),
        Route(f"{one_set}/{ANNOTATED}", _video(lambda r: _kept_video(home, _set(r)))),
        Route("/api/home/cameras", json_endpoint(lambda _: {"cameras": camera_list()})),
        Route("/api/home/camera.jpg", _still(home)),
        Route("/api/home/sound", json_endpoint(lambda _: sound.play()), methods=["POST"]),
        Route("/api/home/live", json_endpoint(lambda _: live.status())),
        Route("/api/home/live", json_body_endpoint(lambda _, b: live.start(b), limit=_MAX_BODY), methods=["POST"]),
        Route("/api/home/live", json_endpoint(lambda _: live.end()), methods=["DELETE"]),
        Route("/api/home/checks", json_endpoint(lambda _: {"checks": checks.all()})),
        Route("/api/home/checks", _upload(home), methods=["POST"]),
        Route(check, json_endpoint(lambda r: checks.status(_check(r)))),
        Route(check, json_endpoint(lambda r: checks.cancel(_check(r))), methods=["DELETE"]),
        Route(f"{check}/keep", json_endpoint(lambda r: checks.keep(_check(r))), methods=["POST"]),
        Route(f"{check}/{REPORT}", _framed(lambda r: checks.file(_check(r), REPORT).read_text(encoding="utf-8"))),
        Route(f"{check}/{ANNOTATED}", _video(lambda r: checks.file(_check(r), ANNOTATED))),
        Route("/api/home/end", json_endpoint(lambda _: home.end()), methods=["POST"]),
    ]


def _set(request: Request) -> str:
    return str(request.path_params["set"])


def _check(request: Request) -> str:
    return str(request.path_params["check"])


def _changing(home: Home, change: Callable[[Request, Any], None]) -> Endpoint:
    """Return an endpoint that changes something and answers with the new state."""

    def answer(request: Request, body: Any) -> dict[str, Any]:
        change(request, body)
        return home.state()

    return json_body_endpoint(answer, limit=_MAX_BODY)


def _answers(record: RecordView) -> Endpoint:
    return json_body_endpoint(lambda r, body: {"advice": record.answer(_set(r), body)}, limit=_MAX_BODY)


def _framed(make: Callable[[Request], str]) -> Endpoint:
    """Return the endpoint of a page that home shows within itself."""

    async def endpoint(request: Request) -> Response:
        return Response(await run_in_threadpool(make, request), media_type=HTML, headers=_FRAMED)

    return endpoint


def _as_analysed(request: Request) -> bool:
    return "as_analysed" in request.query_params


def _report(home: Home, uid: str) -> str:
    """Return the report of a set: as reviewed, else the one that was kept with its video, else made anew."""
    item = home.service.item(make_id("session", uid))
    if (reviewed := home.record.reviewed_report(uid)) is not None:
        return reviewed
    kept = video_folder(home.record.store, uid) / REPORT
    return kept.read_text(encoding="utf-8") if kept.exists() else Exports(home.service).page(item.id, "analysed")[0]


def _kept_video(home: Home, uid: str) -> Path:
    home.service.item(make_id("session", uid))
    path = video_folder(home.record.store, uid) / ANNOTATED
    if not path.exists():
        raise NotFoundError("no video was kept with this set")
    return path


def _video(find: Callable[[Request], Path]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return FileResponse(await run_in_threadpool(find, request), media_type="video/mp4")

    return endpoint


def _still(home: Home) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        camera = request.query_params.get("camera") or None
        return Response(await run_in_threadpool(still, camera, home.source), media_type="image/jpeg")

    return endpoint


def _upload(home: Home) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        query = request.query_params
        side = query.get("side") or None
        if side not in (None, *Side):
            raise RequestError(f"expected side=left, side=right or none to have it found, got '{side}'")
        declared = request.headers.get("content-length", "")
        clip = await receive(
            request.stream(),
            name=query.get("name", ""),
            folder=home.checks.upload_folder(),
            declared=int(declared) if declared.isdecimal() else None,
            check=home.service.media.check,
            gone=request.is_disconnected,
        )
        answer = home.checks.start(
            clip,
            protocol=home.service.protocols.default,
            side=Side(side) if side else None,
            keep=query.get("keep") == "yes",
            written_s=number_in_query(request, "written"),
        )
        return JSONResponse(answer, 202)

    return endpoint
