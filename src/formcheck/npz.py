"""Reading .npz archives that anybody may have made: no more is unpacked than fits, and every fault is a ValueError."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

MAX_UNPACKED_BYTES = 384_000_000
"""Four hours of a track at 30 frames a second."""
_MAX_MEMBERS = 1000


def read_npz(file: IO[bytes], wanted: Callable[[str], bool] = lambda _name: True) -> dict[str, NDArray[Any]]:
    """Return the arrays of an archive, those that are wanted.

    Parameters
    ----------
    file : binary file
        Seekable.
    wanted : callable, optional
        Tells by its name whether an array is to be read.

    Raises
    ------
    ValueError
        It is no such archive, is damaged, or unpacks to more than `MAX_UNPACKED_BYTES`.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            size = sum(member.file_size for member in members)
            if len(members) > _MAX_MEMBERS or size > MAX_UNPACKED_BYTES:
                raise ValueError(
                    f"{len(members)} arrays of {size / 1e6:.0f} MB, at most {MAX_UNPACKED_BYTES / 1e6:g} MB"
                )
            names = [member.filename.removesuffix(".npy") for member in members]
        if len(set(names)) < len(names):
            raise ValueError("two arrays of one name")
        file.seek(0)
        with np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files if wanted(name)}
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, TypeError, NotImplementedError, RuntimeError) as error:
        raise ValueError(f"a damaged archive ({error})") from None
    except (MemoryError, OverflowError, SyntaxError, RecursionError) as error:
        raise ValueError(f"an array with a damaged head ({type(error).__name__})") from None
    if not all(isinstance(values, np.ndarray) for values in arrays.values()):
        raise ValueError("a member that is no array")
    return arrays
