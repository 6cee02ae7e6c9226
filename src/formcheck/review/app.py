"""The server's routes: each takes a request apart, asks the desk, and puts the answer together."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from formcheck.errors import FormcheckError, InputError, UsageError
from formcheck.report.words import printable
from formcheck.review.accept import RefusedError
from formcheck.review.assets import asset
from formcheck.review.desk import Desk, NotAnalysedError, NotFoundError
from formcheck.review.exports import Exports
from formcheck.review.intake import Intake
from formcheck.review.keeping import Keeping
from formcheck.review.layer import NewerError
from formcheck.review.model import plain
from formcheck.review.pairs import side_by_side
from formcheck.review.playback import jpeg
from formcheck.review.uploads import NotVideoError, TooLargeError, receive

_MAX_REVIEW_BYTES = 2_000_000
_MAX_FRAME_PX = 4096
# A page of its own: it carries its styles and scripts and names them by hash in its own policy, and is no part of this
# site, so that nothing in it could ask the server for anything.
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-modals"
)

Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(desk: Desk) -> Starlette:
    """Return the application, without its `guard.Guard`."""
    intake, exports, keeping = Intake(desk), Exports(desk), Keeping(desk)
    routes = [
        Route("/", _index),
        Route("/static/{name:path}", _static),
        Route("/api/state", _answer(lambda _request: desk.state())),
        Route("/api/items", _answer(lambda _request: desk.items())),
        Route("/api/items/{id}", _answer(lambda request: desk.bench(_id(request)))),
        Route("/api/items/{id}/track.bin", _track(desk)),
        Route("/api/items/{id}/video", _video(desk)),
        Route("/api/items/{id}/frame", _frame(desk)),
        Route("/api/items/{id}/review", _put_review(keeping), methods=["PUT"]),
        Route("/api/items/{id}/review", _answer(lambda request: keeping.forget(_id(request))), methods=["DELETE"]),
        Route("/api/items/{id}/analyse", _analyse(intake), methods=["POST"]),
        Route("/api/items/{id}/report.html", _page(exports)),
        Route("/api/items/{id}/report.pdf", _file_of(_pdf(exports), "application/pdf", "pdf")),
        Route("/api/items/{id}/review.json", _file_of(lambda r: exports.review(_id(r)), "application/json", "json")),
        Route("/api/items/{id}/session.json", _file_of(_session(exports), "application/json", "json")),
        Route("/api/compare", _answer(lambda request: _compare(desk, request))),
        Route("/api/uploads", _upload(intake), methods=["POST"]),
        Route("/api/jobs", _answer(lambda _request: intake.all_jobs())),
        Route(
            "/api/jobs/{job}", _answer(lambda request: intake.cancel(request.path_params["job"])), methods=["DELETE"]
        ),
    ]
    handlers: Any = {HTTPException: _http_error, FormcheckError: _error, Exception: _bug}
    return Starlette(routes=routes, exception_handlers=handlers)


def _id(request: Request) -> str:
    return str(request.path_params["id"])


async def _index(_request: Request) -> Response:
    return _file("index.html")


async def _static(request: Request) -> Response:
    return _file(request.path_params["name"])


def _file(name: str) -> Response:
    found = asset(name)
    if found is None:
        return JSONResponse({"error": "there is no such file"}, 404)
    data, media_type = found
    return Response(data, media_type=media_type)


def _answer(ask: Callable[[Request], Any]) -> Endpoint:
    """An endpoint that answers with JSON, worked out beside the server's own thread."""

    @wraps(ask)
    async def endpoint(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(ask, request))

    return endpoint


def _track(desk: Desk) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        reviewed = request.query_params.get("layer") == "reviewed"
        data = await run_in_threadpool(desk.points, _id(request), reviewed=reviewed)
        return Response(data, media_type="application/octet-stream")

    return endpoint


def _video(desk: Desk) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        found = await run_in_threadpool(desk.video, _id(request))
        if found is None:
            body = {"error": "the video is being prepared for this browser", "share": desk.preparing(_id(request))}
            return JSONResponse(body, 503, headers={"Retry-After": "1"})
        path, media_type = found
        return FileResponse(path, media_type=media_type)

    return endpoint


