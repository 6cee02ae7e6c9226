"""Runs the server: listens on a free port, and removes at the end what it made for itself."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from formcheck.errors import FormcheckError, UsageError
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.app import make_app
from formcheck.review.guard import Guard
from formcheck.review.jobs import JobQueue
from formcheck.review.library import Library
from formcheck.review.media import Media
from formcheck.review.service import ReviewService
from formcheck.text.catalogue import Texts

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


@contextmanager
def open_app(
    library: Library,
    protocols: AvailableProtocols,
    *,
    texts: Texts,
    reviewer: str = "",
    single: str | None = None,
) -> Iterator[Starlette]:
    """Yield the application with its background work; at the end that stops, and what it left unfinished is removed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="formcheck-review-")))
        media = stack.enter_context(closing(Media(folder)))
        jobs = stack.enter_context(closing(JobQueue("formcheck-analyses")))
        service = ReviewService(
            library, protocols, media=media, analysis_jobs=jobs, texts=texts, reviewer=reviewer, single=single
        )
        closing_down = threading.Event()
        preload = threading.Thread(target=_preload, args=(library, closing_down), name="formcheck-preload", daemon=True)
        preload.start()
        stack.callback(preload.join)
        stack.callback(closing_down.set)
        yield make_app(service, jobs)


def _preload(library: Library, closing_down: threading.Event) -> None:
    """Read what the worklist shows, and then when each clip was filmed, while the browser starts."""
    with suppress(FormcheckError):
        items = library.items()
        for item in items:
            item.entry()
        for item in items:
            if closing_down.is_set():
                return
            item.date()


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


def serve(app: Starlette, listener: socket.socket, *, host: str, ready: Callable[[Address], None]) -> None:
    """Answer until Ctrl-C or SIGTERM.

    Parameters
    ----------
    ready : callable
        Called with the address once it answers.
    """
    address = Address(host, listener.getsockname()[1], secrets.token_urlsafe(_TOKEN_BYTES))
    server = make_server(app, address)
    server.on_ready = lambda: ready(address)
    server.run(sockets=[listener])


class Server(uvicorn.Server):
    """Calls ``on_ready`` when it answers; ends normally on Ctrl-C and SIGTERM, so that temporary files are removed."""

    on_ready: Callable[[], None] | None = None

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
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
        # The address that the browser asks under is checked; nothing stands in between that could give another.
        proxy_headers=False,
    )
    return Server(config)
