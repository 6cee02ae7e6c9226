"""Extras: the project's file, the table and what is said agree; the core does without them."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from formcheck import extras
from formcheck.errors import UsageError
from formcheck.extras import Extra

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
OPTIONAL = PROJECT["optional-dependencies"]


def names(requirements):
    return {re.match(r"[\w.-]+", requirement)[0] for requirement in requirements}


def test_the_table_names_the_extras_of_the_project():
    assert {extra.value: names(OPTIONAL[extra]) for extra in Extra} == {
        extra.value: set(distributions) for extra, distributions in extras.DISTRIBUTIONS.items()
    }
    assert OPTIONAL["all"] == [f"formcheck[{','.join(Extra)}]"]


def test_here_all_are_installed():
    assert all(extras.installed(extra) for extra in Extra)


def test_a_package_of_an_extra_that_is_missing_is_one_line_with_the_command(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as said, extras.using(Extra.RESEARCH, "--format parquet"):
        importlib.import_module("pyarrow")
    message = str(said.value)
    assert message.startswith("--format parquet: expected formcheck[research]")
    assert message.endswith('pip install "formcheck[research]"')
    assert "\n" not in message


def test_an_error_of_our_own_is_no_missing_extra():
    with pytest.raises(ModuleNotFoundError), extras.using(Extra.RESEARCH, "--format parquet"):
        importlib.import_module("formcheck.no_such_module")


def test_no_module_of_the_core_loads_an_extra():
    """Every module is imported in one process in which the extras cannot be."""
    script = """
import importlib, pkgutil, sys
for name in ("dask", "distributed", "fhir", "fsspec", "openpyxl", "paramiko", "pyarrow", "s3fs", "scipy"):
    sys.modules[name] = None
import formcheck
failed = set()
for module in pkgutil.walk_packages(formcheck.__path__, "formcheck."):
    if "__main__" in module.name:
        continue
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError:
        failed.add(module.name)
print(*sorted(failed))
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.split() == [
        "formcheck.batch.cluster",
        "formcheck.record.exports.fhir",
        "formcheck.record.exports.parquet",
        "formcheck.record.exports.xlsx",
        "formcheck.report.workbook",
    ]


def test_a_batch_on_this_machine_loads_no_code_of_clusters_leases_and_stores(tmp_path):
    script = """
import sys
from formcheck import cli
cli.run(["batch", "clip.mp4", "--out", "out"])
import formcheck.batch.run, formcheck.batch.worker
print(*sorted(name for name in sys.modules if name.partition(".")[0] in ("dask", "distributed", "fsspec", "s3fs")
    or name in ("formcheck.batch.cluster", "formcheck.batch.remote_storage", "formcheck.batch.remote_clips")))
"""
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    command = [sys.executable, "-c", script]
    result = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert "1 failed" in result.stdout
    assert result.stdout.splitlines()[-1] == ""
