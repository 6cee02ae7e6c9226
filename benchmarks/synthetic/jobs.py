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
    """Do all jobs, each in a process of its own kind of a pool, and print a line for each that is done.

    Raises
    ------
    Exception
        Whatever the first job that fails raises; what is done stays, and is not done again.
    """
    if not jobs:
        return
    # Mesa would start as many threads as there are cores in every worker.
    os.environ["LP_NUM_THREADS"] = "1"
    total, done, began = sum(job.pictures for job in jobs), 0, time.monotonic()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_one_thread) as pool:
        futures = {pool.submit(job.work): job for job in jobs}
        for count, future in enumerate(as_completed(futures), start=1):
            job = futures[future]
            future.result()
            done += job.pictures
            spent = time.monotonic() - began
            left = spent / done * (total - done)
            print(
                f"[{count}/{len(jobs)}] {job.name}: {job.pictures} pictures; "
                f"{spent / done:.3f} s a picture, about {left / 60:.0f} min left",
                flush=True,
            )
    print(f"{total} pictures in {(time.monotonic() - began) / 60:.1f} min", file=sys.stderr)


def _one_thread() -> None:
    cv2.setNumThreads(1)
