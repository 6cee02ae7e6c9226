"""Nothing leaves the machine: an analysis opens no network socket at all."""

import sys

from offline import needs_strace, network_calls, run_traced

pytestmark = needs_strace


def test_analysis_opens_no_network_socket(tmp_path, one_rep):
    trace = tmp_path / "trace"
    command = [sys.executable, "-m", "formcheck", "analyze", one_rep, "--end", "2", "--out", tmp_path / "out"]
    run_traced(command, trace).check_returncode()
    assert (tmp_path / "out" / "report.html").exists()
    assert network_calls(trace) == []


def test_the_trace_would_show_one(tmp_path):
    """The check above can fail."""
    trace = tmp_path / "trace"
    code = "import socket; s = socket.socket(); s.connect_ex(('127.0.0.1', 9))"
    run_traced([sys.executable, "-c", code], trace).check_returncode()
    assert network_calls(trace)
