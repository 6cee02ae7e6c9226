"""What a review works on: the analysed session as it was written, and the track to judge again."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from formcheck.angles.shots import measure_track
from formcheck.errors import InputError, UsageError
from formcheck.form.judge import judge_angles
from formcheck.pose.track_file import load_track
from formcheck.protocols.loader import LoadedProtocol, builtin_ids, load_protocol
from formcheck.protocols.model import Protocol
from formcheck.record.rebuild import session_of
from formcheck.record.series import ANGLES, POINTS, Series
from formcheck.report.data import ANGLE_COLUMNS
from formcheck.report.schema import SessionDocument
from formcheck.reps.given import Span
from formcheck.review.apply import Reviewed, apply_review
from formcheck.review.model import Review, first_problem
from formcheck.types import FloatArray, LegAngles, PoseTrack, Session, Side, View


class Shelf:
    """The protocols that a review can judge by: the built-in ones, and those named when it was opened."""

    def __init__(self, more: Sequence[LoadedProtocol] = ()) -> None:
        loaded = [*(load_protocol(name) for name in builtin_ids()), *more]
        self.default = more[0] if more else loaded[0]
        self.known = {one.protocol.id: one for one in loaded}

    def get(self, protocol_id: str) -> LoadedProtocol:
        """Return a protocol by its id."""
        try:
            return self.known[protocol_id]
        except KeyError:
            raise UsageError(
                f"expected one of the protocols {', '.join(self.known)}, got '{protocol_id}'; open the review with "
                "--protocol FILE to judge by another"
            ) from None

    def find(self, protocol_id: str) -> LoadedProtocol | None:
        """Return the protocol with this id, if it is here."""
        return self.known.get(protocol_id)


@dataclass(frozen=True, slots=True)
class _Measured:
    angles: LegAngles | None
    view: View


class Material:
    """One analysed session with its track. Safe to use from several threads.

    Parameters
    ----------
    document : mapping
        The content of ``session.json``, as it was written.
    analysed : Session
        The same as values.
    track : PoseTrack
    shelf : Shelf
    kept_protocol : LoadedProtocol, optional
        The protocol's own text where it was kept with the session.
    folder : Path, optional
        The results folder, in which an analysis of the other leg may be.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        analysed: Session,
        track: PoseTrack,
        shelf: Shelf,
        *,
        kept_protocol: LoadedProtocol | None = None,
        folder: Path | None = None,
    ) -> None:
        self.document = document
        self.analysed = analysed
        self.track = track
        self._shelf = shelf
        self._kept_protocol = kept_protocol
        self._folder = folder
        self._tracks: dict[Side, PoseTrack] = {}
        self._measured: dict[tuple[Side | None, float, int], _Measured] = {}
        self._lock = threading.Lock()

    @property
    def protocol(self) -> LoadedProtocol | None:
        """What the session was judged by, if it is on this machine."""
        return self._kept_protocol or self._shelf.find(self.analysed.protocol_id)

    @property
    def times_s(self) -> FloatArray:
        """Times of the frames on the clip's own clock (T,)."""
        return self.track.t_s

    def apply(self, review: Review) -> Reviewed:
        """Return the session as reviewed."""
        protocol = self.protocol
        return apply_review(review, self.analysed, protocol.protocol if protocol else None, self._rejudge)

    def protocol_of(self, review: Review) -> LoadedProtocol | None:
        """What the reviewed session is judged by, if it is on this machine."""
        if review.protocol is None or review.protocol == self.analysed.protocol_id:
            return self.protocol
        return self._shelf.find(review.protocol)

    def track_of_leg(self, side: Side | None) -> PoseTrack:
        """Return the track in which a leg was followed: an analysis of its own if there is one, else the first one."""
        if side is None or side is self.track.working_side or self._folder is None:
            return self.track
        path = other_leg(self._folder, side) / "track.npz"
        if side not in self._tracks and path.exists():
            other = load_track(path)
            # Of another window of the clip its frames would be others.
            if np.array_equal(other.t_s, self.track.t_s):
                self._tracks[side] = other
        return self._tracks.get(side, self.track)

    def _rejudge(
        self, side: Side | None, protocol_id: str | None, spans: Sequence[Span] | None
    ) -> tuple[Session, Protocol]:
        loaded = self._shelf.get(protocol_id) if protocol_id is not None else self.protocol
        if loaded is None:
            raise UsageError(
                f"the protocol '{self.analysed.protocol_id}' of this session is not on this machine, so it cannot be "
                "judged again: choose another protocol, or open the review with --protocol FILE"
            )
        given = side or (self.analysed.side if self.analysed.side_given else None)
        limit_deg = loaded.protocol.posture.max_trunk_from_floor_deg.value
        with self._lock:
            track = self.track_of_leg(given)
            key = (given, limit_deg, id(track))
            if key not in self._measured:
                self._measured[key] = _Measured(*measure_track(track, max_trunk_from_floor_deg=limit_deg, side=given))
            measured = self._measured[key]
        session = judge_angles(
            track,
            measured.angles,
            measured.view,
            loaded,
            side_given=given is not None or self.track.side_given,
            spans=spans,
        )
        return session, loaded.protocol


