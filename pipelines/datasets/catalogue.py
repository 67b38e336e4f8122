"""The catalogue: named datasets with immutable versions, Parquet files in the workspace, records in the database."""

from __future__ import annotations

import builtins
import io
import json
import shutil
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import sqlalchemy as sa
from sqlalchemy.orm import Session

from pipelines.datasets.content import content_hash
from pipelines.datasets.normalise import normalise
from pipelines.datasets.options import ReadOptions
from pipelines.datasets.profile import ColumnProfile, profile
from pipelines.datasets.readers import read
from pipelines.datasets.sniff import sniff
from pipelines.datasets.sources import FrameSource, ParquetSource, Source
from pipelines.datasets.storage import Storage
from pipelines.datasets.versions import ColumnInfo, DatasetInfo, DatasetVersion, check_name
from pipelines.errors import (
    ColumnMissingError,
    ConflictError,
    DatasetFileError,
    InputError,
    NotFoundError,
    storage_in_words,
)
from pipelines.messages import _
from pipelines.records import Database, DatasetRow, DatasetVersionRow
from pipelines.schema import keep_missing_marks
from pipelines.workspace import Home


class Catalogue:
    """The datasets of a workspace. Any number of processes may use it at once."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home = home
        self.database = database
        self.storage = Storage(home)
        self.storage.sweep(self._known)

    def add(
        self,
        name: str,
        data: Path | str | BinaryIO | bytes | pd.DataFrame,
        *,
        file_name: str | None = None,
        options: ReadOptions | None = None,
        description: str | None = None,
    ) -> DatasetVersion:
        """Import a file (or a frame) as a new dataset, or as the next version of the one of this name.

        ``file_name`` is the name the user knows the file by; its ending tells the format, so it is needed for
        bytes. Without ``options`` they are sniffed. Content equal to the newest version's makes no new version.
        A failed or killed import leaves nothing behind.
        """
        name = check_name(name)
        if isinstance(data, pd.DataFrame):
            return self.add_frame(name, data, source=file_name or "", description=description)
        with self._file(data, file_name) as path:
            known = Path(file_name or path.name).name
            options = options or sniff(path, known)
            frame = read(path, options, file_name=known)
        return self._store(name, FrameSource(frame), known, options.model_dump(mode="json"), description)

    def add_frame(
        self, name: str, frame: pd.DataFrame, *, source: str = "", description: str | None = None
    ) -> DatasetVersion:
        """As ``add``, for a frame. ``source`` says where it comes from."""
        name = check_name(name)
        frame = normalise(frame)
        _check_shape(name, len(frame), len(frame.columns))
        return self._store(name, FrameSource(frame), source, None, description)

    def add_parquet(self, name: str, path: Path, *, source: str = "", since: int | None = None) -> DatasetVersion:
        """As ``add_frame`` with the table of a Parquet file, of which one column at a time is in memory.

        Of the versions after ``since``, not the newest alone, one with this content makes a new one needless.
        """
        name = check_name(name)
        table = ParquetSource(path)
        _check_shape(name, table.rows, len(table.names))
        return self._store(name, table, source, None, None, since)

    def list(self) -> list[DatasetInfo]:
        """Every dataset, by name."""
        query = (
            sa.select(DatasetRow, DatasetVersionRow)
            .join(DatasetVersionRow)
            .order_by(DatasetRow.name, DatasetVersionRow.version)
        )
        found: dict[str, DatasetInfo] = {}
        with self.database.session(read_only=True) as session:
            for row, version in session.execute(query):
                earlier = found.get(row.name)
                found[row.name] = DatasetInfo(
                    name=row.name,
                    description=row.description,
                    version=version.version,
                    versions=1 + (earlier.versions if earlier else 0),
                    rows=version.rows,
                    columns=len(version.columns),
                    bytes=version.bytes,
                    source=version.source,
                    created_at=row.created_at,
                    updated_at=version.created_at,
                )
        return list(found.values())

    def newest(self) -> dict[str, int]:
        """The number of each dataset's newest version, by the dataset's name."""
        query = sa.select(DatasetRow.name, sa.func.max(DatasetVersionRow.version).label("version")).join(
            DatasetVersionRow
        )
        with self.database.session(read_only=True) as session:
            return {row.name: row.version for row in session.execute(query.group_by(DatasetRow.name))}

    def get(self, name: str, version: int | None = None) -> DatasetVersion:
        """A version of a dataset, the newest unless said otherwise. NotFoundError with the nearest name."""
        found = self.versions(name)
        if version is None:
            return found[-1]
        for each in found:
            if each.version == version:
                return each
        raise NotFoundError(
            _("dataset version"), f"{name} v{version}", [f"{name} v{each.version}" for each in reversed(found)]
        )

    def versions(self, name: str) -> builtins.list[DatasetVersion]:
        """Every version of a dataset, oldest first."""
        query = (
            sa.select(DatasetVersionRow)
            .join(DatasetRow)
            .where(DatasetRow.name == unicodedata.normalize("NFC", name))
            .order_by(DatasetVersionRow.version)
        )
        with self.database.session(read_only=True) as session:
            rows = session.scalars(query).all()
            names = [] if rows else list(session.scalars(sa.select(DatasetRow.name)))
        if not rows:
            raise NotFoundError("dataset", name, names)
        return [self._version(name, row) for row in rows]

    def read(self, name: str, version: int | None = None, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """The rows of a version, with the columns asked for, in that order."""
        found = self.get(name, version)
        names = [c.name for c in found.columns]
        for column in columns or ():
            if column not in names:
                raise ColumnMissingError(column, names)
        return self._frame(found, found.path, columns)

    def sample(self, name: str, version: int | None = None) -> pd.DataFrame:
        """The stored sample of a version: ``settings().sample_rows`` rows that show every category and gap."""
        found = self.get(name, version)
        return self._frame(found, self.storage.sample(found.path))

    def profile(self, name: str, version: int | None = None) -> builtins.list[ColumnProfile]:
        """The profile of every column, as computed at import."""
        found = self.get(name, version)
        try:
            values = json.loads(self.storage.profile(found.path).read_text("utf-8"))
        except (OSError, ValueError):
            return profile(self._frame(found, found.path))
        return [ColumnProfile.from_dict(each) for each in values]

    def path(self, name: str, version: int | None = None) -> Path:
        """The Parquet file of a version."""
        return self.get(name, version).path

    def describe(self, name: str, description: str) -> None:
        """Change the description of a dataset."""
        with self.database.session() as session:
            self._row(session, name).description = description

    def delete(self, name: str) -> None:
        """Delete a dataset with all its versions and files."""
        with self.storage.lock():
            with self.database.session() as session:
                row = self._row(session, name)
                session.delete(row)
            self.storage.discard(row.id)

    def _known(self) -> set[tuple[str, int]]:
        with self.database.session(read_only=True) as session:
            rows = session.execute(sa.select(DatasetVersionRow.dataset_id, DatasetVersionRow.version))
            return {(dataset_id, version) for dataset_id, version in rows}

    def _row(self, session: Session, name: str) -> DatasetRow:
        row = session.scalar(sa.select(DatasetRow).where(DatasetRow.name == unicodedata.normalize("NFC", name)))
        if row is None:
            raise NotFoundError("dataset", name, session.scalars(sa.select(DatasetRow.name)))
        return row

    def _version(self, name: str, row: DatasetVersionRow) -> DatasetVersion:
        return DatasetVersion(
            name=unicodedata.normalize("NFC", name),
            version=row.version,
            rows=row.rows,
            columns=tuple(ColumnInfo(**column) for column in row.columns),
            content_hash=row.content_hash,
            source=row.source,
            options=row.options,
            bytes=row.bytes,
            created_at=row.created_at,
            path=self.storage.table(row.dataset_id, row.version),
        )

    def _frame(self, version: DatasetVersion, path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
        try:
            frame = self.storage.read(path, columns)
            keep_missing_marks(frame, (version.options or {}).get("missing", ()))
            return frame
        except (OSError, pa.ArrowException) as error:
            raise DatasetFileError(
                _(
                    "The file of dataset {name!r} version {version} is gone or damaged.",
                    name=version.name,
                    version=version.version,
                ),
                fix=_("Import it again, or restore the workspace folder from a backup."),
            ) from error

    @contextmanager
    def _file(self, data: Path | str | BinaryIO | bytes, file_name: str | None) -> Iterator[Path]:
        """``data`` as a file on disk; bytes are put into the uploads while they are read."""
        if isinstance(data, Path | str):
            yield Path(data)
            return
        if not file_name:
            raise InputError(_("The data has no file name."), fix=_("Give file_name; its ending tells the format."))
        path = self.home.uploads / uuid.uuid4().hex
        source = io.BytesIO(data) if isinstance(data, bytes) else data
        try:
            with storage_in_words(), path.open("wb") as file:
                shutil.copyfileobj(source, file)
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _store(
        self,
        name: str,
        table: Source,
        source: str,
        options: dict[str, Any] | None,
        description: str | None,
        since: int | None = None,
    ) -> DatasetVersion:
        digest = content_hash(table.columns())
        for known in self._newest(name, since):
            if known.content_hash == digest:
                if description:
                    self.describe(name, description)
                return known
        with storage_in_words(), self.storage.staging() as folder:
            profiles, size = self.storage.write(folder, table)
            row = DatasetVersionRow(
                rows=table.rows,
                columns=[asdict(ColumnInfo(p.name, p.type, p.missing)) for p in profiles],
                content_hash=digest,
                source=source,
                options=options,
                bytes=size,
            )
            try:
                return self._commit(name, row, folder, description)
            except sa.exc.IntegrityError as error:
                raise ConflictError(
                    _("Dataset {name!r} was changed by someone else meanwhile.", name=name), fix=_("Import it again.")
                ) from error

    def _newest(self, name: str, since: int | None) -> builtins.list[DatasetVersion]:
        """The newest version, or all after ``since``, the newest first; none where there is no such dataset."""
        try:
            found = self.versions(name)
        except NotFoundError:
            return []
        return found[:-2:-1] if since is None else [v for v in reversed(found) if v.version > since]

    def _commit(self, name: str, row: DatasetVersionRow, folder: Path, description: str | None) -> DatasetVersion:
        """Number the version, move its files to their place and record it: under one lock, the record last."""
        placed = False
        with self.storage.lock():
            try:
                with self.database.session() as session:
                    dataset = session.scalar(sa.select(DatasetRow).where(DatasetRow.name == name))
                    if dataset is None:
                        dataset = DatasetRow(name=name)
                        session.add(dataset)
                    if description is not None:
                        dataset.description = description
                    session.flush()
                    last = max(dataset.versions, key=lambda v: v.version, default=None)
                    if last is not None and last.content_hash == row.content_hash:
                        return self._version(name, last)
                    row.dataset_id, row.version = dataset.id, 1 if last is None else last.version + 1
                    session.add(row)
                    session.flush()
                    placed = True
                    self.storage.place(folder, row.dataset_id, row.version)
                return self._version(name, row)
            except BaseException:
                if placed:
                    self.storage.discard(row.dataset_id, row.version)
                raise


def _check_shape(name: str, rows: int, columns: int) -> None:
    if not rows or not columns:
        raise InputError(
            _(
                "The table for dataset {name!r} has {rows} rows and {columns} columns.",
                name=name,
                rows=rows,
                columns=columns,
            )
        )
