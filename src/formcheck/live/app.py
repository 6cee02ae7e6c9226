"""One set of live practice, from the first frame to the results: puts the parts together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from formcheck.form.online import OnlineJudge
from formcheck.live.asking import Asker
from formcheck.live.audio import Tones, Voice, speech_command
from formcheck.live.coach import Coach, EndReason
from formcheck.live.debrief import Debrief
from formcheck.live.finish import FinishedSet, discard_empty, finish, note_answers
from formcheck.live.interruptions import Interruptions
from formcheck.live.introduction import introduce, is_first_time
from formcheck.live.journal import Journal, JournalHeader, new_folder
from formcheck.live.loop import Loop, Timings
from formcheck.live.outputs import Outputs
from formcheck.live.practice_record import PracticeRecord
from formcheck.live.recording import VIDEO, Recorder
from formcheck.live.sources import CapturedFrame, FileCamera, LiveSource
from formcheck.live.startup import Startup
from formcheck.live.window import Window
from formcheck.pipeline import landmarker_maker, model_info
from formcheck.pose.models import ModelFile, find_model, identify
from formcheck.pose.online_tracker import OnlineTracker
from formcheck.protocols.loader import LoadedProtocol
from formcheck.record.questions import advice
from formcheck.record.values import Answers, Reason
from formcheck.session.kept import kept_text
from formcheck.text.catalogue import Texts
from formcheck.types import ClipInfo, KeptCalibration, ModelInfo, Side

_LAST_WORDS_S = 8.0
# After these nobody is there to be asked, or wants to be.
_UNASKED = {EndReason.CLOSED, EndReason.SIGNAL, EndReason.SLEEP}


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveOptions:
    """What the user may choose for a set."""

    language: str = "en"
    side: Side | None = None
    model: str = "full"
    metronome_s: float | None = None
    mirror: bool = True
    sound: bool = True
    record: bool = False
    deidentify: bool = False
    questions: bool = True
    # All of a set is meant: it is prescribed.
    whole_set: bool = False
    # Introduce the exercise even if it is not the first time.
    teach: bool = False
    # The person's calibrations by hand: one that fits the leg and the view is used.
    kept: tuple[KeptCalibration, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveResult:
    """A finished set, the keys of the advice that goes with it, and how the loop performed."""

    finished: FinishedSet
    advice: tuple[str, ...]
    timings: Timings
    frames: int
    dropped: int


def practise(
    open_source: Callable[[], LiveSource],
    root: Path,
    *,
    window: Window,
    protocol: LoadedProtocol,
    options: LiveOptions,
    notify: Callable[[str], None],
    record: PracticeRecord | None = None,
) -> LiveResult | None:
    """Run one set, leave its results in a new folder inside ``root``, and save it; recover what was cut off before.

    Signals end the set in good order, as closing the window does.

    Parameters
    ----------
    open_source : callable
        Opens what frames are taken from.
    root : Path
        Holds one folder for each session.
    window : Window
        Open; the caller closes it.
    protocol : LoadedProtocol
    options : LiveOptions
    notify : callable
        Given what the user should know, a sentence at a time.
    record : PracticeRecord, optional
        Where the set is saved.

    Returns
    -------
    None when there is nothing to keep: it was ended before the first frame, or nobody was seen.

    Raises
    ------
    InputError
        The camera gave no frame.
    """
    texts = Texts(options.language)
    with ExitStack() as stack:
        interruptions = stack.enter_context(Interruptions())
        voice, tones = _sound(stack, texts, options, notify)
        outputs = Outputs(window, texts, voice, tones, notify, mirror=options.mirror)
        startup = Startup(outputs, interruptions)
        startup.check_sound()
        startup.recover_sets(root, save=record.save if record is not None else None)
        source = stack.enter_context(closing(open_source()))
        if options.teach or (not isinstance(source, FileCamera) and is_first_time(root)):
            introduce(outputs, interruptions)
        first = startup.first_frame(source)
        if first is None:
            return None
        return _Set(outputs, interruptions, source, protocol, options, record).run(first, root, stack)


@dataclass(frozen=True, slots=True)
class _Set:
    """One set, from its first frame on."""

    outputs: Outputs
    interruptions: Interruptions
    source: LiveSource
    protocol: LoadedProtocol
    options: LiveOptions
    record: PracticeRecord | None

    def run(self, first: CapturedFrame, root: Path, stack: ExitStack) -> LiveResult | None:
        outputs, options, source = self.outputs, self.options, self.source
        size_px = (first.frame.image_bgr.shape[1], first.frame.image_bgr.shape[0])
        outputs.begin(size_px)
        found = identify(find_model(options.model))
        clip = source.info if isinstance(source, FileCamera) else _camera_info(size_px)
        tracker = stack.enter_context(self._tracker(found, clip, size_px))
        folder = new_folder(root, datetime.now().astimezone())
        stack.callback(discard_empty, folder)
        journal = Journal(folder, _header(clip, model_info(found), size_px, options), self.protocol.text)
        stack.callback(journal.release)
        recorder = self._recorder(stack, folder, size_px)
        coach = Coach(self.protocol.protocol, outputs.texts, metronome_s=options.metronome_s)
        judge = OnlineJudge(self.protocol, options.kept)
        loop = Loop(source, tracker, judge, coach, journal, outputs, recorder, self.interruptions)
        try:
            loop.run(first)
        finally:
            journal.close()
        end_reason = coach.end_reason or EndReason.STOP
        finished = self._finish(folder, end_reason, loop)
        if finished is None:
            outputs.notify(outputs.texts.get("live.nobody"))
            outputs.say(outputs.texts.get("live.nobody"))
            return None
        debrief = Debrief(outputs, finished, self.interruptions, loop.last_image)
        debrief.tell()
        keys = self._follow_up(finished, tracker, loop)
        debrief.close(keys)
        return LiveResult(finished, keys, loop.timings, loop.frames, loop.dropped)

    def _tracker(self, found: ModelFile, clip: ClipInfo, size_px: tuple[int, int]) -> OnlineTracker:
        """A tracker; loading its model takes a second or two."""
        maker, model = landmarker_maker(found), model_info(found)
        return self.outputs.work(
            lambda: OnlineTracker(maker, size_px=size_px, clip=clip, model=model, side=self.options.side)
        )

    def _recorder(self, stack: ExitStack, folder: Path, size_px: tuple[int, int]) -> Recorder | None:
        if not self.options.record:
            return None
        return stack.enter_context(Recorder(folder / VIDEO, size_px=size_px, deidentify=self.options.deidentify))

    def _finish(self, folder: Path, end_reason: EndReason, loop: Loop) -> FinishedSet | None:
        """Judge the set and write its results while the window stays alive."""
        outputs, save = self.outputs, self.record.save if self.record is not None else None
        counts, whole = {"frames": loop.frames, "dropped": loop.dropped}, self.options.whole_set
        image = None
        if loop.last_image is not None:
            image = outputs.screens.pages.message(loop.last_image, outputs.texts.get("end.working"))

        def task() -> FinishedSet | None:
            return finish(folder, end_reason=end_reason, save=save, frame_counts=counts, whole_set=whole)

        return outputs.work(task, image)

    def _follow_up(self, finished: FinishedSet, tracker: OnlineTracker, loop: Loop) -> tuple[str, ...]:
        """Ask about symptoms where somebody can answer, and return the keys of the advice."""
        self.interruptions.rest()
        answers, outputs = Answers(), self.outputs
        can_answer = outputs.window.shown or (outputs.heard and not self.source.ended)
        wanted = self.options.questions and finished.exercised and finished.end_reason not in _UNASKED
        if wanted and can_answer and not self.interruptions.signals and loop.last_image is not None:
            answers = Asker(outputs, self.source, tracker, self.interruptions, loop.last_image).ask()
            note_answers(finished.folder, answers)
            if self.record is not None and finished.uid is not None:
                self.record.answer(finished.uid, answers)
        if finished.end_reason is EndReason.PAIN:
            answers = replace(answers, stopped_because=Reason.PAIN)
        return advice(answers, exercised=finished.exercised)


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
        kept=tuple(map(kept_text, options.kept)),
    )


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
