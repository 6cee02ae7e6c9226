"""Videos that are dropped on home: analysed in the background, their report shown, and kept in the record if wanted."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from formcheck.errors import FormcheckError
from formcheck.home.record_view import RecordView
from formcheck.pipeline import ANNOTATED, REPORT, Options, planned_stages
from formcheck.protocols.loader import LoadedProtocol
from formcheck.review.analyses import AnalysisRequest, run_analysis
from formcheck.review.library import NotFoundError
from formcheck.server.jobs import Job, JobQueue
from formcheck.text.numbers import printable
from formcheck.types import Side


@dataclass(slots=True)
class VideoCheck:
    """One video with its results, its analysis, and the set in the record once it is kept."""

    clip: Path
    request: AnalysisRequest
    protocol: LoadedProtocol
    keep: bool
    uid: str | None = None
    not_kept: str | None = None
    reviewed: bool = False


class Checks:
    """The videos of this run. What is not kept is removed with ``folder``.

    Parameters
    ----------
    folder : Path
        A private folder, removed by the caller at the end.
    jobs : JobQueue
    record : RecordView
    language : str
        Of the reports.
    """

    def __init__(self, folder: Path, jobs: JobQueue, record: RecordView, language: str) -> None:
        self._folder = folder
        self._jobs = jobs
        self._record = record
        self._language = language
        self._checks: dict[str, tuple[VideoCheck, Job]] = {}

    def upload_folder(self) -> Path:
        """Return a new folder for one video."""
        folder = self._folder / f"video-{time.monotonic_ns()}"
        folder.mkdir(mode=0o700)
        return folder

    def start(
        self, clip: Path, *, protocol: LoadedProtocol, side: Side | None, keep: bool, written_s: float | None
    ) -> dict[str, Any]:
        """Queue the analysis of a video; ``written_s`` is when its file was last written where it came from."""
        if written_s is not None:
            # When a video was filmed is told by its file where the camera did not write it into it.
            os.utime(clip, (written_s, written_s))
        name = protocol.protocol.id if protocol.origin == "built in" else protocol.origin
        out = clip.parent / "results"
        kept = self._record.calibrations()
        options = Options(side=side, language=self._language, kept=kept)
        request = AnalysisRequest(clip, out, name, options)
        check = VideoCheck(clip, request, protocol, keep)
        discard = partial(shutil.rmtree, clip.parent, ignore_errors=True)
        work = partial(self._work, check=check)
        stages = planned_stages(clip, options)
        job = Job("analysis", clip.parent.name, printable(clip.name), work, discard, stages)
        self._checks[job.id] = check, job
        self._jobs.add(job)
        return self.status(job.id)

    def _work(self, job: Job, *, check: VideoCheck) -> None:
        run_analysis(job, check.request)
        if check.keep:
            self._keep(check)

    def _keep(self, check: VideoCheck) -> None:
        """Keep it, or say why it could not be: the report can be read all the same."""
        try:
            check.uid = self._record.keep(check.clip, check.request.out, check.protocol)
            check.reviewed = self._record.is_reviewed(check.uid)
            check.not_kept = None
        except FormcheckError as error:
            check.not_kept = str(error)

    def all(self) -> list[dict[str, Any]]:
        """Return the videos of this run, the newest first; those that were stopped are gone."""
        found = [self.status(check_id) for check_id in reversed(self._checks)]
        return [one for one in found if one["state"] != "cancelled"]

    def status(self, check_id: str) -> dict[str, Any]:
        """Return how far a video is."""
        check, job = self._get(check_id)
        shown = ("name", "state", "stage", "share", "left_s", "error")
        return {
            "check": check_id,
            **{key: value for key, value in job.to_json().items() if key in shown},
            "set": check.uid,
            "not_kept": check.not_kept,
            "reviewed": check.reviewed,
        }

    def keep(self, check_id: str) -> dict[str, Any]:
        """Keep a video after all."""
        check, job = self._get(check_id)
        if job.state == "done" and check.uid is None:
            self._keep(check)
        return self.status(check_id)

    def cancel(self, check_id: str) -> dict[str, Any]:
        """Stop an analysis; its video is removed."""
        self._get(check_id)
        self._jobs.cancel(check_id)
        return self.status(check_id)

    def file(self, check_id: str, name: str) -> Path:
        """Return the report or the annotated clip."""
        check, _ = self._get(check_id)
        path = check.request.out / name
        if name not in (REPORT, ANNOTATED) or not path.exists():
            raise NotFoundError("this video has no report; check it again")
        return path

    def _get(self, check_id: str) -> tuple[VideoCheck, Job]:
        try:
            return self._checks[check_id]
        except KeyError:
            raise NotFoundError("this video is not here any more; choose it again") from None
