"""The folder of a batch job: all that a process killed at any moment leaves for the next one to go on from.

``plan.json`` says what is scored, ``input/`` holds what was fetched, ``parts/`` a file for each piece that is scored,
``staged*`` the whole result, and ``staged.json`` and ``delivered.json`` that a stage is over. Each of these files is
written whole or not at all, so that what is there is true.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.workspace import TEMPORARY, write_atomic

_OPTIONS = pa.ipc.IpcWriteOptions(compression="lz4")


@dataclass(frozen=True)
class Part:
    """A piece that is scored: the result's rows, and those that could not be scored with ``_row`` and ``_reason``."""

    rows: pa.Table
    rejected: pa.Table | None


@dataclass(frozen=True)
class Work:
    """The files of one job."""

    folder: Path

    @property
    def input(self) -> Path:
        return self.folder / "input"

    @property
    def parts(self) -> Path:
        return self.folder / "parts"

    def staged(self, ending: str) -> Path:
        """The whole result, before it is put where it is wanted; a folder where it is partitioned."""
        return self.folder / f"staged{ending}"

    @property
    def rejected(self) -> Path:
        return self.folder / "rejected.csv"

    def open(self) -> None:
        """Make the folder, and delete what a killed process had not finished."""
        for folder in (self.folder, self.input, self.parts):
            folder.mkdir(parents=True, exist_ok=True)
            for path in folder.glob(f"{TEMPORARY}*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    def restart(self) -> None:
        """Forget everything."""
        self.clear()
        self.open()

    def clear(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def read(self, name: str) -> dict[str, Any] | None:
        """What ``NAME.json`` says; None before that is over."""
        path = self.folder / f"{name}.json"
        return json.loads(path.read_bytes()) if path.exists() else None

    def write(self, name: str, values: dict[str, Any]) -> None:
        """Say that something is over."""
        write_atomic(self.folder / f"{name}.json", json.dumps(values).encode())

    def forget(self, name: str) -> None:
        """Take back that something is over."""
        (self.folder / f"{name}.json").unlink(missing_ok=True)

    def has_part(self, number: int) -> bool:
        return self._part(number).exists()

    def write_part(self, number: int, part: Part) -> None:
        """Keep a piece. The rejected rows come first: where the rows are, both are."""
        if part.rejected is not None:
            write_atomic(self._part(number, "rejected"), lambda path: _write(path, part.rejected))
        write_atomic(self._part(number), lambda path: _write(path, part.rows))

    def read_part(self, number: int) -> Part:
        """A piece that is kept."""
        rejected = self._part(number, "rejected")
        return Part(_read(self._part(number)), _read(rejected) if rejected.exists() else None)

    def drop_parts(self) -> None:
        """Delete the pieces and what was fetched: the staged result has everything."""
        shutil.rmtree(self.parts, ignore_errors=True)
        shutil.rmtree(self.input, ignore_errors=True)

    def drop_staged(self) -> None:
        """Delete the staged result: it is where it is wanted."""
        for path in self.folder.glob("staged*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.suffix != ".json":
                path.unlink(missing_ok=True)

    def _part(self, number: int, kind: str = "rows") -> Path:
        return self.parts / f"{number:08}.{kind}.arrow"


def _write(path: Path, table: pa.Table | None) -> None:
    assert table is not None
    with pa.ipc.new_file(path, table.schema, options=_OPTIONS) as writer:
        writer.write_table(table)


def _read(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as file:
        return pa.ipc.open_file(file).read_all()
