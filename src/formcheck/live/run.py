"""One set of live practice from the first picture to the report: puts the parts together."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from formcheck.errors import InputError
from formcheck.form.cues import choose_cue
from formcheck.form.online import OnlineJudge
from formcheck.live.answers import QUESTIONS, Answers, advice, answers_from
from formcheck.live.capture import Arrival
from formcheck.live.finish import Practised, finish
from formcheck.live.journal import About, Journal, new_folder
from formcheck.live.loop import Loop, Stagehands
from formcheck.live.pain import RULE
from formcheck.live.practice import Practice, Why
from formcheck.live.recording import VIDEO, Recorder
from formcheck.live.say import Rank, Saying
from formcheck.live.screens import Screens
from formcheck.live.sources import FileCamera, Source
from formcheck.live.texts import Texts
from formcheck.live.timing import Times
from formcheck.live.tones import Tones
from formcheck.live.voice import Voice, speech_command
from formcheck.live.window import BACKSPACE, ENTER, ESCAPE, NoWindow, OpenCvWindow, Window
from formcheck.pipeline import landmarker_maker, model_info
from formcheck.pose.models import find_model, identify
from formcheck.pose.online_tracker import OnlineTracker
from formcheck.protocols.loader import LoadedProtocol
from formcheck.types import ClipInfo, ImageBgr, ModelInfo, Side, Verdict

_FIRST_PICTURE_S = 12.0
_SUMMARY_S = 120.0
_LAST_WORDS_S = 8.0


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """What the user may choose for a set."""

    language: str = "en"
    side: Side | None = None
    model: str = "full"
    metronome_s: float | None = None
    headless: bool = False
    mirror: bool = True
    full_screen: bool = False
    sound: bool = True
    record: bool = False
    deidentify: bool = False
    questions: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished set, the advice that goes with it, and how the loop did."""

    practised: Practised
    advice: tuple[str, ...]
    times: Times
    frames: int
    dropped: int


def practise(
    source: Source,
    root: Path,
    *,
    protocol: LoadedProtocol,
    options: LiveOptions,
    tell: Callable[[str], None],
    ask: Callable[[Texts], Answers] | None = None,
) -> Outcome:
    """Run one set and leave its results in a new folder inside ``root``.

    Parameters
    ----------
    source : Source
    root : Path
        Holds one folder for each session.
    protocol : LoadedProtocol
    options : LiveOptions
    tell : callable
        Told what the user should know, a sentence at a time.
    ask : callable, optional
        Asks the questions at the end where there is no window.

    Raises
    ------
    InputError
        The camera never gave a picture.
    """
    texts = Texts(options.language)
    first = _first_picture(source)
    size_px = (first.frame.image_bgr.shape[1], first.frame.image_bgr.shape[0])
    found = identify(find_model(options.model))
    model = model_info(found)
    clip = source.info if isinstance(source, FileCamera) else _camera_info(size_px)
    with ExitStack() as stack:
        screens = Screens(size_px, texts)
        window = _window(screens.size_px, options)
        stack.callback(window.close)
        tracker = stack.enter_context(
            OnlineTracker(landmarker_maker(found), size_px=size_px, clip=clip, model=model, side=options.side)
        )
        folder = new_folder(root, datetime.now().astimezone())
        journal = Journal(folder, _about(clip, model, size_px, options), protocol.text)
        stack.callback(journal.release)
        hands = _stagehands(stack, window, screens, size_px, folder, texts, options, tell)
        practice = Practice(protocol.protocol, texts, metronome_s=options.metronome_s)
        loop = Loop(source, tracker, OnlineJudge(protocol), practice, journal, hands)
        try:
            loop.run(first)
        finally:
            journal.close()
        why = practice.why or Why.STOP
        answers = _answers(hands, texts, loop.last_picture, options, ask)
        counts = {"frames": loop.frames, "dropped": source.dropped}
        practised = finish(folder, why=why, answers=answers, counts=counts)
        keys = advice(answers, ended_by_pain=why is Why.PAIN)
        _farewell(hands, texts, loop, practised, keys)
        return Outcome(practised, keys, loop.times, loop.frames, source.dropped)


