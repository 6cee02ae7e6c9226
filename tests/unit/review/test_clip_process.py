"""Clips are read in a process that can be ended, whatever the decoder does."""

import os
import signal
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from formcheck.errors import FormcheckError, InputError
from formcheck.review.clip_process import ClipProcess

CLIP = Path("clip.mp4")


@pytest.fixture(scope="module")
def clips():
    with closing(ClipProcess()) as clips:
        yield clips


def hang(_seconds):
    time.sleep(600)


def refuse(name):
    raise InputError(f"{name}: no video")


def test_what_it_returns_and_raises_comes_back(clips):
    assert clips.call(max, CLIP, 3, 7) == 7
    with pytest.raises(InputError, match=r"a\.mp4: no video"):
        clips.call(refuse, CLIP, "a.mp4")
    with pytest.raises(FormcheckError, match="bug"):
        clips.call(int, CLIP, "x")


@pytest.mark.parametrize(("function", "argument"), [(os._exit, 11), (hang, 0)])
def test_a_clip_that_crashes_or_hangs_it_costs_its_own_request(clips, monkeypatch, function, argument):
    clips.call(os.getpid, CLIP)
    if function is hang:
        monkeypatch.setattr(clips, "_longest_s", 0.3)
    with pytest.raises(InputError, match=r"clip\.mp4"):
        clips.call(function, CLIP, argument)
    monkeypatch.undo()
    assert clips.call(abs, CLIP, -1) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="processes are not stopped there")
def test_it_ends_although_its_process_has_stopped_for_good():
    clips = ClipProcess()
    os.kill(clips.call(os.getpid, CLIP), signal.SIGSTOP)
    told = []

    def ask():
        try:
            clips.call(abs, CLIP, -1)
        except InputError as error:
            told.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    clips.close()
    asking.join(30)
    assert len(told) == 1
    with pytest.raises(InputError, match="ending"):
        clips.call(abs, CLIP, -1)
