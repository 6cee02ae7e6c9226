"""A batch does not silently take the place of what a reviewer completed."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from formcheck.batch.clips import find_clips
from formcheck.batch.rows import read_rows
from formcheck.batch.run import run_batch
from formcheck.batch.storage import open_storage
from formcheck.batch.tasks import CLIPS_FOLDER, BatchClip, ClipTask, TaskOutcome, make_settings
from formcheck.review.again import AfterAnalysis
from formcheck.review.storage import read_review_file
from formcheck.video.container import file_sha256
from reviewed import make_analysed, make_results
from signed import REVIEWER, clip_item, reopen_item, sign_item
from synth import Move

OTHER = (Move(), Move(peak_deg=40.0))


class Runner:
    """Analyses nothing: the results of each clip are those of known motion."""

    def __init__(self, out: Path, **motion: Sequence[Move]) -> None:
        self.out, self.motion, self.tasks = out, motion, []

    def fingerprints(self, clips: Sequence[BatchClip]) -> Iterator[str]:
        return (file_sha256(Path(clip.location)) for clip in clips)

    def submit(self, task: ClipTask) -> None:
        make_results(Path(task.location), self.out / CLIPS_FOLDER / task.folder, **self.motion)
        self.tasks.append(task)

    def finish(self) -> None:
        self.finished = True

    def outcomes(self) -> Iterator[TaskOutcome | None]:
        while not hasattr(self, "finished"):
            yield None
        for task in self.tasks:
            session = self.out / CLIPS_FOLDER / task.folder / "session.json"
            yield TaskOutcome(task, None, read_rows(session.read_bytes()))

    def close(self) -> None:
        pass


def batch(clips: Path, out: Path, *, language: str = "en", **motion: Sequence[Move]) -> dict[str, tuple]:
    """Run a batch; what became of the review of each clip, and what is stored of it with the new results."""
    # Another video option is another key: the clips are analysed again.
    settings = make_settings("sciatic-glide", model="full", side=None, fps=None, video=bool(motion), language=language)
    storage = open_storage(str(out))
    with storage.lock():
        found = find_clips([str(clips)])
        report = run_batch(found, storage, Runner(out, **motion), settings=settings)
    after = {review.name: review.after for review in report.reviews}
    with (out / "results.csv").open(encoding="utf-8-sig") as file:
        folders = {row["name"]: out / row["folder"] for row in csv.DictReader(file)}
    return {name: (after.get(name), read_review_file(folder / "review.json")) for name, folder in folders.items()}


@pytest.fixture
def clips(tmp_path) -> Path:
    for name in ("reviewed.mp4", "draft.mp4", "plain.mp4"):
        make_analysed(tmp_path / "clips", name)
    for name in ("reviewed", "draft"):
        sign_item(clip_item(tmp_path / "clips" / f"{name}.formcheck"))
    reopen_item(clip_item(tmp_path / "clips" / "draft.formcheck"))
    return tmp_path / "clips"


def test_a_review_beside_the_clip_goes_with_other_results_as_a_draft(clips, tmp_path):
    beside = (clips / "reviewed.review.json").read_bytes()
    found = batch(clips, tmp_path / "out", moves=OTHER)
    assert (found["draft.mp4"], found["plain.mp4"]) == ((None, None), (None, None))
    after, kept = found["reviewed.mp4"]
    assert after is AfterAnalysis.DRAFT
    assert (kept.review.done, kept.review.reviewer) == (False, REVIEWER)
    assert kept.review.overrules == read_review_file(clips / "reviewed.review.json").review.overrules
    assert (clips / "reviewed.review.json").read_bytes() == beside


def test_a_review_holds_where_the_results_are_the_same(clips, tmp_path):
    after, kept = batch(clips, tmp_path / "out")["reviewed.mp4"]
    assert after is AfterAnalysis.HOLDS
    assert kept.review.done


def test_the_newest_review_goes_on_to_the_next_results_of_a_batch(clips, tmp_path):
    out = tmp_path / "out"
    batch(clips, out)
    (results,) = (out / CLIPS_FOLDER).glob("plain-*")
    sign_item(clip_item(results), reviewer="R8")
    assert batch(clips, out)["plain.mp4"][0] is None
    after, kept = batch(clips, out, moves=OTHER)["plain.mp4"]
    assert (after, kept.review.done, kept.review.reviewer) == (AfterAnalysis.DRAFT, False, "R8")
    assert json.loads((results / "review.json").read_text())["review"]["done"] is True