def _frame(desk: Desk) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        t_s, width_px = _number(request, "t"), _number(request, "w", _MAX_FRAME_PX)
        if t_s is None or not 0 <= t_s < 86_400:
            raise RefusedError("expected a time in seconds with ?t=")
        if width_px is None or not 16 <= width_px <= _MAX_FRAME_PX:
            raise RefusedError(f"expected a width from 16 to {_MAX_FRAME_PX} with &w=")

        def read() -> bytes:
            image, _shown_s = desk.frame(_id(request), t_s)
            return jpeg(image, width_px=int(width_px))

        return Response(await run_in_threadpool(read), media_type="image/jpeg")

    return endpoint


def _number(request: Request, name: str, default: float | None = None) -> float | None:
    try:
        return float(request.query_params[name])
    except KeyError:
        return default
    except ValueError:
        return None


def _put_review(keeping: Keeping) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        data = await _body(request, _MAX_REVIEW_BYTES)
        try:
            body = json.loads(data)
        except ValueError:
            raise RefusedError("expected JSON, got something else") from None
        return JSONResponse(await run_in_threadpool(keeping.put, _id(request), body))

    return endpoint


def _page(exports: Exports) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        page, name = await run_in_threadpool(exports.page, _id(request), _layer(request))
        headers = {"Content-Security-Policy": _PAGE_POLICY, "Content-Disposition": _disposition("inline", name, "html")}
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)

    return endpoint


def _pdf(exports: Exports) -> Callable[[Request], tuple[bytes, str]]:
    return lambda request: exports.pdf(_id(request), _layer(request))


def _session(exports: Exports) -> Callable[[Request], tuple[bytes, str]]:
    return lambda request: exports.session(_id(request), _layer(request))


def _layer(request: Request) -> str:
    return request.query_params.get("layer", "reviewed")


def _file_of(make: Callable[[Request], tuple[bytes, str]], media_type: str, suffix: str) -> Endpoint:
    """An endpoint that answers with a file to keep."""

    async def endpoint(request: Request) -> Response:
        data, name = await run_in_threadpool(make, request)
        headers = {"Content-Disposition": _disposition("attachment", name, suffix)}
        return Response(data, media_type=media_type, headers=headers)

    return endpoint


def _disposition(kind: str, name: str, suffix: str) -> str:
    return f"{kind}; filename*=UTF-8''{quote(printable(f'{name}.{suffix}'), safe='')}"


def _compare(desk: Desk, request: Request) -> dict[str, Any]:
    query = request.query_params
    layers = (query.get("a_layer", "reviewed"), query.get("b_layer", "reviewed"))
    return side_by_side(desk, (query.get("a", ""), query.get("b", "")), layers)


def _analyse(intake: Intake) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        query = request.query_params
        job = await run_in_threadpool(
            intake.analyse, _id(request), protocol_id=query.get("protocol"), side=query.get("side")
        )
        return JSONResponse(job, 202)

    return endpoint


def _upload(intake: Intake) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        query = request.query_params
        folder = intake.upload_folder(protocol_id=query.get("protocol"), side=query.get("side"))
        declared = request.headers.get("content-length", "")
        path = await receive(
            request.stream(),
            name=query.get("name", ""),
            folder=folder,
            declared=int(declared) if declared.isdecimal() else None,
        )
        job = await run_in_threadpool(intake.uploaded, path, protocol_id=query.get("protocol"), side=query.get("side"))
        return JSONResponse(job, 202)

    return endpoint


async def _body(request: Request, limit: int) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise HTTPException(413, f"expected at most {limit} bytes")
    return bytes(data)


async def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    return JSONResponse({"error": detail or "not found"}, status)


async def _error(_request: Request, error: Exception) -> Response:
    if isinstance(error, NewerError):
        kept = error.kept
        return JSONResponse({"error": str(error), "review": plain(kept.review), "revision": kept.review.revision}, 409)
    status = 500
    if isinstance(error, NotFoundError):
        status = 404
    elif isinstance(error, NotAnalysedError):
        status = 409
    elif isinstance(error, TooLargeError):
        status = 413
    elif isinstance(error, NotVideoError):
        status = 415
    elif isinstance(error, (RefusedError, InputError, UsageError)):
        status = 422
    return JSONResponse({"error": str(error)}, status)


async def _bug(_request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)
    return JSONResponse({"error": f"this is a bug ({type(error).__name__}); see where formcheck was started"}, 500)
