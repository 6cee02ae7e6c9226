"""What all tests share: no test may touch the practice record of whoever runs it."""

import os
import tempfile
from pathlib import Path


def pytest_configure():
    os.environ["FORMCHECK_STORE"] = str(Path(tempfile.mkdtemp(prefix="formcheck-tests-")) / "record")
