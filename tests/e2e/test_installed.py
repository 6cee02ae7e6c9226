"""The wheel as a user installs it, in an environment of its own and from another folder: the core, and no extras."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, ProxyHandler, build_opener

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.home_page import assert_fits, check_video, go, make_plan, read_report, run_home
from formcheck.extras import Extra
from installed import build_wheel, clean_variables, make_environment
from offline import network_calls, run_traced

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes links, and looks for bin/")


class Installation:
    """The program, and a home folder for whoever runs it."""

    def __init__(self, folder: Path, clip: Path) -> None:
        self.program = make_environment(folder, build_wheel(folder)) / "formcheck"
        self.home = folder / "home"
        self.home.mkdir()
        shutil.copy(clip, self.home / "clip.mp4")
        self.variables = clean_variables(HOME=str(self.home), FORMCHECK_STORE=str(self.home / "record"))

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.program, *map(str, arguments)], text=True, check=False, **self._options())

    def run_offline(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        """Run it, and make sure that it asked the network for nothing, where that can be seen."""
        if shutil.which("strace") is None:
            return self.run(*arguments)
        trace = self.home / "trace"
        result = run_traced([self.program, *map(str, arguments)], trace, **self._options(captured=False))
        assert network_calls(trace) == []
        return result

    @contextmanager
    def serving(self, *arguments: object) -> Iterator[str]:
        """Run a command that serves a page; give the address that it prints, and end it as Ctrl-C does."""
        with subprocess.Popen(
            [self.program, *map(str, arguments)], cwd=self.home, env=self.variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as server:  # fmt: skip
            try:
                yield next(found[0] for line in server.stdout if (found := re.search(r"http://\S+", line)))
            finally:
                server.send_signal(signal.SIGINT)
                server.communicate(timeout=30)

    def _options(self, *, captured: bool = True) -> dict:
        options = {"cwd": self.home, "env": self.variables, "stdin": subprocess.DEVNULL}
        return options | {"capture_output": True} if captured else options


def assert_fits_every_width(page: Page) -> None:
    for width in (390, 1024, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        assert_fits(page)


def fetch(address: str) -> str:
    """Fetch from a server of this machine, as a browser that keeps its cookie."""
    with browser().open(address, timeout=20) as answer:
        return answer.read().decode()


@cache
def browser() -> OpenerDirector:
    return build_opener(ProxyHandler({}), HTTPCookieProcessor())


@pytest.fixture(scope="module")
def installation(one_rep, tmp_path_factory) -> Installation:
    return Installation(tmp_path_factory.mktemp("installed"), one_rep)


@pytest.fixture(scope="module")
def kept(installation) -> str:
    """A clip analysed and kept: the id of its session."""
    result = installation.run_offline("--lang", "en", "analyze", "clip.mp4", "--save")
    assert result.returncode == 0, result.stderr
    return re.search(r"session ([0-9a-f]{8})", result.stderr)[1]


def test_it_is_not_the_source_that_runs(installation):
    python = installation.program.with_name("python")
    code = "import formcheck; print(formcheck.__file__)"
    result = subprocess.run([python, "-c", code], cwd=installation.home, env=installation.variables,
                            capture_output=True, text=True, check=True)  # fmt: skip
    assert Path(result.stdout.strip()).is_relative_to(installation.program.parents[1])


@pytest.mark.skipif(sys.platform != "linux", reason="packages differ in size between systems")
def test_the_core_stays_lean(installation):
    """A dependency that makes it larger should be one that everybody needs (docs/decisions/0017-lean-core.md)."""
    (site,) = installation.program.parents[1].glob("lib/python*/site-packages")
    files = [
        Path(folder, name)
        for folder, _, names in os.walk(site, followlinks=True)
        # What installs is not copied by pipx and uv.
        if not {"__pycache__", "pip", "setuptools"}.intersection(Path(folder).parts)
        for name in names
    ]
    taken = sum(path.stat().st_blocks for path in files) * 512
    # pip compiles all modules: to 1.43 times their size on the disk with Python 3.11, and to less with later ones.
    compiled = 1.43 * sum(path.stat().st_size for path in files if path.suffix == ".py")
    assert 400 < (taken + compiled) / 2**20 < 480


def test_analyze_leaves_its_results_and_a_session_in_the_record(installation, kept):
    folder = installation.home / "clip.formcheck"
    assert {path.name for path in folder.iterdir()} == {
        "angles.csv", "annotated.mp4", "report.html", "session.json", "track.npz",
    }  # fmt: skip
    assert json.loads((folder / "session.json").read_text())["rep_count"] == 1
    assert kept in installation.run("history").stdout


def test_live_practice_on_a_clip_without_a_window(installation):
    result = installation.run_offline("live", "--source", "clip.mp4", "--fast", "--headless", "--out", "sessions")
    assert result.returncode == 0, result.stderr
    (session,) = (path for path in (installation.home / "sessions").iterdir() if path.is_dir())
    assert json.loads((session / "session.json").read_text())["rep_count"] == 1
    assert (session / "report.html").exists()


def test_the_doctor_finds_all_that_analyze_needs_and_names_the_extras(installation):
    result = installation.run_offline("--lang", "en", "doctor")
    assert result.returncode == 0, result.stdout
    missing = [line for line in result.stdout.splitlines() if line.startswith("not  formcheck[")]
    assert [re.search(r"formcheck\[(\w+)\]", line)[1] for line in missing] == list(Extra)
    assert all(" -> " in line and line.endswith(f'install "formcheck[{extra}]"')
               for line, extra in zip(missing, Extra, strict=True))  # fmt: skip


@pytest.mark.parametrize("command", [("home",), ("review", "clip.mp4")])
def test_the_pages_are_served_with_their_files(installation, kept, command):
    with installation.serving(*command, "--no-open", "--port", "0") as address:
        page = fetch(address)
        files = set(re.findall(r'(?:src|href)="(/[^"?#]+\.(?:js|css))"', page))
        assert files
        assert all(fetch(urljoin(address, name)) for name in files)


@pytest.mark.parametrize("kind", ["csv", "json", "opensim"])
def test_the_record_leaves_in_the_formats_of_the_core(installation, kept, kind):
    result = installation.run("export", kept, "--format", kind, "--out", kind)
    assert result.returncode == 0, result.stderr
    assert any(path.is_file() for path in (installation.home / kind).rglob("*"))


def test_weeks_of_practice_are_a_page(installation, kept):
    assert installation.run("progress", "--out", "progress.html").returncode == 0
    assert "</html>" in (installation.home / "progress.html").read_text()


def test_a_batch_has_its_tables_as_csv_and_the_summary_links_no_others(installation, kept):
    folder = installation.home / "results"
    (installation.home / "list.txt").write_text("clip.mp4\n")
    folder.mkdir()
    (folder / "reps.parquet").write_text("of an earlier run")
    result = installation.run("batch", "list.txt", "--out", "results", "--quality", "quick", "--jobs", 1)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in folder.iterdir() if path.is_file()} == {"results.csv", "reps.csv", "summary.html"}
    assert ".parquet" not in (folder / "summary.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("export", "--all", "--format", "fhir", "--out", "out"), Extra.CLINIC),
        (("export", "--all", "--format", "xlsx", "--out", "out"), Extra.CLINIC),
        (("export", "--all", "--format", "parquet", "--out", "out"), Extra.RESEARCH),
        (("batch", "clip.mp4", "--out", "out", "--scheduler", "tcp://127.0.0.1:1"), Extra.CLUSTER),
        (("batch", "s3://study/clips", "--out", "out"), Extra.CLUSTER),
    ],
)
def test_what_needs_an_extra_says_so_in_one_line(installation, kept, arguments, extra):
    result = installation.run(*arguments)
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("formcheck: error: ")
    assert line.endswith(f'pip install "formcheck[{extra}]"')


def test_a_patient_checks_a_video_makes_a_plan_and_sees_todays_set(installation, browser, tmp_path, one_rep):
    """From the icon on: formcheck opened, a video dropped, its report read, a plan made, today's set seen."""
    with home_page(installation, browser, tmp_path, "de") as page:
        assert_fits_every_width(page)
        assert check_video(page, one_rep)
        assert_fits_every_width(page)
        make_plan(page, side="both", sets=1, reps=1)
        see_todays_set(page)
    # All of it is there when it is opened again, in the other language too.
    with home_page(installation, browser, tmp_path, "en") as page:
        see_todays_set(page)
        go(page, "mine")
        page.locator(".rows .row").click()
        assert read_report(page)
        assert_fits_every_width(page)


@contextmanager
def home_page(installation: Installation, browser: Browser, folder: Path, language: str) -> Iterator[Page]:
    variables = installation.variables | {"FORMCHECK_STORE": str(folder / "record")}
    with run_home("--lang", language, program=[installation.program], cwd=folder, env=variables) as address:
        page = browser.new_page(viewport={"width": 1440, "height": 844})
        page.goto(address)
        expect(page.locator("html")).to_have_attribute("lang", language)
        yield page
        page.close()


def see_todays_set(page: Page) -> None:
    go(page, "mine")
    done = page.locator(".today span", has_text="1").filter(has_text=re.compile(r"^1 (of|von) 1 "))
    expect(done).to_have_count(1)
    expect(page.locator(".rows .row")).to_have_count(1)
    assert_fits_every_width(page)
    go(page, "")
    expect(done).to_have_count(1)
