"""Makes docs/gallery.md and its images: rendered people as formcheck sees them, each at the peak of a repetition.

    .venv/bin/python benchmarks/gallery.py [--cache DIR]

All images are of people who do not exist (benchmarks/synthetic/README.md). What stands below an image is read from the
analysis, not written by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.progress import track as progress
from truth import pipeline_track

from formcheck.draw.thumbnails import make_thumbnails
from formcheck.form.judge import judge_track
from formcheck.form.summary import summarize
from formcheck.protocols.loader import load_protocol
from formcheck.text.catalogue import Texts
from formcheck.types import Session

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images" / "gallery"
PAGE = ROOT / "docs" / "gallery.md"
# Clip: its heading.
CLIPS = {
    "clips/c02_female_side0": "From the side, as it should be filmed",
    "clips/c03_az15": "The camera turned by 15 degrees",
    "clips/c06_farside": "The further leg works",
    "clips/c07_portrait": "A phone held upright",
    "clips/c08_lowlight": "A dark room",
    "holdout/h08_bent": "The resting leg is bent",
    "clips/c09_hipdrift": "A thigh that sinks while the knee straightens",
    "clips/c15_hip70_pointed": "A thigh that is not raised enough",
    "clips/c14_roll90": "A phone that lay on its side",
}


def peak_s(session: Session) -> float:
    """Time of the straightest knee in the middle one of the repetitions; without one, the middle of the clip."""
    reps = [rep for rep in session.reps if rep.complete]
    return reps[len(reps) // 2].peak_s if reps else session.clip.duration_s / 2


def entry(name: str, heading: str, *, cache: Path | None) -> str:
    """Write the image of a clip, and return its part of the page."""
    clip = ROOT / "benchmarks" / f"{name}.mp4"
    protocol, texts = load_protocol(), Texts("en")
    track = pipeline_track(clip, cache=cache)
    session = judge_track(track, protocol)
    at_s = {len([rep for rep in session.reps if rep.complete]) // 2 + 1: peak_s(session)}
    image = next(
        iter(
            make_thumbnails(clip, at_s, track=track, session=session, protocol=protocol.protocol, texts=texts).values()
        )
    )
    (IMAGES / f"{clip.stem}.jpg").write_bytes(image)
    said = texts.say(summarize(session).headline)
    return f"## {heading}\n\n![{heading}](images/gallery/{clip.stem}.jpg)\n\n> {said}\n"


def main() -> None:
    """Make the images and the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep landmarks here between runs")
    arguments = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    parts = [entry(name, heading, cache=arguments.cache) for name, heading in progress(CLIPS.items(), "clips")]
    made = "Made by `benchmarks/gallery.py` from rendered clips. Below each image stands the first line of its report."
    PAGE.write_text("\n".join((f"# Gallery\n\n{made}\n", *parts)), encoding="utf-8")
    print(f"written: {PAGE}")


if __name__ == "__main__":
    main()
