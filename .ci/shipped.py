"""Adds to bill of materials and licence list what no package's metadata names; for `make sbom`.

    PYTHON .ci/shipped.py SITE_PACKAGES formcheck.cdx.json LICENSES.md

These are the landmark model, which formcheck brings along, and the shared libraries inside other packages' wheels:
FFmpeg in PyAV's, Qt in OpenCV's, and so on.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MODEL = "formcheck/_models/pose_landmarker_full.task"
ABOUT = """
## Inside these packages

The landmark model comes with formcheck (Apache License 2.0, `models/LICENSE`). The wheels of other packages contain
shared libraries with licences of their own, which the packages state; those of PyAV and OpenCV contain FFmpeg (LGPL),
PyAV's is linked with x264 and x265 (GPL). formcheck passes none of them on: the installer fetches them. Whoever passes
on an installation as a whole (an image of a container, say) passes them on too.

| package | shared libraries |
|---|---|
"""


def component(path: Path, kind: str, **more: Any) -> dict[str, Any]:
    """Return a file as CycloneDX describes it."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "bom-ref": f"{path.parent.name}/{path.name}",
        "type": kind,
        "name": path.name,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        **more,
    }


def libraries(site: Path) -> dict[str, list[Path]]:
    """Return the shared libraries that repaired wheels hold, by package."""
    return {folder.stem: sorted(folder.glob("*.so*")) for folder in sorted(site.glob("*.libs"))}


def complete(bill: dict[str, Any], site: Path, inside: Mapping[str, Sequence[Path]]) -> None:
    """Add model and libraries to a bill of materials."""
    bill["components"].append(
        component(site / MODEL, "machine-learning-model", licenses=[{"license": {"id": "Apache-2.0"}}])
    )
    packages = {one["name"].replace("-", "_"): one for one in bill["components"]}
    for package, files in inside.items():
        packages[package]["components"] = [component(path, "library") for path in files]


def main(site: Path, bill: Path, licences: Path) -> None:
    """Add to both files."""
    inside = libraries(site)
    document = json.loads(bill.read_text(encoding="utf-8"))
    complete(document, site, inside)
    bill.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    rows = "".join(f"| {package} | {', '.join(path.name for path in files)} |\n" for package, files in inside.items())
    licences.write_text(licences.read_text(encoding="utf-8").rstrip() + "\n" + ABOUT + rows, encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
