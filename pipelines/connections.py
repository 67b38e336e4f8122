"""Named connections to databases and stores: the only place that knows an address with its password.

They stand in a TOML file that only its owner may read, or in the environment; documents, runs and pages hold names
alone. What a driver or a store says of an error is shown without the secrets of the connection.
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import sqlalchemy as sa

from pipelines.errors import InputError, SekkeiError, UnavailableError, nearest
from pipelines.messages import _
from pipelines.settings import connection_urls, settings

FILE = "connections.toml"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
_SECONDS = 10


@dataclass(frozen=True)
class Connection:
    """A connection by its name. ``kind`` says what it leads to, ``system`` which: ``postgresql``, ``s3``."""

    name: str
    url: str = field(repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def system(self) -> str:
        return self.url.partition(":")[0].partition("+")[0].lower()

    @property
    def kind(self) -> str:
        return "store" if self.system in ("s3", "file", "memory") else "database"


def connections(home: Path | None = None) -> list[Connection]:
    """All connections, by name. InputError when the file of connections cannot be used."""
    found = {c.name: c for c in _from_file(settings().connections or (home or settings().home) / FILE)}
    for name, url in connection_urls().items():
        found[name] = _checked(name, url, {})
    return [found[name] for name in sorted(found)]


def connection(name: str, kind: str, home: Path | None = None) -> Connection:
    """The connection of this name. InputError with the nearest name when there is none of this kind."""
    known = connections(home)
    found = next((c for c in known if c.name == name.strip()), None)
    names = [c.name for c in known if c.kind == kind]
    if found is not None and found.kind == kind:
        return found
    near = nearest(name, names)
    if near:
        fix = _("Did you mean {near!r}?", near=near)
    elif names:
        fix = _("The connections are {names}.", names=", ".join(names))
    else:
        fix = _("Add it to {file} in the workspace folder.", file=FILE)
    if kind == "store":
        raise InputError(_("There is no connection {name!r} to a store.", name=name), fix=fix)
    raise InputError(_("There is no connection {name!r} to a database.", name=name), fix=fix)


@contextmanager
def database(name: str, *, write: bool = False) -> Iterator[sa.Connection]:
    """A connection to the database in one transaction, rolled back when the block fails, or unless ``write``.

    Errors of the driver become UnavailableError or InputError, in its words without the connection's secrets.
    """
    with said_without_secrets(known := connection(name, "database")):
        engine = _engine(known)
        try:
            with engine.connect() as made, made.begin() as transaction:
                if not write:
                    _read_only(made)
                yield made
                if not write:
                    transaction.rollback()
        finally:
            engine.dispose()


@contextmanager
def store(name: str) -> Iterator[tuple[Any, str]]:
    """The fsspec file system of a store, and the folder in it that the connection names."""
    import fsspec

    with said_without_secrets(known := connection(name, "store")):
        parts = urlsplit(known.url)
        options = {**dict(parse_qsl(parts.query)), **known.options}
        if parts.scheme == "file":
            yield fsspec.filesystem("file"), unquote(parts.path)
            return
        client: dict[str, Any] = {"config_kwargs": {"connect_timeout": _SECONDS, "retries": {"max_attempts": 2}}}
        system = fsspec.filesystem(parts.scheme, **client, **options, skip_instance_cache=True)
        yield system, unquote(f"{parts.netloc}{parts.path}").rstrip("/")


@contextmanager
def said_without_secrets(known: Connection) -> Iterator[None]:
    """Errors within the block, in words of the driver but for what must not be seen."""
    try:
        yield
    except SekkeiError:
        raise
    except (sa.exc.SQLAlchemyError, OSError, ImportError) as error:
        cause = _cause(error, known)
        if isinstance(error, sa.exc.OperationalError) and error.statement is None:
            raise UnavailableError(
                _("The connection {name!r} does not answer: {cause}.", name=known.name, cause=cause),
                fix=_("Check that the server is up, and the address and account of the connection."),
            ) from None
        raise InputError(_("The connection {name!r} refused: {cause}.", name=known.name, cause=cause)) from None


def _cause(error: BaseException, known: Connection) -> str:
    said = str(getattr(error, "orig", None) or error).strip()
    line = (said.splitlines() or [""])[0] or type(error).__name__
    for secret in sorted(_secrets(known), key=len, reverse=True):
        line = line.replace(secret, "***")
    return line[:300].rstrip(".")


def _secrets(known: Connection) -> set[str]:
    parts = urlsplit(known.url)
    found = {known.url, parts.password, parts.query, *(v for _key, v in parse_qsl(parts.query))}
    found |= {str(v) for v in known.options.values()}
    found |= {unquote(v) for v in found if v}
    return {v for v in found if v and len(v) > 2}


def _engine(known: Connection) -> sa.Engine:
    scheme, _colon, rest = known.url.partition(":")
    url = f"{_DRIVERS.get(scheme, scheme)}:{rest}"
    timeout = {"connect_timeout": _SECONDS} if known.system in ("postgresql", "postgres", "mysql", "mariadb") else {}
    try:
        engine = sa.create_engine(url, hide_parameters=True, connect_args={**timeout, **known.options})
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError, ValueError) as error:
        raise InputError(
            _("The connection {name!r} cannot be used: {cause}.", name=known.name, cause=_cause(error, known)),
            fix=_("Write it as SQLAlchemy does: postgresql://user:password@host/database."),
        ) from None
    if engine.dialect.name == "sqlite":
        # The driver would commit before it makes or drops a table; what is written is to be there whole or not at all.
        @sa.event.listens_for(engine, "connect")
        def by_hand(made: Any, _record: Any) -> None:
            made.isolation_level = None

        @sa.event.listens_for(engine, "begin")
        def begin(made: sa.Connection) -> None:
            made.exec_driver_sql("BEGIN")

    return engine


def _read_only(made: sa.Connection) -> None:
    name = made.dialect.name
    if name == "sqlite":
        made.exec_driver_sql("PRAGMA query_only = ON")
    elif name in ("postgresql", "mysql", "mariadb"):
        made.exec_driver_sql("SET TRANSACTION READ ONLY")


def _from_file(path: Path) -> list[Connection]:
    if not path.is_file():
        return []
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError(
            _("Others than its owner may read the file of connections, {file!r}.", file=path.name),
            fix=_("Run chmod 600 on it."),
        )
    try:
        read = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        at = re.search(r"line \d+", str(error))
        raise InputError(
            _("The file of connections, {file!r}, cannot be read ({where}).", file=path.name, where=at and at.group()),
            fix=_('Write a table for each, such as [sales] with a line url = "…".'),
        ) from None
    return [
        _checked(name, given.get("url") if isinstance(given, dict) else given, given) for name, given in read.items()
    ]


def _checked(name: str, url: Any, given: Any) -> Connection:
    if not _NAME.fullmatch(name):
        raise InputError(
            _("{name!r} cannot name a connection.", name=name),
            fix=_("Use small letters, digits, '-' and '_'."),
        )
    if not isinstance(url, str) or ":" not in url:
        raise InputError(
            _("The connection {name!r} has no address.", name=name),
            fix=_("Write it as SQLAlchemy does: postgresql://user:password@host/database."),
        )
    options = {k: v for k, v in given.items() if k != "url"} if isinstance(given, dict) else {}
    return Connection(name, url, options)
