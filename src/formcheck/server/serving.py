"""Runs the server of a page: listens on a free port, and answers until it is told to end."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import uvicorn
from starlette.applications import Starlette

from formcheck.errors import UsageError
from formcheck.server.guard import Guard

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_TOKEN_BYTES = 32


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


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 = any free one.

    Raises
    ------
    UsageError
        The address is not one of this machine, or the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
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


class Server(uvicorn.Server):
    """Calls ``on_ready`` when it answers; ends normally on Ctrl-C and SIGTERM, so that temporary files are removed."""

    on_ready: Callable[[], None] | None = None
    ending: threading.Event | None = None

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

    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or (self.ending is not None and self.ending.is_set())

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self.on_ready is not None:
            self.on_ready()


def make_server(app: Starlette, address: Address) -> Server:
    """Return a server for an application behind its guard; no line of its log names a file or the token."""
    config = uvicorn.Config(
        Guard(app, host=address.host, port=address.port, token=address.token),
        access_log=False,
        log_level="error",
        # Whether there is a terminal would be asked of a stream, and a program without a console has none.
        use_colors=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
        # The address that the browser asks under is checked; nothing stands in between that could give another.
        proxy_headers=False,
    )
    return Server(config)
