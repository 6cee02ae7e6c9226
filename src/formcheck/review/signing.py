"""The reviewed session as a document, and as the result that goes into the record once it is signed."""

from __future__ import annotations

from typing import Any

from formcheck.record.reviewed import SignedResult
from formcheck.reps.manual import ManualTimes
from formcheck.review.analysis import Analysis
from formcheck.review.apply import ReviewedSession
from formcheck.review.changes import same_times
from formcheck.review.model import Review
from formcheck.review.payload import document_of
from formcheck.review.storage import StoredReview
from formcheck.session.document import upgraded
from formcheck.session.schema import ChangePart, ReviewedDocument, ReviewedPart
from formcheck.text.catalogue import Texts


def reviewed_document(
    analysis: Analysis, reviewed: ReviewedSession, stored: StoredReview, texts: Texts
) -> dict[str, Any]:
    """Return ``session.json`` as reviewed, with who changed what."""
    review, by_hand = stored.review, reviewed.hand_calibration
    part = ReviewedPart(
        reviewer=review.reviewer,
        done=review.done,
        saved_at=stored.saved_at,
        revision=review.revision,
        calibrated_frames=by_hand.frames if by_hand is not None else 0,
        overruled=len(reviewed.overruled),
        reps_by_hand=_reps_by_hand(review, analysis),
        changes=tuple(ChangePart(**change.to_json(texts)) for change in reviewed.changes),
    )
    document = document_of(reviewed, texts) if reviewed.changes else upgraded(analysis.document)
    return ReviewedDocument.model_validate({**document, "reviewed": part.model_dump()}).model_dump(mode="json")


def _reps_by_hand(review: Review, analysis: Analysis) -> bool:
    if review.reps is None:
        return False
    spans = [ManualTimes(rep.start_s, rep.peak_s, rep.end_s) for rep in review.reps]
    return not same_times(spans, analysis.session.reps)


def signed_result(analysis: Analysis, reviewed: ReviewedSession, stored: StoredReview, texts: Texts) -> SignedResult:
    """Return what goes into the record of a review that is signed as complete."""
    protocol = analysis.protocol_for(stored.review)
    # A protocol that this formcheck cannot read did not judge anew: the record has its text from the analysis.
    known = protocol is not None and protocol.sha256 == reviewed.session.protocol_sha256
    document = reviewed_document(analysis, reviewed, stored, texts)
    # With the review itself: a clip's lies beside the clip, and the record is read without that.
    document["reviewed"]["review"] = stored.review.to_json()
    return SignedResult(
        reviewed.session,
        document,
        analysis.track_of_leg(reviewed.session.side),
        protocol if known else None,
    )
