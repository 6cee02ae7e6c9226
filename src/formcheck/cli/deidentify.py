"""``formcheck deidentify``: a copy of a clip that can be shown to others."""

from __future__ import annotations

from pathlib import Path

import click

from formcheck.cli.options import call_texts, model_option
from formcheck.cli.parameters import FilePath


@click.command(name="deidentify")
@click.argument("clip", type=FilePath(), metavar="CLIP")
@click.option(
    "--out",
    type=FilePath(dir_okay=False),
    metavar="FILE",
    help="The copy to write. Default: CLIP's name with .blurred.mp4, beside the clip.",
)
@model_option
def command(clip: Path, *, out: Path | None, model: str | None) -> None:
    """Write a copy of a clip with the face blurred, without sound and metadata.

    The region is generous, and larger where the position of the head is uncertain; frames without a known head are
    blurred whole. Only one person is detected: a second face in view stays as it is. So do marks such as tattoos, and
    the room. Watch the copy before you give it away.
    """
    from formcheck.cli.progress_bars import clip_progress
    from formcheck.deidentify import STAGES, deidentify
    from formcheck.pose.models import DEFAULT_QUALITY, QUALITIES
    from formcheck.video.admission import check_readable

    texts = call_texts()
    check_readable(clip)
    target = out if out is not None else _target(clip)
    with clip_progress(clip.name, STAGES) as show:
        whole = deidentify(clip, target, model=model or QUALITIES[DEFAULT_QUALITY].network, progress=show)
    if whole:
        click.echo(texts.get("deidentify.whole", n=whole), err=True)
    click.echo(texts.get("deidentify.done", path=target))


def _target(clip: Path) -> Path:
    """Return where the copy goes; with the clip's suffix too where another clip of that name lies beside it."""
    from formcheck.batch.clip_names import VIDEO_SUFFIXES

    others = [path for path in clip.parent.glob("*") if path.stem.casefold() == clip.stem.casefold()]
    alone = all(path.name == clip.name or path.suffix.lower() not in VIDEO_SUFFIXES for path in others)
    return clip.with_suffix(".blurred.mp4") if alone else clip.with_name(f"{clip.name}.blurred.mp4")
