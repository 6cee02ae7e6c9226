"""Which folder the results of a clip are in: each has its own, also where two clips differ in their suffix alone."""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from formcheck.errors import InputError, OutputError
from formcheck.files import explained, open_private, private_folder, read_limited
from formcheck.review.analysis import ResultsFolder, is_results
from formcheck.text.numbers import printable

# Names the clip whose analysis is under way, until its results say whose they are.
_CLAIM = ".clip"
_LONGEST_CLAIM = 4096
# A claim is written as soon as its file is made.
_UNWRITTEN_S = 0.5


def possible_review_files(results: Path) -> tuple[Path, Path]:
    """Return where the review of a results folder is: beside it, by the clip's name, or in it."""
    # '.' and '..' do not say what the folder is called.
    named = results if results.name not in {"", ".."} else results.resolve()
    return named.parent / f"{named.name.removesuffix('.formcheck')}.review.json", results / "review.json"


def may_be_reviewed(results: Path) -> bool:
    """Tell whether a results folder has the file of a review.

    Reviews are few: to ask costs a tenth of trying to read one, and loading what reads them a third of a second.
    """
    return any(map(os.path.exists, possible_review_files(results)))


def possible_results_folders(clip: Path) -> tuple[Path, Path]:
    """Return where a clip's results are: under its name, or with the suffix too where another clip has that."""
    # Not `with_name`, which '.' and '/' do not have: what is no clip is refused by who reads it.
    return clip.parent / f"{clip.stem}.formcheck", clip.parent / f"{clip.name}.formcheck"


def results_folder_for(clip: Path) -> Path:
    """Return where a clip's results go without writing over those of another clip."""
    first, second = possible_results_folders(clip)
    return second if _owner_of_results(first) not in (None, _known_as(clip)) else first


@contextmanager
def claimed_results_folder(clip: Path, *, not_before: Path | None = None) -> Iterator[Path]:
    """Yield the folder for a clip's results, and keep it from every other clip while the block runs.

    Of two clips that differ in their suffix alone, analysed at the same time by any programs, each gets a folder of its
    own. A folder into which nothing was written is removed again.

    Parameters
    ----------
    clip : Path
        Beside it are its results; it need not be there itself.
    not_before : Path, optional
        One of `possible_results_folders`: those before it are left out.

    Raises
    ------
    OutputError
        Other clips have all of its folders.
        Or the folder cannot be written to.
    """
    folders = possible_results_folders(clip)
    with explained(clip.parent):
        for folder in folders[folders.index(not_before) if not_before is not None else 0 :]:
            if _claim(folder, _known_as(clip)):
                break
        else:
            shown = " and ".join(folder.name for folder in folders)
            raise OutputError(
                f"{clip.name}: expected a folder for its results, but other clips have {shown}; name one with --out"
            )
    try:
        yield folder
    finally:
        _give_up(folder)


def _claim(folder: Path, name: str) -> bool:
    """Claim a folder for the clip of this name; False when another one has it."""
    holder: str | None = None
    while holder is None:
        private_folder(folder)
        if (owner := _owner_of_results(folder)) is not None:
            return owner == name
        try:
            _write_claim(folder, name)
            break
        except FileNotFoundError:
            # Whoever had it left nothing in it.
            continue
        except FileExistsError:
            holder = _claimed_by(folder / _CLAIM)
    if holder is not None:
        return holder == name
    # Another one may have come to its end, and given up its claim, since the results were looked for.
    if _owner_of_results(folder) in (None, name):
        return True
    (folder / _CLAIM).unlink()
    return False


def _write_claim(folder: Path, name: str) -> None:
    # Made only if it is not there, in one step.
    file = open_private(folder / _CLAIM, "xb")
    try:
        with file:
            file.write(name.encode())
    except OSError:
        # The disk is full: a claim that nobody can read would keep the folder from its clip.
        _give_up(folder)
        raise


def _give_up(folder: Path) -> None:
    (folder / _CLAIM).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def _claimed_by(claim: Path) -> str | None:
    """The clip that a claim names, empty if it never does; None when it was given up."""
    until_s = time.monotonic() + _UNWRITTEN_S
    while time.monotonic() < until_s:
        try:
            if name := read_limited(claim, limit=_LONGEST_CLAIM).decode("utf-8", "replace"):
                return name
        except FileNotFoundError:
            return None
        time.sleep(0.01)
    return ""


def _owner_of_results(folder: Path) -> str | None:
    """The clip whose results are in a folder; None where there are none, or none that can be read."""
    if not is_results(folder):
        return None
    with suppress(InputError):
        return _normal(ResultsFolder(folder).session().clip.name)
    return None


def _known_as(clip: Path) -> str:
    """The name of a clip as its results have it."""
    return _normal(printable(clip.name))


def _normal(name: str) -> str:
    # macOS may give the name of a file with its accents apart.
    return unicodedata.normalize("NFC", name)
