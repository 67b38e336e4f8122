"""A file from an HTTP(S) address: only from hosts the settings allow, and from inside this network only if named."""

from __future__ import annotations

import ipaddress
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import httpcore

from pipelines.datasets.options import FORMATS
from pipelines.errors import DatasetFileError, ForbiddenError, InputError, UnavailableError
from pipelines.messages import _
from pipelines.settings import settings

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_SECONDS = 30.0
_KINDS = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/plain": ".csv",
    "application/json": ".json",
    "application/x-ndjson": ".jsonl",
    "application/zip": ".zip",
    "application/vnd.apache.parquet": ".parquet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


def is_allowed() -> bool:
    """Whether files may be imported by address at all."""
    return bool(settings().http_import.strip())


@contextmanager
def downloaded(address: str) -> Iterator[tuple[Path, str]]:
    """The file at an address, on disk for as long as the block lasts, and its name.

    ForbiddenError when the settings do not allow the host. The file is streamed, at most as large as an upload.
    """
    with tempfile.TemporaryDirectory(prefix="sekkei-address-") as folder:
        path = Path(folder) / "download"
        kind = _fetch(address, path)
        name = _name(address, kind)
        renamed = path.rename(path.with_suffix(PurePosixPath(name).suffix.lower()))
        yield renamed, name


def source(address: str) -> str:
    """The address as it may be shown and kept: what stands behind ? may be a key."""
    return address.partition("?")[0].partition("#")[0]


def _fetch(address: str, path: Path) -> str:
    """Write what the address gives to ``path``; its kind as the server says."""
    host = _checked(address)
    with httpcore.ConnectionPool(network_backend=_Guarded()) as pool:
        for _step in range(_MOST_REDIRECTS + 1):
            timeouts = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), _SECONDS)}
            headers = [("Accept-Encoding", "identity"), ("User-Agent", "Sekkei")]
            try:
                with pool.stream("GET", address, headers=headers, extensions=timeouts) as answer:
                    given = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in answer.headers}
                    if answer.status in _REDIRECTS and "location" in given:
                        address = urljoin(address, given["location"])
                        if _checked(address) != host:
                            raise ForbiddenError(
                                _(
                                    "{host} leads on to another host, {other}.",
                                    host=host,
                                    other=urlsplit(address).hostname,
                                ),
                                fix=_("Give the address it leads to, if its host is allowed."),
                            )
                        continue
                    if answer.status != 200:
                        raise UnavailableError(
                            _("{host} answered with status {status}.", host=host, status=answer.status),
                            fix=_("Check the address."),
                        )
                    _save(answer, path, host)
                    return given.get("content-type", "").partition(";")[0].strip().lower()
            except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
                raise UnavailableError(
                    _("{host} does not answer: {cause}.", host=host, cause=str(error) or type(error).__name__),
                    fix=_("Check the address."),
                ) from None
    raise UnavailableError(_("{host} leads on and on.", host=host), fix=_("Check the address."))


def _save(answer: httpcore.Response, path: Path, host: str) -> None:
    limit, size = settings().max_upload_mib * 2**20, 0
    with path.open("wb") as file:
        for piece in answer.iter_stream():
            size += len(piece)
            if size > limit:
                raise DatasetFileError(
                    _("The file of {host} has more than {limit:,} MiB.", host=host, limit=settings().max_upload_mib),
                    fix=_("Import fewer rows, or raise SEKKEI_MAX_UPLOAD_MIB."),
                )
            file.write(piece)


def _checked(address: str) -> str:
    """The host of an address that may be asked."""
    if not is_allowed():
        raise ForbiddenError(
            _("Importing by address is switched off."), fix=_("Set SEKKEI_HTTP_IMPORT to the hosts it may ask.")
        )
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").lower().rstrip(".")
        port = parts.port
    except ValueError:
        host, port, parts = "", None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise InputError(_("This is no address of a file."), fix=_("Give one that begins with https://."))
    if parts.username or parts.password:
        raise InputError(_("The address holds a name or a password."), fix=_("Give one without."))
    if not (_is_listed(host) or settings().http_import.strip().lower() == "true"):
        raise ForbiddenError(
            _("The host {host} is not allowed.", host=host), fix=_("Add it to SEKKEI_HTTP_IMPORT, if it may be asked.")
        )
    return host


def _is_listed(host: str) -> bool:
    return host in {h.strip().lower() for h in settings().http_import.split(",")} - {"true", ""}


class _Guarded(httpcore.NetworkBackend):
    """Connects to the address that was looked at, so that a name cannot lead elsewhere between look and call."""

    def __init__(self) -> None:
        self.plain = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *args: Any, **options: Any) -> httpcore.NetworkStream:
        try:
            found = {str(a[4][0]) for a in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except OSError as error:
            raise httpcore.ConnectError(f"no such host ({error.strerror})") from None
        if any(_is_inside(a) for a in found) and not _is_listed(host.lower().rstrip(".")):
            raise ForbiddenError(
                _("The host {host} is inside this network.", host=host),
                fix=_("Add it to SEKKEI_HTTP_IMPORT by name, if it may be asked."),
            )
        return self.plain.connect_tcp(sorted(found)[0], port, *args, **options)


def _is_inside(address: str) -> bool:
    """Whether an address is of this machine, a private network, or a group of machines."""
    found = ipaddress.ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    return not found.is_global or found.is_multicast


def _name(address: str, kind: str) -> str:
    """What the file is called: the last part of the address, with an ending that tells its format."""
    last = PurePosixPath(unquote(urlsplit(address).path)).name.replace("\0", "")[:150] or "download"
    if PurePosixPath(last).suffix.lower() in FORMATS or kind not in _KINDS:
        return last
    return f"{last}{_KINDS[kind]}"
