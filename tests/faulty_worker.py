"""A worker that does what a clip's name says: the faults are real, the rest is the worker that users run."""

import ctypes
import os
import signal
import time

import psutil

from formcheck.batch.worker import serve
from formcheck.pipeline import analyze


def faulty(clip, out, *, protocol, options, progress):
    if "hang" in clip.name:
        time.sleep(3600)
    if "segfault" in clip.name:
        ctypes.string_at(0)
    if "hog" in clip.name:
        held = []
        while True:
            held.append(bytearray(os.urandom(1024)) * 16_000)
            time.sleep(0.01)
    if "bug" in clip.name:
        raise ZeroDivisionError("division by zero")
    if "poison" in clip.name:
        parent = psutil.Process().parent()
        parent.send_signal(signal.SIGKILL)
        time.sleep(60)
    return analyze(clip, out, protocol=protocol, options=options, progress=progress)


if __name__ == "__main__":
    serve(analyze=faulty)
