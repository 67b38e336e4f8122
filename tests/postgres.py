"""A PostgreSQL server of the tests' own: on loopback, in a temporary folder, as an account without rights."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PASSWORD = "never-shown-77"


def binaries() -> Path:
    """Where the server's programs are: on the path, or where Debian puts them."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    assert versions, "PostgreSQL is not installed: run `.ci/setup test`"
    return versions[-1]


@contextmanager
def server() -> Iterator[str]:
    """The address of a running server, with its password."""
    programs, folder = binaries(), Path(tempfile.mkdtemp(prefix="sekkei-postgres-"))
    account = pwd.getpwnam("nobody") if os.getuid() == 0 else None  # the server refuses to run as root
    who = {"user": account.pw_uid, "group": account.pw_gid} if account else {}
    (folder / "password").write_text(PASSWORD)
    if account:
        for path in (folder, folder / "password"):
            os.chown(path, account.pw_uid, account.pw_gid)
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": str(folder)}
    start = [programs / "initdb", "-D", folder / "data", "-U", "sekkei", "--pwfile", folder / "password"]
    subprocess.run(
        [*start, "-A", "scram-sha-256", "-E", "UTF8", "--no-sync"],
        check=True, capture_output=True, cwd=folder, env=environment, **who,
    )  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-c", "fsync=off"]
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [programs / "postgres", "-D", folder / "data", *options],
        cwd=folder, env=environment, stdout=log, stderr=log, **who,
    )  # fmt: skip
    try:
        for _attempt in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield f"postgresql://sekkei:{PASSWORD}@127.0.0.1:{port}/postgres"
    finally:
        process.terminate()
        process.wait(30)
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
