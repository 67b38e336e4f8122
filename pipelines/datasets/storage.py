"""Where versions lie on disk, and how they get there whole or not at all.

A version is three files: the table, its sample, its profile. An import writes them in a staging folder of its own and
moves them to their place under one lock, right before its record is committed. So a file without a record is what a
killed import left, and the sweep deletes it.
"""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
from filelock import FileLock, Timeout

from pipelines.datasets.profile import ColumnProfile, column_profile
from pipelines.datasets.sampling import sample_rows
from pipelines.datasets.sources import Source, write_parquet
from pipelines.schema import column_type
from pipelines.settings import settings
from pipelines.workspace import Home, write_atomic

_STAGING = ".importing-"
_TABLE, _SAMPLE, _PROFILE = "parquet", "sample.parquet", "profile.json"


class Storage:
    """The files of the catalogue, in ``home.datasets``, a folder for each dataset."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def table(self, dataset_id: str, version: int) -> Path:
        return self._part(dataset_id, version, _TABLE)

    def sample(self, table: Path) -> Path:
        """The sample that belongs to the version whose table is at ``table``."""
        return table.with_name(f"{table.stem}.{_SAMPLE}")

    def profile(self, table: Path) -> Path:
        """The profile that belongs to the version whose table is at ``table``."""
        return table.with_name(f"{table.stem}.{_PROFILE}")

    def lock(self, timeout: float = -1) -> FileLock:
        """Held while files and records change together."""
        return self.home.lock("datasets", timeout=timeout)

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder for the files of one import. Its lock tells the sweep of other processes that it is in use."""
        folder = self.home.datasets / f"{_STAGING}{uuid.uuid4().hex}"
        lock = self._staging_lock(folder)
        with lock:
            folder.mkdir()
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        Path(lock.lock_file).unlink(missing_ok=True)

    def write(self, folder: Path, source: Source) -> tuple[list[ColumnProfile], int]:
        """Write the three files into a staging folder; the profile, and the bytes of the table."""
        profiles = [column_profile(values, name, column_type(values)) for name, values in source.columns()]
        content = json.dumps([p.to_dict() for p in profiles], ensure_ascii=False, allow_nan=False)
        sample = sample_rows(source, settings().sample_rows)
        write_atomic(folder / _TABLE, source.write)
        write_atomic(folder / _SAMPLE, lambda path: write_parquet(sample, path))
        write_atomic(folder / _PROFILE, content.encode())
        return profiles, (folder / _TABLE).stat().st_size

    def place(self, folder: Path, dataset_id: str, version: int) -> None:
        """Move the files of a staging folder to their place; the lock must be held."""
        for part in (_SAMPLE, _PROFILE, _TABLE):
            target = self._part(dataset_id, version, part)
            target.parent.mkdir(exist_ok=True)
            (folder / part).replace(target)

    def discard(self, dataset_id: str, version: int | None = None) -> None:
        """Delete the files of a version, or the whole folder of a dataset."""
        folder = self.home.datasets / dataset_id
        if version is None:
            shutil.rmtree(folder, ignore_errors=True)
            return
        for part in (_SAMPLE, _PROFILE, _TABLE):
            self._part(dataset_id, version, part).unlink(missing_ok=True)
        with suppress(OSError):  # other versions are in it
            folder.rmdir()

    def read(self, path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """A table or sample, with the columns asked for, in that order."""
        # One file, so not pyarrow's dataset reader, which would guess at partitions in its path.
        with pa.parquet.ParquetFile(path) as file:
            frame: pd.DataFrame = file.read(columns=None if columns is None else list(columns)).to_pandas()
        return frame if columns is None else frame[list(columns)]

    def sweep(self, known: Callable[[], set[tuple[str, int]]]) -> None:
        """Delete what killed imports left: staging folders no process holds, and files of versions not ``known``.

        ``known`` gives ``(dataset id, version)`` of every record, and is asked under the lock.
        """
        for folder in self.home.datasets.glob(f"{_STAGING}*"):
            lock = self._staging_lock(folder, timeout=0)
            try:
                with lock:
                    shutil.rmtree(folder, ignore_errors=True)
            except Timeout:
                continue
            Path(lock.lock_file).unlink(missing_ok=True)
        try:
            with self.lock(timeout=0):
                self._sweep_orphans(known)
        except Timeout:  # an import or a deletion is under way; the next start sweeps
            pass

    def _sweep_orphans(self, known: Callable[[], set[tuple[str, int]]]) -> None:
        folders = [f for f in self.home.datasets.iterdir() if f.is_dir() and not f.name.startswith(".")]
        if not folders:
            return
        kept = {(dataset_id, f"v{version}") for dataset_id, version in known()}
        for folder in folders:
            for file in folder.iterdir():
                if (folder.name, file.name.split(".")[0]) not in kept:
                    file.unlink(missing_ok=True)
            if not any(folder.iterdir()):
                folder.rmdir()

    def _part(self, dataset_id: str, version: int, part: str) -> Path:
        return self.home.datasets / dataset_id / f"v{version}.{part}"

    def _staging_lock(self, folder: Path, timeout: float = -1) -> FileLock:
        return self.home.lock(folder.name.lstrip("."), timeout=timeout)
