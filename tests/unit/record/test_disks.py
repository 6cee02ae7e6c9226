"""Records on network shares and full disks, as real ones of the system behave."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from formcheck import cli
from formcheck.errors import StoreError
from formcheck.record.store import open_store
from practice import keep_set

# A share as SQLite meets it: memory cannot be shared between programs, or nothing can be locked.
SHARE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int is_on_share(int fd, const char *part, const char *missing) {
    char link[64], name[512];
    const char *set = getenv("MISSING");
    if (!set || strcmp(set, missing)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, name, sizeof name - 1);
    if (length < 0) return 0;
    name[length] = 0;
    return strstr(name, "on-a-share") && strstr(name, part);
}

void *mmap(void *at, size_t length, int access, int flags, int fd, off_t from) {
    static void *(*real)(void *, size_t, int, int, int, off_t);
    if (!real) real = dlsym(RTLD_NEXT, "mmap");
    if (fd >= 0 && is_on_share(fd, "-shm", "memory")) { errno = ENODEV; return MAP_FAILED; }
    return real(at, length, access, flags, fd, from);
}
void *mmap64(void *at, size_t length, int access, int flags, int fd, off_t from) {
    return mmap(at, length, access, flags, fd, from);
}
static int lock(const char *symbol, int fd, int command, void *given) {
    int (*real)(int, int, ...) = dlsym(RTLD_NEXT, symbol);
    int locks = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK;
    if (locks && is_on_share(fd, "", "locks")) { errno = ENOLCK; return -1; }
    return real(fd, command, given);
}
int fcntl(int fd, int command, ...) {
    va_list rest; va_start(rest, command); void *given = va_arg(rest, void *); va_end(rest);
    return lock("fcntl", fd, command, given);
}
int fcntl64(int fd, int command, ...) {
    va_list rest; va_start(rest, command); void *given = va_arg(rest, void *); va_end(rest);
    return lock("fcntl64", fd, command, given);
}
"""


@pytest.fixture(scope="module")
def share(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("share")
    if sys.platform != "linux" or shutil.which("cc") is None:
        pytest.skip("needs a C compiler on Linux")
    (folder / "share.c").write_text(SHARE)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "share.so", folder / "share.c", "-ldl"], check=True)
    return folder / "share.so"


@pytest.mark.parametrize("missing", ["memory", "locks"])
def test_a_network_share_is_named_with_its_remedy_and_at_once(share, tmp_path, missing):
    environment = {**os.environ, "LD_PRELOAD": str(share), "MISSING": missing}
    command = [sys.executable, "-m", "formcheck", "prescribe", "--side", "left", "--sets", "2"]
    begun_s = time.monotonic()
    done = subprocess.run(
        [*command, "--store", str(tmp_path / "on-a-share")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5
    (line,) = done.stderr.splitlines()
    assert "network share" in line
    assert "--store" in line
    # SQLite by itself waits for half a minute.
    assert time.monotonic() - begun_s < 20


def fill(disk: Path) -> None:
    """Leave no free byte."""
    with (disk / "fill").open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"\0" * 4096):
            pass


@pytest.fixture
def full(tmp_path):
    """A record on a disk of its own without a free byte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("may not mount a disk")
    with open_store(disk / "record") as record:
        keep_set(record, reps=2)
    fill(disk)
    try:
        yield disk / "record"
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_history_can_be_read_on_a_full_disk_and_writing_says_that_it_is_full(full, capsys):
    files = sorted(path.name for path in full.iterdir())
    assert cli.run(["history", "--store", str(full)]) == 0
    assert "none prescribed" in capsys.readouterr().out
    assert sorted(path.name for path in full.iterdir()) == files
    with pytest.raises(StoreError, match="disk is full"), open_store(full):
        pass


def test_what_another_program_has_not_yet_merged_is_read_on_a_full_disk_too(full, tmp_path):
    # A program that was killed leaves its last writes in the log.
    script = (
        "import os, sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1])\n"
        "connection.execute('DELETE FROM result'); connection.execute('DELETE FROM session'); connection.commit()\n"
        "os.kill(os.getpid(), 9)"
    )
    (full.parent / "fill").unlink()
    subprocess.run([sys.executable, "-c", script, str(full / "record.db")], check=False)
    assert (full / "record.db-wal").stat().st_size > 0
    (full / "record.db-shm").unlink()
    fill(full.parent)
    with open_store(full, write=False) as record, record.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one() == 0
