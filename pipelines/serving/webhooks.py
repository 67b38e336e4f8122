"""Telling another system that a batch job is over: a signed request, tried again until it is heard.

The headers are those of the Standard Webhooks specification (``webhook-id``, ``webhook-timestamp``,
``webhook-signature``), so that its libraries can check them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.errors import ForbiddenError
from pipelines.messages import _
from pipelines.settings import settings
from pipelines.workspace import Home, write_atomic

WAITS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 21600))
"""How long after each attempt that was not heard the next one is made."""
SECONDS = 10.0
_SECRET = "webhook.secret"  # noqa: S105 - a file's name


def check(url: str) -> str:
    """``url`` if the settings allow its host. ForbiddenError otherwise."""
    hosts = {h.strip().casefold() for h in settings().webhook_hosts.split(",") if h.strip()}
    try:
        parts = urlsplit(url.strip())
        named = {(parts.hostname or "").casefold(), parts.netloc.rpartition("@")[2].casefold()}
    except ValueError:
        named, parts = set(), urlsplit("")
    if parts.scheme not in ("http", "https") or parts.username or not named & hosts:
        raise ForbiddenError(
            _("Nobody may be told at {url!r}.", url=url[:200]),
            fix=_("Allow its host with SEKKEI_WEBHOOK_HOSTS."),
        )
    return url.strip()


def signing_secret(home: Home, endpoint_id: str) -> str:
    """What an endpoint's webhooks are signed with, as receivers are given it; derived, and so nowhere written."""
    return "whsec_" + base64.b64encode(_derived(home, endpoint_id)).decode()


def _derived(home: Home, endpoint_id: str) -> bytes:
    path = home.root / _SECRET
    with home.lock("webhook-secret"):
        if not path.exists():
            write_atomic(path, _write_secret)
        return hmac.digest(path.read_bytes(), endpoint_id.encode(), hashlib.sha256)


def _write_secret(path: Path) -> None:
    path.touch(mode=0o600)  # before there is anything to read
    path.write_bytes(secrets.token_bytes(32))


def send(home: Home, endpoint_id: str, url: str, job_id: str, content: dict[str, Any]) -> None:
    """Tell ``url``. Raises when nobody heard."""
    import httpx

    check(url)
    body, stamp = json.dumps(content, default=str, ensure_ascii=False).encode(), str(int(time.time()))
    signed = hmac.digest(_derived(home, endpoint_id), f"{job_id}.{stamp}.".encode() + body, hashlib.sha256)
    headers = {
        "content-type": "application/json",
        "webhook-id": job_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }
    with httpx.Client(trust_env=False, timeout=SECONDS, follow_redirects=False) as client:
        client.post(url, content=body, headers=headers).raise_for_status()
