"""Which files are clips, by their names."""

from __future__ import annotations

from collections.abc import Container
from pathlib import PurePosixPath

VIDEO_SUFFIXES = (
    ".3g2", ".3gp", ".asf", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf",
    ".ogv", ".ts", ".webm", ".wmv",
)  # fmt: skip


def is_clip(name: str, *, siblings: Container[str]) -> bool:
    """Tell clips from other files, and from the annotated clips of earlier analyses, which lie beside angles.csv."""
    if name.startswith(".") or (name == "annotated.mp4" and "angles.csv" in siblings):
        return False
    return PurePosixPath(name).suffix.lower() in VIDEO_SUFFIXES
