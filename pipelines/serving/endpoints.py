"""Endpoints: a stable name with a key, and the model version behind it."""

from __future__ import annotations

import builtins
import json
import math
import re
import time
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa

from pipelines.addresses import service_addresses, web_address
from pipelines.chain.contract import Contract
from pipelines.errors import ConflictError, InputError, NotFoundError, UnavailableError
from pipelines.messages import Joined, _, declared
from pipelines.processes import ProcessId
from pipelines.records import Database, DesiredState, EndpointRow, EndpointState
from pipelines.serving.answers import refusal
from pipelines.serving.keys import KeyHash, new_key
from pipelines.serving.served import ServedModel, look_up
from pipelines.settings import settings
from pipelines.workspace import Home

_NAME = re.compile(r"[a-z0-9-]{1,63}")
_SERVING = (EndpointState.HEALTHY, EndpointState.UNHEALTHY)
NOT_UP = _("The studio's services are not up.")


@dataclass(frozen=True)
class Endpoint:
    """A served model. ``reason`` says why it is not healthy; ``example`` is a row to try it with."""

    name: str
    url: str
    state: EndpointState
    reason: str
    model_uri: str
    model_name: str | None
    model_version: str | None
    key_hint: str
    restarts: int
    created_at: datetime
    contract: Contract | None = None
    example: dict[str, Any] = field(default_factory=dict)


