"""``formcheck analyze``: measure and judge the repetitions in recorded clips."""

from __future__ import annotations

import sys
import unicodedata
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import analysis_options, call_texts
from formcheck.cli.parameters import FilePath
from formcheck.cli.progress_bars import clip_progress, loading
from formcheck.cli.record_options import kept_calibrations, store_option
from formcheck.cli.streams import is_utf8
from formcheck.errors import FormcheckError, UsageError, one_line
from formcheck.patterns import is_pattern, matching

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from formcheck.protocols.loader import LoadedProtocol
    from formcheck.review.again import CompletedReview
    from formcheck.text.catalogue import Texts
    from formcheck.types import KeptCalibration, Session


@click.command(name="analyze")
@click.argument("clips", nargs=-1, required=True, type=FilePath(), metavar="CLIP...")
@click.option(
    "--out",
    type=FilePath(file_okay=False),
    metavar="DIR",
    help="Folder for the results. Default: CLIP's name with .formcheck, beside the clip. "
    "With several clips each gets such a folder inside DIR.",
)
@analysis_options(side_help="The working leg. Default: found, the raised one.")
@click.option("--start", "start_s", type=float, metavar="SECONDS", help="Begin here instead of at the clip's start.")
@click.option("--end", "end_s", type=float, metavar="SECONDS", help="Stop here instead of at the clip's end.")
@click.option("--no-video", is_flag=True, help="Do not make the annotated clip (saves about a fifth of the time).")
@click.option(
    "--causal",
    is_flag=True,
    help="Judge each frame by what was seen up to it, as live practice does, instead of by the whole clip.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Work on so many parts of a clip at a time. Default: as many as there are cores. The results are the same.",
)
@click.option("--save", is_flag=True, help="Keep the set in the practice record (see 'formcheck history').")
@click.option(
    "--profile",
    metavar="CODE",
    help="Whose leg it is, by a code such as P017: what was kept of it by hand on "
    "the review page is used. With --save: whose set it is. Default there: me.",
)
@store_option
@click.option("--json", "as_json", is_flag=True, help="Print session.json on stdout and nothing else, one a clip.")
def command(
    clips: tuple[Path, ...],
    *,
    out: Path | None,
    side: str | None,
    protocol_name: str,
    quality: str,
    model: str | None,
    start_s: float | None,
    end_s: float | None,
    no_video: bool,
    causal: bool,
    jobs: int | None,
    fps: int | None,
    speed: float | None,
    save: bool,
    profile: str | None,
    store: Path | None,
    as_json: bool,
) -> int:
    """Measure and judge the repetitions in recorded clips.

    CLIP is any video file, or a track.npz that an earlier analysis left, to judge it again in an
    instant (by another protocol, say).

    \b
    In the results' folder:
      report.html    open this first: summary, curves, every repetition
      annotated.mp4  the clip with skeleton, angles and count drawn on it
      session.json   all results, for programs (docs/session.md)
      angles.csv     one row a frame
      track.npz      the landmarks, to judge again

    \b
    Examples:
      formcheck analyze clip.mp4
      formcheck analyze clip.mp4 --side left --start 5 --end 60
      formcheck analyze monday.mp4 friday.mp4 --out results
      formcheck analyze clip.formcheck/track.npz --protocol sciatic-glide-slider
      formcheck analyze slowmotion.mp4 --speed 0.25
      formcheck analyze clip.mp4 --save
      formcheck analyze clip.mp4 --profile P017

    Exit code: 0 also when a clip was analysed but could not be judged (the report says why);
    3 when a file could not be read.
    """
    # First of all: a record that cannot be opened is said before what takes time to load.
    kept = _kept(save=save, profile=profile, store=store)
    with loading():
        from formcheck.pipeline import TRACK_SUFFIX, Options, analyze, planned_stages
        from formcheck.protocols.loader import load_protocol
        from formcheck.text.catalogue import Texts
        from formcheck.types import Side

    # Some shells leave it to the program.
    clips = tuple(name for clip in clips for name in (is_pattern(str(clip)) and matching(str(clip))) or [clip])
    protocol = load_protocol(protocol_name)
    if causal and any(clip.suffix == TRACK_SUFFIX for clip in clips):
        raise UsageError(
            "--causal needs the video: expected clips, got a track (.npz), which was made by looking at the whole clip"
        )
    if fps is not None and (causal or any(clip.suffix == TRACK_SUFFIX for clip in clips)):
        raise UsageError("--fps says how many pictures of a video to look at: expected clips and no --causal")
    if speed is not None and any(clip.suffix == TRACK_SUFFIX for clip in clips):
        raise UsageError("--speed needs the video: expected clips, got a track (.npz), whose times are settled")
    options = Options(
        side=Side(side) if side else None,
        quality=quality,
        model=model,
        start_s=start_s,
        end_s=end_s,
        speed=speed,
        video=not no_video,
        causal=causal,
        jobs=jobs,
        fps=fps,
        language=call_texts().language,
        kept=kept,
    )
    planned = _folders(clips, out)
    worst = 0
    for number, (clip, place) in enumerate(zip(clips, planned, strict=True), start=1):
        name = clip.name if len(clips) == 1 else f"{number}/{len(clips)} {clip.name}"
        try:
            with clip_progress(name, planned_stages(clip, options)) as progress, _claimed(clip, place) as folder:
                review = _completed_review(folder)
                session = analyze(clip, folder, protocol=protocol, options=options, progress=progress)
            # Before anything is printed: a set is not lost with its console.
            if review is not None:
                _keep_review(review, clip, folder)
            if save:
                _save(clip, folder, session, protocol, profile=profile, store=store)
            _print(session, folder, Texts(options.language), as_json=as_json)
        except FormcheckError as error:
            if len(clips) == 1:
                raise
            click.echo(f"formcheck: error: {one_line(str(error))}", err=True)
            worst = max(worst, error.exit_code)
    return worst


