"""The body of a request: how large it may be, what it says it is, and the JSON in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from email.message import Message
from typing import Any, TypeVar

from fastapi import Request

from pipelines.errors import InputError
from pipelines.messages import _, alternatives
from pipelines.serving.protocols.base import JSON
from pipelines.serving.refused import Refused
from pipelines.settings import settings

CSV = "text/csv"
LONG = 64 * 1024
T = TypeVar("T")


def content_type(request: Request, kinds: tuple[str, ...] = (JSON, CSV)) -> tuple[str, str]:
    """Which of ``kinds`` the body is, and the text's encoding."""
    given = request.headers.get("content-type", "")
    if given in kinds:
        return given, "utf-8"
    header = Message()
    header["content-type"] = given
    kind = header.get_content_type() if given else ""
    if kind not in kinds:
        found = (
            _("The body is said to be {kind!r}.", kind=kind)
            if kind
            else _("The request does not say what its body is.")
        )
        raise Refused(415, found, _("Send it as {kinds}.", kinds=alternatives(kinds)))
    return kind, str(header.get_content_charset() or "utf-8")


async def body(request: Request) -> bytes:
    """The whole body; Refused when it is larger than ``request.state.body_limit``, or else the settings, allow."""
    limit = getattr(request.state, "body_limit", settings().max_request_mib * 2**20)
    declared = request.headers.get("content-length", "0")
    chunks, size = [], 0
    if not declared.isdigit() or int(declared) <= limit:
        async for chunk in request.stream():
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                break
        else:
            return b"".join(chunks)
    fix = _("Send fewer rows at a time, or score the file in batch.")
    raise Refused(
        413,
        _("The body is larger than {most} MiB.", most=f"{limit / 2**20:g}"),
        fix,
        {"connection": "close"},
    )


async def worked_out(given: bytes, work: Callable[[], T]) -> T:
    """What ``work`` makes of the body ``given``: here when that is quick, in a thread when the body is long."""
    return work() if len(given) <= LONG else await asyncio.to_thread(work)


def json_object(given: bytes, encoding: str = "utf-8") -> dict[str, Any]:
    """The body's JSON object; InputError says what is wrong with it, with line and column."""
    found = json_value(given, encoding)
    if not isinstance(found, dict):
        raise InputError(_("The body is a JSON {kind}, and an object is expected.", kind=_kind(found)))
    return found


def json_value(given: bytes, encoding: str = "utf-8") -> Any:
    """The body's JSON; InputError says what is wrong with it, with line and column."""
    try:
        return json.loads(given if encoding == "utf-8" else given.decode(encoding))
    except (UnicodeDecodeError, LookupError):
        raise InputError(_("The body is not text in {encoding}.", encoding=encoding)) from None
    except RecursionError:
        raise InputError(_("The body is nested too deeply.")) from None
    except json.JSONDecodeError as error:
        raise InputError(
            _(
                "The body is not valid JSON: {reason}, line {line}, column {column}.",
                reason=error.msg,
                line=error.lineno,
                column=error.colno,
            )
        ) from None
    except ValueError as error:  # a number of thousands of digits
        raise InputError(_("The body is not valid JSON: {reason}", reason=str(error))) from None


def _kind(value: object) -> str:
    return {list: "array", str: "string", type(None): "null", bool: "truth value"}.get(type(value), "number")
