"""``formcheck live``: practise in front of a camera."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import model_option
from formcheck.cli.record_options import store_option
from formcheck.errors import UsageError

if TYPE_CHECKING:
    from formcheck.live.answers import Answers
    from formcheck.live.finish import Practised
    from formcheck.live.run import Outcome
    from formcheck.live.texts import Texts
    from formcheck.types import Side


@click.command(name="live")
@click.option(
    "--camera",
    default="0",
    show_default=True,
    metavar="NUMBER|NAME|URL",
    help="The camera: its number, a part of its name as 'formcheck doctor' shows it, or an address (rtsp://, http://).",
)
@click.option(
    "--source",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Play a recorded clip in real time as if it were the camera.",
)
@click.option("--fast", is_flag=True, help="With --source: as fast as this machine can, no frame dropped, no sound.")
@click.option("--side", type=click.Choice(["left", "right"]), help="The working leg. Default: prescribed, or found.")
@click.option(
    "--protocol",
    "protocol_name",
    metavar="ID|FILE",
    help="The exercise; see 'formcheck protocols list'. Default: what is prescribed, else sciatic-glide.",
)
@model_option
@click.option(
    "--lang", "language", metavar="xx", help="Language of voice and picture: en or de. Default: the system's."
)
@click.option(
    "--metronome", "metronome_s", type=click.FloatRange(1, 10), metavar="SECONDS", help="Beat; seconds a way."
)
@click.option("--mute", is_flag=True, help="No voice and no tones.")
@click.option("--headless", is_flag=True, help="No window: practise by voice alone.")
@click.option("--full-screen", is_flag=True, help="Fill the screen.")
@click.option("--no-mirror", is_flag=True, help="Show the picture as the camera sees it, not as a mirror does.")
@click.option("--record", is_flag=True, help="Keep the video too (a red dot shows it). Default: numbers only.")
@click.option("--deidentify", is_flag=True, help="With --record: hide the face in the video.")
@click.option("--no-questions", is_flag=True, help="Do not ask about pain at the end.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where sessions are kept, one folder each. Default: formcheck/sessions in your data folder.",
)
@click.option("--profile", metavar="CODE", help="Whose practice: a code such as P017, not a name. Default: me.")
@store_option
@click.option("--no-save", is_flag=True, help="Do not keep the set in the practice record.")
def command(
    *,
    camera: str,
    source: Path | None,
    fast: bool,
    side: str | None,
    protocol_name: str | None,
    model: str,
    language: str | None,
    metronome_s: float | None,
    mute: bool,
    headless: bool,
    full_screen: bool,
    no_mirror: bool,
    record: bool,
    deidentify: bool,
    no_questions: bool,
    out: Path | None,
    profile: str | None,
    store: Path | None,
    no_save: bool,
) -> None:
    """Practise in front of a camera, guided by voice and picture.

    Put the laptop on the floor two to three metres to your side and lie down; the voice says what is to be mended,
    and when you can begin. It counts, says at most one thing at a time, and ends by itself. To pause, let go of your
    thigh; hold it again to go on.

    \b
    Keys for those who can reach them:
      space  pause, and go on        m  sound off, and on
      p      pain: mark the angle    f  full screen
      q      end the set             l, r  the leg, while getting ready

    Stop when leg pain increases. The session's folder holds the report of `formcheck analyze`, and cues.csv, what
    was said; a session that was cut off is finished at the next start.
    """
    from formcheck.live.finish import recover
    from formcheck.live.run import LiveOptions, practise
    from formcheck.live.sources import CameraSource, FileCamera, camera_opener
    from formcheck.live.texts import Texts, system_language
    from formcheck.protocols.loader import DEFAULT_PROTOCOL_ID, load_protocol
    from formcheck.record.profiles import DEFAULT_PROFILE, check_code
    from formcheck.types import Side

    record_of = None if no_save else _Record(check_code(profile or DEFAULT_PROFILE), store)
    wanted = record_of.prescribed() if record_of is not None else None
    if fast and source is None:
        raise UsageError("--fast needs --source: expected a file to play, a camera cannot be hurried")
    if deidentify and not record:
        raise UsageError("--deidentify needs --record: expected a video whose face is to be hidden")
    texts = Texts(language or system_language())
    options = LiveOptions(
        language=texts.language,
        side=Side(side) if side else (wanted.side if wanted else None),
        model=model,
        metronome_s=metronome_s,
        headless=headless,
        mirror=not no_mirror,
        full_screen=full_screen,
        sound=not (mute or fast),
        record=record,
        deidentify=deidentify,
        questions=not no_questions,
    )
    protocol = load_protocol(protocol_name or (wanted.protocol_id if wanted else DEFAULT_PROTOCOL_ID))
    root = out or _sessions_folder()
    recover(root, tell=lambda practised: _tell_recovered(practised, record_of))
    opened = FileCamera(source, fast=fast) if source is not None else CameraSource(camera_opener(camera))
    with opened:
        ask = _ask if sys.stdin.isatty() else None
        outcome = practise(opened, root, protocol=protocol, options=options, tell=_tell, ask=ask)
    _print(outcome, texts)
    if record_of is not None:
        record_of.keep(outcome.practised)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What is prescribed for today."""

    protocol_id: str
    side: Side | None


@dataclass(frozen=True, slots=True)
class _Record:
    """The practice record, and whose practice it is."""

    profile: str
    store: Path | None

    def prescribed(self) -> _Wanted | None:
        """What to practise, when just one thing is prescribed for today."""
        from datetime import date

        from formcheck.live.kept import prescribed, prescribed_side

        today = prescribed(self.profile, date.today(), store=self.store)  # noqa: DTZ011 - the patient's own day
        if len(today) != 1:
            return None
        return _Wanted(today[0].protocol_id, prescribed_side(today[0]))

    def keep(self, practised: Practised) -> None:
        """Keep a finished set."""
        from formcheck.live.kept import keep_practised

        kept = keep_practised(practised, profile=self.profile, store=self.store)
        if kept is not None:
            _tell(f"kept in the practice record as session {kept.uid}; see 'formcheck history'")


def _sessions_folder() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("formcheck", appauthor=False)) / "sessions"


def _tell(sentence: str) -> None:
    click.echo(f"formcheck: {sentence}", err=True)


def _tell_recovered(practised: Practised, record: _Record | None) -> None:
    _tell(f"an interrupted session was recovered (repetitions counted: {practised.counted}): {practised.folder}")
    if record is not None:
        record.keep(practised)


def _ask(texts: Texts) -> Answers:
    """The questions, on the terminal."""
    from formcheck.live.answers import QUESTIONS, answers_from

    typed = {}
    for question in QUESTIONS:
        for number, choice in enumerate(question.choices, start=1):
            click.echo(f"  {number}  {texts.get(choice)}")
        typed[question.key] = ""
        answer = click.prompt(texts.get(f"ask.{question.key}"), default="", show_default=False)
        for digit in answer:
            typed[question.key] = question.accept(typed[question.key], digit)
    return answers_from(typed)


def _print(outcome: Outcome, texts: Texts) -> None:
    from formcheck.cli.tables import print_session

    practised = outcome.practised
    for key in outcome.advice:
        click.secho(texts.get(key), bold=True)
    if practised.session is not None:
        print_session(practised.session, practised.folder)
    if outcome.dropped:
        share = 100 * outcome.dropped / (outcome.frames + outcome.dropped)
        click.echo(f"Pictures left out because this machine was too slow: {outcome.dropped} ({share:.0f} %).")
