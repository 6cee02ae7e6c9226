"""An analysis: its results folder, and its session with the track, which is judged again as a review asks."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.angles.hand_calibration import find_shifts, shift_angles, usable_marks
from formcheck.angles.shots import measure_track
from formcheck.errors import InputError, UsageError
from formcheck.files import FileVersion, file_version
from formcheck.form.judge import judge_angles, track_of_given
from formcheck.form.statistics import meant_whole
from formcheck.pose.track_file import load_track
from formcheck.protocols.loader import LoadedProtocol, builtin_ids, load_protocol
from formcheck.reps.manual import ManualTimes
from formcheck.review.apply import ClipMarks, HandCalibration, Rejudged, ReviewedSession, apply_review
from formcheck.review.model import Review
from formcheck.session.document import from_document, read_document
from formcheck.session.frames import FrameTable, read_angles_csv
from formcheck.types import LegAngles, PoseTrack, Session, Side, View


class AvailableProtocols:
    """The protocols that a review can judge by: the built-in ones, and ``more`` given when it was opened."""

    def __init__(self, more: Sequence[LoadedProtocol] = ()) -> None:
        loaded = [*(load_protocol(name) for name in builtin_ids()), *more]
        self.default = more[0] if more else loaded[0]
        self.by_id = {one.protocol.id: one for one in loaded}

    def get(self, protocol_id: str) -> LoadedProtocol:
        """Return a protocol by its id.

        Raises
        ------
        UsageError
            There is none.
        """
        try:
            return self.by_id[protocol_id]
        except KeyError:
            raise UsageError(
                f"expected one of the protocols {', '.join(self.by_id)}, got '{protocol_id}'; open the review with "
                "--protocol FILE to judge by another"
            ) from None

    def find(self, protocol_id: str) -> LoadedProtocol | None:
        """Return a protocol by its id, or None."""
        return self.by_id.get(protocol_id)


class Analysis:
    """One analysed session with its track. Safe to use from several threads.

    Parameters
    ----------
    document : mapping
        The content of ``session.json``, as it was written.
    session : Session
        The same as values.
    track : PoseTrack
    protocols : AvailableProtocols
    own_protocol : LoadedProtocol, optional
        The protocol that was stored with the session.
    folder : Path, optional
        The results folder, in which an analysis of the other leg may be.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        session: Session,
        track: PoseTrack,
        protocols: AvailableProtocols,
        *,
        own_protocol: LoadedProtocol | None = None,
        folder: Path | None = None,
    ) -> None:
        self.document = document
        self.session = session
        self.track = track
        self._protocols = protocols
        self._own_protocol = own_protocol
        self._folder = folder
        self._tracks: dict[Side, PoseTrack] = {}
        self._measured: dict[tuple[Side | None, float, int], tuple[LegAngles | None, View]] = {}
        self._lock = threading.Lock()

    @property
    def protocol(self) -> LoadedProtocol | None:
        """What the session was judged by, if it is on this machine."""
        return self._own_protocol or self._protocols.find(self.session.protocol_id)

    def protocol_for(self, review: Review) -> LoadedProtocol | None:
        """Return what the reviewed session is judged by, if it is on this machine."""
        if review.protocol is None or review.protocol == self.session.protocol_id:
            return self.protocol
        return self._protocols.find(review.protocol)

    def apply(self, review: Review) -> ReviewedSession:
        """Return the session as reviewed.

        Raises
        ------
        UsageError
            It has to be judged again, by a protocol that is not on this machine.
        """
        protocol = self.protocol
        reviewed = apply_review(review, self.session, protocol.protocol if protocol else None, self._rejudge)
        use = reviewed.session.kept_calibration
        if use is None or not use.used or protocol is None:
            return reviewed
        _, angles, _ = self._measure(review.side, protocol)
        return replace(reviewed, uncalibrated=angles)

    def track_of_leg(self, side: Side | None) -> PoseTrack:
        """Return the track in which a leg was followed: of its own analysis if there is one, else the first one."""
        if side is None or side is self.track.working_side or self._folder is None:
            return self.track
        path = other_leg_folder(self._folder, side) / "track.npz"
        if side not in self._tracks and path.exists():
            other = load_track(path)
            # An analysis of another part of the clip has other frames.
            if np.array_equal(other.t_s, self.track.t_s):
                self._tracks[side] = other
        return self._tracks.get(side, self.track)

    def _rejudge(
        self,
        side: Side | None,
        protocol_id: str | None,
        spans: Sequence[ManualTimes] | None,
        marks: ClipMarks,
    ) -> Rejudged:
        loaded = self._protocols.get(protocol_id) if protocol_id is not None else self.protocol
        if loaded is None:
            raise UsageError(
                f"the protocol '{self.session.protocol_id}' of this session is not on this machine, so it cannot be "
                "judged again: choose another protocol, or open the review with --protocol FILE"
            )
        track, angles, view = self._measure(side, loaded)
        track = track_of_given(track, self._given(side))
        angles, by_hand = _calibrated(angles, marks, track.shot)
        use = self.session.kept_calibration
        kept = marks.kept if marks.kept is not None else use.together if use is not None else ()
        session = judge_angles(
            track,
            angles,
            view,
            loaded,
            side_given=track.side_given,
            spans=spans,
            whole_set=meant_whole(self.session),
            # Marks on this clip tell all that marks on another one tell, and more.
            kept=kept if by_hand is None else (),
        )
        return Rejudged(session, loaded.protocol, by_hand)

    def _given(self, side: Side | None) -> Side | None:
        return side or (self.session.side if self.session.side_given else None)

    def _measure(self, side: Side | None, loaded: LoadedProtocol) -> tuple[PoseTrack, LegAngles | None, View]:
        """Return the track of a leg, and its angles without a calibration by hand, measured once."""
        given = self._given(side)
        limit_deg = loaded.protocol.posture.max_trunk_from_floor_deg.value
        with self._lock:
            track = self.track_of_leg(given)
            key = (given, limit_deg, id(track))
            if key not in self._measured:
                self._measured[key] = measure_track(track, max_trunk_from_floor_deg=limit_deg, side=given)
            return track, *self._measured[key]