class Endpoints:
    """The endpoints of one workspace. Their model servers run in the gateway's care, which sees changes at once."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home = home
        self.database = database

    def create(self, name: str, model_uri: str, *, wait: bool = False, timeout: float = 120.0) -> tuple[Endpoint, str]:
        """Serve the model under ``name``; gives the endpoint and its key, which is shown this once.

        With ``wait``, returns when it is healthy or has failed, at most after ``timeout`` seconds.
        """
        if not _NAME.fullmatch(name):
            raise InputError(
                _("{name!r} cannot name an endpoint.", name=name),
                fix=_("Use 1 to 63 small letters, digits and '-', as in price-1."),
            )
        if self._exists(name):
            raise _taken(name)
        model = look_up(self.home, model_uri)
        key, kept = new_key()
        try:
            with self.database.session() as session:
                session.add(_new_row(name, model, kept))
        except sa.exc.IntegrityError as error:
            raise _taken(name) from error
        return (self.wait(name, timeout) if wait else self.get(name)), key

    def get(self, name: str) -> Endpoint:
        """The endpoint as it is now; NotFoundError when there is none."""
        return self._truth([self._row(name)])[0]

    def list(self) -> builtins.list[Endpoint]:
        """All endpoints, by name."""
        with self.database.session(read_only=True) as session:
            rows = list(session.scalars(sa.select(EndpointRow).order_by(EndpointRow.name)))
        return self._truth(rows)

    def start(self, name: str) -> Endpoint:
        """Have its model server run, also after it failed."""
        starting = {"desired": DesiredState.RUNNING.value, "state": EndpointState.STARTING.value, "reason": ""}
        if self.get(name).state not in (*_SERVING, EndpointState.STARTING):
            self._update(name, starting)
        return self.get(name)

    def stop(self, name: str) -> Endpoint:
        """Have its model server end; name and key stay."""
        self._update(name, {"desired": DesiredState.STOPPED.value, "state": EndpointState.STOPPED.value, "reason": ""})
        return self.get(name)

    def delete(self, name: str) -> None:
        """End its model server and forget name and key."""
        with self.database.session() as session:
            session.delete(self._row(name))

    def rotate_key(self, name: str) -> str:
        """A new key for the endpoint, shown this once; the old one is refused from now on."""
        key, kept = new_key()
        self._update(name, {"key_hash": kept.hash, "key_salt": kept.salt, "key_hint": kept.hint})
        return key

    def wait(self, name: str, timeout: float = 120.0) -> Endpoint:
        """The endpoint when it is healthy, has failed or was stopped, or when ``timeout`` seconds have passed."""
        settled = (EndpointState.HEALTHY, EndpointState.FAILED, EndpointState.STOPPED)
        until = time.monotonic() + timeout
        while (found := self.get(name)).state not in settled and time.monotonic() < until:
            time.sleep(0.1)
        return found

    def test(self, name: str, rows: builtins.list[dict[str, Any]]) -> dict[str, Any]:
        """What the endpoint's model server answers for ``rows``, asked directly and without the key.

        InputError with the model's own words when it refuses them; UnavailableError when it is not up.
        """
        import httpx

        row = self._row(name)
        found = self._truth([row])[0]
        if found.state not in _SERVING or row.port is None:
            raise UnavailableError(
                Joined(
                    [_("The endpoint {name!r} is {state}.", name=name, state=declared(found.state.value)), found.reason]
                )
            )
        url = f"{web_address('127.0.0.1', row.port)}/invocations"
        try:
            with httpx.Client(trust_env=False, timeout=settings().endpoint_timeout) as client:
                answer = client.post(url, content=_records(rows), headers={"content-type": "application/json"})
        except httpx.TimeoutException as error:
            raise UnavailableError(_("The prediction took too long.")) from error
        except httpx.HTTPError as error:
            raise UnavailableError(
                _("The endpoint {name!r} did not answer; it is being restarted.", name=name)
            ) from error
        if answer.status_code != 200:
            raise InputError(refusal(answer.status_code, answer.content))
        return answer.json()

    def _exists(self, name: str) -> bool:
        with self.database.session(read_only=True) as session:
            return session.scalar(sa.select(EndpointRow.id).where(EndpointRow.name == name)) is not None

    def _row(self, name: str) -> EndpointRow:
        with self.database.session(read_only=True) as session:
            row = session.scalar(sa.select(EndpointRow).where(EndpointRow.name == name))
            if row is None:
                raise NotFoundError("endpoint", name, session.scalars(sa.select(EndpointRow.name)))
            return row

    def _update(self, name: str, values: dict[str, Any]) -> None:
        row = self._row(name)
        with self.database.session() as session:
            session.execute(sa.update(EndpointRow).where(EndpointRow.id == row.id).values(**values))

    def _truth(self, rows: builtins.list[EndpointRow]) -> builtins.list[Endpoint]:
        """The endpoints as they are: what a row says of a process that is gone is not repeated."""
        address = service_addresses(self.home).api_url
        base = address or web_address(settings().host, settings().api_port)
        return [_now(_endpoint(row, base), row, address is not None) for row in rows]


def _now(endpoint: Endpoint, row: EndpointRow, gateway: bool) -> Endpoint:
    if row.desired == DesiredState.STOPPED.value:
        return replace(endpoint, state=EndpointState.STOPPED)
    lives = row.pid is not None and ProcessId(row.pid, row.process_started or 0.0).is_alive
    if not gateway and not lives:
        return replace(endpoint, state=EndpointState.STOPPED, reason=NOT_UP)
    if endpoint.state in _SERVING and not lives:
        return replace(endpoint, state=EndpointState.RESTARTING, reason=_("Its model server has ended."))
    return endpoint


def _endpoint(row: EndpointRow, base: str) -> Endpoint:
    return Endpoint(
        name=row.name,
        url=f"{base}/endpoints/{row.name}/invocations",
        state=EndpointState(row.state),
        reason=row.reason,
        model_uri=row.model_uri,
        model_name=row.model_name,
        model_version=row.model_version,
        key_hint=row.key_hint,
        restarts=row.restarts,
        created_at=row.created_at,
        contract=Contract.model_validate(row.contract) if row.contract else None,
        example=row.example or {},
    )


def _new_row(name: str, model: ServedModel, key: KeyHash) -> EndpointRow:
    return EndpointRow(
        name=name,
        model_uri=model.uri,
        model_name=model.name,
        model_version=model.version,
        contract=model.contract.model_dump(mode="json") if model.contract else None,
        example=model.example,
        key_hash=key.hash,
        key_salt=key.salt,
        key_hint=key.hint,
    )


def _taken(name: str) -> ConflictError:
    return ConflictError(
        _("There is an endpoint {name!r} already.", name=name), fix=_("Choose another name, or delete that one.")
    )


def _records(rows: builtins.list[dict[str, Any]]) -> bytes:
    plain = [{str(name): _plain(value) for name, value in row.items()} for row in rows]
    return json.dumps({"dataframe_records": plain}, default=str, allow_nan=False).encode()


def _plain(value: Any) -> Any:
    """A cell as JSON has it: missing is null, whatever pandas or NumPy call it."""
    if value is None or isinstance(value, list | dict):
        return value
    value = value.item() if isinstance(value, np.generic) else value
    if pd.isna(value) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value.isoformat() if isinstance(value, date) else value
