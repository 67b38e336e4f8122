"""The workspace folder: the only place that knows where anything lies."""

from __future__ import annotations

import errno
import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.settings import settings

_FOLDERS = ("datasets", "cache", "runs", "uploads", "results", "files", "artifacts", "locks", "logs")
_LOCK_NAME = re.compile(r"[\w-][\w.-]{0,119}")


@dataclass(frozen=True, slots=True)
class Home:
    """The paths of one workspace, all absolute. Made with ``Home.open``, which also makes the folders."""

    root: Path

    @classmethod
    def open(cls, path: Path | str | None = None) -> Home:
        """The workspace at ``path`` (default: ``settings().home``), its folders made where they are missing.

        InputError when the folder cannot be made or written to.
        """
        root = Path(path if path is not None else settings().home).expanduser().resolve()
        home = cls(root)
        try:
            for name in _FOLDERS:
                (root / name).mkdir(parents=True, exist_ok=True)
            if not os.access(root, os.W_OK):
                raise PermissionError(errno.EROFS, "It is read-only")
        except OSError as error:
            raise InputError(
                _(
                    "The workspace folder {root!r} cannot be used: {strerror}.",
                    root=str(root),
                    strerror=error.strerror or error,
                ),
                fix=_("Set SEKKEI_HOME to a folder that can be written to."),
            ) from error
        return home

    @property
    def datasets(self) -> Path:
        """Dataset versions, written by the catalogue alone."""
        return self.root / "datasets"

    @property
    def cache(self) -> Path:
        """Results of steps under their content address; safe to delete."""
        return self.root / "cache"

    @property
    def runs(self) -> Path:
        """Files of jobs and runs, one folder each."""
        return self.root / "runs"

    @property
    def uploads(self) -> Path:
        """Files on their way into the catalogue or a batch job."""
        return self.root / "uploads"

    @property
    def results(self) -> Path:
        """What batch scoring and exports write."""
        return self.root / "results"

    @property
    def files(self) -> Path:
        """Files that batch jobs may be told to read and write."""
        return self.root / "files"

    @property
    def artifacts(self) -> Path:
        """MLflow's artifact root."""
        return self.root / "artifacts"

    @property
    def locks(self) -> Path:
        return self.root / "locks"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def mlflow_db(self) -> Path:
        return self.root / "mlflow.db"

    @property
    def services_file(self) -> Path:
        """Addresses and process ids of the services that are up."""
        return self.root / "services.json"

    @property
    def database_url(self) -> str:
        """SQLAlchemy URL of Sekkei's own records."""
        return settings().database_url or f"sqlite:///{self.root / 'sekkei.db'}"

    @property
    def tracking_uri(self) -> str:
        """Where MLflow's runs and registry are."""
        return settings().tracking_uri or f"sqlite:///{self.mlflow_db}"

    def lock(self, name: str, timeout: float = -1) -> FileLock:
        """A lock between processes, free again when its holder dies; not yet taken (``with home.lock("x"):``).

        ``timeout`` is in seconds; negative waits for ever, else ``filelock.Timeout`` is raised.
        """
        if not _LOCK_NAME.fullmatch(name):
            raise InputError(
                _("{name!r} cannot name a lock.", name=name), fix=_("Use letters, digits, '-', '_' and '.'.")
            )
        return FileLock(self.locks / f"{name}.lock", timeout=timeout)


def write_atomic(path: Path, content: bytes | Callable[[Path], object]) -> Path:
    """Write ``path`` so that a reader sees the old file or the whole new one, also when the process is killed.

    ``content`` is the bytes, or a function that writes the file at the path it is given (same folder, same
    suffix). Folders are made. When it raises, nothing is left behind. Returns ``path``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{TEMPORARY}{uuid.uuid4().hex}{path.suffix}")
    try:
        if callable(content):
            content(temporary)
        else:
            temporary.write_bytes(content)
        fsync(temporary)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if os.name == "posix":
        fsync(path.parent)
    return path


TEMPORARY = ".writing-"
"""How the names of files begin that ``write_atomic`` has not finished; a killed process may leave one."""


def fsync(path: Path) -> None:
    """Have what was written to a file, or which files a folder has, survive a power cut."""
    # Windows refuses fsync on a descriptor opened for reading; folders cannot be opened there at all.
    flags = os.O_RDONLY if os.name == "posix" else os.O_RDWR
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
