"""The server's routes: each reads a request, asks the service, and writes the answer."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from formcheck.errors import FormcheckError, InputError, UsageError
from formcheck.report.page import page_template
from formcheck.review.analyses import Analyses
from formcheck.review.exports import Exports
from formcheck.review.jobs import JobQueue
from formcheck.review.media import to_jpeg
from formcheck.review.model import RequestError
from formcheck.review.payload import page_texts
from formcheck.review.service import ReviewService
from formcheck.review.storage import ConflictError
from formcheck.review.uploads import receive
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import printable

_MAX_REVIEW_BYTES = 2_000_000
_MAX_FRAME_PX = 4096
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
# The same copies that reports carry.
_SHARED = ("uPlot.iife.min.js", "uPlot.min.css", "chart.js", "colours.css")
# An exported page is a file on its own: it carries its styles and scripts and names them by hash in its own policy. It
# is sandboxed away from this site, so that nothing in it can ask the server for anything.
_PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-modals"
)

Endpoint = Callable[[Request], Awaitable[Response]]


def make_app(service: ReviewService, analysis_jobs: JobQueue) -> Starlette:
    """Return the application, without its `guard.Guard`."""
    analyses, exports = Analyses(service, analysis_jobs), Exports(service)
    assets = page_assets()
    item = "/api/items/{id}"
    routes = [
        Route("/", _index(service.texts)),
        Route("/static/{name:path}", lambda request: _asset(assets, request.path_params["name"])),
        Route("/api/state", _json(lambda _: service.state())),
        Route("/api/items", _json(lambda _: service.items())),
        Route(item, _json(lambda r: service.show(_id(r)))),
        Route(f"{item}/track.bin", _landmarks(service)),
        Route(f"{item}/video", _video(service)),
        Route(f"{item}/frame", _frame(service)),
        Route(f"{item}/review", _put_review(service), methods=["PUT"]),
        Route(f"{item}/review", _json(lambda r: service.delete_review(_id(r))), methods=["DELETE"]),
        Route(f"{item}/analyse", _json(lambda r: analyses.start(_id(r), **_options(r)), 202), methods=["POST"]),
        Route(f"{item}/report.html", _page(exports)),
        Route(f"{item}/report.pdf", _download(lambda r: exports.pdf(_id(r), _layer(r)), "application/pdf", "pdf")),
        Route(f"{item}/review.json", _download(lambda r: exports.review(_id(r)), "application/json", "json")),
        Route(
            f"{item}/session.json",
            _download(lambda r: exports.session(_id(r), _layer(r)), "application/json", "json"),
        ),
        Route("/api/compare", _json(lambda r: _compare(service, r))),
        Route("/api/uploads", _upload(analyses), methods=["POST"]),
        Route("/api/jobs", _json(lambda _: service.jobs())),
        Route("/api/jobs/{job}", _json(lambda r: analyses.cancel(r.path_params["job"])), methods=["DELETE"]),
    ]
    handlers: Any = {HTTPException: _http_error, FormcheckError: _error, Exception: _bug}
    return Starlette(routes=routes, exception_handlers=handlers)


def _id(request: Request) -> str:
    return str(request.path_params["id"])


def _layer(request: Request) -> str:
    return request.query_params.get("layer", "reviewed")


def _options(request: Request) -> dict[str, str | None]:
    """Return the options of an analysis."""
    return {"protocol_id": request.query_params.get("protocol"), "side": request.query_params.get("side")}


def _index(texts: Texts) -> Endpoint:
    """Return the endpoint of the page itself, which carries the texts of its language."""
    page = page_template("formcheck.review", "index.html.j2").render(t=texts.get, catalogue=page_texts(texts))

    async def endpoint(_request: Request) -> Response:
        return Response(page, media_type=_TYPES[".html"])

    return endpoint


def page_assets() -> dict[str, Traversable]:
    """List the page's own files by name: no path of a request ever reaches the disk."""
    shared = files("formcheck.report") / "assets"
    found = {name: shared / name for name in _SHARED}
    _collect(files("formcheck.review") / "static", "", found)
    return found


def _collect(folder: Traversable, prefix: str, found: dict[str, Traversable]) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            _collect(entry, f"{prefix}{entry.name}/", found)
        elif _suffix(entry.name) in _TYPES:
            found[f"{prefix}{entry.name}"] = entry


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]


