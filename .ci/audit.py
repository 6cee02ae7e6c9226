"""Asks a public database for known vulnerabilities of all that a lock names; for `make audit`.

    PYTHON .ci/audit.py requirements.lock

Exit code: 0 when every package was looked up and nothing is known, 1 when something is, 2 when not all could be looked
up. pip-audit by itself says "No known vulnerabilities found" of packages that it could not look up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def main(lock: str) -> str | int:
    """Return what went wrong in one line, 1 for vulnerabilities, or 0."""
    program = Path(sys.executable).with_name("pip-audit")
    ran = subprocess.run(
        [program, "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "-r", lock],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(ran.stdout)["dependencies"]
    except ValueError:
        said = ran.stderr.strip().splitlines() or ["no reason given"]
        return f"the database gave no answer ({said[-1].strip()}); run it where the network can be reached"
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if skipped:
        named = ", ".join(skipped[:3]) + (", ..." if len(skipped) > 3 else "")
        return (
            f"{len(skipped)} of {len(packages)} packages could not be looked up ({named}): the database does not know "
            "them, or what stands between it and here does not pass the question on; nothing is known of them"
        )
    found = [(one, vulnerability) for one in packages for vulnerability in one["vulns"]]
    for one, vulnerability in found:
        mended = ", ".join(vulnerability["fix_versions"]) or "no version yet"
        print(f"{one['name']} {one['version']}: {vulnerability['id']}, mended in {mended}")
    print(f"{len(packages)} packages of {lock}: {len(found)} known vulnerabilities")
    return int(bool(found))


if __name__ == "__main__":
    outcome = main(*sys.argv[1:])
    if isinstance(outcome, str):
        print(f"audit: {outcome}", file=sys.stderr)
        outcome = 2
    sys.exit(outcome)
