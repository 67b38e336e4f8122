"""Files in an S3-compatible store, by the name of a connection."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from pipelines import connections
from pipelines.errors import ParameterError
from pipelines.messages import _


def place(folder: str, name: str) -> str:
    """The place of a file below the connection's own folder. ParameterError when it would lie outside."""
    parts = PurePosixPath(folder.strip().strip("/")).parts
    if any(p in ("..", ".") or "\\" in p or "\0" in p for p in parts):
        raise ParameterError(
            _("{folder!r} is no folder of a store.", folder=folder),
            parameter="folder",
            fix=_("Give names with / between, such as scores/2024."),
        )
    return "/".join([*parts, name])


def write(connection: str, target: str, make: Callable[[Path], object]) -> None:
    """Write a file into a store. It is made here first and sent as one, so that it is there whole or not at all."""
    with tempfile.TemporaryDirectory(prefix="sekkei-export-") as folder:
        path = Path(folder) / PurePosixPath(target).name
        make(path)
        put(connection, {target: path})


def put(connection: str, files: Mapping[str, Path]) -> None:
    """Send files into a store, in this order, each whole or not at all."""
    with connections.store(connection) as (system, root):
        for target, path in files.items():
            full = f"{root}/{target}"
            if "file" in system.protocol:
                system.makedirs(full.rpartition("/")[0], exist_ok=True)
                system.put_file(str(path), f"{full}.writing")
                system.mv(f"{full}.writing", full)
            else:
                system.put_file(str(path), full)
