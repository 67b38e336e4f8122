"""The body of a request: how large it may be, and what it says it is."""

from __future__ import annotations

from email.message import Message

from fastapi import Request

from pipelines.messages import _
from pipelines.serving.protocols.base import JSON
from pipelines.serving.refused import Refused
from pipelines.settings import settings

CSV = "text/csv"


def content_type(request: Request) -> tuple[str, str]:
    """JSON or CSV, and the text's encoding."""
    given = request.headers.get("content-type", "")
    if given in (JSON, CSV):
        return given, "utf-8"
    header = Message()
    header["content-type"] = given
    kind = header.get_content_type() if given else ""
    if kind not in (JSON, CSV):
        found = (
            _("The body is said to be {kind!r}.", kind=kind)
            if kind
            else _("The request does not say what its body is.")
        )
        raise Refused(415, found, _("Send it as {json} or {csv}.", json=JSON, csv=CSV))
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
