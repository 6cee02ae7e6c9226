"""Analyses that the page asks for, each in a process of its own: a crash costs one clip, and ending it cancels it."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formcheck.errors import FormcheckError, UsageError
from formcheck.files import PART_FOLDERS
from formcheck.pipeline import ANNOTATED, Options, analyze, planned_stages
from formcheck.pose.models import DEFAULT_QUALITY, QUALITIES
from formcheck.protocols.loader import load_protocol
from formcheck.review.again import completed_review, keep_review
from formcheck.review.analysis import Analysis, other_leg_folder
from formcheck.review.file_library import FileItem
from formcheck.review.library import NotFoundError, clip_of, make_id
from formcheck.review.results_folders import claimed_results_folder, results_folder_for
from formcheck.review.service import ReviewService
from formcheck.server.errors import RequestError
from formcheck.server.job_process import reporting, run_in_process
from formcheck.server.jobs import Job, JobCancelledError, JobQueue
from formcheck.stages import Progress
from formcheck.text.numbers import printable
from formcheck.types import Side
from formcheck.video.window import FASTEST, SLOWEST

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


@dataclass(frozen=True, slots=True)
class AnalysisRequest:
    """What to analyse, by which protocol (id or file), and how.

    ``own``: ``out`` is to be the clip's own folder, whichever that is when the work begins.
    """

    clip: Path
    out: Path
    protocol: str
    options: Options
    own: bool = False


# A track that ends this long before its clip does is of a part of it.
_END_S = 0.5

# Runs in the process, with its end of a pipe.
Analyse = Callable[["Connection", AnalysisRequest], None]


def analyse_in_process(reports: Connection, request: AnalysisRequest) -> None:
    """Analyse a clip; what it sends is that of `formcheck.server.job_process.reporting`."""

    def work(progress: Progress) -> None:
        protocol = load_protocol(request.protocol)
        analyze(request.clip, request.out, protocol=protocol, options=request.options, progress=progress)

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
        protocol, leg = self._chosen(protocol_id, side)
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
        return self._queue(
            item.id, item.name, AnalysisRequest(clip, out, protocol, self._options(leg), own=not item.is_analysed)
        )

    def start_again(self, item_id: str, *, speed: float | None) -> dict[str, Any]:
        """Queue the analysis of an analysed clip for another speed at which it plays: its results are replaced.

        Raises
        ------
        RequestError
            There is nothing to analyse, or the review speaks of times, which would be others.
        """
        if speed is None or not SLOWEST <= speed <= FASTEST:
            raise RequestError(f"expected a speed from {SLOWEST:g} to {FASTEST:g} with speed=, 1 for the real one")
        item = self._service.item(item_id)
        if not isinstance(item, FileItem) or item.results is None:
            raise RequestError(
                f"{item.name} has no results beside its clip; open the clip itself: formcheck review CLIP"
            )
        if item.review_store().load().review.holds_times:
            raise RequestError(
                f"the review of {item.name} holds times (repetitions, measurements, notes, images), which would be "
                "others at another speed; take these back, or forget the review, and choose the speed first"
            )
        analysis, out = self._service.analysis(item), item.results.path
        protocol, _ = self._chosen(analysis.session.protocol_id, None)
        options = replace(
            _options_again(analysis, speed), video=(out / ANNOTATED).exists(), language=self._service.texts.language
        )
        request = AnalysisRequest(clip_of(item), out, protocol, options)
        return self._queue(item.id, item.name, request)

    def upload_folder(self, *, protocol_id: str | None, side: str | None) -> Path:
        """Return the folder for an upload, before its bytes come; refuse what `start_upload` would refuse."""
        self._chosen(protocol_id, side)
        if self._service.library.uploads is None:
            raise RequestError("clips can be dropped here when a folder is open: start formcheck review FOLDER")
        return self._service.library.uploads

    def start_upload(self, clip: Path, *, protocol_id: str | None, side: str | None) -> dict[str, Any]:
        """Queue the analysis of a clip that was uploaded; cancelling it removes the clip."""
        protocol, leg = self._chosen(protocol_id, side)
        request = AnalysisRequest(clip, results_folder_for(clip), protocol, self._options(leg), own=True)
        return self._queue(make_id("clip", str(clip)), clip.name, request, discard=partial(_remove, clip))

    def _queue(
        self, item_id: str, name: str, request: AnalysisRequest, *, discard: Callable[[], None] | None = None
    ) -> dict[str, Any]:
        work = partial(run_analysis, request=request, analyse=self._analyse)
        stages = planned_stages(request.clip, request.options)
        job = self._jobs.add(Job("analysis", item_id, printable(name), work, discard, stages), one_per_item=True)
        return {"job": job.id, "id": item_id}

    def _chosen(self, protocol_id: str | None, side: str | None) -> tuple[str, Side | None]:
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

    def _options(self, side: Side | None) -> Options:
        return Options(side=side, video=False, language=self._service.texts.language)

    def cancel(self, job_id: str) -> dict[str, Any]:
        """Cancel an analysis."""
        if not self._jobs.cancel(job_id):
            raise NotFoundError("there is no such analysis under way")
        return {"job": job_id}


def _options_again(analysis: Analysis, speed: float) -> Options:
    """Return how a clip was analysed, but for its speed: the leg that was given, the same part, the same network."""
    session, track = analysis.session, analysis.track
    network, length_s = session.model.name, session.clip.duration_s
    first_s, end_s = float(track.t_s[0]), float(track.t_s[-1]) + _END_S
    ratio = speed / session.clip.speed
    # Where the speed changes on the way it is not known which part that was.
    part = math.isfinite(ratio)
    use = session.kept_calibration
    return Options(
        side=session.side if session.side_given else None,
        quality=next((name for name, one in QUALITIES.items() if one.network == network), DEFAULT_QUALITY),
        start_s=first_s * ratio if part and first_s > 0 else None,
        end_s=end_s * ratio if part and end_s < length_s else None,
        speed=speed,
        kept=use.together if use is not None else (),
    )


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
    if request.own:
        with claimed_results_folder(request.clip) as out:
            run_analysis(job, replace(request, out=out, own=False), analyse=analyse)
        return
    existed = request.out.exists()
    before = set(request.out.iterdir()) if existed else set()
    review = completed_review(request.out)
    try:
        run_in_process(job, analyse, request)
    except (FormcheckError, JobCancelledError) as problem:
        _remove_unfinished(request.out, before, existed=existed)
        if isinstance(problem, FormcheckError):
            raise _naming_the_clip(problem, request.clip) from None
        raise
    if review is not None:
        keep_review(review, request.out)


def _naming_the_clip(problem: FormcheckError, clip: Path) -> FormcheckError:
    """Return a problem with the clip's name in place of its path, which the page does not show."""
    return type(problem)(str(problem).replace(str(clip), clip.name))


def _remove_unfinished(out: Path, before: set[Path], *, existed: bool) -> None:
    """Remove what an unfinished analysis left; what was there before stays."""
    with suppress(FileNotFoundError):
        for path in out.iterdir():
            if path not in before and path.match(PART_FOLDERS):
                shutil.rmtree(path, ignore_errors=True)
        if not existed and not any(out.iterdir()):
            out.rmdir()
