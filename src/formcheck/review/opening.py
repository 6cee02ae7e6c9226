"""Opens the service behind the review page, and removes at the end what it made for itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress

from starlette.applications import Starlette

from formcheck.errors import FormcheckError
from formcheck.files import private_folder
from formcheck.review.analysis import AvailableProtocols
from formcheck.review.app import review_routes
from formcheck.review.library import Library
from formcheck.review.media import Media
from formcheck.review.scrub_images import ScrubCopies
from formcheck.review.service import ReviewService
from formcheck.server.endpoints import application, asset_route
from formcheck.server.jobs import JobQueue
from formcheck.server.temporary import temporary_folder
from formcheck.text.catalogue import Texts


@contextmanager
def open_service(
    library: Library,
    protocols: AvailableProtocols,
    *,
    texts: Texts,
    reviewer: str = "",
    single: str | None = None,
) -> Iterator[tuple[ReviewService, JobQueue]]:
    """Yield the service and its analyses; at the end they stop, and what they left unfinished is removed."""
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder("review"))
        media = stack.enter_context(closing(Media(folder)))
        scrub_copies = stack.enter_context(closing(ScrubCopies(private_folder(folder / "scrub"))))
        jobs = stack.enter_context(closing(JobQueue("formcheck-analyses")))
        service = ReviewService(
            library,
            protocols,
            media=media,
            scrub_copies=scrub_copies,
            analysis_jobs=jobs,
            texts=texts,
            reviewer=reviewer,
            single=single,
        )
        closing_down = threading.Event()
        preload = threading.Thread(target=_preload, args=(library, closing_down), name="formcheck-preload", daemon=True)
        preload.start()
        stack.callback(preload.join)
        stack.callback(closing_down.set)
        yield service, jobs


@contextmanager
def open_app(
    library: Library,
    protocols: AvailableProtocols,
    *,
    texts: Texts,
    reviewer: str = "",
    single: str | None = None,
) -> Iterator[Starlette]:
    """Yield the application of the review page alone."""
    with open_service(library, protocols, texts=texts, reviewer=reviewer, single=single) as (service, jobs):
        yield application([*review_routes(service, jobs), asset_route("formcheck.review")], stop=service.stop)


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
