"""Runs the server of a page: listens on a free port, and answers until it is told to end."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import Any

import h11
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from formcheck.errors import UsageError
from formcheck.server.guard import Guard

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_TOKEN_BYTES = 32
_USUAL_PORTS = range(8737, 8741)
_SILENT_S = 30.0
# Ending an analysis and removing what it left takes a second or two.
_MOST_TO_END_S = 15.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where the page is."""

    host: str
    port: int
    token: str

    @property
    def url(self) -> str:
        """The address to open, with its token."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104 - compared with, not bound to
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}/?token={self.token}"


def bind(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens; port 0 = any free one, None = the usual one, or else any free one.

    With the same port at each start, a page that was left open finds the server again.

    Raises
    ------
    UsageError
        The address is not one of this machine, or the port is taken.
    """
    if port is None:
        for usual in _USUAL_PORTS:
            with suppress(UsageError):
                return bind(host, usual)
        port = 0
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only with the protocol named does asyncio send without waiting (TCP_NODELAY); else each answer takes 40 ms longer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", None) or str(error)
        raise UsageError(
            f"expected an address of this machine and a free port, got {host} port {port} ({why}); "
            "leave --port out for a free one"
        ) from None
    return listener


def serve(
    app: Starlette,
    listener: socket.socket,
    *,
    host: str,
    ready: Callable[[Address], None],
    ending: threading.Event | None = None,
) -> None:
    """Answer until Ctrl-C or SIGTERM.

    Parameters
    ----------
    app : Starlette
    listener : socket
    host : str
    ready : callable
        Called with the address once it answers.
    ending : threading.Event, optional
        Ends it too, when it is set.
    """
    address = Address(host, listener.getsockname()[1], secrets.token_urlsafe(_TOKEN_BYTES))
    server = make_server(app, address)
    server.on_ready = lambda: ready(address)
    server.ending = ending
    server.run(sockets=[listener])


class PatientConnection(H11Protocol):
    """A connection that is closed when its other end says nothing more: half a head, or half a body, waits for ever."""

    # None before the first whole head, which uvicorn's type does not say.
    cycle: Any = None
    _heard_at = 0.0
    _watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._heard_at = time.monotonic()
        self._watch = self.loop.call_later(_SILENT_S, self._close_if_silent)

    def data_received(self, data: bytes) -> None:
        self._heard_at = time.monotonic()
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        # The rest of a body may break off in the middle of its chunks, while its answer is worked out or on its way.
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            super().send_400_response(msg)
        else:
            self.transport.close()

    def give_up_receiving(self) -> None:
        """Close the connection if the rest of a request is still to come."""
        if self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete:
            self.transport.close()

    def _close_if_silent(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body
        if not answering and time.monotonic() - self._heard_at >= _SILENT_S:
            self.transport.close()
            return
        self._watch = self.loop.call_later(_SILENT_S, self._close_if_silent)


class Server(uvicorn.Server):
    """Calls ``on_ready`` when it answers; ends normally on Ctrl-C and SIGTERM, so that temporary files are removed."""

    on_ready: Callable[[], None] | None = None
    ending: threading.Event | None = None
    stop: Callable[[], None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # A thread that FFmpeg keeps for ever would keep the process too. What it leaves is removed at the next start.
        last = threading.Timer(_MOST_TO_END_S, os._exit, [0])
        last.daemon = True
        last.start()
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or (self.ending is not None and self.ending.is_set())

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self.on_ready is not None:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Before the answers that are under way are waited for.
        if self.stop is not None:
            self.stop()
        for connection in list(self.server_state.connections):
            if isinstance(connection, PatientConnection):
                connection.give_up_receiving()
        await super().shutdown(sockets=sockets)


def _ending_quietly(app: ASGIApp) -> ASGIApp:
    """Return an application whose answers can be cancelled, as they are at the end, without a traceback of each."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await app(scope, receive, sending)
        except asyncio.CancelledError:
            if not begun:
                await JSONResponse({"error": "formcheck is ending"}, 503)(scope, receive, send)

    return answer


def make_server(app: Starlette, address: Address) -> Server:
    """Return a server for an application behind its guard; no line of its log names a file or the token."""
    config = uvicorn.Config(
        _ending_quietly(Guard(app, host=address.host, port=address.port, token=address.token)),
        access_log=False,
        log_level="error",
        # Whether there is a terminal would be asked of a stream, and a program without a console has none.
        use_colors=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http=PatientConnection,
        timeout_graceful_shutdown=1,
        # The address that the browser asks under is checked; nothing stands in between that could give another.
        proxy_headers=False,
    )
    server = Server(config)
    server.stop = app.state.stop
    return server
