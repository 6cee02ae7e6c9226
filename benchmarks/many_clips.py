"""What a batch costs beside the analysis: 100,000 clips through a worker that takes 5 ms, and a million names listed.

    .venv/bin/python benchmarks/many_clips.py --clips 100000 --work DIR [--jobs N]
    .venv/bin/python benchmarks/many_clips.py --clips 2000 --work DIR --cluster 2
    .venv/bin/python benchmarks/many_clips.py --names 1000000

The worker is the one that users run, with another function in the place of the analysis: it writes the session.json of
an analysed sample, made twenty repetitions long, under the clip's own fingerprint. DIR keeps clips and results.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
from tables import table

from formcheck.batch.clip_list import ClipList
from formcheck.batch.clips import find_clips
from formcheck.batch.cluster import ClusterRunner
from formcheck.batch.pool import LocalRunner
from formcheck.batch.progress import BatchProgress
from formcheck.batch.run import run_batch
from formcheck.batch.storage import open_storage
from formcheck.batch.tasks import SESSION_FILE, BatchRunner, ClipLimits, make_settings
from formcheck.batch.worker import serve
from formcheck.cores import available_cores
from formcheck.errors import InputError
from formcheck.pipeline import Options, analyze
from formcheck.protocols.loader import LoadedProtocol, load_protocol
from formcheck.session.document import from_document
from formcheck.stages import Progress
from formcheck.types import Session

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ("01_good_set", "02_hip_drift", "03_oblique_view")
ANALYSIS_S = 0.005
REPS = 20
CLIPS_A_FOLDER = 1000
PAGE = 1000
# One clip in so many cannot be read.
BAD_EVERY = 500


@cache
def templates(folder: str) -> list[tuple[str, Session]]:
    """The analysed samples as documents of twenty repetitions, and as sessions."""
    texts = [(Path(folder) / f"{name}.json").read_text() for name in SAMPLES]
    return [(text, from_document(json.loads(text))) for text in texts]


def fake_analysis(clip: Path, out: Path, *, protocol: LoadedProtocol, options: Options, progress: Progress) -> Session:
    """Take `ANALYSIS_S`, and leave behind what an analysis leaves for the tables."""
    del protocol, options
    end_s = time.perf_counter() + ANALYSIS_S
    progress("measuring", 0.5)
    content = clip.read_bytes()
    number = int(content.split()[-1])
    if number % BAD_EVERY == BAD_EVERY - 1:
        raise InputError(f"{clip.name}: expected a video, got a text; check the file")
    text, session = templates(sys.argv[2])[number % len(SAMPLES)]
    sha256 = hashlib.sha256(content).hexdigest()
    out.mkdir(parents=True, exist_ok=True)
    fresh = text.replace(session.clip.name, clip.name).replace(session.clip.sha256, sha256)
    (out / SESSION_FILE).write_text(fresh)
    time.sleep(max(0.0, end_s - time.perf_counter()))
    return replace(session, clip=replace(session.clip, name=clip.name, sha256=sha256))


def make_templates(folder: Path) -> None:
    """Analyse the samples, once."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SAMPLES:
        target = folder / f"{name}.json"
        if target.exists():
            continue
        out = folder / name
        clip = ROOT / "sample_videos" / f"{name}.mp4"
        analyze(clip, out, protocol=load_protocol(), options=Options(video=False), progress=lambda _stage, _share: None)
        document = json.loads((out / SESSION_FILE).read_text())
        few = document["reps"]
        length_s = document["clip"]["duration_s"]
        document["reps"] = [_moved(few[i % len(few)], i + 1, i // len(few) * length_s) for i in range(REPS)]
        document["rep_count"] = sum(rep["complete"] for rep in document["reps"])
        target.write_text(json.dumps(document))


def _moved(rep: dict[str, Any], index: int, by_s: float) -> dict[str, Any]:
    times = {name: rep[name] + by_s for name in ("start_s", "peak_s", "end_s")}
    return {**rep, **times, "index": index, "findings": [{**finding, "rep": index} for finding in rep["findings"]]}


def make_clips(folder: Path, first: int, count: int) -> None:
    """Files that differ in content, a thousand a folder."""
    for number in range(first, first + count):
        path = folder / f"{number // CLIPS_A_FOLDER:05}" / f"clip_{number:07}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            path.write_bytes(f"clip {number}".encode())


def run(clips: Path, out: Path, templates_folder: Path, jobs: int, scheduler: str | None) -> None:
    """Run a batch in this process; print how far it is and what it holds at each tenth, and at the end."""
    begin_s = time.perf_counter()
    process = psutil.Process()
    settings = make_settings("sciatic-glide", side=None, fps=None, video=False, language="en")
    command = (sys.executable, __file__, "--worker", str(templates_folder))
    count = sum(1 for _ in clips.glob("*/*.mp4"))
    at_tenth, known, known_s, any_new = -1, 0, 0.0, False

    def say(**values: Any) -> None:
        spent = process.cpu_times()
        own = {"s": time.perf_counter() - begin_s, "cpu_s": spent.user + spent.system, "mb": _own_mb(process)}
        print(json.dumps({**own, **values}), flush=True)

    def show(progress: BatchProgress) -> None:
        nonlocal at_tenth, known, known_s, any_new
        if not progress.analysed and progress.finished > known:
            known, known_s = progress.finished, time.perf_counter() - begin_s
        if progress.analysed and not any_new:
            any_new = True
            say(what="first new", finished=progress.finished, known=known, known_s=known_s)
        if 10 * progress.finished // count > at_tenth:
            at_tenth = 10 * progress.finished // count
            say(what="tenth", finished=progress.finished)

    storage = open_storage(str(out))
    with storage.lock():
        limits = ClipLimits(int(3e9))
        runner: BatchRunner
        if scheduler is None:
            runner = LocalRunner(settings, limits, jobs=jobs, command=command)
        else:
            runner = ClusterRunner(scheduler, settings, limits, command=command)
        run_batch(find_clips([str(clips)]), storage, runner, settings=settings, show=show)
    say(what="end", finished=count)


def _own_mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss / 1e6)


def watched(
    work: Path,
    jobs: int,
    *,
    kill_at: int | None = None,
    scheduler: str | None = None,
    heard: Callable[[dict[str, Any]], None] = lambda _line: None,
) -> list[dict[str, Any]]:
    """Run a batch in a process of its own; what it said, until it is killed with so many clips finished."""
    command = [sys.executable, __file__, "--work", str(work), "--jobs", str(jobs), "--run"]
    command += ["--scheduler", scheduler] if scheduler else []
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            said.append(json.loads(line))
            heard(said[-1])
            print(f"  {line.strip()}", file=sys.stderr)
            if kill_at is not None and said[-1]["finished"] >= kill_at:
                process.kill()
                break
    return said


def many(work: Path, clips: int, jobs: int) -> None:
    """Half of the clips, a kill, the rest, once more with nothing to do, and with ten clips more."""
    make_templates(work / "templates")
    make_clips(work / "clips", 0, clips)
    shutil.rmtree(work / "out", ignore_errors=True)
    half = watched(work, jobs, kill_at=clips // 2)
    rest = watched(work, jobs)
    nothing = watched(work, jobs)
    make_clips(work / "clips", clips, 10)
    ten = watched(work, jobs)
    tenths = {line["finished"]: line for line in [*half, *rest] if line["what"] == "tenth"}
    rows = [[f"{done}", f"{line['mb']:.0f}"] for done, line in tenths.items()]
    print(f"{clips} clips of {REPS} repetitions, {jobs} jobs, {platform.machine()}, {time.strftime('%Y-%m-%d')}\n")
    print(table(("clips finished", "memory MB"), rows))
    one = 1000 / (half[-1]["finished"] - half[0]["finished"])
    rows = [
        ["first half, per clip", f"{(half[-1]['s'] - half[0]['s']) * one:.1f} ms",
         f"{(half[-1]['cpu_s'] - half[0]['cpu_s']) * one:.2f} ms"],
        ["killed, started again, until what was done was known", f"{_line(rest, 'first new')['known_s']:.1f} s", ""],
        ["... until a new clip was analysed, with its worker started", *_times(_line(rest, "first new"))],
        ["the tables and pages at the end", *_times(rest[-1], rest[-2])],
        ["nothing to do, in all", *_times(nothing[-1])],
        ["ten clips more, until what was done was known", f"{_line(ten, 'first new')['known_s']:.1f} s", ""],
        ["... until the first of them was analysed, with its worker started", *_times(_line(ten, "first new"))],
    ]  # fmt: skip
    print(table(("", "wall", "CPU"), rows))
    files, pages = list((work / "out").rglob("part-*.parquet")), list((work / "out" / "summary").iterdir())
    print(f"{len(files)} Parquet files, {sum(path.stat().st_size for path in files) / 1e6:.0f} MB; {len(pages)} pages")


def on_cluster(work: Path, clips: int, workers: int) -> None:
    """CPU time a clip of each process of a cluster on this machine."""
    make_templates(work / "templates")
    make_clips(work / "clips", 0, clips)
    shutil.rmtree(work / "out", ignore_errors=True)
    file = work / "scheduler.json"
    file.unlink(missing_ok=True)
    dask = [sys.executable, "-m", "dask"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    with subprocess.Popen([*dask, "scheduler", *options], **quiet) as scheduler:
        while not file.exists():
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        options = ["--nworkers", str(workers), "--nthreads", "1", "--no-dashboard", "--local-directory", str(work)]
        with subprocess.Popen([*dask, "worker", address, *options], **quiet) as nanny:
            processes = {"scheduler": [scheduler.pid], "Dask workers": [nanny.pid]}
            before: dict[str, float] = {}

            def note(line: dict[str, Any]) -> None:
                if line["what"] == "first new":
                    processes["Dask workers"] += [each.pid for each in psutil.Process(nanny.pid).children()]
                    before.update({name: _cpu_s(pids) for name, pids in processes.items()}, batch=line["cpu_s"])

            said = watched(work, workers, scheduler=address, heard=note)
            spent = {name: _cpu_s(pids) - before[name] for name, pids in processes.items()}
            spent["batch"] = said[-1]["cpu_s"] - before["batch"]
            nanny.terminate()
        scheduler.terminate()
    print(f"{clips} clips, {workers} workers\n")
    print(table(("process", "CPU ms a clip"), [[name, f"{1000 * s / clips:.1f}"] for name, s in spent.items()]))


def _cpu_s(pids: Sequence[int]) -> float:
    return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in pids)


def _line(said: list[dict[str, Any]], what: str) -> dict[str, Any]:
    return next(line for line in said if line["what"] == what)


def _times(line: dict[str, Any], since: dict[str, Any] | None = None) -> tuple[str, str]:
    before = since or {"s": 0.0, "cpu_s": 0.0}
    return f"{line['s'] - before['s']:.1f} s", f"{line['cpu_s'] - before['cpu_s']:.1f} s"


class ListingServer(BaseHTTPRequestHandler):
    """Answers like S3 to a client that lists a bucket: so many names, a thousand a page."""

    names = 0

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        start, prefix = int(query.get("continuation-token", ["0"])[0]), query.get("prefix", [""])[0]
        end = min(start + PAGE, self.names)
        entries = "".join(
            f"<Contents><Key>{prefix}{number // CLIPS_A_FOLDER:05}/clip_{number:07}.mp4</Key><Size>5000000</Size>"
            f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;{number:032x}&quot;</ETag>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
            for number in range(start, end)
        )
        more = end < self.names
        token = f"<NextContinuationToken>{end}</NextContinuationToken>" if more else ""
        body = (
            f'<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>study</Name>'
            f"<KeyCount>{end - start}</KeyCount><IsTruncated>{str(more).lower()}</IsTruncated>{token}{entries}"
            "</ListBucketResult>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        """Keep silent."""


def serve_listing(names: int) -> None:
    """Serve a bucket with so many names; print the port."""
    ListingServer.names = names
    ListingServer.protocol_version = "HTTP/1.1"
    server = ThreadingHTTPServer(("127.0.0.1", 0), ListingServer)
    print(server.server_port, flush=True)
    server.serve_forever()


def list_names(count: int) -> None:
    """List a bucket as a batch does: into its list of clips."""
    command = [sys.executable, __file__, "--serve", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, closing(ClipList()) as listed:
        port = int(next(iter(server.stdout or ())))
        access = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}
        os.environ.update({**access, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"})
        process, begin_s, rows = psutil.Process(), time.perf_counter(), []
        for number, clip in enumerate(find_clips(["s3://study/clips"]), 1):
            listed.append(clip)
            if number == 1 or number % (count // 10) == 0:
                spent_s = [time.perf_counter() - begin_s, _cpu_s([process.pid])]
                rows.append([f"{number}", *(f"{s:.1f}" for s in spent_s), f"{_own_mb(process):.0f}"])
        server.kill()
    print(table(("names", "wall s", "CPU s", "memory MB"), rows))


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--names", type=int, help="list so many names, and nothing else")
    parser.add_argument("--work", type=Path, help="folder for clips and results; results in it are removed")
    parser.add_argument("--jobs", type=int, default=available_cores())
    parser.add_argument("--cluster", type=int, metavar="WORKERS", help="through a Dask cluster on this machine")
    parser.add_argument("--scheduler", help=argparse.SUPPRESS)
    parser.add_argument("--run", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    work = arguments.work
    if arguments.serve is not None:
        serve_listing(arguments.serve)
    elif arguments.names is not None:
        list_names(arguments.names)
    elif work is None:
        parser.error("--work: expected a folder")
    elif arguments.run:
        run(work / "clips", work / "out", work / "templates", arguments.jobs, arguments.scheduler)
    elif arguments.cluster is not None:
        on_cluster(work, arguments.clips, arguments.cluster)
    else:
        many(work, arguments.clips, arguments.jobs)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        serve(analyze=fake_analysis)
    else:
        main()
