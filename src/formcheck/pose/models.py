"""Landmark models: the ones formcheck knows, where they are stored, and whether they are intact.

Imports nothing heavy: ``formcheck models`` must work on a machine where mediapipe does not load.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import platformdirs

from formcheck.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

DIRECTORY_VARIABLE = "FORMCHECK_MODELS"
NETWORKS = ("pose_detector.tflite", "pose_landmarks_detector.tflite")
# The one that comes with formcheck.
PACKAGED_SHA256 = "563b0638542257af9ea190a4965843ea135cce1c0a6129438fde6a85444573ad"

_PACKAGE = Path(__file__).resolve().parents[1]
_TFLITE_MARK = b"TFL3"


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model as MediaPipe publishes it.

    Parameters
    ----------
    name : str
        What a user calls it.
    published_sha256 : tuple of str
        Every form that was published under this name.
    size_bytes : int
        The same for all of them.
    built_sha256 : str, optional
        The form that ``models/build.py`` puts together from published networks (models/README.md).
    """

    name: str
    published_sha256: tuple[str, ...]
    size_bytes: int
    built_sha256: str | None = None

    @property
    def filename(self) -> str:
        return f"pose_landmarker_{self.name}.task"

    @property
    def accepted_sha256(self) -> tuple[str, ...]:
        """The form built here, if there is one, and those that were published."""
        return (*([self.built_sha256] if self.built_sha256 else []), *self.published_sha256)


BUNDLES: Mapping[str, Bundle] = MappingProxyType(
    {
        "lite": Bundle(
            "lite",
            ("59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",),
            5_777_746,
        ),
        "full": Bundle(
            "full",
            (
                "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1",
                "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
            ),
            9_398_198,
            PACKAGED_SHA256,
        ),
        "heavy": Bundle(
            "heavy",
            ("64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b",),
            30_664_242,
            "5dceb2a2df4521227a19ec8c84aa23aa550a43b4ea432367b671c7a36cc8707a",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Effort:
    """What a quality stands for: a network, and on how many frames a second it is run.

    ``dense_where_fast``: where the survey finds the leg fast, every frame is looked at.
    """

    network: str
    rate_hz: float
    dense_where_fast: bool = True


# Chosen by figures: docs/decisions/0015-quality.md.
QUALITIES: Mapping[str, Effort] = MappingProxyType(
    {
        "quick": Effort("full", 10.0, dense_where_fast=False),
        "standard": Effort("full", 15.0),
        "best": Effort("heavy", 15.0),
    }
)
DEFAULT_QUALITY = "standard"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file that was read and checked. ``name`` and ``sha256`` go into ``ModelInfo``.

    ``known`` is False for a bundle that is not one of those pinned here: it may run, but formcheck's accuracy was not
    measured with it.
    """

    path: Path
    name: str
    sha256: str
    known: bool


def user_directory() -> Path:
    """Where downloaded models go: ``FORMCHECK_MODELS`` if set, else the user's data directory."""
    given = os.environ.get(DIRECTORY_VARIABLE)
    if given:
        return Path(given).expanduser()
    return platformdirs.user_data_path("formcheck", appauthor=False) / "models"


def search_directories() -> tuple[Path, ...]:
    """Where models are searched, in this order: the user's downloads, the package, a source checkout."""
    return (user_directory(), _PACKAGE / "_models", _PACKAGE.parents[1] / "models")


def locate(bundle: Bundle) -> Path | None:
    """Return the first file with the bundle's name, without reading it, or None."""
    candidates = (directory / bundle.filename for directory in search_directories())
    return next((path for path in candidates if path.is_file()), None)


def find_model(name_or_path: str | Path) -> Path:
    """Find a model by name (lite, full, heavy) or path, and make sure that it is intact.

    Returns
    -------
    Path
        A file that passed `identify`.

    Raises
    ------
    InputError
        Not there, unreadable, not the file that was published under the name, or not a bundle of
        the two networks.
    """
    if isinstance(name_or_path, str) and name_or_path in BUNDLES:
        bundle = BUNDLES[name_or_path]
        path = locate(bundle)
        if path is None:
            raise InputError(
                f"model {bundle.name!r} is not on this machine: "
                f"expected {bundle.filename} in {user_directory()}; run `formcheck models pull {bundle.name}`"
            )
        return identify(path, expected=bundle).path
    path = Path(name_or_path).expanduser()
    if not path.exists():
        raise InputError(
            f"no model is called {str(name_or_path)!r}: "
            f"expected {', '.join(BUNDLES)} or the path of a .task file that exists"
        )
    return identify(path).path


def identify(path: Path, *, expected: Bundle | None = None) -> ModelFile:
    """Read a model file and say which it is.

    Parameters
    ----------
    path : Path
    expected : Bundle, optional
        What the file must be. Without it, any bundle of the two networks is accepted.

    Raises
    ------
    InputError
        The file cannot be read, or is not what is expected.
    """
    got = sha256_of(path)
    if expected is not None and got not in expected.accepted_sha256:
        raise InputError(
            f"{path} is not the model it should be: expected sha256 {' or '.join(expected.accepted_sha256)}, "
            f"got {got}; run `formcheck models pull {expected.name}`"
        )
    for bundle in BUNDLES.values():
        if got in bundle.accepted_sha256:
            return ModelFile(path, Path(bundle.filename).stem, got, known=True)
    _check_networks(path)
    return ModelFile(path, path.stem, got, known=False)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, or raise InputError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"model {path} cannot be read ({error.strerror}): expected a .task file; "
            "run `formcheck models verify` to see which models are good"
        ) from error


def _check_networks(path: Path) -> None:
    """Raise InputError unless the file is an uncompressed ZIP of the two pose networks."""
    wanted = f"expected a .task bundle of {' and '.join(NETWORKS)}"
    remedy = "use --model full, or fetch one with `formcheck models pull`"
    try:
        with zipfile.ZipFile(path) as bundle:
            damaged = bundle.testzip()
            if damaged is not None:
                raise InputError(f"model {path}: {wanted}, got a damaged {damaged}; {remedy}")
            entries = {entry.filename: entry for entry in bundle.infolist()}
            missing = [name for name in NETWORKS if name not in entries]
            if missing:
                raise InputError(f"model {path}: {wanted}, got no {' and no '.join(missing)}; {remedy}")
            for name in NETWORKS:
                with bundle.open(name) as network:
                    is_network = network.read(8)[4:] == _TFLITE_MARK
                if not is_network or entries[name].compress_type != zipfile.ZIP_STORED:
                    raise InputError(f"model {path}: {wanted}, got a {name} that is no plain network; {remedy}")
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError) as error:
        raise InputError(f"model {path}: {wanted}, got something else ({error}); {remedy}") from error
