"""What all tests share: no test may touch the practice record of whoever runs it."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from clips import HIP_DRIFT, excerpt
from formcheck.cores import available_cores
from formcheck.record.store import open_store
from invariants import check_every_judgement, contradictions_in_files
from practice import keep_month

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Sets that run in real time as processes of their own: what these files begin with.
_LIVE = "tests/integration/test_live_"

# Each new window would load two pages of its own for the address bar, which costs more than most of the pages tested.
# What follows them is Playwright's own list, which this one replaces.
_WITHOUT = (
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
# Nothing but the page: no start-up talk with a server.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_WITHOUT)}",
)


_ENDING = {signal.SIGINT: signal.default_int_handler}
if sys.platform != "win32":
    _ENDING[signal.SIGHUP] = signal.SIG_DFL

# A busy machine is no failure: speed belongs in the benchmarks.
settings.register_profile("formcheck", deadline=None)
settings.load_profile("formcheck")


@pytest.fixture(autouse=True)
def no_log_handler_stays() -> Iterator[None]:
    """Take away the handler of a command that ran within the process: its stream is closed when the test ends."""
    yield
    for handler in logging.getLogger().handlers[:]:
        if type(handler) is logging.StreamHandler:
            logging.getLogger().removeHandler(handler)


def pytest_configure(config):
    # The language of the tests does not depend on the machine.
    os.environ["LC_ALL"] = "C.UTF-8"
    # Every worker, and a hundred processes that are started, would compile the same modules anew.
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    folder = tempfile.mkdtemp(prefix="formcheck-tests-")
    config.add_cleanup(partial(shutil.rmtree, folder, ignore_errors=True))
    os.environ["FORMCHECK_STORE"] = str(Path(folder) / "record")
    # What a shell starts in the background ignores Ctrl-C, what runs under nohup a hang-up: so would what tests start.
    for number, handler in _ENDING.items():
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
    check_every_judgement()


def pytest_xdist_auto_num_workers() -> int:
    """One more worker than cores: much of the time is waiting, for programs, browsers, and real time to pass.

    With two more, sets that run in real time get too few frames a second to be followed.
    """
    return available_cores() + 1


class _OneLiveSetAtATime(LoadScopeScheduling):
    """Tests of one module stay on one worker, and so do all live sets: two at once would be too slow to follow."""

    def _split_scope(self, nodeid: str) -> str:
        return _LIVE if nodeid.startswith(_LIVE) else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadScopeScheduling | None:
    return _OneLiveSetAtATime(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, the live sets."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LIVE))


def pytest_collection_finish() -> None:
    """Take what was collected, which stays to the end, out of the sight of the garbage collector."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def consistent_results(tmp_path_factory) -> Iterator[None]:
    """No result that the tests of this process leave says two things that cannot both be true."""
    yield
    assert contradictions_in_files(tmp_path_factory.getbasetemp()) == []


def _made_once(tmp_path_factory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a file or folder for all workers, made by the first that needs it: to be read, or copied."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared"
    folder.mkdir(exist_ok=True)
    with FileLock(folder / f"{name}.lock"):
        if not (folder / name).exists():
            make(folder / f"part-{name}")
            (folder / f"part-{name}").rename(folder / name)
    return folder / name


@pytest.fixture(scope="session")
def one_rep(tmp_path_factory) -> Path:
    """The first repetition of a good set, small: it is analysed in three seconds."""
    return _made_once(tmp_path_factory, "one.mp4", partial(excerpt, length_s=6.0))


@pytest.fixture(scope="session")
def two_reps(tmp_path_factory) -> Path:
    """The first two repetitions of a set in which the hip drifts, small."""
    return _made_once(tmp_path_factory, "two.mp4", partial(excerpt, clip=HIP_DRIFT, length_s=11.0, fps=15.0))


@pytest.fixture(scope="session")
def whole_set(tmp_path_factory) -> Path:
    """All of the set in which the hip drifts, small: for sets that are ended before it is over."""
    return _made_once(tmp_path_factory, "whole.mp4", partial(excerpt, clip=HIP_DRIFT, length_s=24.0, fps=15.0))


@pytest.fixture(scope="session")
def month_record(tmp_path_factory) -> Path:
    """A practice record with four weeks in it: to be read, or copied."""
    return _made_once(tmp_path_factory, "month", _keep_month)


def _keep_month(folder: Path) -> None:
    with open_store(folder) as store:
        keep_month(store)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a process: Playwright cannot be started twice in one."""
    from playwright.sync_api import sync_playwright

    from formcheck.report.pdf import find_browser

    path = find_browser()
    if path is None:
        pytest.skip("no chromium on this machine: install Debian's chromium package to test pages")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=list(_FLAGS))
        yield browser
        browser.close()
