"""The one place that wires the rooms together: video -> pose -> angles -> reps -> form -> files."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np

from formcheck.cores import available_cores
from formcheck.draw.annotate import annotate
from formcheck.draw.thumbnails import make_thumbnails
from formcheck.errors import UsageError
from formcheck.files import explained, filling
from formcheck.form.judge import judge_track
from formcheck.form.online import OnlineJudge, judge_online
from formcheck.memory import give_back_memory
from formcheck.message import Message
from formcheck.pose.landmarker import MediaPipeLandmarker
from formcheck.pose.models import DEFAULT_QUALITY, QUALITIES, Effort, ModelFile, find_model, identify
from formcheck.pose.occlusion import MakeLandmarker
from formcheck.pose.online_tracker import OnlineTracker, join_tracks, last_frame
from formcheck.pose.survey import STRIDE_S, Survey
from formcheck.pose.survey_pass import survey_clip
from formcheck.pose.track_file import load_track, save_track
from formcheck.pose.tracker import build_track, detect_clip
from formcheck.protocols.loader import LoadedProtocol
from formcheck.report.html import render_report
from formcheck.report.images import image_times
from formcheck.report.protocol import protocol_view
from formcheck.session.document import session_text
from formcheck.session.frames import write_angles_csv
from formcheck.stages import Progress
from formcheck.text.catalogue import DEFAULT_LANGUAGE, Texts
from formcheck.timeseries import take_frames
from formcheck.types import SECOND_PERSON, Frame, KeptCalibration, LegAngles, ModelInfo, PoseTrack, Session, Side
from formcheck.video.source import FileSource
from formcheck.video.window import check_window

TRACK_SUFFIX = ".npz"

# Written last: whoever waits for it finds everything else in place.
SESSION_FILE = "session.json"
REPORT, ANNOTATED = "report.html", "annotated.mp4"


@dataclass(frozen=True, slots=True)
class Options:
    """What the user may choose for one clip."""

    side: Side | None = None
    # Which network, on how many frames: a key of `QUALITIES`.
    quality: str = DEFAULT_QUALITY
    # A network by name or file, instead of the quality's.
    model: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    # At which the clip plays, against reality; None: as its file says. Times are real ones.
    speed: float | None = None
    video: bool = True
    # Frame by frame, without looking ahead: what live practice sees.
    causal: bool = False
    # Segments of the clip to look at side by side; None: as many as there are cores.
    jobs: int | None = None
    # Frames to look at in each second, instead of the quality's; fast or not.
    fps: int | None = None
    # Language of what people read in the results: two letters.
    language: str = DEFAULT_LANGUAGE
    # The person's calibrations by hand: one that fits the leg and the view is used.
    kept: tuple[KeptCalibration, ...] = ()

    @property
    def effort(self) -> Effort:
        """The network and the rates that these options ask for."""
        effort = replace(QUALITIES[self.quality], network=self.model or QUALITIES[self.quality].network)
        # The user's rate is that of all frames, fast or not.
        return replace(effort, rate_hz=self.fps, dense_where_fast=False) if self.fps is not None else effort


def analyze(clip: Path, out: Path, *, protocol: LoadedProtocol, options: Options, progress: Progress) -> Session:
    """Analyse one clip, or judge a saved track again, and leave the results in the folder ``out``.

    Results appear under their final names only when all of them are complete; until then what stood there
    stays as it was.

    Raises
    ------
    FormcheckError
        With one line that says what was expected, what came and what to do.
    """
    with explained(out), filling(out, last=SESSION_FILE) as fresh:
        from_track = clip.suffix == TRACK_SUFFIX
        if options.causal:
            track, session = follow_causally(clip, protocol=protocol, options=options, progress=progress)
        else:
            track = (
                _window_of(load_track(clip), options)
                if from_track
                else make_track(clip, options=options, progress=progress)
            )
            session = judge_track(track, protocol, side=options.side, kept=options.kept)
        _write_results(fresh, clip if not from_track else None, track, session, protocol, options, progress)
    give_back_memory()
    return session


def _window_of(track: PoseTrack, options: Options) -> PoseTrack:
    """Return the part of a saved track that the options ask for."""
    if options.start_s is None and options.end_s is None:
        return track
    start_s, end_s = check_window(options.start_s, options.end_s, track.clip.duration_s)
    rows = np.flatnonzero((track.t_s >= start_s) & (track.t_s < end_s))
    if rows.size == 0:
        first_s, last_s = float(track.t_s[0]), float(track.t_s[-1])
        raise UsageError(
            f"expected a part of the track with frames in it (it has them from {first_s:.2f} to {last_s:.2f} s), "
            f"got {start_s:g} to {end_s:g} s; choose another --start and --end"
        )
    return take_frames(track, slice(int(rows[0]), int(rows[-1]) + 1))


def planned_stages(clip: Path, options: Options) -> tuple[str, ...]:
    """The stages that `analyze` goes through, as it reports them."""
    if clip.suffix == TRACK_SUFFIX:
        return ()
    return (*(("measure",) if options.causal else ("survey", "measure")), *(("draw",) if options.video else ()))


def make_track(clip: Path, *, options: Options, progress: Progress) -> PoseTrack:
    """Find the person and follow the working leg through a clip."""
    effort = options.effort
    model = identify(find_model(effort.network))
    landmarker = landmarker_maker(model)
    jobs = options.jobs or available_cores()
    # One thread for each decoder: the cores have their own parts of the clip to read.
    coarse = FileSource(
        clip, start_s=options.start_s, end_s=options.end_s, stride_s=STRIDE_S, threads=1, speed=options.speed
    )
    coarse.check_times()
    survey = survey_clip(
        coarse,
        landmarker,
        side=options.side,
        search_others=True,
        jobs=jobs,
        progress=partial(progress, "survey"),
    )
    give_back_memory()  # the thumbnails of the survey
    # A clip with more frames than that is thinned out.
    stride_s = 0.0 if coarse.nominal_fps <= effort.rate_hz else 1 / effort.rate_hz
    fast = survey.fast if survey is not None and effort.dense_where_fast else ()
    source = coarse.thinned(stride_s, whole=fast)
    detections, warnings = detect_clip(source, landmarker, survey, jobs=jobs, progress=partial(progress, "measure"))
    return build_track(
        detections,
        survey,
        size_px=source.size_px,
        clip=source.info,
        model=model_info(model),
        side_given=options.side is not None,
        warnings=(*warnings, *_thinned(source.nominal_fps, options), *_second_person(survey)),
    )


def _second_person(survey: Survey | None) -> tuple[Message, ...]:
    return (Message.of(SECOND_PERSON),) if survey is not None and survey.second_person else ()


def _thinned(nominal_fps: float, options: Options) -> tuple[Message, ...]:
    """Say in the result that fewer frames than usual were used, for readers who do not see the command."""
    rate_hz = options.effort.rate_hz
    usual = options.fps is None and rate_hz >= QUALITIES[DEFAULT_QUALITY].rate_hz
    if usual or rate_hz >= nominal_fps:
        return ()
    if not math.isfinite(nominal_fps):
        return (Message.of("warning.thinned_unknown", fps=rate_hz),)
    return (Message.of("warning.thinned", fps=rate_hz, recorded=nominal_fps),)


def follow_causally(
    clip: Path,
    *,
    protocol: LoadedProtocol,
    options: Options,
    progress: Progress,
    make_landmarker: MakeLandmarker | None = None,
) -> tuple[PoseTrack, Session]:
    """Go through a clip as live practice does: each frame judged by what was seen up to it.

    ``make_landmarker`` replaces the one of ``options``, such as one that repeats what was found before.
    """
    model = identify(find_model(options.effort.network))
    judge = OnlineJudge(protocol, options.kept)
    seen: list[PoseTrack] = []
    angles: list[LegAngles] = []
    with (
        FileSource(clip, start_s=options.start_s, end_s=options.end_s, speed=options.speed) as source,
        OnlineTracker(
            make_landmarker or landmarker_maker(model),
            size_px=source.size_px,
            clip=source.info,
            model=model_info(model),
            side=options.side,
        ) as tracker,
    ):
        source.check_times()
        for frame in _counted(source, "measure", progress, options):
            window = tracker.update(frame)
            seen.append(last_frame(window))
            angles += judge.judge(window).rows
        track = replace(join_tracks(seen, warnings=source.warnings), clip=source.info)
    return track, judge_online(track, (*angles, *judge.flush()), protocol, kept=options.kept)


def landmarker_maker(model: ModelFile) -> MakeLandmarker:
    """What makes the landmarkers of one analysis."""

    def make(*, tracking: bool = True) -> MediaPipeLandmarker:
        return MediaPipeLandmarker(model.path, tracking=tracking)

    return make


def model_info(model: ModelFile) -> ModelInfo:
    """The fingerprint that results carry."""
    return ModelInfo(model.name, model.sha256, f"mediapipe {version('mediapipe')}")


def write_session(
    out: Path, track: PoseTrack, session: Session, protocol: LoadedProtocol, *, language: str = DEFAULT_LANGUAGE
) -> None:
    """Leave the results of a set that was judged as it happened, without a clip, in the folder ``out``."""
    with explained(out), filling(out, last=SESSION_FILE) as fresh:
        _write_results(fresh, None, track, session, protocol, Options(language=language), lambda _stage, _share: None)


def _write_results(
    folder: Path,
    clip: Path | None,
    track: PoseTrack,
    session: Session,
    protocol: LoadedProtocol,
    options: Options,
    progress: Progress,
) -> None:
    save_track(track, folder / "track.npz")
    write_angles_csv(session, folder / "angles.csv", t_s=track.t_s)
    texts = Texts(options.language)
    with ThreadPoolExecutor(1, "report") as beside:
        video = ANNOTATED if clip is not None and options.video else None
        page = beside.submit(_write_page, folder / REPORT, clip, track, session, protocol, texts, video)
        if clip is not None and video is not None:
            first_s, length_s = float(track.t_s[0]), max(float(track.t_s[-1] - track.t_s[0]), 1e-3)
            annotate(
                clip,
                folder / video,
                track=track,
                session=session,
                protocol=protocol.protocol,
                texts=texts,
                window_s=(options.start_s, options.end_s),
                on_frame=lambda t_s: progress("draw", (t_s - first_s) / length_s),
            )
        page.result()
    (folder / SESSION_FILE).write_text(session_text(session, texts), encoding="utf-8")


def _write_page(
    path: Path,
    clip: Path | None,
    track: PoseTrack,
    session: Session,
    protocol: LoadedProtocol,
    texts: Texts,
    video: str | None,
) -> None:
    thumbnails = {}
    if clip is not None:
        at_s = image_times(session)
        thumbnails = make_thumbnails(clip, at_s, track=track, session=session, protocol=protocol.protocol, texts=texts)
    page = render_report(
        session,
        texts=texts,
        protocol_view=protocol_view(protocol.protocol),
        thumbnails=thumbnails,
        analysed_at=datetime.now().astimezone(),
        video=video,
    )
    path.write_text(page, encoding="utf-8")


def _counted(source: FileSource, stage: str, progress: Progress, options: Options) -> Iterator[Frame]:
    begin_s = options.start_s or 0.0
    length_s = min(options.end_s or source.expected_s, source.expected_s) - begin_s
    for frame in source:
        yield frame
        progress(stage, (frame.t_s - begin_s) / length_s)
