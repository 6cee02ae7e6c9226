"""How requests become answers: JSON, files, the pages' own assets, and errors as one line."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from formcheck.errors import FormcheckError, InputError, UsageError
from formcheck.parsing import parse_json
from formcheck.report.page import page_template
from formcheck.server.errors import RequestError
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import printable

HTML = "text/html; charset=utf-8"
_LOG = logging.getLogger(__name__)
_TYPES = {
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
# The same copies that reports carry.
_SHARED = ("uPlot.iife.min.js", "uPlot.min.css", "chart.js", "colours.css")

Endpoint = Callable[[Request], Awaitable[Response]]


def application(routes: Sequence[Route], *, stop: Callable[[], None]) -> Starlette:
    """Return the application of these routes, without its `guard.Guard`; every error is answered in one line.

    The server calls ``stop`` when it begins to end, so that no answer is waited for.
    """
    handlers: Any = {HTTPException: _http_error, FormcheckError: _error, ClientDisconnect: _gone, Exception: _bug}
    app = Starlette(routes=list(routes), exception_handlers=handlers)
    app.state.stop = stop
    return app


def page_endpoint(package: str, template: str, catalogue: dict[str, Any], texts: Texts, **values: Any) -> Endpoint:
    """Return the endpoint of a page, which carries the texts of its language."""
    page = page_template(package, template).render(t=texts.get, catalogue=catalogue, **values)

    async def endpoint(_request: Request) -> Response:
        return Response(page, media_type=HTML)

    return endpoint


def page_catalogue(texts: Texts, sections: Sequence[str]) -> dict[str, Any]:
    """Return the language of a page, and the texts in which its scripts find their words."""
    found = [texts.section(name) for name in sections]
    return {"language": texts.language, "texts": {key: text for section in found for key, text in section.items()}}


def asset_route(*packages: str) -> Route:
    """Return the route of the files in the ``static`` folders of these packages, of this one and of the report."""
    assets = page_assets(*packages)

    async def endpoint(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in assets:
            return JSONResponse({"error": "there is no such file"}, 404)
        return Response(assets[name].read_bytes(), media_type=_TYPES[_suffix(name)])

    return Route("/static/{name:path}", endpoint)


def page_assets(*packages: str) -> dict[str, Traversable]:
    """List the pages' own files by name: no path of a request ever reaches the disk."""
    shared = files("formcheck.report") / "assets"
    found = {name: shared / name for name in _SHARED}
    for package in ("formcheck.server", *packages):
        _collect(files(package) / "static", "", found)
    return found


def _collect(folder: Traversable, prefix: str, found: dict[str, Traversable]) -> None:
    for entry in folder.iterdir():
        if entry.is_dir():
            _collect(entry, f"{prefix}{entry.name}/", found)
        elif _suffix(entry.name) in _TYPES:
            found[f"{prefix}{entry.name}"] = entry


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]


def json_endpoint(answer: Callable[[Request], Any], status: int = 200) -> Endpoint:
    """Return an endpoint that answers with JSON, worked out in another thread than the server's."""

    async def endpoint(request: Request) -> Response:
        return JSONResponse(await run_in_threadpool(answer, request), status)

    return endpoint


def json_body_endpoint(answer: Callable[[Request, Any], Any], *, limit: int, status: int = 200) -> Endpoint:
    """Return the same for a request that brings JSON of at most ``limit`` bytes."""

    async def endpoint(request: Request) -> Response:
        data = await _body(request, limit)
        try:
            body = parse_json(data)
        except ValueError as error:
            raise RequestError(f"expected JSON, got something else ({error})") from None
        return JSONResponse(await run_in_threadpool(answer, request, body), status)

    return endpoint


async def _body(request: Request, limit: int) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > limit:
            raise HTTPException(413, f"expected at most {limit} bytes")
    return bytes(data)


def download_endpoint(make: Callable[[Request], tuple[bytes, str]], media_type: str, suffix: str) -> Endpoint:
    """Return an endpoint that makes a file, of which ``make`` gives content and name, for download."""

    async def endpoint(request: Request) -> Response:
        data, name = await run_in_threadpool(make, request)
        headers = {"Content-Disposition": disposition("attachment", name, suffix)}
        return Response(data, media_type=media_type, headers=headers)

    return endpoint


def disposition(kind: str, name: str, suffix: str) -> str:
    """Return the header that names a file."""
    return f"{kind}; filename*=UTF-8''{quote(printable(f'{name}.{suffix}'), safe='')}"


def number_in_query(request: Request, name: str, default: float | None = None) -> float | None:
    """Return a number of the query; None when it is not one."""
    try:
        return float(request.query_params[name])
    except KeyError:
        return default
    except ValueError:
        return None


async def _http_error(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else ""
    return JSONResponse({"error": detail or "not found"}, status)


async def _error(_request: Request, error: Exception) -> Response:
    if isinstance(error, RequestError):
        return JSONResponse(error.body(), error.status)
    status = RequestError.status if isinstance(error, (InputError, UsageError)) else 500
    return JSONResponse({"error": str(error)}, status)


async def _gone(_request: Request, _error: Exception) -> Response:
    _LOG.warning("the page went away before all of an upload had come; nothing of it is kept")
    return Response(status_code=400)


async def _bug(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": f"this is a bug ({type(error).__name__}); see where formcheck was started"}, 500)
