"""The checks in front of every answer, and the headers on each. docs/review.md lists the attacks that they stop."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_READING = frozenset({"GET", "HEAD"})
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared with, not bound to
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Answers only requests with the token of this run, to this server's own name, and from its own page.

    Parameters
    ----------
    app : ASGI application
    host : str
        The address that the server listens on.
    port : int
    token : str
        Part of the address that the browser opens; exchanged for a cookie at the first visit.
    """

    def __init__(self, app: ASGIApp, *, host: str, port: int, token: str) -> None:
        self._app = app
        self._host = host
        self._port = port
        self._token = token
        # Cookies are shared between ports: two servers on one machine need names of their own.
        self._cookie = f"formcheck_{port}"
        self._secret = secrets.token_urlsafe(32)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse and say why."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await (refusal or self._app)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        # Before anything else: under a foreign name it is a page whose name was pointed at this machine.
        if not self._own_host(headers.get("host", "")):
            return _refuse("this server answers only under the address it printed", 421)
        if scope["method"] in _READING and scope["path"] == "/" and b"token=" in scope["query_string"]:
            return self._exchange_token(scope)
        if not self._has_cookie(headers):
            return PlainTextResponse("Open the whole address that formcheck printed, with its token.\n", 403)
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return _refuse("asked for by another site", 403)
        if scope["method"] not in _READING and not self._from_own_page(headers):
            return _refuse("changes are taken from formcheck's own page only", 403)
        return None

    def _own_host(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        if port != str(self._port):
            return False
        if name in _LOOPBACK or name.strip("[]") == self._host:
            return True
        # Listening on every address it cannot know which one is used; a name, though, could be anybody's.
        return self._host in _EVERYWHERE and _is_address(name.strip("[]"))

    def _exchange_token(self, scope: Scope) -> Response:
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return PlainTextResponse("This address is of an earlier run: open the one that formcheck printed.\n", 403)
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, self._secret, httponly=True, samesite="strict", path="/")
        return answer

    def _has_cookie(self, headers: Headers) -> bool:
        given = _cookies(headers.get("cookie", "")).get(self._cookie, "")
        return hmac.compare_digest(given.encode(), self._secret.encode())

    def _from_own_page(self, headers: Headers) -> bool:
        own = headers.get("origin", "") == f"http://{headers.get('host', '')}"
        return own and headers.get("x-formcheck") == "1"


def _cookies(header: str) -> dict[str, str]:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in jar.items()}


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _refuse(why: str, status: int) -> JSONResponse:
    body: dict[str, Any] = {"error": why}
    return JSONResponse(body, status)
