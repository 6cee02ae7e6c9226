"""Files for download: the summary as HTML and PDF, the report, the review and the session as JSON."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.draw.timeline import Timeline
from formcheck.errors import FormcheckError
from formcheck.extras import Extra, using
from formcheck.form.summary import summarize
from formcheck.record.profiles import profile_words
from formcheck.report.html import render_report
from formcheck.report.images import image_times
from formcheck.report.pdf import print_pdf
from formcheck.report.protocol import protocol_view
from formcheck.review.drawn import place_tables
from formcheck.review.images import goniometer_image, leg_image
from formcheck.review.library import NotFoundError, prescribed_reps
from formcheck.review.model import Goniometer, KeyImage
from formcheck.review.opened import OpenedItem
from formcheck.review.payload import review_words
from formcheck.review.service import ReviewService
from formcheck.review.signing import reviewed_document
from formcheck.review.storage import review_file
from formcheck.review.summary import SummaryHead, render_summary
from formcheck.server.errors import RequestError
from formcheck.session.by_hand import hand_readings
from formcheck.session.frames import angles_csv
from formcheck.text.catalogue import Texts
from formcheck.text.numbers import printable
from formcheck.types import FloatArray, ImageBgr, PoseTrack

# Images in one summary; each is some 100 kB.
_MAX_IMAGES = 40


class Exports:
    """Makes files of an item; each method returns the content and the name of a file, without its suffix."""

    def __init__(self, service: ReviewService) -> None:
        self._service = service

    def page(self, item_id: str, layer: str) -> tuple[str, str]:
        """Return the summary of the review, or the report of the analysis, as HTML."""
        opened = self._service.open(item_id)
        if layer == "analysed":
            return self._report(opened), f"{_stem(opened)}-report"
        opened.session(layer)
        return self._summary(opened), f"{_stem(opened)}-review"

    def pdf(self, item_id: str, layer: str) -> tuple[bytes, str]:
        """Return the same page as PDF."""
        page, name = self.page(item_id, layer)
        return print_pdf(page), name

    def review(self, item_id: str) -> tuple[bytes, str]:
        """Return the review in the format of a ``.review.json``."""
        opened = self._service.open(item_id)
        if opened.problem is not None:
            raise RequestError(opened.problem)
        return review_file(opened.stored, opened.analysis.session.clip.sha256), f"{_stem(opened)}.review"

    def session(self, item_id: str, layer: str) -> tuple[bytes, str]:
        """Return ``session.json`` as analysed, or as reviewed with what was changed."""
        opened = self._service.open(item_id)
        opened.session(layer)
        if layer == "analysed":
            document: dict[str, Any] = dict(opened.analysis.document)
        else:
            document = reviewed_document(opened.analysis, opened.reviewed, opened.stored, self._service.texts)
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        return text.encode(), f"{_stem(opened)}-{layer}"

    def angles(self, item_id: str, layer: str) -> tuple[bytes, str]:
        """Return the angles frame by frame as CSV, for a spreadsheet: with a byte-order mark, as other tables have."""
        opened = self._service.open(item_id)
        text = angles_csv(opened.session(layer), t_s=opened.analysis.track.t_s)
        return text.encode("utf-8-sig"), f"{_stem(opened)}-angles-{layer}"

    def workbook(self, item_id: str, layer: str) -> tuple[bytes, str]:
        """Return repetitions and angles as a workbook.

        Raises
        ------
        UsageError
            The extra is not installed.
        """
        opened = self._service.open(item_id)
        session, texts = opened.session(layer), self._service.texts
        with using(Extra.CLINIC, "XLSX"):
            from formcheck.report.workbook import workbook  # noqa: PLC0415 - of an extra
        summary = summarize(session)
        head = [_stem(opened), *map(texts.say, (summary.headline, *summary.sentences))]
        head += self._review_lines(opened) if layer == "reviewed" else [texts.get("record.review.analysed")]
        by_hand = hand_readings(opened.stored.review.to_json()) if layer == "reviewed" else ()
        data = workbook(session, head, texts, t_s=opened.analysis.track.t_s, by_hand=by_hand)
        return data, f"{_stem(opened)}-{layer}"

    def _review_lines(self, opened: OpenedItem) -> list[str]:
        """Return who reviewed, and what that changed."""
        texts, review = self._service.texts, opened.stored.review
        changes = [change.to_json(texts) for change in opened.reviewed.changes]
        keys = (f"record.show.change{'_because' if one['reason'] else ''}" for one in changes)
        return [review_words(review, texts), *(texts.get(key, **one) for key, one in zip(keys, changes, strict=True))]

    def images(self, item_id: str) -> tuple[bytes, str]:
        """Return a ZIP: key images and frames with a goniometer, named by their times, and followed points as CSV."""
        opened = self._service.open(item_id)
        found, review = self._images(opened), opened.stored.review
        if not found and not review.followed:
            raise RequestError(f"{opened.item.name}: expected key images or goniometers, got none; make one first")
        kinds: dict[str, tuple[KeyImage | Goniometer, ...]] = {
            "key": review.key_images,
            "goniometer": review.goniometer,
        }
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for kind, frames in kinds.items():
                for number, one in enumerate(frames, start=1):
                    if one.id in found:
                        # Without a time of its own, equal images are equal bytes.
                        entry = zipfile.ZipInfo(f"{kind}-{number:02d}-{one.t_s:.2f}s.jpg")
                        archive.writestr(entry, found[one.id])
            for number, table in enumerate(place_tables(review), start=1):
                archive.writestr(zipfile.ZipInfo(f"point-{number:02d}.csv"), table)
        return file.getvalue(), f"{_stem(opened)}-images"

    def annotated(self, item_id: str) -> tuple[Path, str]:
        """Return the annotated clip of the analysis.

        Raises
        ------
        NotFoundError
            None was made.
        """
        opened = self._service.open(item_id)
        path = opened.item.annotated()
        if path is None:
            raise NotFoundError(f"{opened.item.name}: no annotated clip was made; analyse it again without --no-video")
        return path, f"{_stem(opened)}-annotated"

    def _report(self, opened: OpenedItem) -> str:
        analysis = opened.analysis
        if analysis.protocol is None:
            raise RequestError(
                f"the protocol '{analysis.session.protocol_id}' of this session is not on this machine: open the "
                "review with --protocol FILE"
            )
        thumbnails = {}
        if (clip := self._service.analysed_clip(opened)) is not None:
            thumbnails = self._service.media.thumbnails(
                clip,
                image_times(analysis.session),
                track=analysis.track,
                session=analysis.session,
                protocol=analysis.protocol.protocol,
                texts=self._service.texts,
            )
        analysed_at = opened.item.analysed_at()
        return render_report(
            analysis.session,
            texts=self._service.texts,
            protocol_view=protocol_view(analysis.protocol.protocol),
            thumbnails=thumbnails,
            analysed_at=datetime.fromisoformat(analysed_at) if analysed_at else datetime.now().astimezone(),
            person=_person(opened, self._service.texts),
        )

    def _summary(self, opened: OpenedItem) -> str:
        if opened.problem is not None:
            raise RequestError(opened.problem)
        protocol = opened.analysis.protocol_for(opened.stored.review)
        band = protocol.protocol.hip.flexion_deg if protocol else None
        date = opened.item.date()
        head = SummaryHead(
            name=printable(opened.item.name),
            person=_person(opened, self._service.texts),
            date=datetime.fromisoformat(date.date) if date.date else None,
            date_kind=date.kind,
            hip_target_deg=(band.low, band.high) if band else None,
            prescribed=prescribed_reps(opened.reviewed.session),
        )
        return render_summary(
            opened.analysis.session,
            opened.reviewed,
            opened.stored,
            protocol.protocol if protocol else None,
            head,
            self._images(opened),
            self._service.texts,
        )

    def _images(self, opened: OpenedItem) -> dict[str, bytes]:
        """Return JPEGs by the id of their key image or goniometer; a frame that cannot be read is left out."""
        clip, review = self._service.analysed_clip(opened), opened.stored.review
        if clip is None:
            return {}
        session = opened.reviewed.session
        track = opened.analysis.track_of_leg(session.side)
        protocol = opened.analysis.protocol_for(opened.stored.review)
        timeline = Timeline(track, session, protocol.protocol if protocol else None)
        images: dict[str, bytes] = {}
        for key_image in review.key_images[:_MAX_IMAGES]:
            if (found := self._frame(clip, track, key_image.t_s)) is not None:
                frame, shown_s, points_px = found
                images[key_image.id] = leg_image(frame, timeline, shown_s, points_px, review, self._service.texts)
        for goniometer in review.goniometer[: _MAX_IMAGES - len(images)]:
            if (found := self._frame(clip, track, goniometer.t_s)) is not None:
                frame, _, points_px = found
                images[goniometer.id] = goniometer_image(frame, goniometer, points_px, self._service.texts)
        return images

    def _frame(self, clip: Path, track: PoseTrack, t_s: float) -> tuple[ImageBgr, float, FloatArray] | None:
        """Return the frame at a time, its own time, and the landmarks in it (33, 2); None if it cannot be read."""
        try:
            frame, shown_s = self._service.frame_of(clip, t_s, track)
        except FormcheckError:
            return None
        return frame, shown_s, track.xy_px[int(np.argmin(np.abs(track.t_s - shown_s)))]


def _person(opened: OpenedItem, texts: Texts) -> str | None:
    """Return the person as a page names them."""
    person = opened.stored.review.person or opened.item.person
    return profile_words(texts, person) if person else None


def _stem(opened: OpenedItem) -> str:
    """Return the name of a file: the person's code if there is one, and the clip's name or the session's."""
    stem = Path(opened.analysis.session.clip.name).stem if opened.item.clip is not None else opened.item.name
    person = opened.stored.review.person
    return f"{person}-{stem}" if person else stem
