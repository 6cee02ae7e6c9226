"""The process that analyses one clip and reports through a pipe."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def analyse_in_process(reports: Connection, clip: Path, out: Path, protocol: str, side: str | None) -> None:
    """Analyse a clip; send ("progress", stage, share), and at the end ("done",) or ("failed", one line)."""
    # Ended politely, the analysis takes its unfinished files away. Ctrl-C is for the server, which then ends this one.
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from formcheck.errors import FormcheckError
    from formcheck.pipeline import Options, analyze
    from formcheck.protocols.loader import load_protocol
    from formcheck.types import Side

    def progress(stage: str, share: float) -> None:
        reports.send(("progress", stage, float(share)))

    # Without a server there is nobody to report to, and nothing to go on for.
    with suppress(BrokenPipeError):
        try:
            options = Options(side=Side(side) if side is not None else None, video=False)
            analyze(clip, out, protocol=load_protocol(protocol), options=options, progress=progress)
            reports.send(("done",))
        except FormcheckError as error:
            reports.send(("failed", str(error)))
        except BrokenPipeError:
            raise
        except Exception as error:  # noqa: BLE001 - the job's rim: what comes up here is a bug or a broken machine
            what = f"this is a bug ({type(error).__name__}: {error})"
            reports.send(("failed", f"{what}; run formcheck analyze on the clip to see where"))


def _leave(_number: int, _frame: Any) -> NoReturn:
    sys.exit(1)
