"""A real Dask scheduler with workers on loopback, and a real server that speaks S3."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

from batches import FAULTY_WORKER, formcheck_batch, tables, variant
from clips import excerpt
from formcheck.batch.clips import find_clips
from formcheck.batch.cluster import ClusterRunner
from formcheck.batch.run import run_batch
from formcheck.batch.storage import open_storage
from formcheck.batch.tasks import ClipLimits, make_settings
from formcheck.protocols.loader import load_protocol

SECRET = "a-secret-that-is-never-shown"
CLIPS = 5


@contextmanager
def dask(*arguments):
    """A process of the cluster; ended with its children when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dask", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_until(true, timeout_s=60.0):
    deadline = time.monotonic() + timeout_s
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(scope="module")
def store():
    """A server that speaks S3, and in the environment what a client of it needs."""
    # Here, for every worker of the tests loads this file, and one runs it.
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "formcheck")
        patch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
        patch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        client = boto3.client("s3")
        client.create_bucket(Bucket="study")
        yield client
        client.close()
    server.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory, store):
    """Address of a scheduler with two workers, and the process that keeps these two alive."""
    file = tmp_path_factory.mktemp("cluster") / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", file]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES", "1")
        with dask("scheduler", *options):
            wait_until(file.exists)
            address = json.loads(file.read_text())["address"]
            with dask("worker", address, "--nworkers", "2", "--nthreads", "1", "--no-dashboard") as workers:
                yield address, workers


@pytest.fixture(scope="module")
def local_run(tmp_path_factory):
    """Clips, a protocol that is nowhere else, and the results of one machine."""
    folder = tmp_path_factory.mktemp("local")
    base = excerpt(folder / "base.mp4", start_s=2.0, length_s=0.4).read_bytes()
    for number in range(CLIPS):
        variant(base, folder / "clips" / f"clip {number}.mp4", number)
    (folder / "clips" / "bad.mp4").write_bytes(b"text")
    (folder / "mine.toml").write_text("# only here\n" + load_protocol().text)
    call = formcheck_batch(folder / "clips", "--out", folder / "out", "--protocol", folder / "mine.toml")
    assert call.returncode == 3, call.stderr
    return folder


def test_tables_are_those_of_one_machine_though_a_worker_is_lost(local_run, tmp_path, cluster):
    address, workers = cluster
    options = ["--out", tmp_path, "--protocol", local_run / "mine.toml", "--scheduler", address]
    with subprocess.Popen(
        [sys.executable, "-m", "formcheck", "batch", local_run / "clips", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as batch:
        wait_until(lambda: len(list(tmp_path.glob("clips/*/session.json"))) >= 2 or batch.poll() is not None)
        at_work = next(p for p in psutil.process_iter(["cmdline"]) if is_at_work(p, workers.pid))
        at_work.parent().kill()
        out, err = batch.communicate(timeout=60)
    assert batch.returncode == 3, err
    assert out.startswith(f"{CLIPS} of {CLIPS + 1} clips analysed, 1 failed\n")
    assert tables(tmp_path) == tables(local_run / "out")
    folders = sorted(path.name for path in (tmp_path / "clips").iterdir())
    assert folders == sorted(path.name for path in (local_run / "out" / "clips").iterdir())
    assert len(folders) == CLIPS + 1


def is_at_work(process, cluster_pid):
    """Tell a process that analyses clips for a worker of the cluster."""
    ours = "formcheck.batch.worker" in (process.info["cmdline"] or [])
    return ours and cluster_pid in [parent.pid for parent in process.parents()]


def test_a_clip_that_kills_workers_is_given_up_alone(local_run, tmp_path, cluster):
    base = (local_run / "base.mp4").read_bytes()
    for number, name in enumerate(["a", "poison", "segfault", "y", "z"]):
        variant(base, tmp_path / "clips" / f"{name}.mp4", number)
    settings = make_settings("sciatic-glide", model="full", side=None, fps=None, video=False, language="en")
    storage = open_storage(str(tmp_path / "out"))
    with storage.lock():
        runner = ClusterRunner(cluster[0], settings, ClipLimits(10**9), command=FAULTY_WORKER)
        report = run_batch(find_clips([str(tmp_path / "clips")]), storage, runner, settings=settings)
    failed = {result.clip.name: result.failure for result in report.failures}
    assert {name: failure.kind for name, failure in failed.items()} == {
        "poison.mp4": "lost",
        "segfault.mp4": "crashed",
    }
    assert failed["poison.mp4"].reason.startswith("2 workers were lost with it")
    assert report.counts["done"] == 3


def test_clips_and_results_in_a_store(local_run, store, cluster):
    for path in (local_run / "clips").iterdir():
        store.upload_file(str(path), "study", f"clips/{path.name}")
    options = ["--out", "s3://study/out", "--protocol", local_run / "mine.toml"]
    call = formcheck_batch("s3://study/clips", *options, "--scheduler", cluster[0])
    assert call.returncode == 3, call.stderr

    def content(key):
        return store.get_object(Bucket="study", Key=key)["Body"].read()

    stored = {entry["Key"]: entry for entry in store.list_objects_v2(Bucket="study", Prefix="out/")["Contents"]}
    assert not [key for key in stored if "lock" in key]
    assert {key.rsplit("/", 1)[-1] for key in stored} >= {
        "session.json",
        "report.html",
        "track.npz",
        "part-000001.parquet",
    }
    here = {
        name: (local_run / "out" / name).read_text().replace(str(local_run), "s3://study")
        for name in ("results.csv", "reps.csv")
    }
    assert {name: content(f"out/{name}").decode() for name in here} == here
    assert not [key for key in stored if SECRET.encode() in content(key)]

    # by processes of this machine now: nothing is left to do, and nothing is written anew but the tables
    call = formcheck_batch("s3://study/clips/*.mp4", *options)
    assert call.returncode == 3, call.stderr
    assert SECRET not in call.stdout + call.stderr
    again = store.list_objects_v2(Bucket="study", Prefix="out/clips/")["Contents"]
    assert {entry["Key"]: entry["LastModified"] for entry in again} == {
        key: entry["LastModified"] for key, entry in stored.items() if key.startswith("out/clips/")
    }
    assert content("out/results.csv").decode() == here["results.csv"]
