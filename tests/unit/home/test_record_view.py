"""What the page of formcheck shows of sets that were reviewed."""

from __future__ import annotations

import pytest

from formcheck.home.record_view import RecordView
from formcheck.record.store import open_store
from formcheck.review.analysis import AvailableProtocols
from formcheck.text.catalogue import Texts
from practice import PROFILE, keep_set
from signed import REVIEWER, sign


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    with open_store(tmp_path_factory.mktemp("home") / "record") as store:
        keep_set(store, "other")
        yield RecordView(store, PROFILE, AvailableProtocols(), Texts())


def test_a_reviewed_set_is_shown_as_it_was_signed_and_on_request_as_it_was_analysed(view):
    assert view.state()["any_reviewed"] is False
    texts, uid = Texts(), keep_set(view.store).uid
    assert view.reviewed_report(uid) is None
    sign(view.store, uid)
    assert view.state()["any_reviewed"] is True
    assert [one["reviewed"] for one in view.state()["sets"]].count(True) == 1
    one = view.one_set(uid)
    assert (one["reviewed"], one["reps"]) == (True, 3)
    assert REVIEWER in (view.reviewed_report(uid) or "")
    signed = texts.get("progress.reviewed", n=1, all=2)
    pages = [view.progress_page(), view.progress_page(as_analysed=True)]
    assert [signed in page for page in pages] == [True, False]
