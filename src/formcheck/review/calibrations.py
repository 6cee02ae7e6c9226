"""Keeps a clip's calibration by hand for the person in it, and shows what is kept."""

from __future__ import annotations

from typing import Any

from formcheck.angles.kept_calibration import kept_from, of_other_clips
from formcheck.form.summary import calibration_sentences
from formcheck.record.calibrations import (
    StoredCalibration,
    keep_calibration,
    remove_calibration,
    stored_calibrations,
)
from formcheck.record.profiles import profile_codes, profile_key
from formcheck.record.schema import now
from formcheck.record.store import exists, open_store
from formcheck.review.apply import clip_marks
from formcheck.review.raters import raters
from formcheck.review.service import ReviewService
from formcheck.server.errors import RequestError
from formcheck.session.kept import kept_text
from formcheck.text.numbers import day_message, degrees, printable


class Calibrations:
    """What the page can ask for about kept calibrations.

    Parameters
    ----------
    service : ReviewService
    """

    def __init__(self, service: ReviewService) -> None:
        self._service = service
        self._texts = service.texts

    def show(self, item_id: str) -> dict[str, Any]:
        """Return what is kept of the leg for the person in a clip, and whether this clip uses it."""
        opened = self._service.open(item_id)
        session = opened.reviewed.session
        person, use = opened.person, session.kept_calibration
        kept = [one for one in self._kept(person) if one.kept.side is session.side]
        others = of_other_clips([one.kept for one in kept], session.clip.sha256, session.view)
        return {
            "person": person,
            "kept": [self._entry(one) | {"own": one.kept not in others} for one in kept],
            "used": [self._texts.say(sentence) for sentence in calibration_sentences(session)],
            "in_use": use is not None and use.used,
        }

    def keep(self, item_id: str) -> dict[str, Any]:
        """Keep the marks of a clip for the person in it; return what is kept then.

        Raises
        ------
        RequestError
            The person is not known, or the marks cannot be used.
        """
        opened = self._service.open(item_id)
        person, review, angles = opened.person, opened.stored.review, opened.reviewed.tool_angles
        if person is None:
            raise RequestError(
                "expected the person's code (letters, digits and . _ -), got none: enter it under Finish"
            )
        by, track = clip_marks(review), opened.analysis.track_of_leg(opened.reviewed.session.side)
        kept = None
        if angles is not None:
            kept = kept_from(
                angles,
                by.marks,
                model=track.model,
                rater_sd_deg=by.rater_sd_deg,
                made_at=now(),
                raters=raters(review.goniometer) or review.reviewer,
                clip_sha256=track.clip.sha256,
                shot=track.shot,
            )
        if kept is None:
            raise RequestError(
                "expected a hip or knee measured on a frame in which formcheck measured the leg, got none"
            )
        with open_store(self._service.library.record) as record, record.writing() as connection:
            keep_calibration(connection, profile_key(connection, person, make=True), kept)
        return self.show(item_id)

    def remove(self, item_id: str, number: str) -> dict[str, Any]:
        """Keep a calibration no longer; return what is kept then."""
        person = self._service.open(item_id).person
        if person is None or not number.isdecimal():
            raise RequestError(f"expected the number of a calibration of a person, got {number}")
        with open_store(self._service.library.record) as record, record.writing() as connection:
            remove_calibration(connection, profile_key(connection, person), int(number))
        return self.show(item_id)

    def _kept(self, person: str | None) -> list[StoredCalibration]:
        folder = self._service.library.record
        if person is None or not exists(folder):
            return []
        with open_store(folder, write=False) as record, record.reading() as connection:
            if person not in profile_codes(connection):
                return []
            return stored_calibrations(connection, profile_key(connection, person))

    def _entry(self, one: StoredCalibration) -> dict[str, Any]:
        kept = one.kept
        return {
            "number": one.number,
            "text": kept_text(kept),
            "words": self._texts.get(
                "clinician.kept.entry",
                n=kept.frames,
                date=day_message(kept.made_at),
                by=printable(kept.raters) or "–",
                sideways=degrees(self._texts, kept.azimuth_deg),
                height=degrees(self._texts, kept.elevation_deg),
            ),
        }
