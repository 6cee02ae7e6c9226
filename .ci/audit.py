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


def main(lock: str) -> int:
    """Look everything up, and say what is known in the terms of `outcome`."""
    program = Path(sys.executable).with_name("pip-audit")
    ran = subprocess.run(
        [program, "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json", "-r", lock],
        capture_output=True,
        text=True,
        check=False,
    )
    code, lines = outcome(ran.stdout, ran.stderr)
    print(*lines, sep="\n", file=sys.stderr if code == 2 else sys.stdout)
    return code


def outcome(answer: str, errors: str) -> tuple[int, list[str]]:
    """Return exit code and lines for what pip-audit printed."""
    try:
        packages = json.loads(answer)["dependencies"]
    except ValueError:
        said = errors.strip().splitlines() or ["no reason given"]
        return 2, [f"audit: the database gave no answer ({said[-1].strip()}); run it where the network can be reached"]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if skipped:
        named = ", ".join(skipped[:3]) + (", ..." if len(skipped) > 3 else "")
        missing = f"{len(skipped)} of {len(packages)} packages could not be looked up ({named})"
        return 2, [f"audit: {missing}, so nothing is known of them; run it where the database can be reached"]
    found = [
        f"{one['name']} {one['version']}: {known['id']}, mended in {', '.join(known['fix_versions']) or 'none yet'}"
        for one in packages
        for known in one["vulns"]
    ]
    return int(bool(found)), [*found, f"audit: {len(packages)} packages, {len(found)} known vulnerabilities"]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