def summary_lines(practised: Practised, texts: Texts) -> list[str]:
    """The set in a few sentences. Never praise for range."""
    target = practised.protocol.protocol.set.reps.value
    counts = {0: "end.count_none", 1: "end.count_one"}
    lines = [texts.get(counts.get(practised.counted, "end.count"), count=practised.counted, target=target)]
    session = practised.session
    complete = [rep for rep in session.reps if rep.complete] if session is not None else []
    if session is not None and complete:
        knee = float(np.median([rep.knee_flexion_peak_deg for rep in complete]))
        hip = float(np.mean([rep.hip_flexion_mean_deg for rep in complete]))
        lines += [texts.get("end.knee", knee=f"{knee:.0f}"), texts.get("end.hip", hip=f"{hip:.0f}")]
        cue = choose_cue(f for f in session.findings_of(None) if not f.advisory)
        if cue is not None:
            lines.append(texts.get("end.mend", cue=texts.get(f"cue.{cue.key}")))
        if any(f.rule == RULE and f.verdict is Verdict.NOT_MET for f in session.findings):
            lines.append(texts.get("end.limit"))
    if practised.marks and np.isfinite(practised.marks[0].knee_deg):
        lines.append(texts.get("end.pain_mark", knee=f"{practised.marks[0].knee_deg:.0f}"))
    return lines


def _first_picture(source: Source) -> Arrival:
    begun_s = time.monotonic()
    while (arrival := source.take(0.2)) is None:
        if source.ended or time.monotonic() - begun_s > _FIRST_PICTURE_S:
            raise InputError(
                "the camera gave no picture: expected one that opens; is it connected, allowed, and not in use by "
                "another program? `formcheck doctor` lists the cameras, --camera chooses one"
            )
    return arrival


def _camera_info(size_px: tuple[int, int]) -> ClipInfo:
    """A camera's pictures have no file, and so no checksum."""
    return ClipInfo("camera", "", size_px, 0.0, 0, "", float("nan"))


def _about(clip: ClipInfo, model: ModelInfo, size_px: tuple[int, int], options: LiveOptions) -> About:
    return About(
        started_at=datetime.now().astimezone().isoformat(timespec="seconds"),
        source=clip.name,
        language=options.language,
        size_px=size_px,
        side_given=options.side is not None,
        clip=asdict(clip),
        model=asdict(model),
    )


def _window(size_px: tuple[int, int], options: LiveOptions) -> Window:
    return NoWindow() if options.headless else OpenCvWindow(size_px, full_screen=options.full_screen)


def _stagehands(
    stack: ExitStack,
    window: Window,
    screens: Screens,
    size_px: tuple[int, int],
    folder: Path,
    texts: Texts,
    options: LiveOptions,
    tell: Callable[[str], None],
) -> Stagehands:
    voice = tones = recorder = None
    if options.sound:
        command = speech_command(options.language)
        if command is None:
            tell(texts.get("sound.no_voice", why="formcheck doctor"))
        else:
            voice = Voice(command)
            stack.callback(voice.close, finish_s=_LAST_WORDS_S)
        tones = Tones()
        stack.callback(tones.close, finish_s=1.0)
    if options.record:
        recorder = stack.enter_context(Recorder(folder / VIDEO, size_px=size_px, deidentify=options.deidentify))

    def explain(what: str) -> None:
        key, _, why = what.partition("|")
        tell(texts.get(key, why=why))

    return Stagehands(window, screens, voice, tones, recorder, explain, mirror=options.mirror)


def _answers(
    hands: Stagehands,
    texts: Texts,
    picture: ImageBgr | None,
    options: LiveOptions,
    ask: Callable[[Texts], Answers] | None,
) -> Answers:
    if not options.questions:
        return Answers()
    if hands.window.shown and picture is not None:
        return _ask_in_window(hands, picture)
    return ask(texts) if ask is not None else Answers()


def _ask_in_window(hands: Stagehands, picture: ImageBgr) -> Answers:
    typed: dict[str, str] = {}
    for question in QUESTIONS:
        said = ""
        while True:
            hands.window.show(hands.screens.question(picture, question.key, question.choices, said))
            key = hands.window.key(wait_ms=50)
            if key in (ESCAPE, "q"):
                return answers_from(typed)
            if key == ENTER:
                break
            if key == BACKSPACE:
                said = said[:-1]
            elif key is not None:
                said = question.accept(said, key)
        typed[question.key] = said
    return answers_from(typed)


def _farewell(hands: Stagehands, texts: Texts, loop: Loop, practised: Practised, keys: tuple[str, ...]) -> None:
    """The spoken and the shown summary; advice first, and waits for a key where there is a window."""
    lines = summary_lines(practised, texts)
    counsel = [texts.get(key) for key in keys]
    hands.sound([Saying(loop.t_s, Rank.NOTICE, "summary", " ".join([*counsel, *lines]), "done")])
    if not hands.window.shown or loop.last_picture is None:
        return
    urgent = "advice.emergency" in keys
    kept = texts.get("end.kept", folder=practised.folder.name)
    begun_s = time.monotonic()
    while time.monotonic() - begun_s < _SUMMARY_S:
        hands.window.show(hands.screens.summary(loop.last_picture, [*lines, kept], counsel, urgent=urgent))
        if hands.window.key(wait_ms=100) is not None:
            return
