"""What the job tests let the worker's process do, instead of an analysis."""

import os
import time


def fine(reports, request):
    reports.send(("progress", "measuring", 0.5))
    request.out.mkdir()
    (request.out / "session.json").write_text(f"{request.clip.name} {request.protocol} {request.options.side}")
    reports.send(("done",))


def fails(reports, request):
    reports.send(("failed", f"{request.clip}: nobody is in it"))


def crashes_on_bad(reports, request):
    if request.clip.name == "bad.mp4":
        request.out.mkdir()
        (request.out / ".partial-abc").mkdir()
        os._exit(11)
    fine(reports, request)


def never_ends(reports, request):
    request.out.mkdir(exist_ok=True)
    part = request.out / ".partial-abc"
    part.mkdir()
    (part / "track.npz").write_bytes(b"half")
    reports.send(("progress", "measuring", 0.25))
    request.clip.with_suffix(".pid").write_text(str(os.getpid()))
    time.sleep(600)
