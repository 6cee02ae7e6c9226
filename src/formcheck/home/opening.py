"""Opens home with its background work, and removes at the end what it made for itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette

from formcheck.home.app import Home, home_routes
from formcheck.home.checks import Checks
from formcheck.home.live_window import LiveSetup, LiveWindow
from formcheck.home.record_view import RecordView
from formcheck.record.live_folders import SESSIONS
from formcheck.record.store import Store
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.app import review_routes
from formcheck.review.opening import open_service
from formcheck.review.record_library import RecordLibrary
from formcheck.server.endpoints import application, asset_route
from formcheck.server.temporary import temporary_folder
from formcheck.text.catalogue import Texts

REVIEW_PAGE = "/review"


@dataclass(frozen=True, slots=True)
class HomeOptions:
    """Whose practice it is, and a clip that plays as the camera."""

    profile: str
    source: Path | None = None


@contextmanager
def open_home(store: Store, options: HomeOptions, *, texts: Texts, ending: threading.Event) -> Iterator[Starlette]:
    """Yield the application: home, with the review page of the whole record beside it."""
    protocols = AvailableProtocols()
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder("home"))
        record = RecordView(store, options.profile, protocols, texts)
        sessions = store.folder / SESSIONS
        setup = LiveSetup(texts.language, sessions, options.source)
        live = stack.enter_context(closing(LiveWindow(record, protocols, setup)))
        library = RecordLibrary(store, protocols)
        service, jobs = stack.enter_context(open_service(library, protocols, texts=texts))
        checks = Checks(folder, jobs, record, texts.language)
        home = Home(service, record, checks, live, sessions, options.source, ending)
        yield application(
            [
                *home_routes(home),
                *review_routes(service, jobs, page=REVIEW_PAGE),
                asset_route("formcheck.review", "formcheck.home"),
            ],
            stop=service.stop,
        )
