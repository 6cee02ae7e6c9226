"""``formcheck review``: check analysed clips in the browser, correct them, and write the summary."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from formcheck.cli.options import call_texts
from formcheck.cli.parameters import FilePath, Name
from formcheck.cli.record_options import store_option
from formcheck.errors import StoreError, UsageError

if TYPE_CHECKING:
    from formcheck.protocols.loader import LoadedProtocol
    from formcheck.review.analysis import AvailableProtocols
    from formcheck.review.library import Library
    from formcheck.server.serving import Address
    from formcheck.text.catalogue import Texts


@dataclass(frozen=True, slots=True)
class _Record:
    """Where the practice record is, and where the clips of its sessions are."""

    store: Path | None = None
    clips: Path | None = None


_SESSION_ID = re.compile(r"[0-9a-fA-F]{1,8}")


@click.command(name="review")
@click.argument("target", required=False, type=Name(), metavar="[CLIP | SESSION | FOLDER]")
@click.option("--lang", "language", metavar="xx", help="Language of the page: en or de. Default: the system's.")
@click.option("--no-open", is_flag=True, help="Do not open the browser; print the address only.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="NUMBER", help="Default: the same each time, if it is free."
)
@click.option("--reviewer", default="", metavar="NAME", help="Your name, for the summary.")
@click.option(
    "--protocol",
    "protocol_name",
    type=Name(),
    metavar="ID|FILE",
    help="Analyse new clips by this protocol, and offer it on the page. Default: sciatic-glide.",
)
@store_option
@click.option(
    "--clips",
    type=FilePath(file_okay=False, exists=True),
    metavar="FOLDER",
    help="With the practice record: where the clips are, to show the video too. The record itself holds no clips.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Listen on another address, so that other machines can open the page. Needs --i-understand.",
)
@click.option("--i-understand", is_flag=True, help="With --host: yes, others on the network can then see all of this.")
def command(
    target: str | None,
    *,
    language: str | None,
    no_open: bool,
    port: int | None,
    reviewer: str,
    protocol_name: str | None,
    store: Path | None,
    clips: Path | None,
    host: str,
    i_understand: bool,
) -> int:
    """Check an analysed clip in the browser, correct it, and write a summary for the patient.

    \b
    CLIP      a video (analysed first if necessary), or its .formcheck folder
    FOLDER    all clips and results in a folder, as a list; new clips can be dropped on the page
    SESSION   a session of the practice record, by its id (see 'formcheck history')
    nothing   all sessions of the practice record

    The page shows the video beside hip and knee over time. Click a curve to go there, ? lists the keys. Measure angles
    with three clicks, correct repetitions, overrule findings, write notes, and export the summary as HTML or PDF.

    Your review is stored beside the analysis, in CLIP.review.json or in the record; the analysis itself never changes.
    Once it is complete, history, progress and exports of the record show the set as reviewed.
    The page is served by this machine to this machine; nothing leaves it. Ctrl-C ends it.

    \b
    Examples:
      formcheck review clip.mp4
      formcheck review clips/ --reviewer "A. Reviewer, PT"
      formcheck review 3f9a12c4
    """
    from formcheck.review.analysis import AvailableProtocols
    from formcheck.review.opening import open_app
    from formcheck.server.serving import LOOPBACK, bind, serve

    if host not in LOOPBACK and not i_understand:
        raise UsageError(
            f"--host {host} would show this to the whole network: expected --i-understand too, got none; "
            "leave --host out to keep it on this machine"
        )
    texts = call_texts(language)
    protocol = _protocol(protocol_name)
    protocols = AvailableProtocols([protocol] if protocol is not None else [])
    with ExitStack() as stack:
        listener = stack.enter_context(bind(host, port))
        library, single = _open(target, protocols, protocol, _Record(store, clips), texts, stack)
        app = stack.enter_context(open_app(library, protocols, texts=texts, reviewer=reviewer, single=single))
        serve(app, listener, host=host, ready=lambda address: _announce(address, library, texts, no_open=no_open))
    click.echo(texts.get("clinician.command.ended"), err=True)
    return 0


def _protocol(name: str | None) -> LoadedProtocol | None:
    from formcheck.protocols.loader import load_protocol

    return load_protocol(name) if name is not None else None


def _open(
    target: str | None,
    protocols: AvailableProtocols,
    protocol: LoadedProtocol | None,
    record: _Record,
    texts: Texts,
    stack: ExitStack,
) -> tuple[Library, str | None]:
    """Return what was named as a library, and the id of its item if there is only one."""
    from formcheck.review.analysis import is_results
    from formcheck.review.file_library import FileLibrary

    path = Path(target) if target is not None else None
    if path is None or (not path.exists() and _SESSION_ID.fullmatch(str(target))):
        return _open_record(target, protocols, record, stack)
    if record.clips is not None:
        raise UsageError(
            f"--clips is for the practice record: expected a session's id or nothing with it, got {target}"
        )
    if path.is_dir() and not is_results(path):
        return FileLibrary(path, protocols, record=record.store), None
    if not path.is_dir():
        _analyse_if_necessary(path, protocol, texts)
    library = FileLibrary(path.absolute().parent, protocols, only=path, record=record.store)
    return library, library.items()[0].id


def _analyse_if_necessary(clip: Path, protocol: LoadedProtocol | None, texts: Texts) -> None:
    from formcheck.cli.progress_bars import clip_progress
    from formcheck.pipeline import Options, analyze, planned_stages
    from formcheck.protocols.loader import load_protocol
    from formcheck.review.analysis import is_results
    from formcheck.review.results_folders import claimed_results_folder, results_folder_for
    from formcheck.video.container import read_header

    read_header(clip)
    if is_results(results_folder_for(clip)):
        return
    click.echo(texts.get("clinician.command.analysing", clip=clip.name), err=True)
    options = Options(video=False)
    with claimed_results_folder(clip) as folder, clip_progress(clip.name, planned_stages(clip, options)) as progress:
        analyze(clip, folder, protocol=protocol or load_protocol(), options=options, progress=progress)


def _open_record(
    target: str | None, protocols: AvailableProtocols, record: _Record, stack: ExitStack
) -> tuple[Library, str | None]:
    from formcheck.record.profiles import full_id
    from formcheck.record.store import FIRST_SET, default_folder, exists, open_store
    from formcheck.review.record_library import RecordLibrary

    if not exists(record.store):
        raise StoreError(
            f"{record.store or default_folder()}: expected a practice record, but there is none yet; name a clip or a "
            f"folder, {FIRST_SET}"
        )
    store = stack.enter_context(open_store(record.store))
    if target is None:
        return RecordLibrary(store, protocols, clips=record.clips), None
    with store.reading() as connection:
        uid = full_id(connection, target)
    library = RecordLibrary(store, protocols, uid=uid, clips=record.clips)
    return library, library.items()[0].id


def _announce(address: Address, library: Library, texts: Texts, *, no_open: bool) -> None:
    import webbrowser

    from formcheck.server.serving import LOOPBACK

    if address.host not in LOOPBACK:
        click.echo(_exposed(address, library, texts), err=True)
    click.echo(texts.get("clinician.command.address", url=address.url))
    click.echo(texts.get("clinician.command.stop"), err=True)
    if not no_open:
        webbrowser.open(address.url)


def _exposed(address: Address, library: Library, texts: Texts) -> str:
    """Return a warning of what others on the network can see and do."""
    items = library.items()
    videos = sum(item.clip is not None for item in items)
    warning = texts.get(
        "clinician.command.exposed", host=address.host, port=str(address.port), n=len(items), videos=videos
    )
    if library.uploads is None:
        return warning
    return warning + "\n" + texts.get("clinician.command.exposed_uploads", folder=str(library.uploads))
