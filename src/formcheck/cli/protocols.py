"""``formcheck protocols``: list, show and check exercise definitions."""

from __future__ import annotations

from pathlib import Path

import click

from formcheck.cli.parameters import FilePath, Name


@click.group(name="protocols")
def command() -> None:
    """List, show and check exercise definitions.

    A protocol is a TOML file that says what the exercise is, how much of it is prescribed, and every
    limit it is judged by, each with its source. Copy one (`show`), change it, `check` it, and give
    its path to `formcheck analyze --protocol`.
    """


@command.command(name="list")
def list_protocols() -> None:
    """List the built-in protocols."""
    from formcheck.protocols.loader import DEFAULT_PROTOCOL_ID, builtin_ids, load_protocol

    for name in builtin_ids():
        protocol = load_protocol(name).protocol
        default = " (default)" if name == DEFAULT_PROTOCOL_ID else ""
        click.echo(f"{name:26}{protocol.name}, {protocol.set.reps.value} repetitions{default}")


@command.command(name="show")
@click.argument("protocol", default="sciatic-glide", type=Name(), metavar="ID|FILE")
def show(protocol: str) -> None:
    """Print a protocol file, limits and sources included. Default: sciatic-glide."""
    from formcheck.protocols.loader import load_protocol

    click.echo(load_protocol(protocol).text, nl=False)


@command.command(name="check")
@click.argument("files", nargs=-1, required=True, type=FilePath(), metavar="FILE...")
def check(files: tuple[Path, ...]) -> None:
    """Check protocol files; each problem names file, key, what was expected and what came."""
    from formcheck.protocols.loader import load_protocol

    for file in files:
        loaded = load_protocol(file)
        click.echo(f"{file}: ok, {loaded.protocol.name} ({loaded.protocol.id} {loaded.protocol.version})")
