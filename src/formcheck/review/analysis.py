"""An analysed session with its track, to judge the track again as a review asks."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.angles.shots import measure_track
from formcheck.errors import UsageError
from formcheck.form.judge import judge_angles
from formcheck.message import messages_from
from formcheck.pose.track_file import load_track
from formcheck.protocols.loader import LoadedProtocol, builtin_ids, load_protocol
from formcheck.protocols.model import Protocol
from formcheck.record.series import POINTS, Series
from formcheck.reps.manual import Span
from formcheck.review.apply import ReviewedSession, apply_review
from formcheck.review.model import Review
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
        return apply_review(review, self.session, protocol.protocol if protocol else None, self._rejudge)

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
        self, side: Side | None, protocol_id: str | None, spans: Sequence[Span] | None
    ) -> tuple[Session, Protocol]:
        loaded = self._protocols.get(protocol_id) if protocol_id is not None else self.protocol
        if loaded is None:
            raise UsageError(
                f"the protocol '{self.session.protocol_id}' of this session is not on this machine, so it cannot be "
                "judged again: choose another protocol, or open the review with --protocol FILE"
            )
        given = side or (self.session.side if self.session.side_given else None)
        limit_deg = loaded.protocol.posture.max_trunk_from_floor_deg.value
        with self._lock:
            track = self.track_of_leg(given)
            key = (given, limit_deg, id(track))
            if key not in self._measured:
                self._measured[key] = measure_track(track, max_trunk_from_floor_deg=limit_deg, side=given)
            angles, view = self._measured[key]
        side_given = given is not None or self.track.side_given
        session = judge_angles(track, angles, view, loaded, side_given=side_given, spans=spans)
        return session, loaded.protocol


def other_leg_folder(folder: Path, side: Side) -> Path:
    """Return where the analysis of a clip's other leg is: the first one has no landmarks of the resting leg."""
    return folder / f"side-{side.value}"


def track_of(series: Series, session: Session) -> PoseTrack:
    """Return the track that a stored series was made of, with the decimals that were stored."""
    columns, about = series.columns, series.about
    points = [np.asarray(columns[f"{point}_{axis}_px"], np.float64) for point in POINTS for axis in "xy"]
    visibility = [np.asarray(columns[f"{point}_visibility"], np.float64) for point in POINTS]
    return PoseTrack(
        t_s=np.asarray(columns["t_s"], np.float64),
        xy_px=np.stack(points, axis=-1).reshape(-1, len(POINTS), 2),
        world_m=series.world_m(),
        visibility=np.stack(visibility, axis=-1),
        luma=np.asarray(columns["luma"], np.float64),
        hidden=np.asarray(columns["hidden"], np.bool_),
        size_px=(int(about["size_px"][0]), int(about["size_px"][1])),
        working_side=Side(about["working_side"]) if about["working_side"] else None,
        side_given=bool(about["side_given"]),
        clip=session.clip,
        model=session.model,
        warnings=messages_from(about["warnings"]),
    )
