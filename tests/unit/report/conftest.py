from __future__ import annotations

import pytest

from formcheck.types import Session
from report_pages import JPEG, render
from report_sessions import make_blank_session, make_session


@pytest.fixture
def session() -> Session:
    """Three repetitions; half a second of the second one could not be measured."""
    return make_session(gap_s=(6.0, 6.5))


@pytest.fixture
def blank() -> Session:
    """Nothing could be measured."""
    return make_blank_session()


@pytest.fixture(scope="module", params=["measured", "no reps", "nothing", "with pictures"])
def html(request) -> str:
    if request.param == "nothing":
        return render(make_blank_session())
    if request.param == "no reps":
        return render(make_session(reps=()))
    return render(make_session(gap_s=(6.0, 6.5)), {1: JPEG, 2: JPEG} if request.param == "with pictures" else None)
