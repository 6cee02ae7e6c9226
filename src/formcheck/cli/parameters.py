"""The names that commands take: never empty, and of a file that need not be one that may be read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from formcheck.errors import UsageError

if TYPE_CHECKING:
    import os

    _ClickPath = click.Path[Path]
else:
    # Not generic at run time before 8.5.
    _ClickPath = click.Path


class Name(click.types.StringParamType):
    """What is named, as text. An empty name would be a file's of the current folder, or the default."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        _check_not_empty(value, param, ctx)
        return super().convert(value, param, ctx)


class FilePath(_ClickPath):
    """The path of a file or folder.

    Whoever reads it says that it may not be read: click would end the command for it, whatever else it was given.

    Parameters
    ----------
    exists : bool
        It must be there, and be readable.
    file_okay, dir_okay : bool
        It may be a file, a folder.
    """

    def __init__(self, *, exists: bool = False, file_okay: bool = True, dir_okay: bool = True) -> None:
        super().__init__(exists=exists, file_okay=file_okay, dir_okay=dir_okay, readable=exists, path_type=Path)

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> Path:
        _check_not_empty(value, param, ctx)
        return super().convert(value, param, ctx)


def _check_not_empty(value: object, param: click.Parameter | None, ctx: click.Context | None) -> None:
    if value != "":
        return
    what = param.get_error_hint(ctx).strip("'") if param is not None else "argument"
    raise UsageError(f"{what}: expected a name, got an empty one; is a variable of the shell empty?")
