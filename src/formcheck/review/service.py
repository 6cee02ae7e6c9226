"""What the page can ask for, without HTTP: every method answers one kind of request with a plain value."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import InputError, UsageError
from formcheck.extras import Extra, install_command, installed
from formcheck.message import verbatim
from formcheck.report.pdf import find_browser
from formcheck.review import payload
from formcheck.review.analysis import Analysis, AvailableProtocols
from formcheck.review.apply import ReviewedSession, check_fits, with_tool_angles
from formcheck.review.compare import compare
from formcheck.review.library import (
    Item,
    Library,
    NotAnalysedError,
    NotFoundError,
    clip_of,
    session_outcome,
    worklist_entry,
)
from formcheck.review.media import Media, PlayableVideo, Playback
from formcheck.review.model import Review, parse_review
from formcheck.review.opened import OpenedItem
from formcheck.review.raters import with_authors
from formcheck.review.scrub_images import ScrubCopies, ScrubImages
from formcheck.review.signing import signed_result
from formcheck.review.storage import StoredReview
from formcheck.server.errors import RequestError
from formcheck.server.jobs import JobQueue
from formcheck.text.catalogue import Texts
from formcheck.types import ImageBgr, PoseTrack

_CACHED_ANALYSES = 6


class ReviewService:
    """Everything behind the server of one `formcheck review`.

    Parameters
    ----------
    library : Library
    protocols : AvailableProtocols
    media : Media
    scrub_copies : ScrubCopies
    analysis_jobs : JobQueue
        The analyses that the page asked for; the worklist shows their state.
    texts : Texts
    reviewer : str
        Name that a new review begins with.
    single : str, optional
        Id of the only item, when one was opened.
    """

    def __init__(
        self,
        library: Library,
        protocols: AvailableProtocols,
        *,
        media: Media,
        scrub_copies: ScrubCopies,
        analysis_jobs: JobQueue,
        texts: Texts,
        reviewer: str = "",
        single: str | None = None,
    ) -> None:
        self.library = library
        self.protocols = protocols
        self.texts = texts
        self.media = media
        self._scrub_copies = scrub_copies
        self._analysis_jobs = analysis_jobs
        self._reviewer = reviewer
        self._single = single
        self._cache: OrderedDict[tuple[str, object], Analysis] = OrderedDict()
        self._lock = threading.Lock()

    def stop(self) -> None:
        """Stop everything that works on clips, without waiting: whoever waits for it is told so."""
        self.media.stop()
        self._scrub_copies.stop()
        self._analysis_jobs.stop()

    # What was opened

    def state(self) -> dict[str, Any]:
        """Return what was opened, and what can be done with it."""
        return {
            "version": version("formcheck"),
            "opened": self.library.opened,
            "single": self._single,
            "protocols": payload.protocol_choices(self.protocols, self.texts),
            "can_upload": self.library.uploads is not None,
            "pdf": find_browser() is not None,
            "xlsx_by": None if installed(Extra.CLINIC) else install_command(Extra.CLINIC),
            "reviewer": self._reviewer,
        }

    def items(self) -> dict[str, Any]:
        """Return the worklist."""
        self.media.remove_stale()
        self._scrub_copies.remove_stale()
        states = self._analysis_jobs.states()
        return {"items": [self._entry(item, states.get(item.id)) for item in self.library.items()]}

    def _entry(self, item: Item, job_state: str | None) -> dict[str, Any]:
        entry = worklist_entry(item, self.texts)
        if job_state is not None:
            return entry | {"state": "analysing" if job_state == "running" else job_state, "error": None}
        error = self._analysis_jobs.failure_of(item.id)
        return entry | {"state": "failed", "error": error} if error is not None and not item.is_analysed else entry

    def jobs(self) -> list[dict[str, Any]]:
        """Return the analyses, and the copies of videos that are made."""
        return [*self._analysis_jobs.all(), *self.media.jobs()]

    # One item

    def item(self, item_id: str) -> Item:
        """Return an item by its id."""
        found = self.library.get(item_id)
        if found is None:
            raise NotFoundError("there is no such clip or session here (any more); go back to the list")
        return found

    def analysis(self, item: Item) -> Analysis:
        """Return the results of an item, read once for each version of them."""
        if not item.is_analysed:
            raise NotAnalysedError(f"{item.name} is not analysed yet; analyse it first")
        key = (item.id, item.results_version())
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key]
        analysis = item.read_analysis()
        with self._lock:
            self._cache[key] = analysis
            while len(self._cache) > _CACHED_ANALYSES:
                self._cache.popitem(last=False)
        return analysis

    def open(self, item_id: str) -> OpenedItem:
        """Return an item with its results and its review applied."""
        item = self.item(item_id)
        analysis = self.analysis(item)
        problem = None
        try:
            stored = item.review_store().load()
        except InputError as error:
            stored, problem = StoredReview(Review()), str(error)
        try:
            reviewed = analysis.apply(stored.review)
        except UsageError as error:
            # A review that this machine cannot judge by is shown all the same, so that it is not lost.
            reviewed = ReviewedSession(analysis.session, not_applied=(verbatim(str(error)),))
        # What an older formcheck wrote of a goniometer may lack what this one says of it.
        stored = replace(stored, review=with_tool_angles(stored.review, reviewed.tool_angles))
        return OpenedItem(item, analysis, stored, reviewed, problem)

    def show(self, item_id: str) -> dict[str, Any]:
        """Return all that the page shows of an item."""
        opened = self.open(item_id)
        item, analysis, reviewed = opened.item, opened.analysis, opened.reviewed
        playback, notices = self.playback(item, analysis)
        protocol = analysis.protocol_for(opened.stored.review)
        return {
            **payload.item_head(item, opened.stored.review, self.texts),
            "analysed_at": item.analysed_at(),
            "video": payload.video_part(item, analysis.track, playback),
            "duration_s": playback.duration_s if playback is not None else analysis.session.clip.duration_s,
            "t_s": np.round(analysis.track.t_s, 4).tolist(),
            "analysed": payload.session_part(ReviewedSession(analysis.session), self.texts),
            "reviewed": payload.reviewed_part(reviewed, self.texts),
            "agreement": payload.agreement_part(opened.stored.review, self.texts),
            "review": opened.stored.review.to_json(),
            "reviewed_at": opened.stored.saved_at,
            "has_annotated": item.annotated() is not None,
            "review_problem": opened.problem,
            "notices": [*payload.draft_notices(opened.stored.review, self.texts), *item.notices(self.texts), *notices],
            "thresholds": payload.hip_band(protocol.protocol if protocol else None),
        }

    def landmarks(self, item_id: str, *, reviewed: bool) -> bytes:
        """Return the landmarks of the leg that was analysed, or of the one that the reviewer chose, as bytes."""
        item = self.item(item_id)
        analysis = self.analysis(item)
        side = item.review_store().load().review.side if reviewed else None
        return payload.landmark_bytes(analysis.track_of_leg(side))

    def compare(self, item_ids: tuple[str, str], layers: tuple[str, str]) -> dict[str, Any]:
        """Return two items side by side, each as analysed or as reviewed."""
        opened = [self.open(item_id) for item_id in item_ids]
        a, b = (one.session(layer) for one, layer in zip(opened, layers, strict=True))
        sides = {}
        for name, one, layer in zip("ab", opened, layers, strict=True):
            playback, notices = self.playback(one.item, one.analysis)
            video = payload.video_part(one.item, one.analysis.track, playback)
            sides[name] = payload.compared_part(one, layer, video, notices, self.texts)
        calibrated = all(
            layer == "reviewed" and one.reviewed.hand_calibration is not None
            for one, layer in zip(opened, layers, strict=True)
        )
        return {**sides, **compare(a, b, self.texts, calibrated=calibrated)}

    # The review

    def save_review(self, item_id: str, body: Any) -> dict[str, Any]:
        """Check a review, apply it to the session, and store it; return the session as reviewed.

        Raises
        ------
        RequestError
            It is not a review, or does not fit the session.
        ConflictError
            Another window saved in the meantime.
        """
        if not isinstance(body, dict) or not isinstance(body.get("revision"), int):
            raise RequestError("expected {revision, review}, got something else")
        review = parse_review(body.get("review"))
        item = self.item(item_id)
        with item.lock:
            analysis, store = self.analysis(item), item.review_store()
            try:
                reviewed = analysis.apply(review)
            except UsageError as error:
                raise RequestError(str(error)) from None
            check_fits(review, reviewed, analysis.track)
            review = with_tool_angles(review, reviewed.tool_angles)
            # Marking as complete is an act of its own, which does not carry over to what is changed afterwards.
            before = store.load().review
            done = review.done and (body.get("confirm") is True or not before.done or review.same_content(before))
            notices = [self.texts.get("clinician.notice.draft_again")] if review.done and not done else []
            stored = store.save(
                with_authors(review.marked(done=done), before),
                expected=body["revision"],
                outcome=session_outcome(reviewed.session),
                sign=lambda stored: signed_result(analysis, reviewed, stored, self.texts),
            )
        return {
            "revision": stored.review.revision,
            "review": stored.review.to_json(),
            "reviewed_at": stored.saved_at,
            "reviewed": payload.reviewed_part(reviewed, self.texts),
            "agreement": payload.agreement_part(stored.review, self.texts),
            "notices": [*notices, *map(self.texts.say, (*reviewed.not_applied, *reviewed.warnings))],
        }

    def delete_review(self, item_id: str) -> dict[str, Any]:
        """Remove an item's review; return the empty one."""
        item = self.item(item_id)
        with item.lock:
            store = item.review_store()
            store.delete()
            review = store.load().review
        return {"revision": review.revision, "review": review.to_json(), "reviewed": {"same": True}}

    # The video

    def playback(self, item: Item, analysis: Analysis) -> tuple[Playback | None, list[str]]:
        """Return how an item's clip is played, if it is there and is the one that was analysed; else why not."""
        if item.clip is None:
            return None, [self.texts.get("clinician.notice.no_clip")]
        try:
            if self.media.sha256(item.clip) != analysis.session.clip.sha256:
                return None, [self.texts.get("clinician.notice.clip_changed")]
            speed = analysis.session.clip.speed_to_read_with
            playback = self.media.playback(item.clip, speed)
            if not playback.direct:
                self.media.copy(item.id, item.name, item.clip, speed)
        except InputError as error:
            return None, [str(error)]
        return playback, []

    def analysed_clip(self, opened: OpenedItem) -> Path | None:
        """Return an item's clip, if it is there and is the one that was analysed."""
        return opened.item.clip if self.playback(opened.item, opened.analysis)[0] is not None else None

    def video(self, item_id: str) -> PlayableVideo:
        """Return the file that the page plays, or how much of it is made."""
        item = self.item(item_id)
        if not item.is_analysed:
            return self.media.playable(item.id, item.name, clip_of(item))
        clip, track = self.clip_and_track(item)
        return self.media.playable(item.id, item.name, clip, track.clip.speed_to_read_with)

    def scrub_images(self, item_id: str) -> ScrubImages | None:
        """Return small images of the analysed frames of an item's clip; None while they are being made."""
        clip, track = self.clip_and_track(item := self.item(item_id))
        return self._scrub_copies.get(item.id, item.name, clip, track.t_s, track.clip.speed_to_read_with)

    def clip_and_track(self, item: Item) -> tuple[Path, PoseTrack]:
        """Return an item's clip, as long as it is the one that was analysed and has its times, and its track.

        Raises
        ------
        RequestError
        """
        clip, analysis = clip_of(item), self.analysis(item)
        playback, notices = self.playback(item, analysis)
        if playback is None:
            raise RequestError(f"{item.name}: {' '.join(notices)}")
        return clip, analysis.track

    def frame(self, item_id: str, t_s: float) -> ImageBgr:
        """Return the frame of an item's clip that is shown at a time."""
        item = self.item(item_id)
        if not item.is_analysed:
            return self.media.frame(clip_of(item), t_s, np.empty(0))[0]
        return self.frame_of(clip_of(item), t_s, self.analysis(item).track)[0]

    def frame_of(self, clip: Path, t_s: float, track: PoseTrack) -> tuple[ImageBgr, float]:
        """Return a frame of an analysed clip with its own time, see `Media.frame`."""
        return self.media.frame(clip, t_s, track.t_s, track.clip.speed_to_read_with)
