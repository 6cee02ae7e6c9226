"""Render a named set: python -m synthetic SET --out FOLDER."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from synthetic import clips, stills
from synthetic.draw_stills import PER_SHEET, SHEETS
from synthetic.jobs import Job, run
from synthetic.motion import Timeline
from synthetic.sets import CLIP_SETS, SITUATIONS, SMOKE, STILLS, clips_of
from synthetic.spec import Clip
from synthetic.views import VIEWS, views


def main() -> int:
    """Render what is missing of a set."""
    parser = argparse.ArgumentParser(prog="python -m synthetic", description=__doc__)
    parser.add_argument("set", choices=[*CLIP_SETS, SITUATIONS, VIEWS, SMOKE, STILLS], help="which set")
    parser.add_argument("--out", type=Path, required=True, help="folder, made if it is missing; what it has is kept")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: one a core)")
    parser.add_argument("--only", default="", help="clips whose name contains this")
    parser.add_argument("--sheets", type=int, default=SHEETS, help=f"sheets of {PER_SHEET} stills")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.set == STILLS:
        missing = [sheet for sheet in range(options.sheets) if not (options.out / f"{sheet:04d}.csv").exists()]
        run([_sheet(sheet, options.out) for sheet in missing], workers=options.workers)
        print(f"{options.out / 'truth.csv'}: {stills.join_tables(options.out)} stills")
        return 0
    every = views() if options.set == VIEWS else clips_of(options.set)
    wanted = [clip for clip in every if options.only in clip.name]
    missing_clips = [clip for clip in wanted if not clips.is_rendered(clip, options.out)]
    run([_clip(clip, options.out) for clip in missing_clips], workers=options.workers)
    print(f"{options.out}: {len(wanted)} clips")
    return 0


def _clip(clip: Clip, folder: Path) -> Job:
    frames = round(Timeline(clip.motion, clip.posture, clip.situation).duration_s * clip.picture.fps)
    return Job(clip.name, frames, partial(clips.render_clip, clip, folder))


def _sheet(sheet: int, folder: Path) -> Job:
    return Job(f"sheet {sheet:04d}", PER_SHEET, partial(stills.render_sheet, sheet, folder))


if __name__ == "__main__":
    sys.exit(main())
