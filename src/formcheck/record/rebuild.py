"""A stored session as the values it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from formcheck.record.series import ANGLES, Series
from formcheck.session.document import from_document
from formcheck.session.frames import FrameTable
from formcheck.types import Phase, Session


def session_of(document: Mapping[str, Any], series: Series) -> Session:
    """Return the session that a document and its series describe, with the decimals that were stored."""
    columns = series.columns
    angles = {name: np.asarray(columns[name], np.float64) for name in ("t_s", *ANGLES)}
    frames = FrameTable(
        {**angles, "usable": np.asarray(columns["usable"], np.bool_)},
        tuple(Phase(phase) for phase in columns["phase"]),
        np.asarray(columns["rep"], np.int64),
    )
    return from_document(document, frames)