def _completed_review(folder: Path) -> CompletedReview | None:
    """Return the completed review of the results that are there, if there is one."""
    from formcheck.review.results_folders import may_be_reviewed

    if not may_be_reviewed(folder):
        return None
    from formcheck.review.again import completed_review

    return completed_review(folder)


def _keep_review(review: CompletedReview, clip: Path, folder: Path) -> None:
    """Make a review that of the new results, and say what it is now."""
    from formcheck.review.again import keep_review

    key = f"terminal.review_{keep_review(review, folder)}"
    click.echo(call_texts().get(key, clip=clip.name, path=clip), err=True)


def _folders(clips: Sequence[Path], out: Path | None) -> list[Path]:
    """Return where the results of each clip go: never two in one, also where case is ignored in names."""
    if out is not None and len(clips) == 1:
        return [out]
    from formcheck.pipeline import TRACK_SUFFIX
    from formcheck.review.results_folders import possible_results_folders, results_folder_for

    folders: dict[str, Path] = {}
    for clip in clips:
        place = (out or clip.parent) / clip.name
        first, second = possible_results_folders(place)
        folder = first if clip.suffix == TRACK_SUFFIX else results_folder_for(place)
        if _key(folder) in folders:
            folder = second
        if _key(folder) in folders:
            raise UsageError(
                "two of the clips would leave their results in the same folder: expected clips with different names, "
                "or one call for each with its own --out"
            )
        folders[_key(folder)] = folder
    return list(folders.values())


def _claimed(clip: Path, planned: Path) -> AbstractContextManager[Path]:
    """Return what keeps a clip's folder from clips of its stem that other programs analyse; --out is used as it is.

    The results of a saved track name the clip that it is of, which has another name than the track's file.
    """
    from formcheck.pipeline import TRACK_SUFFIX
    from formcheck.review.results_folders import claimed_results_folder, possible_results_folders
    from formcheck.video.admission import check_readable

    if clip.suffix == TRACK_SUFFIX:
        return nullcontext(planned)
    # Before a folder is made for it.
    check_readable(clip)
    place = planned.parent / clip.name
    if planned not in possible_results_folders(place):
        return nullcontext(planned)
    return claimed_results_folder(place, not_before=planned)


def _key(folder: Path) -> str:
    return unicodedata.normalize("NFC", str(folder.absolute())).casefold()


def _print(session: Session, folder: Path, texts: Texts, *, as_json: bool) -> None:
    from formcheck.cli.tables import print_session
    from formcheck.session.document import session_text

    if as_json:
        # For programs: never in the code page of a console.
        click.echo(session_text(session, texts, ascii_only=not is_utf8(sys.stdout)).encode(), nl=False)
    else:
        print_session(session, folder, texts)


def _kept(*, save: bool, profile: str | None, store: Path | None) -> tuple[KeptCalibration, ...]:
    """Return the person's calibrations by hand, and find out before the long work whether its result can be kept."""
    if not save:
        return kept_calibrations(profile, store)
    from formcheck.record.calibrations import calibrations_of
    from formcheck.record.profiles import DEFAULT_PROFILE, check_code
    from formcheck.record.store import open_store

    code = check_code(profile or DEFAULT_PROFILE)
    with open_store(store):
        pass
    return calibrations_of(code, store)


def _save(
    clip: Path, folder: Path, session: Session, protocol: LoadedProtocol, *, profile: str | None, store: Path | None
) -> None:
    from formcheck.record.profiles import DEFAULT_PROFILE
    from formcheck.record.queries import session_line
    from formcheck.record.store import open_store
    from formcheck.record.values import ReviewStatus
    from formcheck.review.keeping import keep_clip
    from formcheck.text.numbers import day_and_time
    from formcheck.video.filmed import filming_time

    filmed = filming_time(clip)
    with open_store(store) as record:
        saved = keep_clip(
            record,
            folder,
            session,
            protocol=protocol,
            profile=profile or DEFAULT_PROFILE,
            practised_at=filmed.moment,
            texts=call_texts(),
        )
        with record.reading() as connection:
            reviewed = session_line(connection, saved.uid).review_status is ReviewStatus.REVIEWED
    key = "saved" if saved.new else "result_added" if saved.added else "known"
    dated = [f"practised.{filmed.source}"] if saved.new else []
    when = day_and_time(call_texts(), filmed.moment)
    shown = ["still_reviewed" if saved.added and not saved.new else "signed"] if reviewed else []
    for said in (key, *dated, *shown):
        click.echo(call_texts().get(f"terminal.{said}", uid=saved.uid, when=when), err=True)
