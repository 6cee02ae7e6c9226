"""Many pieces of work side by side: resumable, with progress and the time left."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass

import cv2


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work by name, with about how many pictures it makes."""

    name: str
    pictures: int
    work: Callable[[], int]


def run(jobs: Sequence[Job], *, workers: int) -> None:
    """Do all jobs in some processes, and print a line for each that is done.

    Raises
    ------
    Exception
        Whatever the first job that fails raises; those that have not begun are dropped.
    """
    if not jobs:
        return
    total, done, began = sum(job.pictures for job in jobs), 0, time.monotonic()
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread)
    try:
        futures = {pool.submit(job.work): job for job in jobs}
        for count, future in enumerate(as_completed(futures), start=1):
            future.result()
            done += futures[future].pictures
            each_s = (time.monotonic() - began) / done
            print(
                f"[{count}/{len(jobs)}] {futures[future].name}: {futures[future].pictures} pictures; "
                f"{each_s:.3f} s a picture, about {each_s * (total - done) / 60:.0f} min left",
                flush=True,
            )
    finally:
        pool.shutdown(cancel_futures=True)
    print(f"{total} pictures in {(time.monotonic() - began) / 60:.1f} min", file=sys.stderr)


def _one_thread() -> None:
    """Keep a worker to one core: Mesa's software driver and OpenCV would each take all of them."""
    os.environ["LP_NUM_THREADS"] = "1"
    cv2.setNumThreads(1)
