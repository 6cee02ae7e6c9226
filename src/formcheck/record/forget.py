"""Erases from the record: rows, files, and the traces that a database leaves."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, delete, func, select

from formcheck.errors import StoreError
from formcheck.record.live_folders import at_work, live_folders
from formcheck.record.migrate import BACKUPS
from formcheck.record.profiles import profile_codes
from formcheck.record.save import remove_orphaned_series
from formcheck.record.schema import CALIBRATION, NOTE, PRESCRIPTION, PROFILE, PROTOCOL, RESULT, SESSION
from formcheck.record.storage_errors import DAMAGED, FILE, storage_errors
from formcheck.record.store import Store, vacuum
from formcheck.record.videos import video_folder

# No process takes so long between a series and its row.
_ORPHANED_AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class Erasure:
    """What will be erased.

    ``videos`` are folders with what was kept of clips, ``live`` those that live practice left. ``copies`` are backups
    and copies of damaged files: they hold the whole record of their time, so they go whenever anything goes.
    """

    uids: tuple[str, ...]
    series: tuple[Path, ...]
    profiles: tuple[str, ...]
    notes: int
    prescriptions: int
    copies: tuple[Path, ...]
    videos: tuple[Path, ...] = ()
    live: tuple[Path, ...] = ()
    calibrations: int = 0

    @property
    def empty(self) -> bool:
        """Nothing of the kind is there."""
        return not (self.uids or self.profiles or self.live)


def erasure_of_sessions(store: Store, connection: Connection, uids: Sequence[str]) -> Erasure:
    """Return what will be erased with these sessions."""
    return _erasure(store, connection, SESSION.c.uid.in_(uids), ())


def erasure_of_profiles(store: Store, connection: Connection, codes: Sequence[str]) -> Erasure:
    """Return what will be erased with these profiles: sessions, notes, prescriptions, calibrations, and themselves."""
    keys = select(PROFILE.c.id).where(PROFILE.c.code.in_(codes))
    return _erasure(store, connection, SESSION.c.profile_id.in_(keys), tuple(codes))


def _erasure(store: Store, connection: Connection, which: object, codes: tuple[str, ...]) -> Erasure:
    keys = select(SESSION.c.id).where(which)  # type: ignore[arg-type]
    profiles = select(PROFILE.c.id).where(PROFILE.c.code.in_(codes))
    noted = NOTE.c.profile_id.in_(profiles) if codes else NOTE.c.session_id.in_(keys)
    prescribed = select(func.count()).select_from(PRESCRIPTION).where(PRESCRIPTION.c.profile_id.in_(profiles))
    calibrated = select(func.count()).select_from(CALIBRATION).where(CALIBRATION.c.profile_id.in_(profiles))
    files = connection.execute(select(RESULT.c.series_file).where(RESULT.c.session_id.in_(keys))).scalars()
    uids = tuple(connection.execute(select(SESSION.c.uid).where(SESSION.c.id.in_(keys))).scalars())
    copies = [path for name in (BACKUPS, DAMAGED) for path in (store.folder / name).glob("*")]
    return Erasure(
        uids=uids,
        series=tuple(path for name in files if (path := _path_of(store.series_path, name)) is not None),
        profiles=codes,
        notes=connection.execute(select(func.count()).select_from(NOTE).where(noted)).scalar_one(),
        prescriptions=connection.execute(prescribed).scalar_one(),
        calibrations=connection.execute(calibrated).scalar_one(),
        copies=tuple(copies),
        videos=tuple(
            folder
            for uid in uids
            if (folder := _path_of(partial(video_folder, store), uid)) is not None and folder.is_dir()
        ),
        live=_live_folders(store, connection, uids, everything=set(profile_codes(connection)) <= set(codes)),
    )


def _live_folders(store: Store, connection: Connection, uids: tuple[str, ...], *, everything: bool) -> tuple[Path, ...]:
    """Return the folders of these sets and of sets that the record has no more.

    A folder does not say whose it is when its set was not saved. Those go only when nobody stays in the record.
    """
    stay = set(connection.execute(select(SESSION.c.uid)).scalars()) - set(uids)
    return tuple(
        folder for folder, uid in live_folders(store).items() if everything or (uid is not None and uid not in stay)
    )


def _path_of(resolve: Callable[[str], Path], name: str) -> Path | None:
    """Return the path of what is to be erased; None where a changed record names a file that is not the record's."""
    try:
        return resolve(name)
    except StoreError:
        return None


def erase(store: Store, erasure: Erasure) -> None:
    """Erase, write the file anew without the erased rows, and make sure that nothing remains.

    Raises
    ------
    StoreError
        Something could not be erased; the message says what.
    """
    if any(map(at_work, erasure.live)):
        raise StoreError(f"{store.folder}: a set is being practised; end it, and run the same command again")
    with store.writing() as connection:
        # Sessions take results, repetitions, answers, marks, notes and corrections with them.
        connection.execute(delete(SESSION).where(SESSION.c.uid.in_(erasure.uids)))
        connection.execute(delete(PROFILE).where(PROFILE.c.code.in_(erasure.profiles)))
        # A protocol that was written for one person can say something about that person.
        used = select(SESSION.c.protocol_sha256).union(
            select(RESULT.c.protocol_sha256).where(RESULT.c.protocol_sha256.is_not(None))
        )
        connection.execute(delete(PROTOCOL).where(PROTOCOL.c.sha256.not_in(used)))
    with storage_errors(store.folder):
        for path in erasure.series:
            path.unlink(missing_ok=True)
        for path in (*erasure.copies, *erasure.videos, *erasure.live):
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        # A series that a killed process left without a row may be of the same person.
        remove_orphaned_series(store, older_than_s=_ORPHANED_AFTER_S)
    vacuum(store)
    _verify(store, erasure)


def _verify(store: Store, erasure: Erasure) -> None:
    """Look for what should be gone, in the rows and in the bytes of every file of the record."""
    left = [path.name for path in (*erasure.series, *erasure.copies, *erasure.videos, *erasure.live) if path.exists()]
    with store.reading() as connection:
        left += connection.execute(select(SESSION.c.uid).where(SESSION.c.uid.in_(erasure.uids))).scalars()
    traces = [uid.encode() for uid in erasure.uids] + [path.name.encode() for path in erasure.series]
    with storage_errors(store.folder):
        for path in store.folder.glob(f"{FILE}*"):
            data = path.read_bytes()
            left += [f"{trace.decode()} in {path.name}" for trace in traces if trace in data]
    if left:
        raise StoreError(
            f"{store.folder}: expected nothing to remain, found {', '.join(sorted(left)[:3])}; "
            "end other programs that use the record, and run the same command again"
        )
