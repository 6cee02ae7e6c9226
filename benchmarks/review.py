"""How soon the review page stands, and how smoothly its timeline is dragged, in Chromium on a long clip.

    .venv/bin/python benchmarks/review.py [CLIP] [--minutes 5]

The clip (a sample by default) is put behind itself until it is long enough; its analysis likewise. Measured are: the
first paint, the clip view with its curves, and the first frame, from the moment the address is opened by a browser that
has never seen the page; then updates a second of the numbers and frames a second while the curve is dragged across.
Exit code 1 when the first paint takes a second or more, or the numbers follow with fewer than 25 updates a second.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from formcheck.form.judge import judge_track
from formcheck.pipeline import Options, make_track, write_session
from formcheck.protocols.loader import load_protocol
from formcheck.report.pdf import find_browser
from formcheck.types import PoseTrack

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_videos" / "01_good_set.mp4"
DRAG_S = 5.0
FIRST_PAINT_S, UPDATES_HZ = 1.0, 25.0

# Drags the pressed pointer to and fro, one move a screen as a mouse does it (Playwright's own moves wait for each
# other), and counts how often the numbers change and how often the video shows another frame.
DRAG = """(seconds) => new Promise((done) => {
    const counts = { updates: 0, frames: 0, screens: 0 };
    const [clock, video, over] = [".clock", "video", ".over"].map((one) => document.querySelector(one));
    const box = over.getBoundingClientRect();
    const started = performance.now();
    let before = clock.textContent;
    const frame = () => { counts.frames += 1; video.requestVideoFrameCallback(frame); };
    const screen = () => {
        const since = (performance.now() - started) / 1000;
        counts.screens += 1;
        if (clock.textContent !== before) counts.updates += 1;
        before = clock.textContent;
        const clientX = box.left + 2 + (0.5 - 0.5 * Math.cos((2 * Math.PI * since) / 4)) * (box.width - 4);
        const at = { pointerId: 1, clientX, clientY: box.top + 30, bubbles: true };
        over.dispatchEvent(new PointerEvent("pointermove", at));
        if (since < seconds) requestAnimationFrame(screen);
        else done(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / since])));
    };
    screen();
    video.requestVideoFrameCallback(frame);
})"""


def repeated(clip: Path, target: Path, times: int) -> float:
    """Write ``clip`` ``times`` times over, as it is encoded; return the length of one."""
    with av.open(str(target), "w") as copy:
        out, shift = None, 0
        for _ in range(times):
            with av.open(str(clip)) as source:
                stream = source.streams.video[0]
                out = out or copy.add_stream_from_template(stream)
                length = stream.duration
                for packet in source.demux(stream):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = out
                    copy.mux(packet)
            shift += length
        return float(length * stream.time_base)


def repeated_track(track: PoseTrack, clip: Path, times: int, length_s: float) -> PoseTrack:
    """Put a track behind itself."""
    arrays = {
        name: np.concatenate([getattr(track, name)] * times)
        for name in ("xy_px", "world_m", "visibility", "luma", "hidden")
    }
    t_s = np.concatenate([track.t_s + number * length_s for number in range(times)])
    sha256 = hashlib.sha256(clip.read_bytes()).hexdigest()
    info = dataclasses.replace(track.clip, name=clip.name, sha256=sha256, duration_s=length_s * times)
    return dataclasses.replace(track, t_s=t_s, clip=info, shot=None, **arrays)


def stage(clip: Path, folder: Path, minutes: float) -> None:
    """Leave the long clip and its results in ``folder``."""
    quiet = lambda _stage, _share: None  # noqa: E731 - one line says it
    track = make_track(clip, options=Options(video=False), progress=quiet)
    with av.open(str(clip)) as source:
        times = max(1, round(minutes * 60 / (source.duration / av.time_base)))
    long_clip = folder / "long.mp4"
    length_s = repeated(clip, long_clip, times)
    long_track = repeated_track(track, long_clip, times, length_s)
    protocol = load_protocol("sciatic-glide")
    write_session(folder / "long.formcheck", long_track, judge_track(long_track, protocol), protocol)


@contextmanager
def reviewing(clip: Path) -> Iterator[str]:
    """Run ``formcheck review``; yields its address."""
    command = [sys.executable, "-m", "formcheck", "review", str(clip), "--no-open", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            for line in server.stdout or ():
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    return
            sys.exit("the review did not start")
        finally:
            server.send_signal(signal.SIGINT)


def opened(browser: Browser, address: str) -> tuple[Page, dict[str, float]]:
    """Open the page in a browser that never saw it; return seconds until each step."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".plot canvas")
    curves_s = time.perf_counter() - started
    while page.evaluate("document.querySelector('video').readyState") < 2:
        time.sleep(0.005)
    frame_s = time.perf_counter() - started
    # The policy of the page forbids Playwright's own waiting for an expression.
    paint_ms = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return page, {"first paint": paint_ms / 1000, "curves": curves_s, "first frame": frame_s}


def drag(page: Page) -> dict[str, float]:
    """Drag across the curves for some seconds, to and fro; return counts a second."""
    box = page.locator(".over").bounding_box()
    if box is None:
        sys.exit("the page shows no curves")
    page.mouse.move(box["x"] + 2, box["y"] + 30)
    page.mouse.down()
    rates: dict[str, float] = page.evaluate(DRAG, DRAG_S)
    page.mouse.up()
    return rates


def main() -> int:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--minutes", type=float, default=5.0)
    args = parser.parse_args()
    executable = find_browser()
    if executable is None:
        sys.exit("no Chromium, Chrome or Edge on this machine")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        stage(args.clip, folder, args.minutes)
        browser = playwright.chromium.launch(executable_path=str(executable), args=["--no-sandbox"])
        with reviewing(folder / "long.mp4") as address:
            page, until_s = opened(browser, address)
            rates = drag(page)
        browser.close()
    print(f"{args.minutes:g} minutes of {args.clip.name}, Chromium {browser.version}, 1280x720")
    print("from opening the address: " + ", ".join(f"{step} {s:.2f} s" for step, s in until_s.items()))
    print(
        f"dragging the timeline: {rates['updates']:.0f} updates of the numbers a second, "
        f"{rates['frames']:.0f} frames a second (screen: {rates['screens']:.0f})"
    )
    return int(until_s["first paint"] >= FIRST_PAINT_S or rates["updates"] < UPDATES_HZ)


if __name__ == "__main__":
    sys.exit(main())