def other_leg(folder: Path, side: Side) -> Path:
    """Return where the analysis of a clip's other leg is kept: the first one holds no landmarks of the resting leg."""
    return folder / f"side-{side.value}"


def read_document(folder: Path) -> dict[str, Any]:
    """Return the content of a results folder's ``session.json``.

    Raises
    ------
    InputError
        It is missing, damaged or of a newer formcheck.
    """
    path = folder / "session.json"
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        SessionDocument.model_validate(document)
    except FileNotFoundError:
        raise InputError(f"{folder.name}: expected results of an analysis, but session.json is missing") from None
    except ValidationError as error:
        raise InputError(
            f"{folder.name}/session.json: expected the results of this formcheck, got others ({first_problem(error)}); "
            "analyse the clip again"
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(
            f"{folder.name}/session.json: expected the results of an analysis, but it is damaged "
            f"({type(error).__name__}); analyse the clip again"
        ) from None
    return document


def load_results(folder: Path, shelf: Shelf) -> Material:
    """Return what an analysis left in a folder.

    Raises
    ------
    InputError
        Something of it is missing or damaged, or its parts are of different analyses.
    """
    document = read_document(folder)
    track = load_track(folder / "track.npz")
    columns = _angle_columns(folder / "angles.csv")
    if len(columns["t_s"]) != len(track.t_s) or not np.allclose(columns["t_s"], track.t_s, atol=1e-3):
        raise InputError(f"{folder.name}: angles.csv and track.npz are of different analyses; analyse the clip again")
    reference = "floor+trunk"
    analysed = session_of(document, Series(columns, {"hip_reference": reference}))
    return Material(document, analysed, track, shelf, folder=folder)


def _angle_columns(path: Path) -> dict[str, Any]:
    """Return the columns of ``angles.csv``; what it does not hold is NaN."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        cells = {name: [row[name] for row in rows] for name in ANGLE_COLUMNS}
        columns: dict[str, Any] = {name: np.full(len(rows), np.nan) for name in ANGLES}
        for name in ANGLE_COLUMNS[:6]:
            columns[name] = np.array([float(cell) if cell else np.nan for cell in cells[name]])
        columns["usable"] = np.array([cell == "true" for cell in cells["usable"]], np.bool_)
        columns["phase"] = cells["phase"]
        columns["rep"] = np.array([int(cell) if cell else 0 for cell in cells["rep"]], np.int64)
    except FileNotFoundError:
        raise InputError(f"{path.parent.name}: angles.csv is missing; analyse the clip again") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path.parent.name}/angles.csv: expected the table of an analysis, but it is damaged "
            f"({type(error).__name__}); analyse the clip again"
        ) from None
    return columns


def track_of(series: Series, session: Session) -> PoseTrack:
    """Return the track that a kept series was made of, with the decimals that were kept."""
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
        warnings=tuple(about["warnings"]),
    )
