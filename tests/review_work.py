"""What the job tests let the worker's process do, instead of an analysis."""

import os
import time
from pathlib import Path


def fine(reports, clip, out, protocol, side):
    reports.send(("progress", "measuring", 0.5))
    out.mkdir()
    (out / "session.json").write_text(f"{clip.name} {protocol} {side}")
    reports.send(("done",))


def fails(reports, clip, out, protocol, side):
    reports.send(("failed", f"{clip.name}: nobody is in it"))


def crashes_on_bad(reports, clip, out, protocol, side):
    if clip.name == "bad.mp4":
        out.mkdir()
        (out / ".partial-abc").mkdir()
        os._exit(11)
    fine(reports, clip, out, protocol, side)


def never_ends(reports, clip, out, protocol, side):
    out.mkdir(exist_ok=True)
    part = out / ".partial-abc"
    part.mkdir()
    (part / "track.npz").write_bytes(b"half")
    reports.send(("progress", "measuring", 0.25))
    Path(clip).with_suffix(".pid").write_text(str(os.getpid()))
    time.sleep(600)
