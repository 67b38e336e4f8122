"""The staged result put where it is wanted: there is the old result or the new one, never half of one.

Each of these may be killed at any moment and is called again then; whatever it did already is not done twice.
"""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
from pathlib import Path
from typing import Any

from pipelines import connections
from pipelines.batch import folders, tables
from pipelines.batch.order import DatabaseOutput, DatasetOutput, FileOutput, Order, Output, StoreOutput
from pipelines.batch.staging import ending_of
from pipelines.batch.work import Work
from pipelines.datasets import Catalogue, stores
from pipelines.datasets.versions import DatasetVersion, check_name
from pipelines.errors import InputError
from pipelines.inference.writing import check_output
from pipelines.messages import _
from pipelines.records import Database
from pipelines.workspace import TEMPORARY, Home, fsync

MARK = "_SUCCESS"
REJECTED = "rejected.csv"
_EXCHANGE, _HERE = 2, -100


def check(home: Home, output: Output) -> None:
    """InputError or ForbiddenError when nothing could be put there."""
    match output:
        case FileOutput() if output.file:
            path = folders.writable(home, output.file)
            if output.partition_by:
                _check_folder(path)
            else:
                check_output(path)
        case StoreOutput():
            connections.connection(output.store, "store")
            stores.place(output.path, "")
        case DatasetOutput():
            check_name(output.dataset)
        case DatabaseOutput():
            connections.connection(output.database, "database")


def place(home: Home, output: Output, job_id: str, name: str) -> str:
    """Where the results of a job will be, as it is told outside."""
    match output:
        case FileOutput():
            return f"file:{folders.shown(home, file_of(home, output, job_id, name))}"
        case StoreOutput() if output.partition_by:
            return f"store:{output.store}/{_folder(output, job_id)}"
    return str(output)


def file_of(home: Home, output: FileOutput, job_id: str, name: str) -> Path:
    """The file or folder that a job writes."""
    if output.file:
        return folders.writable(home, output.file)
    return home.results / job_id / (f"{name}-scored" + ("" if output.partition_by else f".{output.ending}"))


def deliver(home: Home, database: Database, order: Order, work: Work, job_id: str, name: str) -> dict[str, Any]:
    """Put the staged result into its place; what there is to tell of it."""
    output = order.output
    staged = work.staged("" if getattr(output, "partition_by", ()) else f".{ending_of(output)}")
    match output:
        case FileOutput():
            target = file_of(home, output, job_id, name)
            _swap(staged, target, job_id) if output.partition_by else _move(staged, target, job_id)
            return {"output": str(target)}
        case StoreOutput() if output.partition_by:
            folder = _folder(output, job_id)
            mark = staged / MARK
            mark.write_text(job_id)
            files = [p for p in sorted(staged.rglob("*")) if p.is_file() and p != mark]
            # The mark comes last: whoever reads waits for it.
            stores.put(output.store, {f"{folder}/{p.relative_to(staged)}": p for p in (*files, mark)})
        case StoreOutput():
            stores.put(output.store, {output.path.strip("/"): staged})
        case DatasetOutput():
            source = f"{name} scored with {order.model_uri}"
            version = _add_version(Catalogue(home, database), output.dataset, staged, source, work)
            return {"output": f"dataset:{version.name}", "dataset": version.name, "version": version.version}
        case DatabaseOutput():
            tables.deliver(output, staged, work, job_id)
    return {"output": place(home, output, job_id, name)}


def keep_rejected(home: Home, work: Work, job_id: str, count: int) -> str | None:
    """Put the ``count`` rejected rows beside the job's results; their file, if there are any."""
    target = home.results / job_id / REJECTED
    if not count:  # an earlier attempt, with other rows, may have left some
        target.unlink(missing_ok=True)
        return None
    if work.rejected.exists():
        _move(work.rejected, target, job_id)
    return str(target) if target.exists() else None


def _folder(output: StoreOutput, job_id: str) -> str:
    return f"{output.path.strip('/')}/{job_id}"


def _add_version(catalogue: Catalogue, name: str, staged: Path, source: str, work: Work) -> DatasetVersion:
    """The job's version of the dataset, once, also where others made versions after a killed process had made it."""
    noted = work.read("adding")
    if noted is None:
        known = {d.name: d.version for d in catalogue.list()}
        work.write("adding", noted := {"since": known.get(check_name(name), 0)})
    return catalogue.add_parquet(name, staged, source=source, since=noted["since"])


def _move(staged: Path, target: Path, job_id: str) -> None:
    """A file that is no longer staged was moved by a process that was killed right after."""
    if not staged.exists() and target.is_file():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        try:
            os.replace(staged, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(staged, target, job_id)
    except OSError as error:
        raise InputError(
            _("{target!r} cannot be written: {strerror}.", target=target.name, strerror=error.strerror or error)
        ) from error
    if os.name == "posix":
        fsync(target.parent)


def _copy(staged: Path, target: Path, job_id: str) -> None:
    """As a move, from another disk. What a killed process had copied is written anew: its name is the job's own."""
    copy = target.parent / f"{TEMPORARY}{job_id}{target.suffix}"
    try:
        shutil.copyfile(staged, copy)
        fsync(copy)
        os.replace(copy, target)
    except BaseException:
        copy.unlink(missing_ok=True)
        raise


def _swap(staged: Path, target: Path, job_id: str) -> None:
    """Put a whole folder in the place of another. The mark in it tells which job's it is."""
    copy, old = (target.parent / f"{TEMPORARY}{job_id}{end}" for end in ("", "-old"))
    if not ((target / MARK).is_file() and (target / MARK).read_text() == job_id):
        _check_folder(target)
        (staged / MARK).write_text(job_id)
        target.parent.mkdir(parents=True, exist_ok=True)
        if staged.stat().st_dev != target.parent.stat().st_dev:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(staged, copy)
            for path in (*copy.rglob("*"), copy):
                fsync(path)
            made = copy
        else:
            made = staged
        if not target.exists():
            made.rename(target)
        elif not _exchange(made, target):
            target.rename(old)
            made.rename(target)
        if os.name == "posix":
            fsync(target.parent)
    for path in (staged, copy, old):  # what was there before, and what a killed process had copied
        shutil.rmtree(path, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one moment; False where the system cannot."""
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return False
    return rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0


def _check_folder(path: Path) -> None:
    """Only a folder that an earlier job wrote is replaced."""
    if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise InputError(
            _("{path!r} holds something that no batch job wrote.", path=path.name), fix=_("Name another folder.")
        )
