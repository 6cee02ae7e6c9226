"""What may be opened as a clip at all: a regular file, in a container of clips, with frames of a sane size."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import av

from formcheck.errors import InputError
from formcheck.files import inside, what_else

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer

_OF_A_FOLDER = "name clips in it, or analyse all of them with `formcheck batch FOLDER --out RESULTS`"

# Containers in which clips and their sound come, and single images and text, which are refused by name. No other is
# even opened: playlists name further files, which may be pipes.
_FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,ogg,asf,asf_o,flv,h264,hevc,m4v,mjpeg,mpjpeg,mxf,"
    "ivf,av1,obu,dv,gif,apng,nut,rm,wtv,aac,mp3,wav,flac,tty,png_pipe,jpeg_pipe,bmp_pipe,gif_pipe,webp_pipe,tiff_pipe"
)
# How lists of other files begin, and what they are called.
_LISTS = {"ffconcat": "ffconcat", "#extm3u": "playlist", "[playlist]": "playlist", "v=0": "SDP"}
_HEAD_BYTES = 4096
# 8192 x 4320. Decoding and turning a frame takes some twelve bytes a pixel.
_MAX_PIXELS = 36_000_000
_MAX_SIDE_PX = 10_000
_MIN_SIDE_PX = 16


def check_readable(path: Path) -> bytes:
    """Return the first bytes of a regular file that may be read and is not empty; for any other raise InputError."""
    try:
        # Before it is opened: opening a pipe waits for whoever writes to it.
        status = path.stat()
        if (what := what_else(status.st_mode)) is not None:
            raise InputError(f"{path}: expected a video file, found {what}; save the clip to a file first")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; check the spelling and the folder") from None
    except IsADirectoryError:
        raise InputError(f"{path}: expected a video file, found a folder; {_OF_A_FOLDER}") from None
    except PermissionError:
        remedy = _OF_A_FOLDER if path.is_dir() else "allow reading it (chmod u+r) or copy it"
        raise InputError(f"{path}: no permission to read it; {remedy}") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error}); copy it to another disk") from None
    if not head:
        raise InputError(f"{path}: the file is empty (0 bytes); copy or record the clip again")
    return head


def _check_no_list(path: Path, head: bytes) -> None:
    """Refuse a list of other files under the name of a clip, and say what it names, without opening that."""
    lines = head.decode("utf-8", "replace").lstrip("\ufeff").splitlines()
    kind = next((kind for begin, kind in _LISTS.items() if lines and lines[0].lower().startswith(begin)), None)
    if kind is None:
        return
    # In an ffconcat list each name follows the word 'file', in the others it is a line of its own.
    begin = "file " if kind == "ffconcat" else ""
    names = [line for line in map(str.strip, lines[1:]) if line and line[0] != "#" and line.startswith(begin)]
    named = f" that names {_shown(path.parent, names[0].removeprefix(begin))}" if names else ""
    raise InputError(f"{path}: expected a video file, found a list of others ({kind}){named}; give the clip itself")


def _shown(folder: Path, name: str) -> str:
    name = name.strip(" '\"")
    shown = repr(name[:80])
    # Looking at a name elsewhere could already reach another machine.
    with suppress(ValueError, OSError):
        what = what_else(inside(folder, name).stat().st_mode)
        return f"{shown}, {what}" if what else shown
    return shown


def open_container(path: Path, *, ignore_edits: bool = False) -> InputContainer:
    """Open a clip, if it may be opened at all: the only place where a clip is.

    ``ignore_edits`` is for MP4 and QuickTime alone: read all frames with their own times.

    Raises
    ------
    InputError
        It is no regular file that may be read, or a list of others.
    av.error.FFmpegError
    """
    _check_no_list(path, check_readable(path))
    # 'file:' keeps a colon in the name from being read as a protocol. The whitelists keep a disguised playlist from
    # reaching the network or opening a pipe.
    options = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
    if ignore_edits:
        options["ignore_editlist"] = "1"
    return av.open(f"file:{path}", "r", options=options, metadata_errors="replace")


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse frames that are not those of a person before memory is taken for them; 0 x 0 is not known yet."""
    if width * height > _MAX_PIXELS or max(width, height) > _MAX_SIDE_PX:
        raise InputError(
            f"{path}: expected frames of at most {_MAX_PIXELS / 1e6:.0f} million pixels, found {width} x {height}; "
            "convert the clip to 1920 x 1080"
        )
    if (width or height) and min(width, height) < _MIN_SIDE_PX:
        raise InputError(
            f"{path}: expected frames of at least {_MIN_SIDE_PX} pixels a side, found {width} x {height}; give the "
            "original recording"
        )
