from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from formcheck.record.store import Store, open_store


@pytest.fixture
def store(tmp_path) -> Iterator[Store]:
    with open_store(tmp_path / "record") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "record"
