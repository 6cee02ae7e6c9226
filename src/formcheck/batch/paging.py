"""Where the further pages of a list lie, and which of them each page links to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SUMMARY_FILE = "summary.html"
PAGES_FOLDER = "summary"
PAGE_CLIPS = 100
# Beside its neighbours a page links to those so many before and after it: none of a thousand is far.
_STEPS = (1, 10, 100)


@dataclass(frozen=True, slots=True)
class Paging:
    """One page of a list of clips.

    Parameters
    ----------
    name : str
        Of the list: its place on the first page, and the beginning of its further pages' names.
    clips : int
        In the whole list.
    page : int
        Counted from one; the first one is the summary.
    """

    name: str
    clips: int
    page: int = 1

    @property
    def pages(self) -> int:
        return max(-(-self.clips // PAGE_CLIPS), 1)

    @property
    def first(self) -> int:
        """Number of its first clip, counted from one."""
        return (self.page - 1) * PAGE_CLIPS + 1

    @property
    def last(self) -> int:
        return min(self.page * PAGE_CLIPS, self.clips)

    @property
    def numbers(self) -> list[int]:
        """Pages to link to, in order; this one among them."""
        steps = {self.page + sign * step for step in _STEPS for sign in (-1, 1)}
        return sorted({1, self.page, self.pages, *(number for number in steps if 1 < number < self.pages)})

    @property
    def file(self) -> str:
        """Name in the batch's folder."""
        return SUMMARY_FILE if self.page == 1 else f"{PAGES_FOLDER}/{self.name}-{self.page:04}.html"

    @property
    def root(self) -> str:
        """The batch's folder, as seen from this page."""
        return "" if self.page == 1 else "../"

    def link(self, page: int) -> str:
        """Return the address of another page of the list, as seen from this one."""
        return f"{self.root}{Paging(self.name, self.clips, page).file}#{self.name}"


def page_places(clips: int) -> Iterator[range]:
    """Yield the places of the clips of each page."""
    for start in range(0, clips, PAGE_CLIPS):
        yield range(start, min(start + PAGE_CLIPS, clips))
