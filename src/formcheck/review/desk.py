"""What the page can ask for: every answer of the server as a value, without a word about HTTP."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import FormcheckError, InputError, UsageError
from formcheck.report.pdf import find_browser
from formcheck.report.words import printable
from formcheck.review.accept import RefusedError
from formcheck.review.apply import Reviewed
from formcheck.review.bench import point_bytes, reviewed_part, rules_of, session_part, thresholds
from formcheck.review.items import Item
from formcheck.review.jobs import Jobs
from formcheck.review.layer import Kept
from formcheck.review.library import Library
from formcheck.review.material import Material, Shelf
from formcheck.review.model import Review, plain
from formcheck.review.playback import Clips, Playback
from formcheck.review.proxy import Proxies
from formcheck.types import FloatArray, ImageBgr, Session

_MATERIALS_KEPT = 6
_OTHER_CLIP = (
    "The clip was changed since it was analysed, so it is not shown with these results: analyse it again to see it."
)


class NotFoundError(FormcheckError):
    """There is no such item, picture or file."""


class NotAnalysedError(FormcheckError):
    """The clip has no results yet."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An item with all that is known of it."""

    item: Item
    material: Material
    kept: Kept
    reviewed: Reviewed
    problem: str | None


class Desk:
    """One opened review.

    Parameters
    ----------
    library : Library
    shelf : Shelf
    jobs : Jobs
    proxies : Proxies
    reviewer : str
        Name that a new review begins with.
    single : str, optional
        The only item, when one was opened.
    """

    def __init__(
        self, library: Library, shelf: Shelf, *, jobs: Jobs, proxies: Proxies, reviewer: str = "", single: str | None
    ) -> None:
        self.library = library
        self.shelf = shelf
        self.jobs = jobs
        self.proxies = proxies
        self.clips = Clips()
        self._reviewer = reviewer
        self._single = single
        self._materials: OrderedDict[tuple[str, object], Material] = OrderedDict()
        self._lock = threading.Lock()
        self._closed = threading.Event()

    def state(self) -> dict[str, Any]:
        """What was opened, and what can be done with it."""
        protocols = [one.protocol for one in self.shelf.known.values()]
        return {
            "version": version("formcheck"),
            "opened": self.library.opened,
            "single": self._single,
            "protocols": [{"id": one.id, "name": one.name, "version": one.version} for one in protocols],
            "can_upload": self.library.uploads is not None,
            "pdf": find_browser() is not None,
            "reviewer": self._reviewer,
        }

    def warm(self) -> None:
        """Read what the first list needs, and then when each clip was filmed, while the browser starts."""
        with suppress(FormcheckError):
            for item in self.library.items():
                item.line()
            for item in self.library.items():
                if self._closed.is_set():
                    return
                item.filmed()

    def close(self) -> None:
        """Stop what goes on in the background."""
        self._closed.set()

    def items(self) -> dict[str, Any]:
        """The worklist."""
        running = self.jobs.by_item()
        return {"items": [self._line(item, running) for item in self.library.items()]}

    def _line(self, item: Item, running: Mapping[str, str]) -> dict[str, Any]:
        line = _EMPTY_LINE | {
            "id": item.id,
            "name": printable(item.name),
            "origin": item.origin,
            "person": item.person,
            "has_video": item.clip is not None,
        }
        line |= item.line()
        if item.id in running:
            line |= {"state": running[item.id], "error": None}
        elif (error := self.jobs.failure_of(item.id)) is not None and not item.analysed:
            line |= {"state": "failed", "error": error}
        return line

    def item(self, key: str) -> Item:
        """Return an item by its id."""
        found = self.library.get(key)
        if found is None:
            raise NotFoundError("there is no such clip or session here (any more); go back to the list")
        return found

    def open(self, key: str) -> Opened:
        """Return an item, its material, and its review applied."""
        item = self.item(key)
        material = self.material(item)
        problem = None
        try:
            kept = item.layer().load()
        except InputError as error:
            kept, problem = Kept(Review()), str(error)
        return Opened(item, material, kept, self._applied(material, kept.review), problem)

    def _applied(self, material: Material, review: Review) -> Reviewed:
        try:
            return material.apply(review)
        except UsageError as error:
            # A layer that this machine cannot judge by is shown with its words, and is not lost.
            return Reviewed(material.analysed, (), (str(error),))

    def material(self, item: Item) -> Material:
        """Return what a review of an item works on."""
        if not item.analysed:
            raise NotAnalysedError(f"{item.name} is not analysed yet; analyse it first")
        key = (item.id, item.version())
        with self._lock:
            if key in self._materials:
                self._materials.move_to_end(key)
                return self._materials[key]
        material = item.material()
        with self._lock:
            self._materials[key] = material
            while len(self._materials) > _MATERIALS_KEPT:
                self._materials.popitem(last=False)
        return material

    def bench(self, key: str) -> dict[str, Any]:
        """All that the bench shows of an item."""
        opened = self.open(key)
        item, material = opened.item, opened.material
        playback, notices = self.video_of(item, material)
        protocol = material.protocol_of(opened.kept.review)
        return {
            "id": item.id,
            "name": printable(item.name),
            "person": opened.kept.review.person or item.person,
            **item.filmed().line(),
            "analysed_at": item.analysed_at(),
            "video": video_part(item, material, playback),
            "duration_s": playback.duration_s if playback is not None else material.analysed.clip.duration_s,
            "t_s": np.round(material.times_s, 4).tolist(),
            "analysed": session_part(material.analysed, material.document),
            "reviewed": reviewed_part(opened.reviewed),
            "review": plain(opened.kept.review),
            "reviewed_at": opened.kept.saved_at,
            "review_problem": opened.problem,
            "notices": [*notices, *opened.reviewed.notices, *opened.reviewed.remarks],
            "thresholds": thresholds(protocol.protocol if protocol else None),
            "rules": rules_of(material.document),
        }

    def video_of(self, item: Item, material: Material) -> tuple[Playback | None, list[str]]:
        """How the clip is played, if it is there and is the one that was analysed."""
        if item.clip is None:
            return None, ["The clip is not at hand, so there is no picture: curves and findings only."]
        try:
            if self.clips.sha256(item.clip) != material.analysed.clip.sha256:
                return None, [_OTHER_CLIP]
            playback = self.clips.playback(item.clip)
        except InputError as error:
            return None, [str(error)]
        if not playback.direct:
            self.proxies.begin(item.id, item.name, item.clip)
        return playback, []

    def shown_clip(self, item: Item, material: Material) -> Path | None:
        """An item's clip, if it is there and is the one that was analysed."""
        return item.clip if self.video_of(item, material)[0] is not None else None

    def points(self, key: str, *, reviewed: bool) -> bytes:
        """The picture points of the leg that was analysed or that the reviewer chose, see `bench.point_bytes`."""
        item = self.item(key)
        material = self.material(item)
        side = item.layer().load().review.side if reviewed else None
        return point_bytes(material.track_of_leg(side))

    def video(self, key: str) -> tuple[Path, str] | None:
        """The file that the page plays with its media type; None while it is being made."""
        item = self.item(key)
        clip = self.clip_of(item)
        if item.analysed and self.shown_clip(item, self.material(item)) is None:
            raise RefusedError(_OTHER_CLIP)
        playback = self.clips.playback(clip)
        if playback.direct:
            return clip, playback.media_type
        made = self.proxies.get(key, clip)
        return (made, playback.media_type) if made is not None else None

    def preparing(self, key: str) -> float:
        """How much of the copy of an item's clip is made, 0 to 1."""
        return self.proxies.share(self.clip_of(self.item(key)))

    def frame(self, key: str, t_s: float) -> tuple[ImageBgr, float]:
        """The picture shown at a time, and its own time."""
        item = self.item(key)
        return self.clips.frame(self.clip_of(item), t_s, self.times_s(item))

    def clip_of(self, item: Item) -> Path:
        """Return an item's clip."""
        if item.clip is None:
            raise NotFoundError(f"{item.name}: the clip is not at hand")
        return item.clip

    def times_s(self, item: Item) -> FloatArray:
        """Times of the analysed frames on the clip's own clock; none for a clip that is not analysed."""
        return self.material(item).times_s if item.analysed else np.empty(0)


def session_of_layer(opened: Opened, layer: str) -> Session:
    """The session of an item as ``analysed`` or as ``reviewed``."""
    if layer not in ("analysed", "reviewed"):
        raise RefusedError(f"expected layer=analysed or layer=reviewed, got '{layer}'")
    return opened.material.analysed if layer == "analysed" else opened.reviewed.session


def video_part(item: Item, material: Material, playback: Playback | None) -> dict[str, Any]:
    """What the page must know of an item's video."""
    return {
        "url": f"/api/items/{item.id}/video" if playback is not None else None,
        "size_px": list(material.track.size_px),
        "rotation": playback.rotation_deg if playback is not None else 0,
        "proxy": playback is not None and not playback.direct,
        "offset_s": round(playback.offset_s, 6) if playback is not None else 0.0,
    }


_EMPTY_LINE: dict[str, Any] = dict.fromkeys(
    (
        "date", "date_kind", "protocol", "side", "reps", "correct", "incorrect", "unsure", "prescribed", "pain_before",
        "pain_after", "usable_fraction", "error", "reviewed_at", "review_problem",
    )
) | {"quality": [], "state": "not analysed", "reviewed": False, "review_started": False}  # fmt: skip