def _calibrated(
    angles: LegAngles | None, by: ClipMarks, shot: NDArray[np.int64] | None
) -> tuple[LegAngles | None, HandCalibration | None]:
    """Return the angles calibrated by marks, and what that changed; None where no mark is on a measured frame."""
    shifts = find_shifts(angles, by.marks, rater_sd_deg=by.rater_sd_deg, shot=shot) if angles is not None else ()
    if angles is None or not shifts:
        return angles, None
    used = usable_marks(angles, by.marks)
    by_hand = HandCalibration(shifts, len({row for _, row in used}), len(by.marks) - len(used), angles)
    return shift_angles(angles, shifts), by_hand


def other_leg_folder(folder: Path, side: Side) -> Path:
    """Return where the analysis of a clip's other leg is: the first one has no landmarks of the resting leg."""
    return folder / f"side-{side.value}"


def read_analysis(folder: Path, protocols: AvailableProtocols) -> Analysis:
    """Read what an analysis left in a folder.

    Raises
    ------
    InputError
        Something of it is missing or damaged, or its parts are of different analyses.
    """
    document = read_document(folder / "session.json")
    track = load_track(folder / "track.npz")
    frames = read_angles_csv(folder / "angles.csv")
    t_s = frames.angles["t_s"]
    if len(t_s) != len(track.t_s) or not np.allclose(t_s, track.t_s, atol=1e-3):
        raise InputError(f"{folder.name}: angles.csv and track.npz are of different analyses; analyse the clip again")
    return Analysis(document, _session(folder, document, frames), track, protocols, folder=folder)


def _session(folder: Path, document: Mapping[str, Any], frames: FrameTable | None = None) -> Session:
    try:
        return from_document(document, frames)
    except ValueError as error:
        raise InputError(
            f"{folder.name}/session.json: expected the results of this formcheck, got others ({error}); "
            "analyse the clip again"
        ) from None


class ResultsFolder:
    """A results folder, read again only when its ``session.json`` was written again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._version: FileVersion | None = None
        self._session: Session | InputError | None = None

    def session(self) -> Session:
        """Return the session without its frames; the same object as long as the file is the same.

        Raises
        ------
        InputError
            ``session.json`` is missing or damaged.
        """
        version = file_version(self.path / "session.json")
        if version != self._version or version is None or self._session is None:
            self._version, self._session = version, self._read()
        if isinstance(self._session, InputError):
            raise self._session
        return self._session

    def _read(self) -> Session | InputError:
        try:
            return _session(self.path, read_document(self.path / "session.json"))
        except InputError as error:
            return error


def is_results(path: Path) -> bool:
    """Whether a folder holds what an analysis leaves."""
    return (path / "session.json").is_file() and (path / "track.npz").is_file()
