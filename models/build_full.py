#!/usr/bin/env python3
"""Rebuild ``pose_landmarker_full.task`` from the networks inside the mediapipe 0.10.21 wheel.

Later wheels ship neither the networks nor the metadata writer, hence the old release, in a virtual
environment of its own that is thrown away. The result is the same byte for byte wherever it is
built; anything else is refused.

    python3.11 models/build_full.py [--out FILE]
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

SOURCE_RELEASE = "mediapipe==0.10.21"
SOURCE_PYTHONS = ((3, 9), (3, 12))
BUNDLE_SHA256 = "563b0638542257af9ea190a4965843ea135cce1c0a6129438fde6a85444573ad"
DEFAULT_OUT = Path(__file__).with_name("pose_landmarker_full.task")


@dataclass(frozen=True)
class Network:
    """One network: where it is in the wheel, its checksum, its name and input scaling in the bundle."""

    wheel_path: str
    sha256: str
    bundle_name: str
    mean: float
    std: float


NETWORKS = (
    Network(
        wheel_path="mediapipe/modules/pose_detection/pose_detection.tflite",
        sha256="9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        bundle_name="pose_detector.tflite",
        mean=127.5,
        std=127.5,
    ),
    Network(
        wheel_path="mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
        sha256="e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        bundle_name="pose_landmarks_detector.tflite",
        mean=0.0,
        std=255.0,
    ),
)


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


def write_bundle(wheel: Path, out: Path) -> None:
    """Write the bundle: an uncompressed ZIP of both networks, with nothing of this machine in it."""
    with zipfile.ZipFile(wheel) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as bundle:
        for network in NETWORKS:
            content = source.read(network.wheel_path)
            check_sha256(content, network.sha256, network.wheel_path)
            entry = zipfile.ZipInfo(network.bundle_name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o600 << 16
            bundle.writestr(entry, with_metadata(network, content))


def run(*command: str) -> None:
    """Run a command quietly; stop with its own words if it fails."""
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)} failed, nothing was written:\n{result.stderr}")


def build(out: Path) -> None:
    """Fetch the old release with pip, build in it, check the result, put it at ``out``."""
    with tempfile.TemporaryDirectory(prefix="formcheck-model-") as scratch_name:
        scratch = Path(scratch_name)
        environment = scratch / "venv"
        venv.create(environment, with_pip=True)
        python = environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        pip = [str(python), "-m", "pip"]
        wheels = scratch / "wheels"
        run(*pip, "download", "--no-deps", "--only-binary", ":all:", "--dest", str(wheels), SOURCE_RELEASE)
        (wheel,) = wheels.glob("*.whl")
        run(*pip, "install", str(wheel))
        built = scratch / "built.task"
        run(str(python), str(Path(__file__).resolve()), "--from-wheel", str(wheel), "--out", str(built))
        content = built.read_bytes()
    check_sha256(content, BUNDLE_SHA256, "the built bundle")
    part = out.with_name(out.name + ".part")
    part.write_bytes(content)
    part.replace(out)
    print(f"{out}: {len(content)} bytes, sha256 {BUNDLE_SHA256}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=Path, default=DEFAULT_OUT, help="where to write the bundle")
    parser.add_argument("--from-wheel", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.from_wheel is not None:
        write_bundle(options.from_wheel, options.out)
        return
    oldest, newest = SOURCE_PYTHONS
    if not oldest <= sys.version_info[:2] <= newest:
        found = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"{SOURCE_RELEASE} has wheels for Python 3.9 to 3.12, this is {found}: run this with python3.12")
    build(options.out)


if __name__ == "__main__":
    main()
