"""Calibrations by hand that are kept for a person: stored, listed, removed, taken along, and forgotten."""

import pytest

from formcheck.errors import InputError, UsageError
from formcheck.record.calibrations import (
    calibrations_of,
    keep_calibration,
    remove_calibration,
    stored_calibrations,
)
from formcheck.record.exports.archive import import_profile, profile_json
from formcheck.record.exports.archived import read_archive
from formcheck.record.forget import erase, erasure_of_profiles
from formcheck.record.profiles import profile_key
from formcheck.record.store import open_store
from formcheck.types import KeptCalibration, MeasuredMark, Side

MARKS = tuple(MeasuredMark(joint, frame, 4.2, 88.0, 60.0, 3.1) for frame in (10, 50) for joint in ("hip", "knee"))


def calibration(made_at="2026-11-28T10:00:00+01:00", side=Side.LEFT):
    return KeptCalibration(made_at, "AB, CD", side, "f00d", 4.5, 12.0, True, 2.0, MARKS)


def keep(store, kept, code="P017"):
    with store.writing() as connection:
        return keep_calibration(connection, profile_key(connection, code, make=True), kept)


def stored(store, code="P017"):
    with store.reading() as connection:
        return stored_calibrations(connection, profile_key(connection, code))


def test_they_are_listed_newest_first_and_read_as_they_were(store, folder):
    older, newer = calibration(), calibration("2026-11-29T10:00:00+01:00", Side.RIGHT)
    numbers = [keep(store, one) for one in (older, newer)]
    assert [(one.number, one.kept) for one in stored(store)] == [(numbers[1], newer), (numbers[0], older)]
    assert calibrations_of("P017", folder) == (newer, older)
    assert newer.frames == 2


def test_the_same_marks_are_kept_once(store):
    assert keep(store, calibration()) == keep(store, calibration("2026-11-30T10:00:00+01:00"))
    assert len(stored(store)) == 1


def test_nobody_and_no_record_have_none(store, folder, tmp_path):
    assert calibrations_of("P099", folder) == ()
    assert calibrations_of("P017", tmp_path / "nowhere") == ()


def test_one_is_removed_by_its_number_and_only_by_its_owner(store):
    number, other = keep(store, calibration()), keep(store, calibration(), "P018")
    with store.writing() as connection:
        key = profile_key(connection, "P017")
        with pytest.raises(UsageError, match=str(other)):
            remove_calibration(connection, key, other)
        remove_calibration(connection, key, number)
    assert (stored(store), len(stored(store, "P018"))) == ([], 1)


def test_a_forgotten_person_takes_them_along(store, folder):
    keep(store, calibration())
    with store.reading() as connection:
        erasure = erasure_of_profiles(store, connection, ["P017"])
    assert erasure.calibrations == 1
    erase(store, erasure)
    assert not any(b"AB, CD" in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_an_archive_carries_them_once(store, tmp_path):
    keep(store, calibration())
    with store.reading() as connection:
        archive = read_archive(profile_json(connection, "P017"), "profile")
    with open_store(tmp_path / "other") as other:
        assert [import_profile(other, archive) for _ in range(2)] == [True, False]
        assert [one.kept for one in stored(other)] == [calibration()]


@pytest.mark.parametrize(
    ("was", "now"), [("4.2", '"much"'), ('\\"side\\": \\"left\\"', '\\"side\\": \\"right\\"'), ("made_at", "at")]
)
def test_an_archive_with_another_one_is_refused(store, was, now):
    keep(store, calibration())
    with store.reading() as connection:
        data = profile_json(connection, "P017").decode()
    assert was in data
    with pytest.raises(InputError):
        read_archive(data.replace(was, now).encode(), "profile")
