"""Seeded mutations of what formcheck reads: each is read, or refused in one line. FORMCHECK_FUZZ=1500 tries more."""

import os
from contextlib import suppress
from importlib import resources

import numpy as np
import pytest

import synth
from formcheck.errors import FormcheckError
from formcheck.pose.track_file import load_track, save_track
from formcheck.protocols.loader import load_protocol
from formcheck.record.exports.archive import read_archive, session_json
from formcheck.record.store import open_store
from formcheck.session.document import read_document, session_text
from formcheck.text.catalogue import Texts
from practice import keep_set

COUNT = int(os.environ.get("FORMCHECK_FUZZ", "60"))


def mutated(data: bytes, draw: np.random.Generator) -> bytes:
    """Change, cut, double or overwrite a few places."""
    for _ in range(int(draw.integers(1, 5))):
        at, length = int(draw.integers(len(data))), int(draw.integers(1, 9))
        junk = [draw.bytes(length), b"\xff" * length, b"\0" * length, b"9" * 25, b"[" * 99, data[at : at + 200] * 2]
        piece = junk[int(draw.integers(len(junk)))]
        data = data[:at] + piece + data[at + (len(piece) if draw.random() < 0.7 else 0) :] or b"x"
    return data if draw.random() < 0.9 else data[: int(draw.integers(1, len(data)))]


def an_archive(folder):
    with open_store(folder / "record") as store:
        uid = keep_set(store).uid
        with store.reading() as connection:
            return session_json(store, connection, uid)


def a_track(folder):
    save_track(synth.glide([synth.Move()]), folder / "track.npz")
    return (folder / "track.npz").read_bytes()


KINDS = {
    "x.json": (an_archive, lambda path: read_archive(path.read_bytes(), path.name)),
    "session.json": (
        lambda _: session_text(synth.session(synth.glide([synth.Move()])), Texts("en")).encode(),
        read_document,
    ),
    "x.npz": (a_track, load_track),
    "x.toml": (
        lambda _: (resources.files("formcheck.protocols") / "builtin" / "sciatic-glide.toml").read_bytes(),
        load_protocol,
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_what_is_read_is_good_or_refused(tmp_path, name):
    make, read = KINDS[name]
    whole, draw = make(tmp_path), np.random.default_rng(7)
    for _ in range(COUNT):
        path = tmp_path / name
        path.write_bytes(mutated(whole, draw))
        with suppress(FormcheckError):
            read(path)
