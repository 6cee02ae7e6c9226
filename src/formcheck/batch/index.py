"""A map from 64-bit keys to numbers that stays small with many entries."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint64]

# So many new entries are kept in a dict before they move to the arrays.
_RECENT = 4096


class KeyIndex:
    """Numbers below 2**64 by keys below 2**64, in 16 bytes an entry: a dict takes eight times as much.

    Entries move to sorted arrays, of which each is at least twice as long as the next: so there are few to look into,
    and each entry is sorted again only a few times.
    """

    def __init__(self) -> None:
        self._recent: dict[int, int] = {}
        self._sorted: list[tuple[Numbers, Numbers]] = []

    def get(self, key: int) -> int | None:
        """Return the number of a key; None if there is none."""
        found = self._recent.get(key)
        if found is not None:
            return found
        wanted = np.uint64(key)
        for keys, numbers in reversed(self._sorted):
            at = int(np.searchsorted(keys, wanted))
            if at < len(keys) and keys[at] == wanted:
                return int(numbers[at])
        return None

    def __contains__(self, key: int) -> bool:
        return self.get(key) is not None

    def __setitem__(self, key: int, number: int) -> None:
        self._recent[key] = number
        if len(self._recent) >= _RECENT:
            self._settle()

    def find(self, keys: Numbers) -> tuple[Numbers, npt.NDArray[np.bool_]]:
        """Return the numbers of many keys, and which of these there are."""
        self._settle()
        numbers, found = np.zeros(len(keys), np.uint64), np.zeros(len(keys), np.bool_)
        for own, own_numbers in self._sorted:
            at = np.minimum(np.searchsorted(own, keys), len(own) - 1)
            hit = own[at] == keys
            numbers[hit] = own_numbers[at[hit]]
            found |= hit
        return numbers, found

    def extend(self, keys: Numbers, numbers: Numbers) -> None:
        """Set the numbers of many keys."""
        self._settle()
        if len(keys):
            self._add(keys, numbers)

    def _settle(self) -> None:
        if self._recent:
            keys = np.fromiter(self._recent.keys(), np.uint64, len(self._recent))
            numbers = np.fromiter(self._recent.values(), np.uint64, len(self._recent))
            self._recent.clear()
            self._add(keys, numbers)

    def _add(self, keys: Numbers, numbers: Numbers) -> None:
        while self._sorted and len(self._sorted[-1][0]) < 2 * len(keys):
            older = self._sorted.pop()
            keys, numbers = np.concatenate([older[0], keys]), np.concatenate([older[1], numbers])
        # Of equal keys the newest stands last.
        order = np.argsort(keys, kind="stable")
        keys, numbers = keys[order], numbers[order]
        last = np.append(keys[1:] != keys[:-1], True)
        self._sorted.append((keys[last], numbers[last]))


def key_number(digest: str) -> int:
    """Return the number that the first 64 bits of a hexadecimal digest stand for."""
    return int(digest[:16], 16)
