"""Commands, run within the process of the test."""

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from formcheck import cli


def run(*arguments: object) -> str:
    """Run a command within this process; return what it prints."""
    with redirect_stdout(StringIO()) as said, redirect_stderr(said):
        code = cli.run([*map(str, arguments)])
    assert code == 0, said.getvalue()
    return said.getvalue()
