"""What `make audit` says of the answers of pip-audit."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parents[2] / ".ci" / "audit.py"))
CLEAN = {"name": "av", "version": "18.1.0", "vulns": []}
KNOWN = {"name": "rich", "version": "15.0.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["15.0.1"]}]}
SKIPPED = {"name": "zict", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ([CLEAN], 0, "1 packages, 0 known"),
        ([CLEAN, KNOWN], 1, "rich 15.0.0: PYSEC-1, mended in 15.0.1"),
        # pip-audit says of these that nothing is known, and ends with 0.
        ([CLEAN, SKIPPED], 2, "1 of 2 packages could not be looked up (zict)"),
    ],
)
def test_what_is_known(packages, code, said):
    found = AUDIT["outcome"](json.dumps({"dependencies": packages, "fixes": []}), "")
    assert found[0] == code
    assert said in found[1][0]


def test_no_answer_is_one_line():
    code, lines = AUDIT["outcome"]("", "Traceback ...\nConnectionError: name not known\n")
    assert code == 2
    assert len(lines) == 1
    assert "name not known" in lines[0]
