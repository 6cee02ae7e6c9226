import os

import pytest

from formcheck.cores import available_cores, container_limit


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_a_process_bound_to_one_core_has_one():
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        assert available_cores() == 1
    finally:
        os.sched_setaffinity(0, before)


@pytest.mark.parametrize(("text", "cores"), [("250000 100000", 2.5), ("max 100000", float("inf")), ("", float("inf"))])
def test_limit_of_a_container(tmp_path, text, cores):
    (tmp_path / "cpu.max").write_text(text)
    assert container_limit(tmp_path / "cpu.max", (tmp_path / "quota", tmp_path / "period")) == cores


@pytest.mark.parametrize(("quota", "cores"), [("150000\n", 1.5), ("-1\n", float("inf"))])
def test_limit_of_an_older_container(tmp_path, quota, cores):
    (tmp_path / "quota").write_text(quota)
    (tmp_path / "period").write_text("100000\n")
    assert container_limit(tmp_path / "none", (tmp_path / "quota", tmp_path / "period")) == cores


def test_no_container(tmp_path):
    assert container_limit(tmp_path / "none", (tmp_path / "none", tmp_path / "none")) == float("inf")
