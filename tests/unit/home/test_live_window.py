"""The window of live practice as home starts, ends and replaces it. A program that waits stands in for the window."""

from __future__ import annotations

import sys
from contextlib import closing
from datetime import datetime

import pytest

from formcheck.home.live_window import LiveSetup, LiveWindow
from formcheck.home.record_view import RecordView
from formcheck.record.store import open_store
from formcheck.record.values import Origin
from formcheck.review.analysis import AvailableProtocols
from formcheck.server.errors import RequestError
from formcheck.text.catalogue import Texts
from practice import PROFILE, keep_set


class WaitingWindow(LiveWindow):
    def _command(self, wanted):
        return [sys.executable, "-S", "-c", "import time; time.sleep(60)"]


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "record") as opened:
        yield opened


@pytest.fixture
def window(store):
    record = RecordView(store, PROFILE, AvailableProtocols(), Texts("en"))
    with closing(WaitingWindow(record, AvailableProtocols(), LiveSetup("en", store.folder / "sessions"))) as window:
        yield window


def keep_live(store) -> str:
    return keep_set(store, profile=PROFILE, practised_at=datetime.now().astimezone(), origin=Origin.LIVE).uid


def test_while_a_set_is_practised_no_other_is_begun(window):
    assert window.start({})["state"] == "running"
    with pytest.raises(RequestError, match="end that set first"):
        window.start({})
    assert window.status()["state"] == "running"


def test_once_its_set_is_kept_another_can_be_begun_though_the_window_still_asks(window, store):
    window.start({})
    first = window._run.process
    uid = keep_live(store)
    assert window.status() == {"state": "asking", "set": uid}
    window.start({})
    assert first.poll() is not None
    assert window._run.process.poll() is None


def test_a_window_that_is_ended_while_it_starts_has_not_failed(window):
    window.start({})
    window.end()
    window._run.process.wait(10)
    assert window.status() == {"state": "done", "set": None, "error": None}


def test_a_window_that_was_told_to_end_asks_nothing(window, store):
    window.start({})
    window._run.told_to_end = True
    assert window.status()["state"] == "ending"
    keep_live(store)
    assert window.status()["state"] == "telling"
