"""Analyses that the page asks for, each in a process of its own: a crash costs one clip, and ending it cancels it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formcheck.errors import FormcheckError, UsageError
from formcheck.files import PART_FOLDERS
from formcheck.pipeline import Options, analyze
from formcheck.protocols.loader import load_protocol
from formcheck.review.analysis import other_leg_folder, results_folder_for
from formcheck.review.file_library import FileItem
from formcheck.review.library import NotFoundError, clip_of, make_id
from formcheck.review.service import ReviewService
from formcheck.server.endpoints import RequestError
from formcheck.server.job_process import Progress, reporting, run_in_process
from formcheck.server.jobs import Job, JobCancelledError, JobQueue
from formcheck.text.catalogue import DEFAULT_LANGUAGE
from formcheck.text.numbers import printable
from formcheck.types import KeptCalibration, Side

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """What to analyse, by which protocol (id or file), and the leg if it is known.

    ``video``: make the annotated clip too. ``language`` is that of what people read in the results. ``kept`` are the
    person's calibrations by hand.
    """

    clip: Path
    out: Path
    protocol: str
    side: Side | None
    video: bool = False
    language: str = DEFAULT_LANGUAGE
    kept: tuple[KeptCalibration, ...] = ()


# Runs in the process, with its end of a pipe.
Analyse = Callable[["Connection", AnalysisRequest], None]


def analyse_in_process(reports: Connection, request: AnalysisRequest) -> None:
    """Analyse a clip; what it sends is that of `formcheck.server.job_process.reporting`."""

    def work(progress: Progress) -> None:
        options = Options(side=request.side, video=request.video, language=request.language, kept=request.kept)
        protocol = load_protocol(request.protocol)
        analyze(request.clip, request.out, protocol=protocol, options=options, progress=progress)

    reporting(reports, work)


class Analyses:
    """What the page can have analysed: clips that are there, their other leg, and uploads.

    Parameters
    ----------
    service : ReviewService
    jobs : JobQueue
    analyse : callable
        What runs in the process.
    """

    def __init__(self, service: ReviewService, jobs: JobQueue, *, analyse: Analyse = analyse_in_process) -> None:
        self._service = service
        self._jobs = jobs
        self._analyse = analyse

    def start(self, item_id: str, *, protocol_id: str | None, side: str | None) -> dict[str, Any]:
        """Queue the analysis of a clip that has none; or, of one that has, for its other leg.

        Raises
        ------
        RequestError
            There is nothing to analyse.
        """
        protocol, leg = self._options(protocol_id, side)
        item = self._service.item(item_id)
        clip = clip_of(item)
        out = results_folder_for(clip)
        if isinstance(item, FileItem) and item.results is not None:
            if leg is None or leg is self._service.analysis(item).session.side:
                raise RequestError(
                    f"{item.name} is analysed already; name its other leg with side=, or change it in the review"
                )
            out = other_leg_folder(item.results.path, leg)
        elif item.is_analysed:
            raise RequestError(f"{item.name} is a session of the record; open its clip itself: formcheck review CLIP")
        return self._queue(item.id, item.name, AnalysisRequest(clip, out, protocol, leg))

    def upload_folder(self, *, protocol_id: str | None, side: str | None) -> Path:
        """Return the folder for an upload, before its bytes come; refuse what `start_upload` would refuse."""
        self._options(protocol_id, side)
        if self._service.library.uploads is None:
            raise RequestError("clips can be dropped here when a folder is open: start formcheck review FOLDER")
        return self._service.library.uploads

    def start_upload(self, clip: Path, *, protocol_id: str | None, side: str | None) -> dict[str, Any]:
        """Queue the analysis of a clip that was uploaded; cancelling it removes the clip."""
        request = AnalysisRequest(clip, results_folder_for(clip), *self._options(protocol_id, side))
        return self._queue(make_id("clip", str(clip)), clip.name, request, discard=partial(_remove, clip))

    def _queue(
        self, item_id: str, name: str, request: AnalysisRequest, *, discard: Callable[[], None] | None = None
    ) -> dict[str, Any]:
        work = partial(run_analysis, request=request, analyse=self._analyse)
        job = self._jobs.add(Job("analysis", item_id, printable(name), work, discard), one_per_item=True)
        return {"job": job.id, "id": item_id}

    def _options(self, protocol_id: str | None, side: str | None) -> tuple[str, Side | None]:
        """Return the protocol as `load_protocol` takes it, and the leg."""
        if side not in (None, "", *Side):
            raise RequestError(f"expected side=left, side=right or none to have it found, got '{side}'")
        protocols = self._service.protocols
        try:
            loaded = protocols.get(protocol_id) if protocol_id else protocols.default
        except UsageError as error:
            raise RequestError(str(error)) from None
        name = loaded.protocol.id if loaded.origin == "built in" else loaded.origin
        return name, Side(side) if side else None

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Cancel an analysis."""
        if not self._jobs.cancel(job_id):
            raise NotFoundError("there is no such analysis under way")
        return {"job": job_id}


def _remove(clip: Path) -> None:
    clip.unlink(missing_ok=True)


def run_analysis(job: Job, request: AnalysisRequest, *, analyse: Analyse = analyse_in_process) -> None:
    """Analyse a clip in a new process (spawn), as the work of a job.

    Raises
    ------
    FormcheckError
        It failed, or ended without an answer.
    JobCancelledError
        The job was cancelled: the process is ended, and what it left unfinished is removed.
    """
    existed = request.out.exists()
    before = set(request.out.iterdir()) if existed else set()
    try:
        run_in_process(job, analyse, request)
    except (FormcheckError, JobCancelledError):
        _remove_unfinished(request.out, before, existed=existed)
        raise


def _remove_unfinished(out: Path, before: set[Path], *, existed: bool) -> None:
    """Remove what an unfinished analysis left; what was there before stays."""
    with suppress(FileNotFoundError):
        for path in out.iterdir():
            if path not in before and path.match(PART_FOLDERS):
                shutil.rmtree(path, ignore_errors=True)
        if not existed and not any(out.iterdir()):
            out.rmdir()
