"""How soon the review page stands, and how smoothly one clip and two compared are scrubbed, in Chromium and Firefox.

    .venv/bin/python benchmarks/review.py [CLIP] [--minutes 5] [--encodings clip phone] [--browsers chromium firefox]
        [--before SOURCE]

The clip (a sample by default) is taken as it is, and as phones record: at 1080p with a key frame each second. It is
put behind itself until it is long enough; its analysis likewise. Measured are: the
first paint, the clip view with its curves, and the first frame, from the moment the address is opened; then, while the
curve (of one clip) or the scrubber (of two) is dragged to and fro, one move a screen as a mouse does it: updates a
second of the numbers, frames a second of each clip, and the time between two screens; and how long after the hand has
come to rest the video itself shows the frame. With ``--before`` the page of another source tree is measured in turn
with this one. Exit code 1 when the numbers or the frames follow with fewer than 25 a second, or the video takes 150 ms
or more to be back (19 times of 20).
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
import numpy as np
from browsers import BROWSERS, WINDOW_PX, Browser

from formcheck.form.judge import judge_track
from formcheck.pipeline import Options, make_track, write_session
from formcheck.protocols.loader import load_protocol
from formcheck.types import PoseTrack

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "sample_videos" / "01_good_set.mp4"
DRAG_S, RESTS = 5.0, 20
UPDATES_HZ, FRAMES_HZ, REST_MS = 25.0, 25.0, 150.0
NAMES = ("long", "other")
ENCODINGS = ("clip", "phone")

STANDS = """() => document.querySelector(".clip-view .plot canvas, .compare .plot canvas") !== null"""
HAS_FRAMES = """() => {
    const videos = [...document.querySelectorAll("video")];
    return videos.length > 0 && videos.every((video) => video.readyState >= 2);
}"""
PAINTED_MS = """() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? null"""
IDS = """async () => (await (await fetch("/api/items")).json()).items.map((one) => one.id)"""
# Whether the small images are there: 404 from a page that has none.
IMAGES_MADE = """async () => {
    const ids = location.hash.split("/").slice(2);
    const answers = await Promise.all(ids.map((id) => fetch(`/api/items/${id}/scrub`)));
    return answers.every((answer) => answer.status !== 202);
}"""
# Two clips are moved through as a whole, and not a repetition of each.
BY_TIME = """() => {
    const align = document.querySelector("[data-key=align]");
    if (!align) return;
    align.value = "time";
    align.dispatchEvent(new Event("change"));
}"""
# Counts the frames that come to be shown: by the video, and by the images that cover it while the hand moves.
COUNT = """() => {
    const first = window.shownFrames === undefined;
    window.shownFrames = new Map([...document.querySelectorAll(".stage")].map((stage) => [stage, 0]));
    const add = (stage) => window.shownFrames.set(stage, window.shownFrames.get(stage) + 1);
    const draw = CanvasRenderingContext2D.prototype.drawImage;
    if (first) CanvasRenderingContext2D.prototype.drawImage = function (...given) {
        draw.apply(this, given);
        if (this.canvas.classList.contains("scrub-image")) add(this.canvas.parentNode);
    };
    for (const stage of window.shownFrames.keys()) {
        const video = stage.querySelector("video");
        const frame = () => {
            video.shownAt = performance.now();
            if (!stage.querySelector(".scrub-image:not([hidden])")) add(stage);
            video.requestVideoFrameCallback(frame);
        };
        video.requestVideoFrameCallback(frame);
    }
    // Playwright and Marionette move too slowly: each of their moves is waited for. So the page moves itself.
    const [over, scrub] = [".over", ".bar .scrub"].map((one) => document.querySelector(one));
    const box = (over ?? scrub).getBoundingClientRect();
    const point = (type, share) => over.dispatchEvent(new PointerEvent(type, {
        pointerId: 1, bubbles: true, clientX: box.left + 2 + share * (box.width - 4), clientY: box.top + 30,
    }));
    if (over) {
        over.setPointerCapture = () => {};
        window.press = (share) => point("pointerdown", share);
        window.moveTo = (share) => point("pointermove", share);
        window.release = (share) => point("pointerup", share);
    } else {
        window.press = window.release = () => {};
        window.moveTo = (share) => {
            scrub.value = Number(scrub.min) + share * (scrub.max - scrub.min);
            scrub.dispatchEvent(new Event("input"));
        };
    }
}"""
DRAG = """(seconds) => new Promise((done) => {
    const clock = document.querySelector(".clock");
    const before = [...window.shownFrames.values()];
    const screens = [];
    let [updates, words] = [0, clock.textContent];
    const began = performance.now();
    window.press(0);
    const screen = () => {
        screens.push(performance.now() - began);
        const since = (performance.now() - began) / 1000;
        if (clock.textContent !== words) updates += 1;
        words = clock.textContent;
        window.moveTo(0.5 - 0.5 * Math.cos((2 * Math.PI * since) / 4));
        if (since < seconds) return requestAnimationFrame(screen);
        window.release(0);
        const frames = [...window.shownFrames.values()].map((count, number) => (count - before[number]) / since);
        const between = screens.slice(1).map((at, number) => at - screens[number]);
        done({ updates: updates / since, frames: Math.min(...frames), between });
    };
    requestAnimationFrame(screen);
})"""
# Moves for a quarter of a second to a place and stays there: how long until every video itself shows its frame.
REST = """(share) => new Promise((done) => {
    let [moves, rested] = [15, 0];
    const videos = [...document.querySelectorAll("video")];
    window.press(0);
    const screen = () => {
        const now = performance.now();
        if (moves > 0) {
            moves -= 1;
            window.moveTo(share * (1 - moves / 20));
            rested = performance.now();
        } else {
            const covered = document.querySelector(".scrub-image:not([hidden])") !== null;
            const there = (video) => !video.seeking && video.shownAt >= rested;
            if ((!covered && videos.every(there)) || now - rested > 3000) {
                window.release(share);
                return done(Math.max(...videos.map((video) => video.shownAt)) - rested);
            }
        }
        requestAnimationFrame(screen);
    };
    requestAnimationFrame(screen);
})"""


def as_phones_record(clip: Path, target: Path) -> None:
    """Encode a clip at 1080p with a key frame each second."""
    with av.open(str(clip)) as source:
        each = round(source.streams.video[0].average_rate)
    encoder = [
        "-vf",
        "scale=-2:1080",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "20",
        "-bf",
        "0",
        "-g",
        str(each),
    ]
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(clip), "-an", *encoder, str(target)], check=True)


def longest_between_key_frames_s(clip: Path) -> float:
    """Return the longest time from a key frame to the next or to the end."""
    with av.open(str(clip)) as source:
        packets = [packet for packet in source.demux(video=0) if packet.pts is not None]
        times = [float(packet.pts * packet.time_base) for packet in packets if packet.is_keyframe]
        ends = float(max(packet.pts + packet.duration for packet in packets) * packets[0].time_base)
    return max(np.diff([*times, ends]))


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
    """Leave the long clip and its results in ``folder``, twice, to be compared."""
    quiet = lambda _stage, _share: None  # noqa: E731 - one line says it
    track = make_track(clip, options=Options(video=False), progress=quiet)
    with av.open(str(clip)) as source:
        times = max(1, round(minutes * 60 / (source.duration / av.time_base)))
    for name in NAMES:
        long_clip = folder / f"{name}.mp4"
        length_s = repeated(clip, long_clip, times)
        # No two clips are the same bytes.
        with long_clip.open("ab") as file:
            file.write(bytes([0, 0, 0, 8 + len(name)]) + b"free" + name.encode())
        long_track = repeated_track(track, long_clip, times, length_s)
        protocol = load_protocol("sciatic-glide")
        write_session(folder / f"{name}.formcheck", long_track, judge_track(long_track, protocol), protocol)


@contextmanager
def reviewing(folder: Path, source: Path) -> Iterator[str]:
    """Run ``formcheck review`` of a source tree; yields its address."""
    command = [sys.executable, "-m", "formcheck", "review", str(folder), "--no-open", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(source)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as server:
        try:
            for line in server.stdout or ():
                if found := re.search(r"http://\S+", line):
                    yield found[0]
                    return
            sys.exit("the review did not start")
        finally:
            server.send_signal(signal.SIGINT)


def wait_for(browser: Browser, condition: str) -> float:
    """Wait until a function in the page gives true; return the time then."""
    until = time.perf_counter() + 300
    while not browser.run(condition):
        if time.perf_counter() > until:
            sys.exit(f"{browser.name}: never came true: {condition}")
        time.sleep(0.01)
    return time.perf_counter()


@dataclasses.dataclass(slots=True)
class Scrubbing:
    """What was measured of one page."""

    updates_hz: float
    frames_hz: float
    screens_ms: tuple[float, float, float]
    rests_ms: list[float]
    load: float

    def row(self) -> str:
        """Return cells of a table."""
        middle, most, longest = self.screens_ms
        late = float(np.percentile(self.rests_ms, 95))
        return (
            f"{self.updates_hz:.0f} | {self.frames_hz:.0f} | {middle:.0f}, {most:.0f}, {longest:.0f} | "
            f"{statistics.median(self.rests_ms):.0f}, {late:.0f} | {self.load:.1f}"
        )

    @property
    def smooth(self) -> bool:
        """Whether all is as quick as it should be."""
        return (
            min(self.updates_hz / UPDATES_HZ, self.frames_hz / FRAMES_HZ) >= 1
            and float(np.percentile(self.rests_ms, 95)) < REST_MS
        )


def scrub(browser: Browser) -> Scrubbing:
    """Drag to and fro, and come to rest at places all over the clip."""
    browser.run(COUNT)
    rates: dict[str, Any] = browser.run(DRAG, DRAG_S)
    between = np.array(rates["between"])
    places = np.random.default_rng(1).permutation(np.linspace(0.05, 0.95, RESTS))
    rests_ms = [browser.run(REST, share) for share in places.tolist()]
    screens_ms = (float(np.median(between)), float(np.percentile(between, 95)), float(between.max()))
    return Scrubbing(rates["updates"], rates["frames"], screens_ms, rests_ms, os.getloadavg()[0])


def measure(browser: Browser, folder: Path, source: Path) -> tuple[str, list[Scrubbing]]:
    """Measure the page of a source tree: how soon it stands, and one clip and two as they are scrubbed."""
    with reviewing(folder, source) as address:
        started = time.perf_counter()
        browser.open(address)
        ids = browser.run(IDS)
        found = []
        for number, view in enumerate((f"item/{ids[0]}", "/".join(["compare", *ids]))):
            browser.run("(view) => { location.hash = `#/${view}`; }", view)
            curves_s = wait_for(browser, STANDS) - started
            frame_s = wait_for(browser, HAS_FRAMES) - started
            if number == 0:
                paint_ms = browser.run(PAINTED_MS)
                paint = f"first paint {paint_ms / 1000:.2f} s, " if paint_ms is not None else ""
                soon = f"{paint}curves {curves_s:.2f} s, first frame {frame_s:.2f} s"
            browser.run(BY_TIME)
            wait_for(browser, IMAGES_MADE)
            # The page asks again twice a second.
            time.sleep(1.5)
            found.append(scrub(browser))
    return soon, found


def title(clip: Path, minutes: float) -> str:
    """Return what was measured, and on what."""
    with av.open(str(clip)) as source:
        stream = source.streams.video[0]
        size = f"{stream.width}x{stream.height}"
    between = f"a key frame at least every {longest_between_key_frames_s(clip):.1f} s"
    window = f"{WINDOW_PX[0]}x{WINDOW_PX[1]}"
    return f"{minutes:g} minutes of {clip.name} at {size}, {between}; window of {window}, {os.cpu_count()} cores"


def measure_all(folder: Path, kinds: list[str], sources: dict[str, Path]) -> bool:
    """Measure and print each browser and version; return whether all was as quick as it should be."""
    well = True
    print("| | | updates/s | frames/s | ms between screens¹ | ms from rest to video² | load |")
    print("|---|---|---|---|---|---|---|")
    for kind in kinds:
        with BROWSERS[kind]() as browser:
            if browser is None:
                print(f"| no {kind} on this machine |")
                continue
            for version, source in sources.items():
                soon, found = measure(browser, folder, source)
                for what, one in zip(("one clip", "two compared"), found, strict=True):
                    print(f"| {browser.name}, {version} | {what} | {one.row()} |", flush=True)
                    well = well and (version == "before" or one.smooth)
                print(f"{browser.name}, {version}, from opening the address: {soon}", file=sys.stderr, flush=True)
    return well


def main() -> int:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--encodings", nargs="+", choices=ENCODINGS, default=list(ENCODINGS))
    parser.add_argument("--browsers", nargs="+", choices=BROWSERS, default=list(BROWSERS))
    parser.add_argument("--before", type=Path, metavar="SOURCE", help="the src folder of another version")
    args = parser.parse_args()
    sources = {"before": args.before, "now": ROOT / "src"} if args.before else {"now": ROOT / "src"}
    well = True
    for encoding in args.encodings:
        with tempfile.TemporaryDirectory() as name:
            folder, clip = Path(name), args.clip
            if encoding == "phone":
                clip = folder / "phone" / args.clip.name
                clip.parent.mkdir()
                as_phones_record(args.clip, clip)
            shown = folder / "shown"
            shown.mkdir()
            stage(clip, shown, args.minutes)
            print(f"\n{title(clip, args.minutes)}\n")
            well = measure_all(shown, args.browsers, sources) and well
    print("\n¹ median, 95 %, longest. ² median, 95 %.")
    return int(not well)


if __name__ == "__main__":
    sys.exit(main())
