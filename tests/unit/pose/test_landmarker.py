import os
import threading

import pytest

from formcheck.errors import InputError
from formcheck.pose.landmarker import _SILENT_STDERR, MediaPipeLandmarker


def test_stderr_is_silent_while_any_thread_starts_and_comes_back_after_the_last(capfd):
    inside, leave = threading.Barrier(3), [threading.Event(), threading.Event()]

    def start(number):
        with _SILENT_STDERR:
            inside.wait()
            leave[number].wait()

    threads = [threading.Thread(target=start, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    inside.wait()
    for number, thread in enumerate(threads):
        os.write(2, b"noise\n")
        leave[number].set()
        thread.join()
    os.write(2, b"word\n")
    assert capfd.readouterr().err == "word\n"


def test_a_missing_model_is_said_in_one_line(tmp_path):
    with pytest.raises(InputError, match="expected a pose landmark bundle") as error:
        MediaPipeLandmarker(tmp_path / "none.task")
    assert "\n" not in str(error.value)
