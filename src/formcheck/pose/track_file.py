"""Files of a `PoseTrack`: one compressed .npz without pickles, checked when it is read."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from formcheck.errors import InputError
from formcheck.files import check_regular
from formcheck.message import messages_from
from formcheck.npz import read_npz
from formcheck.parsing import parse_json_object
from formcheck.pose.landmarks import COUNT
from formcheck.timeseries import LONGEST_GAP_S, LONGEST_S
from formcheck.types import ClipInfo, ModelInfo, PoseTrack, Side

FORMAT = 1
# Hundredths of a pixel and tenths of a millimetre are far below the accuracy of a landmark.
_STORED = np.float32
_ARRAYS = {
    "t_s": (np.float64, ()),
    "xy_px": (_STORED, (COUNT, 2)),
    "world_m": (_STORED, (COUNT, 3)),
    "visibility": (_STORED, (COUNT,)),
    "luma": (_STORED, ()),
    "hidden": (np.bool_, ()),
    "shot": (np.int32, ()),
}
_LOADED = {"hidden": np.bool_, "shot": np.int64}


def save_track(track: PoseTrack, path: Path) -> None:
    """Write a track. Points keep single precision; a loaded track judges like the saved one."""
    about = {
        "format": FORMAT,
        "size_px": track.size_px,
        "working_side": track.working_side,
        "side_given": track.side_given,
        "clip": asdict(track.clip),
        "model": asdict(track.model),
        "warnings": [message.to_json() for message in track.warnings],
    }
    whole = replace(track, shot=np.zeros(len(track.t_s), np.int64)) if track.shot is None else track
    arrays = {name: getattr(whole, name).astype(dtype) for name, (dtype, _) in _ARRAYS.items()}
    np.savez_compressed(path, about=np.array(json.dumps(about)), **arrays)


def load_track(path: Path) -> PoseTrack:
    """Read a track back.

    Raises
    ------
    InputError
        The file is not a track, or is damaged, or of a newer format.
    """
    try:
        check_regular(path)
        with path.open("rb") as file:
            stored = read_npz(file, lambda name: name == "about" or name in _ARRAYS)
        about = parse_json_object(str(stored.pop("about")), nan=True)
        # No complex number or text for a coordinate; one that is too large is infinite.
        with np.errstate(over="ignore"):
            arrays: dict[str, Any] = {
                name: stored[name].astype(dtype, casting="same_kind", copy=False)
                for name, (dtype, _) in _ARRAYS.items()
            }
        if about["format"] != FORMAT:
            raise InputError(
                f"{path}: expected a track of format {FORMAT}, got format {about['format']}; analyse the clip again"
            )
        _check_shapes(path, arrays)
        return PoseTrack(
            **{name: values.astype(_LOADED.get(name, np.float64)) for name, values in arrays.items()},
            size_px=(int(about["size_px"][0]), int(about["size_px"][1])),
            working_side=Side(about["working_side"]) if about["working_side"] else None,
            side_given=bool(about["side_given"]),
            clip=_clip_info(about["clip"]),
            model=ModelInfo(**about["model"]),
            warnings=messages_from(about["warnings"]),
        )
    except FileNotFoundError:
        raise InputError(f"{path}: expected a track file, but there is none") from None
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(
            f"{path}: expected a track that formcheck saved (.npz), but it is damaged or something else "
            f"({type(error).__name__}); analyse the clip again"
        ) from None


def _clip_info(values: dict[str, Any]) -> ClipInfo:
    return ClipInfo(**{**values, "size_px": (int(values["size_px"][0]), int(values["size_px"][1]))})


def _check_shapes(path: Path, arrays: dict[str, Any]) -> None:
    count = len(arrays["t_s"])
    for name, (_, shape) in _ARRAYS.items():
        if arrays[name].shape != (count, *shape):
            raise InputError(
                f"{path}: expected {name} of shape {(count, *shape)}, got {arrays[name].shape}; analyse the clip again"
            )
    t_s = arrays["t_s"]
    if count == 0 or not np.isfinite(t_s).all() or not (np.diff(t_s) > 0).all():
        raise InputError(f"{path}: expected times that increase from frame to frame; analyse the clip again")
    if abs(t_s[0]) > LONGEST_S or (np.diff(t_s) > LONGEST_GAP_S).any():
        raise InputError(
            f"{path}: expected frames at most {LONGEST_GAP_S:g} s apart, got {float(np.diff(t_s).max(initial=0)):g} s; "
            "analyse the clip again"
        )
