"""The rows of a job, brought where they can be read again and are the same, whatever happens to their origin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet

from pipelines import connections
from pipelines.batch import folders
from pipelines.batch.order import DatabaseInput, DatasetInput, FileInput, Input, StoreInput
from pipelines.batch.work import Work
from pipelines.datasets import Catalogue, databases, stores
from pipelines.datasets.options import FORMATS
from pipelines.errors import InputError, NotFoundError
from pipelines.messages import _, listed
from pipelines.records import Database
from pipelines.workspace import Home, write_atomic


@dataclass(frozen=True)
class Fetched:
    """Files on this machine, in the order in which their rows are scored, and what they are called outside."""

    paths: tuple[Path, ...]
    names: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """With each file's size and time, to notice that it has changed."""
        return {"paths": [str(p) for p in self.paths], "names": list(self.names), "stamps": self._stamps()}

    def _stamps(self) -> list[list[int]]:
        return [[s.st_size, s.st_mtime_ns] for s in (p.stat() for p in self.paths)]


def fetch(
    home: Home,
    database: Database,
    given: Input,
    work: Work,
    size: int,
    tell: Callable[[int], None],
    anywhere: bool = False,
) -> Fetched:
    """Have the rows of ``given`` as files. What lies elsewhere is copied into the job's folder, once.

    ``anywhere``: a file may lie in any folder.
    """
    match given:
        case DatasetInput():
            version = Catalogue(home, database).get(given.dataset, given.version)
            return Fetched((version.path,), (given.dataset,))
        case FileInput():
            return _files(given, Path(given.file).resolve() if anywhere else folders.readable(home, given.file))
        case StoreInput():
            return _objects(given, work)
        case DatabaseInput():
            return _query(given, work, size, tell)


def check(home: Home, database: Database, given: Input) -> Input:
    """``given`` if it can be asked for: its names exist, its paths are allowed. A dataset is pinned to its version."""
    if isinstance(given, DatasetInput):
        return given.model_copy(update={"version": Catalogue(home, database).get(given.dataset, given.version).version})
    if isinstance(given, FileInput):
        _files(given, folders.readable(home, given.file))
    elif isinstance(given, StoreInput):
        connections.connection(given.store, "store")
        stores.place(given.path, "")
    else:
        connections.connection(given.database, "database")
    return given


def _files(given: FileInput, path: Path) -> Fetched:
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.is_file() and _is_table(p.name))
        found = [p for p in found if p.resolve().is_relative_to(path)]
        if not found:
            raise InputError(
                _("The folder {folder!r} holds no files that can be scored.", folder=given.file),
                fix=_("Files may end in {endings}.", endings=listed(list(FORMATS))),
            )
        return Fetched(tuple(found), tuple(str(p.relative_to(path)) for p in found))
    if not path.is_file():
        near = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise NotFoundError("file", given.file, near)
    return Fetched((path,), (path.name,))


def _is_table(name: str) -> bool:
    """Whether a file of a folder is read; what begins with ``.`` or ``_`` is somebody's own note."""
    return not name.startswith((".", "_")) and PurePosixPath(name).suffix.lower() in FORMATS


def _objects(given: StoreInput, work: Work) -> Fetched:
    """Objects are listed once; each copy is whole or not there."""
    with connections.store(given.store) as (system, root):
        listed_ = work.read("objects")
        if listed_ is None:
            place = f"{root}/{stores.place(given.path, '')}".rstrip("/")
            names = [place] if system.isfile(place) else sorted(n for n in system.find(place) if _is_table(_last(n)))
            if not names:
                raise NotFoundError("file", given.path)
            listed_ = {"names": names}
            work.write("objects", listed_)
        copies = []
        for number, name in enumerate(listed_["names"]):
            copy = work.input / f"{number:06}{PurePosixPath(name).suffix.lower()}"
            if not copy.exists():
                write_atomic(copy, lambda path, name=name: system.get_file(name, str(path)))  # type: ignore[misc]
            copies.append(copy)
    return Fetched(tuple(copies), tuple(_last(n) for n in listed_["names"]))


def _last(name: str) -> str:
    return PurePosixPath(name).name


def _query(given: DatabaseInput, work: Work, size: int, tell: Callable[[int], None]) -> Fetched:
    """The rows of one transaction, so that they are of one moment; a copy that was not finished is made anew."""
    done = work.read("rows")
    if done is None:
        for path in work.input.iterdir():
            path.unlink()
        count, number = 0, 0
        for table in databases.batches(given.database, table=given.table, query=given.query, size=size):
            pa.parquet.write_table(table, work.input / f"{number:06}.parquet")
            count, number = count + table.num_rows, number + 1
            tell(count)
        done = {"files": number}
        work.write("rows", done)
    paths = tuple(work.input / f"{n:06}.parquet" for n in range(done["files"]))
    return Fetched(paths, (given.table or "query",) * len(paths))


def common_types(paths: tuple[Path, ...]) -> dict[str, pa.DataType]:
    """The types that columns of several Parquet files have in common, text where there is no other."""
    schemas = [pa.parquet.read_schema(p).remove_metadata() for p in paths if p.suffix.lower() in (".parquet", ".pq")]
    found: dict[str, pa.DataType] = {}
    for schema in schemas if len(schemas) > 1 else ():
        for field in schema:
            found[field.name] = _common(found.get(field.name, field.type), field.type)
    return found


def _common(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    if one == other:
        return one
    try:
        pair = [pa.schema([("", one)]), pa.schema([("", other)])]
        return pa.unify_schemas(pair, promote_options="permissive").field(0).type
    except pa.ArrowException:
        return pa.string()
