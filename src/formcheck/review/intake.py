"""Analyses that the page asks for: of clips that are there, of their other leg, and of clips dropped on it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from formcheck.errors import UsageError
from formcheck.report.words import printable
from formcheck.review.accept import RefusedError
from formcheck.review.desk import Desk, NotFoundError
from formcheck.review.items import FileItem, item_id
from formcheck.review.library import place_for_results
from formcheck.review.material import other_leg
from formcheck.types import Side


class Intake:
    """What is analysed from the page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def analyse(self, key: str, *, protocol_id: str | None = None, side: str | None = None) -> dict[str, Any]:
        """Queue the analysis of a clip that has none; or, of one that has, for its other leg.

        Raises
        ------
        RefusedError
            There is nothing to analyse.
        """
        wanted = self._protocol_and_side(protocol_id, side)
        item = self._desk.item(key)
        clip = self._desk.clip_of(item)
        out = place_for_results(clip)
        if isinstance(item, FileItem) and item.results is not None:
            if wanted[1] is None or wanted[1] == self._desk.material(item).analysed.side:
                raise RefusedError(
                    f"{item.name} is analysed already; name its other leg with side=, or change it in the review"
                )
            out = other_leg(item.results.path, Side(wanted[1]))
        return self._queue(item.id, item.name, clip, out, wanted)

    def upload_folder(self, *, protocol_id: str | None, side: str | None) -> Path:
        """Where an upload goes; refuses before its bytes come what would be refused after."""
        self._protocol_and_side(protocol_id, side)
        if self._desk.library.uploads is None:
            raise RefusedError("clips can be dropped here when a folder is open: start formcheck review FOLDER")
        return self._desk.library.uploads

    def uploaded(self, path: Path, *, protocol_id: str | None, side: str | None) -> dict[str, Any]:
        """Queue the analysis of a clip that was uploaded."""
        wanted = self._protocol_and_side(protocol_id, side)
        key = item_id("clip", str(path))
        return self._queue(key, path.name, path, place_for_results(path), wanted, uploaded=True)

    def _queue(
        self, key: str, name: str, clip: Path, out: Path, wanted: tuple[str, str | None], *, uploaded: bool = False
    ) -> dict[str, Any]:
        job = self._desk.jobs.add(
            item=key,
            name=printable(name),
            clip=clip,
            out=out,
            protocol=wanted[0],
            side=wanted[1],
            uploaded=uploaded,
        )
        return {"job": job.key, "id": key}

    def _protocol_and_side(self, protocol_id: str | None, side: str | None) -> tuple[str, str | None]:
        if side not in (None, "", *Side):
            raise RefusedError(f"expected side=left, side=right or none to have it found, got '{side}'")
        try:
            loaded = self._desk.shelf.get(protocol_id) if protocol_id else self._desk.shelf.default
        except UsageError as error:
            raise RefusedError(str(error)) from None
        return loaded.protocol.id if loaded.origin == "built in" else loaded.origin, side or None

    def all_jobs(self) -> list[dict[str, Any]]:
        """All analyses, and copies of clips that are being made."""
        return [*self._desk.jobs.all(), *self._desk.proxies.all()]

    def cancel(self, job: str) -> dict[str, Any]:
        """Cancel an analysis."""
        if not self._desk.jobs.cancel(job):
            raise NotFoundError("there is no such analysis under way")
        return {"job": job}
