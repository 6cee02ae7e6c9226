"""One set of live practice, from the first frame to the results: puts the parts together."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from formcheck.errors import InputError
from formcheck.form.online import OnlineJudge
from formcheck.live.audio import Tones, Voice, speech_command
from formcheck.live.coach import Coach, EndReason
from formcheck.live.debrief import advice, ask_in_window, present_summary
from formcheck.live.finish import FinishedSet, SymptomReport, finish
from formcheck.live.journal import Journal, JournalHeader, new_folder
from formcheck.live.loop import Loop, Outputs, Timings
from formcheck.live.recording import VIDEO, Recorder
from formcheck.live.screens import Screens
from formcheck.live.sources import CapturedFrame, FileCamera, LiveSource
from formcheck.live.window import NoWindow, OpenCvWindow, Window
from formcheck.pipeline import landmarker_maker, model_info
from formcheck.pose.models import find_model, identify
from formcheck.pose.online_tracker import OnlineTracker
from formcheck.protocols.loader import LoadedProtocol
from formcheck.text.catalogue import Texts
from formcheck.types import ClipInfo, ImageBgr, ModelInfo, Side

_FIRST_FRAME_S = 12.0
_LAST_WORDS_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
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
    # All of a set is meant: it is prescribed.
    whole_set: bool = False


@dataclass(frozen=True, slots=True)
class LiveResult:
    """A finished set, the keys of the advice that goes with it, and how the loop performed."""

    finished: FinishedSet
    advice: tuple[str, ...]
    timings: Timings
    frames: int
    dropped: int


def practise(
    source: LiveSource,
    root: Path,
    *,
    protocol: LoadedProtocol,
    options: LiveOptions,
    notify: Callable[[str], None],
    ask: Callable[[Texts], SymptomReport] | None = None,
) -> LiveResult:
    """Run one set and leave its results in a new folder inside ``root``.

    Parameters
    ----------
    source : LiveSource
    root : Path
        Holds one folder for each session.
    protocol : LoadedProtocol
    options : LiveOptions
    notify : callable
        Given what the user should know, a sentence at a time.
    ask : callable, optional
        Asks the questions at the end where there is no window.

    Raises
    ------
    InputError
        The camera gave no frame.
    """
    texts = Texts(options.language)
    first = _first_frame(source)
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
        journal = Journal(folder, _header(clip, model, size_px, options), protocol.text)
        stack.callback(journal.release)
        voice, tones = _sound(stack, texts, options, notify)
        recorder = _recorder(stack, folder, size_px, options)
        outputs = Outputs(
            window,
            screens,
            voice,
            tones,
            recorder,
            notify_failure=lambda key, why: notify(texts.get(key, why=why)),
            mirror=options.mirror,
        )
        coach = Coach(protocol.protocol, texts, metronome_s=options.metronome_s)
        loop = Loop(source, tracker, OnlineJudge(protocol), coach, journal, outputs)
        try:
            loop.run(first)
        finally:
            journal.close()
        end_reason = coach.end_reason or EndReason.STOP
        symptoms = _symptoms(outputs, texts, loop.last_image, options, ask)
        frame_counts = {"frames": loop.frames, "dropped": source.dropped}
        finished = finish(
            folder, end_reason=end_reason, symptoms=symptoms, frame_counts=frame_counts, whole_set=options.whole_set
        )
        keys = advice(symptoms, ended_by_pain=end_reason is EndReason.PAIN)
        present_summary(outputs, texts, finished, keys, background=loop.last_image)
        return LiveResult(finished, keys, loop.timings, loop.frames, source.dropped)


def _first_frame(source: LiveSource) -> CapturedFrame:
    begun_s = time.monotonic()
    while (captured := source.take(0.2)) is None:
        if source.ended or time.monotonic() - begun_s > _FIRST_FRAME_S:
            raise InputError(
                "the camera gave no frame: expected one that opens; is it connected, allowed, and not in use by "
                "another program? `formcheck doctor` lists the cameras, --camera chooses one"
            )
    return captured


def _camera_info(size_px: tuple[int, int]) -> ClipInfo:
    """A camera has no file, and so no checksum."""
    return ClipInfo("camera", "", size_px, 0.0, 0, "", float("nan"))


def _header(clip: ClipInfo, model: ModelInfo, size_px: tuple[int, int], options: LiveOptions) -> JournalHeader:
    return JournalHeader(
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


def _sound(
    stack: ExitStack, texts: Texts, options: LiveOptions, notify: Callable[[str], None]
) -> tuple[Voice | None, Tones | None]:
    if not options.sound:
        return None, None
    command = speech_command(options.language)
    voice = None
    if command is None:
        notify(texts.get("sound.no_voice", why="formcheck doctor"))
    else:
        voice = Voice(command)
        stack.callback(voice.close, finish_s=_LAST_WORDS_S)
    tones = Tones()
    stack.callback(tones.close, finish_s=1.0)
    return voice, tones


def _recorder(stack: ExitStack, folder: Path, size_px: tuple[int, int], options: LiveOptions) -> Recorder | None:
    if not options.record:
        return None
    return stack.enter_context(Recorder(folder / VIDEO, size_px=size_px, deidentify=options.deidentify))


def _symptoms(
    outputs: Outputs,
    texts: Texts,
    last_image: ImageBgr | None,
    options: LiveOptions,
    ask: Callable[[Texts], SymptomReport] | None,
) -> SymptomReport:
    if not options.questions:
        return SymptomReport()
    if outputs.window.shown and last_image is not None:
        return ask_in_window(outputs, last_image)
    return ask(texts) if ask is not None else SymptomReport()
