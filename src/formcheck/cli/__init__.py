"""The command line: verbs, and the rim where errors become one line and an exit code.

Nothing heavy is imported here. A command's module is loaded when that command runs, and loads what
it needs when it works, so that ``formcheck --help`` answers at once and every command can say what
is missing on this machine.
"""

from __future__ import annotations

import importlib
import io
import logging
import sys
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import click

from formcheck.cli.streams import output_error, prepare_streams
from formcheck.errors import FormcheckError, one_line, without_passwords

if TYPE_CHECKING:
    from collections.abc import Sequence

EXIT_NO_READER = 1
EXIT_ENVIRONMENT = 3
EXIT_BUG = 70
EXIT_INTERRUPTED = 130

# Heading in ``formcheck --help``: command: its module, which holds it as ``command``, and its line.
COMMAND_GROUPS = {
    "Start here": {
        "home": ("formcheck.cli.home", "Open the page: formcheck alone does the same."),
        "shortcut": ("formcheck.cli.shortcut", "Put an icon on the desktop that opens it, or remove it."),
    },
    "Practise": {
        "live": ("formcheck.cli.live", "Practise in front of a camera, guided by voice and picture."),
    },
    "Analyse": {
        "analyze": ("formcheck.cli.analyze", "Measure and judge the repetitions in recorded clips."),
    },
    "Review": {
        "review": ("formcheck.cli.review", "Check judged clips by eye in the browser, correct, and sum up."),
    },
    "Practice record": {
        "prescribe": ("formcheck.cli.prescribe", "Say what is to be practised, and how much."),
        "history": ("formcheck.cli.history", "Show what was practised, and whether it changes."),
        "progress": ("formcheck.cli.progress", "Write weeks of practice as one page with charts."),
        "calibrations": ("formcheck.cli.calibrations", "Show or remove the calibrations by hand of a person."),
        "export": ("formcheck.cli.export", "Take sessions out: CSV, Parquet, JSON, FHIR, OpenSim, PDF."),
        "import": ("formcheck.cli.import_record", "Take exported sessions back into the record."),
        "forget": ("formcheck.cli.forget", "Erase a session, a profile or all of the practice record."),
    },
    "Research": {
        "batch": ("formcheck.cli.batch", "Analyse many clips, on all cores or on a cluster."),
        "deidentify": ("formcheck.cli.deidentify", "Write a copy of a clip with the face blurred."),
    },
    "Set-up": {
        "doctor": ("formcheck.cli.doctor", "Say what formcheck finds on this machine, and what is missing."),
        "protocols": ("formcheck.cli.protocols", "List, show and check exercise definitions."),
        "models": ("formcheck.cli.models", "List, verify and fetch landmark models."),
    },
}
COMMANDS = {name: entry for group in COMMAND_GROUPS.values() for name, entry in group.items()}


@dataclass(slots=True)
class Rim:
    """What the rim must know of a call after it failed."""

    debug: bool = False
    language: str | None = None


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for heading, group in COMMAND_GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), line) for name, (_module, line) in group.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            # Click would look for what was meant among the commands that it has loaded: none.
            raise click.NoSuchCommand(error.command_name, possibilities=COMMANDS, ctx=ctx) from None


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="formcheck", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Log everything, and show where an error came from.")
@click.option("--lang", "language", metavar="xx", help="Language of pages and voice: en or de. Default: the system's.")
@click.pass_context
def cli(context: click.Context, *, debug: bool, language: str | None) -> int | None:
    """Check the form of the supine sciatic nerve glide from an ordinary camera.

    Without a command it opens a page in the browser: practise, check a video, my practice, review.

    formcheck measures; it does not diagnose. Nothing leaves this machine: only `models pull` uses the
    network, and `batch` where you name a cluster or an address.
    """
    rim: Rim = context.obj
    rim.debug = debug
    rim.language = language
    logging.basicConfig(
        level=logging.DEBUG if debug else logging.WARNING,
        format="formcheck: %(levelname)s: %(message)s",
        force=True,
    )
    if context.invoked_subcommand is not None:
        return None
    home: int = context.invoke(importlib.import_module(COMMANDS["home"][0]).command)
    return home


def main() -> NoReturn:
    """Run the command line of this process."""
    prepare_streams()
    try:
        code: str | int | None = run(sys.argv[1:])
    except SystemExit as ending:  # of click, for shell completion
        code = ending.code
    sys.exit(_after_printing(code))


def _after_printing(code: str | int | None) -> str | int | None:
    """Return the exit code of a call that ended with ``code``, now that its output was or was not read."""
    error = output_error()
    if error is None or code:
        return code
    if isinstance(error, BrokenPipeError):
        return EXIT_NO_READER
    click.echo(
        f"formcheck: error: standard output: expected to write all of it, got: {error.strerror or error}; what was "
        "to be saved is saved: give the output another place, and run the command again",
        err=True,
    )
    return EXIT_ENVIRONMENT


def run(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code.

    0 ok, 2 usage, 3 input or machine, 4 protocol, 5 store, 70 bug, 130 interrupted; `main` makes 0 a 1 when the
    reader of stdout went away. An error is one line on stderr; where it came
    from is shown after ``formcheck --debug``.
    """
    rim = Rim()
    try:
        code = cli.main(args=list(arguments), prog_name="formcheck", standalone_mode=False, obj=rim)
    except click.ClickException as error:
        shown = io.StringIO()
        error.show(shown)
        click.echo(without_passwords(shown.getvalue()), err=True, nl=False)
        return error.exit_code
    except click.Abort:
        click.echo("formcheck: interrupted", err=True)
        return EXIT_INTERRUPTED
    except FormcheckError as error:
        return _fail(rim, str(error), error.exit_code)
    except Exception as error:  # noqa: BLE001 - the rim: what comes up here is a bug or a broken machine
        from formcheck.doctor import explain_machine

        missing = explain_machine(error)
        if missing is not None:
            return _fail(rim, missing, EXIT_ENVIRONMENT)
        what = f"{type(error).__name__}: {error}".replace("\n", " ")
        return _fail(rim, f"this is a bug ({what}), run `formcheck --debug ...` for the trace", EXIT_BUG)
    return code if isinstance(code, int) else 0


def _fail(rim: Rim, message: str, exit_code: int) -> int:
    """Put an error on stderr: its trace if asked for, then its one line."""
    if rim.debug:
        click.echo(without_passwords(traceback.format_exc()), err=True)
    click.echo(f"formcheck: error: {one_line(without_passwords(message))}", err=True)
    return exit_code
