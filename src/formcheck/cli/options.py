"""What commands share: analysis options and the language of a call. `record_options` has those of the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from formcheck.cli.parameters import Name
from formcheck.video.window import FASTEST, SLOWEST

if TYPE_CHECKING:
    from formcheck.text.catalogue import Texts

_Command = Callable[..., Any]

quality_option = click.option(
    "--quality",
    type=click.Choice(["quick", "standard", "best"]),
    default="standard",
    show_default=True,
    help="quick: 10 frames a second. standard: 15, and every frame where the leg is fast. best: so too, with the heavy "
    "model, surer of the legs and the knee, about twice the time ('formcheck models pull heavy' fetches it).",
)
model_option = click.option(
    "--model",
    type=Name(),
    metavar="NAME|FILE",
    help="Landmark model instead of the quality's: lite, full or heavy; see 'formcheck models list'.",
)


def call_texts(language: str | None = None) -> Texts:
    """Return the texts in the language of this call: a command's own ``--lang``, that of formcheck, or the system's."""
    from formcheck.text.catalogue import choose_texts

    return choose_texts(language or getattr(click.get_current_context().find_root().obj, "language", None))


def analysis_options(*, side_help: str) -> Callable[[_Command], _Command]:
    """Add what recorded clips are analysed with: side, ``protocol_name``, quality, model, fps and speed.

    Parameters
    ----------
    side_help : str
        Which clips the side is for, and the default.
    """
    options = (
        click.option("--side", type=click.Choice(["left", "right"]), help=side_help),
        click.option(
            "--protocol",
            "protocol_name",
            type=Name(),
            default="sciatic-glide",
            show_default=True,
            metavar="ID|FILE",
            help="The exercise to judge by; see 'formcheck protocols list'.",
        ),
        quality_option,
        model_option,
        click.option(
            "--fps",
            type=click.IntRange(min=5),
            metavar="N",
            help="Use N frames a second instead of the quality's, all if the clip has fewer; fast movements too.",
        ),
        click.option(
            "--speed",
            type=click.FloatRange(SLOWEST, FASTEST),
            metavar="FACTOR",
            help="How fast the clip plays, for slow motion whose file does not say so: 0.5 when it plays at half speed "
            "(a movement of 2 s lasts 4 s in it), 0.25 at a quarter, 2 at double speed. Times are real ones then. "
            "Default: as the file says; 1 takes its times as they are.",
        ),
    )

    def add(command: _Command) -> _Command:
        # As stacked decorators are: the last one first.
        for option in reversed(options):
            command = option(command)
        return command

    return add