def _asset(assets: dict[str, Traversable], name: str) -> Response:
    if name not in assets:
        return JSONResponse({"error": "there is no such file"}, 404)
    return Response(assets[name].read_bytes(), media_type=_TYPES[_suffix(name)])


def _json(answer: Callable[[Request], Any], status: int = 200) -> Endpoint:
    """Return an endpoint that answers with JSON, worked out in another thread than the server's."""

    async def endpoint(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(answer, request), status)

    return endpoint


def _landmarks(service: ReviewService) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        reviewed = request.query_params.get("layer") == "reviewed"
        data = await run_in_threadpool(service.landmarks, _id(request), reviewed=reviewed)
        return Response(data, media_type="application/octet-stream")

    return endpoint


def _video(service: ReviewService) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        video = await run_in_threadpool(service.video, _id(request))
        if video.path is None:
            body = {"error": "the video is being prepared for this browser", "share": video.share}
            return JSONResponse(body, 503, headers={"Retry-After": "1"})
        return FileResponse(video.path, media_type=video.media_type)

    return endpoint


def _frame(service: ReviewService) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        t_s, width_px = _number(request, "t"), _number(request, "w", _MAX_FRAME_PX)
        if t_s is None or not 0 <= t_s < 86_400:
            raise RequestError("expected a time in seconds with ?t=")
        if width_px is None or not 16 <= width_px <= _MAX_FRAME_PX:
            raise RequestError(f"expected a width from 16 to {_MAX_FRAME_PX} with &w=")

        def read() -> bytes:
            return to_jpeg(service.frame(_id(request), t_s), width_px=int(width_px))

        return Response(await run_in_threadpool(read), media_type="image/jpeg")

    return endpoint


def _number(request: Request, name: str, default: float | None = None) -> float | None:
    try:
        return float(request.query_params[name])
    except KeyError:
        return default
    except ValueError:
        return None


def _put_review(service: ReviewService) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        data = await _body(request, _MAX_REVIEW_BYTES)
        try:
            body = json.loads(data)
        except ValueError:
            raise RequestError("expected JSON, got something else") from None
        return JSONResponse(await run_in_threadpool(service.save_review, _id(request), body))

    return endpoint


async def _body(request: Request, limit: int) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise HTTPException(413, f"expected at most {limit} bytes")
    return bytes(data)


def _page(exports: Exports) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        page, name = await run_in_threadpool(exports.page, _id(request), _layer(request))
        headers = {"Content-Security-Policy": _PAGE_POLICY, "Content-Disposition": _disposition("inline", name, "html")}
        return Response(page, media_type="text/html; charset=utf-8", headers=headers)

    return endpoint


def _download(make: Callable[[Request], tuple[bytes, str]], media_type: str, suffix: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        data, name = await run_in_threadpool(make, request)
        headers = {"Content-Disposition": _disposition("attachment", name, suffix)}
        return Response(data, media_type=media_type, headers=headers)

    return endpoint


def _disposition(kind: str, name: str, suffix: str) -> str:
    return f"{kind}; filename*=UTF-8''{quote(printable(f'{name}.{suffix}'), safe='')}"


def _compare(service: ReviewService, request: Request) -> dict[str, Any]:
    query = request.query_params
    layers = (query.get("a_layer", "reviewed"), query.get("b_layer", "reviewed"))
    return service.compare((query.get("a", ""), query.get("b", "")), layers)


def _upload(analyses: Analyses) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        folder = analyses.upload_folder(**_options(request))
        declared = request.headers.get("content-length", "")
        clip = await receive(
            request.stream(),
            name=request.query_params.get("name", ""),
            folder=folder,
            declared=int(declared) if declared.isdecimal() else None,
        )
        return JSONResponse(await run_in_threadpool(analyses.start_upload, clip, **_options(request)), 202)

    return endpoint


async def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    return JSONResponse({"error": detail or "not found"}, status)


async def _error(_request: Request, error: Exception) -> Response:
    body: dict[str, Any] = {"error": str(error)}
    if isinstance(error, ConflictError):
        review = error.stored.review
        body |= {"review": review.to_json(), "revision": review.revision}
    if isinstance(error, RequestError):
        return JSONResponse(body, error.status)
    return JSONResponse(body, RequestError.status if isinstance(error, (InputError, UsageError)) else 500)


async def _bug(_request: Request, error: Exception) -> Response:
    if isinstance(error, ClientDisconnect):
        return Response(status_code=400)
    return JSONResponse({"error": f"this is a bug ({type(error).__name__}); see where formcheck was started"}, 500)
