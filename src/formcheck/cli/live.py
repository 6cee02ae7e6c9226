"""``formcheck live``: practise in front of a camera."""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts, model_option
from formcheck.cli.parameters import FilePath, Name
from formcheck.cli.record_options import store_option
from formcheck.errors import UsageError

if TYPE_CHECKING:
    from formcheck.live.app import LiveResult
    from formcheck.text.catalogue import Texts


@click.command(name="live")
@click.option(
    "--camera",
    type=Name(),
    metavar="NAME|NUMBER|URL",
    help="The camera: a part of its name as 'formcheck doctor' shows it, the system's number for it, or an address "
    "(rtsp://, http://). Default: the first one.",
)
@click.option(
    "--source",
    type=FilePath(dir_okay=False),
    metavar="FILE",
    help="Play a recorded clip in real time as if it were the camera.",
)
@click.option("--fast", is_flag=True, help="With --source: as fast as this machine can, no frame dropped, no sound.")
@click.option("--side", type=click.Choice(["left", "right"]), help="The working leg. Default: prescribed, or found.")
@click.option(
    "--protocol",
    "protocol_name",
    type=Name(),
    metavar="ID|FILE",
    help="The exercise; see 'formcheck protocols list'. Default: what is prescribed, else sciatic-glide.",
)
@click.option(
    "--hands",
    type=click.Choice(["both", "one", "strap"]),
    help="How the thigh is held, where that differs from the protocol; hands are judged only where both do.",
)
@model_option
@click.option("--lang", "language", metavar="xx", help="Language of voice and screen: en or de. Default: the system's.")
@click.option(
    "--metronome",
    "metronome_s",
    type=click.FloatRange(1, 10),
    metavar="SECONDS",
    help="A beat each second; seconds for each direction.",
)
@click.option("--mute", is_flag=True, help="No voice and no tones.")
@click.option("--headless", is_flag=True, help="No window: practise by voice alone.")
@click.option("--full-screen", is_flag=True, help="Fill the screen.")
@click.option("--no-mirror", is_flag=True, help="Show the image as the camera sees it, not mirrored.")
@click.option("--record", is_flag=True, help="Record the video too (a red dot shows it). Default: numbers only.")
@click.option("--deidentify", is_flag=True, help="With --record: hide the face in the video.")
@click.option("--teach", is_flag=True, help="Introduce how to practise, as the first time.")
@click.option("--no-questions", is_flag=True, help="Do not ask about pain at the end.")
@click.option("--no-open", is_flag=True, help="Do not open the report at the end; never done with --headless.")
@click.option(
    "--out",
    type=FilePath(file_okay=False),
    metavar="DIR",
    help="Where sessions are saved, one folder each. Default: sessions in the folder of the practice record.",
)
@click.option("--profile", metavar="CODE", help="Whose practice: a code such as P017, not a name. Default: me.")
@store_option
@click.option("--no-save", is_flag=True, help="Do not save the set to the practice record.")
def command(
    *,
    camera: str | None,
    source: Path | None,
    fast: bool,
    side: str | None,
    protocol_name: str | None,
    hands: str | None,
    model: str | None,
    language: str | None,
    metronome_s: float | None,
    mute: bool,
    headless: bool,
    full_screen: bool,
    no_mirror: bool,
    record: bool,
    deidentify: bool,
    teach: bool,
    no_questions: bool,
    no_open: bool,
    out: Path | None,
    profile: str | None,
    store: Path | None,
    no_save: bool,
) -> None:
    """Practise in front of a camera, guided by voice and screen.

    Put the laptop on the floor two and a half to three metres to your side and lie down; the voice says what to
    correct, and when you can begin. It counts, gives at most one cue at a time, and ends by itself. To pause, let go
    of your thigh; hold it again to go on. At the end raise an arm to answer its questions, or answer later.

    \b
    Keys, for those who can reach them:
      space  pause, and go on        m  sound off, and on
      p      pain: mark the angle    f  full screen
      q      end the set             l, r  the leg, during set-up

    Stop when leg pain increases. The session's folder holds the report of `formcheck analyze`, and cues.csv, what
    was said; an interrupted session is finished at the next start.
    """
    if fast and source is None:
        raise UsageError("--fast needs --source: expected a file to play, a camera cannot be sped up")
    if deidentify and not record:
        raise UsageError("--deidentify needs --record: expected a video whose face is to be covered")
    import webbrowser

    from formcheck.live.starting import open_window

    texts = call_texts(language)
    # Before all that takes time to load.
    with closing(open_window(texts, headless=headless, full_screen=full_screen)) as window:
        from formcheck.live.app import LiveOptions, practise
        from formcheck.live.camera import CameraSource
        from formcheck.live.coach import EndReason
        from formcheck.live.devices import camera_opener
        from formcheck.live.practice_record import PracticeRecord
        from formcheck.live.sources import FileCamera
        from formcheck.pose.models import DEFAULT_QUALITY, QUALITIES
        from formcheck.protocols.loader import DEFAULT_PROTOCOL_ID, load_protocol, with_hold, with_reps
        from formcheck.protocols.model import Hold
        from formcheck.record.profiles import DEFAULT_PROFILE, check_code
        from formcheck.types import Side

        questions = not (no_questions or fast)
        record_of = None
        if not no_save:
            record_of = PracticeRecord(check_code(profile or DEFAULT_PROFILE), store, questions=questions)
        chosen = Side(side) if side else None
        protocol = load_protocol(protocol_name) if protocol_name else None
        prescribed = None
        if record_of is not None:
            prescribed = record_of.prescribed_today(protocol.protocol.id if protocol else None, chosen)
        protocol = protocol or load_protocol(prescribed.protocol_id if prescribed else DEFAULT_PROTOCOL_ID)
        if prescribed is not None:
            protocol = with_reps(protocol, prescribed.reps)
        result = practise(
            lambda: FileCamera(source, fast=fast) if source is not None else CameraSource(camera_opener(camera)),
            out or _sessions_folder(store),
            window=window,
            protocol=protocol if hands is None else with_hold(protocol, Hold(hands)),
            options=LiveOptions(
                language=texts.language,
                side=chosen or (prescribed.side if prescribed else None),
                model=model or QUALITIES[DEFAULT_QUALITY].network,
                metronome_s=metronome_s,
                mirror=not no_mirror,
                sound=not (mute or fast),
                record=record,
                deidentify=deidentify,
                questions=questions,
                whole_set=prescribed is not None,
                teach=teach,
                kept=record_of.calibrations() if record_of is not None else (),
            ),
            notify=_notify,
            record=record_of,
        )
    if result is not None:
        _print(result, texts)
        # Whoever sent a signal is about to end the session, or is another program.
        if not (no_open or headless or result.finished.end_reason is EndReason.SIGNAL):
            webbrowser.open(result.finished.report.absolute().as_uri())


def _sessions_folder(store: Path | None) -> Path:
    """Inside the record's folder, so that it goes with what is erased there."""
    from formcheck.record.live_folders import SESSIONS
    from formcheck.record.store import default_folder

    return (store or default_folder()) / SESSIONS


def _notify(sentence: str) -> None:
    # The terminal may have been closed, which is no reason to lose a set.
    with suppress(OSError):
        click.echo(f"formcheck: {sentence}", err=True)


def _print(result: LiveResult, texts: Texts) -> None:
    """Print the set; the last line is where the report is, also for a program that started this one."""
    from formcheck.cli.tables import print_session
    from formcheck.text.numbers import percent

    finished = result.finished
    with suppress(OSError):
        for key in result.advice:
            click.secho(texts.get(key), bold=True)
        if finished.uid is not None:
            _notify(texts.get("terminal.saved", uid=finished.uid))
        if result.dropped:
            share = percent(texts, result.dropped / (result.frames + result.dropped))
            click.echo(texts.get("live.dropped", count=result.dropped, percent=share))
        print_session(finished.session, finished.folder, texts)
