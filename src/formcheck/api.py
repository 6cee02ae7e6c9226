"""The public interface: analyse a clip, judge a track, read what was left behind."""

from __future__ import annotations

from pathlib import Path

from formcheck.form.judge import judge_track
from formcheck.pipeline import Options
from formcheck.pipeline import analyze as analyze_clip
from formcheck.pose import track_file
from formcheck.pose.models import DEFAULT_QUALITY
from formcheck.protocols import loader
from formcheck.protocols.loader import DEFAULT_PROTOCOL_ID, LoadedProtocol
from formcheck.record.calibrations import calibrations_of
from formcheck.review.again import completed_review, keep_review
from formcheck.session.document import from_document, read_document
from formcheck.session.frames import read_angles_csv
from formcheck.stages import Progress
from formcheck.text.catalogue import DEFAULT_LANGUAGE
from formcheck.types import PoseTrack, Session, Side


def analyze(  # noqa: PLR0913 - what a user may choose
    clip: str | Path,
    out: str | Path,
    *,
    protocol: str | Path | LoadedProtocol = DEFAULT_PROTOCOL_ID,
    side: Side | str | None = None,
    start_s: float | None = None,
    end_s: float | None = None,
    speed: float | None = None,
    quality: str = DEFAULT_QUALITY,
    video: bool = True,
    language: str = DEFAULT_LANGUAGE,
    profile: str | None = None,
    store: str | Path | None = None,
    progress: Progress | None = None,
) -> Session:
    """Analyse a clip and leave its results in a folder, as ``formcheck analyze`` does.

    Parameters
    ----------
    clip : path
        A video file, or a ``track.npz`` of an earlier analysis, to judge it again.
    out : path
        Folder for the results; what an earlier analysis left there is replaced when this one is complete. A complete
        review of it is a draft then, unless the results are the same.
    protocol : str, path or LoadedProtocol
        Id of a built-in protocol, a protocol file, or what `load_protocol` returned.
    side : Side or str, optional
        The working leg, ``left`` or ``right``. Default: found, the raised one.
    start_s, end_s : float, optional
        Part of the clip to analyse, seconds on its own clock.
    speed : float, optional
        Speed at which the clip plays against reality, 0.5 for half. Default: as its file says. Times are real ones.
    quality : {"quick", "standard", "best"}
        How much work to do; see ``formcheck analyze --help``.
    video : bool
        Make the annotated clip as well.
    language : str
        Language of the report, the annotated clip and the sentences of ``session.json``: ``en`` or ``de``.
    profile : str, optional
        Code of the person in the practice record: what was kept of the leg by hand on the review page is used where the
        camera stands alike, and named in `Session.kept_calibration`. Nothing is saved in the record.
    store : path, optional
        Folder of the practice record. Default: ``FORMCHECK_STORE``, or this user's data folder.
    progress : callable, optional
        Called with the key of the stage (``terminal.stage.*``) and the share of it that is done, 0 to 1.

    Returns
    -------
    Session

    Raises
    ------
    FormcheckError
        The clip cannot be read, the results cannot be written, or the record does not know the person; one line says
        what to do.
    ValueError
        A store without a person.

    See Also
    --------
    load_session : reads the results again.
    """
    if store is not None and profile is None:
        raise ValueError("expected the person whose record it is with store, got no profile")
    folder = Path(store) if store is not None else None
    options = Options(
        side=Side(side) if side is not None else None,
        start_s=start_s,
        end_s=end_s,
        speed=speed,
        quality=quality,
        video=video,
        language=language,
        kept=calibrations_of(profile, folder, known=True) if profile is not None else (),
    )
    loaded = load_protocol(protocol)
    review = completed_review(Path(out))
    session = analyze_clip(Path(clip), Path(out), protocol=loaded, options=options, progress=progress or _silent)
    if review is not None:
        keep_review(review, Path(out))
    return session


def judge(
    track: PoseTrack,
    *,
    protocol: str | Path | LoadedProtocol = DEFAULT_PROTOCOL_ID,
    side: Side | str | None = None,
) -> Session:
    """Judge a landmark track by a protocol. Pure: the same track and protocol give the same session.

    Parameters
    ----------
    track : PoseTrack
        From `load_track`.
    protocol : str, path or LoadedProtocol
        As in `analyze`.
    side : Side or str, optional
        The leg to judge instead of the one that was followed.

    Returns
    -------
    Session
    """
    return judge_track(track, load_protocol(protocol), side=Side(side) if side is not None else None)


def load_track(path: str | Path) -> PoseTrack:
    """Read the landmark track of an analysis.

    Parameters
    ----------
    path : path
        A ``track.npz``, or the results folder that holds one.

    Returns
    -------
    PoseTrack

    Raises
    ------
    InputError
        There is none, or it is damaged.
    """
    path = Path(path)
    return track_file.load_track(path / "track.npz" if path.is_dir() else path)


def load_session(folder: str | Path) -> Session:
    """Read the session of an analysis, equal to what `analyze` returned.

    Parameters
    ----------
    folder : path
        A results folder, with ``session.json`` and ``angles.csv``. Results of formcheck 0.1 are read as well; what
        they did not keep is missing (docs/session.md).

    Returns
    -------
    Session

    Raises
    ------
    InputError
        Something is missing or damaged.
    """
    folder = Path(folder)
    document = read_document(folder / "session.json")
    return from_document(document, read_angles_csv(folder / "angles.csv"))


def load_protocol(protocol: str | Path | LoadedProtocol = DEFAULT_PROTOCOL_ID) -> LoadedProtocol:
    """Read a protocol: the exercise as data, with every threshold and its source.

    Parameters
    ----------
    protocol : str, path or LoadedProtocol
        Id of a built-in protocol (``formcheck protocols list``) or a TOML file.

    Returns
    -------
    LoadedProtocol

    Raises
    ------
    ProtocolError
        There is no such protocol, or it is not valid; one line says where.
    """
    return protocol if isinstance(protocol, LoadedProtocol) else loader.load_protocol(str(protocol))


def _silent(_stage: str, _share: float) -> None:
    """Report no progress."""
