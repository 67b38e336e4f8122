"""Endpoints: a stable name with two keys, and the model versions behind it."""

from __future__ import annotations

import builtins
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from pipelines.addresses import service_addresses, web_address
from pipelines.errors import ConflictError, InputError, NotFoundError, UnavailableError
from pipelines.logs import tail
from pipelines.messages import Joined, _, declared, enumerated
from pipelines.records import Database, DesiredState, EndpointKeyRow, EndpointRow, EndpointState, utc_now
from pipelines.serving import deployments
from pipelines.serving.access_log import Access, AccessLogs
from pipelines.serving.answers import refusal
from pipelines.serving.counterfactuals import Counterfactuals, counterfactuals
from pipelines.serving.endpoint import NOT_UP, Deployment, Endpoint, Key, describe, main_deployment, server_address
from pipelines.serving.example import request_body
from pipelines.serving.explanation import Explanation, explanation
from pipelines.serving.keys import PRIMARY, SLOTS, new_key
from pipelines.serving.monitoring import samples
from pipelines.serving.monitoring.traffic import SPANS, Span, Traffic, traffic
from pipelines.serving.protocols.library import PROTOCOLS
from pipelines.serving.protocols.openapi import Model, endpoint_document
from pipelines.serving.served import look_up
from pipelines.serving.servers import log_path
from pipelines.serving.trial import Kind, Trial, question
from pipelines.serving.variants import Ask
from pipelines.settings import settings
from pipelines.workspace import Home

if TYPE_CHECKING:
    from pipelines.serving.monitoring.report import Report
    from pipelines.serving.monitoring.truth import Live

__all__ = ["NOT_UP", "Access", "Deployment", "Endpoint", "Endpoints", "Key", "NotServedError", "Trial"]

_SETTLED = (EndpointState.HEALTHY, EndpointState.DEGRADED, EndpointState.FAILED, EndpointState.STOPPED)
WAIT_SECONDS = 120.0


class NotServedError(UnavailableError):
    """What was asked for is recorded, and nothing serves it as the services are not up.

    ``key`` is a new endpoint's, which is shown this once.
    """

    def __init__(self, endpoint: Endpoint, key: str = "") -> None:
        said = _("The endpoint {name!r} is recorded, but does not answer.", name=endpoint.name)
        super().__init__(
            Joined([said, endpoint.reason]),
            fix=_("Start them with 'python -m pipelines up': it is served then."),
        )
        self.endpoint, self.key = endpoint, key


class Endpoints:
    """The endpoints of one workspace. Their model servers run in the gateway's care, which sees changes at once."""

    def __init__(self, home: Home, database: Database) -> None:
        self.home = home
        self.database = database

    # Endpoints

    def create(
        self, name: str, model_uri: str, *, processes: int = 1, wait: bool = False, timeout: float = WAIT_SECONDS
    ) -> tuple[Endpoint, str]:
        """Serve the model under ``name``; gives the endpoint and its primary key, which is shown this once.

        With ``wait``, returns when it is healthy or has failed, at most after ``timeout`` seconds; NotServedError with
        the key, once the endpoint is made, when the services are not up.
        """
        if not deployments.NAME.fullmatch(name):
            raise InputError(
                _("{name!r} cannot name an endpoint.", name=name),
                fix=_("Use 1 to 63 small letters, digits and '-', as in price-1."),
            )
        if self._exists(name):
            raise _taken(name)
        model = look_up(self.home, model_uri)
        key, kept = new_key()
        row = EndpointRow(
            name=name,
            keys=[EndpointKeyRow(slot=PRIMARY, hash=kept.hash, salt=kept.salt, hint=kept.hint)],
            deployments=[
                deployments.new_row(model, deployments.default_name(model), processes, traffic=deployments.WHOLE)
            ],
        )
        try:
            with self.database.session() as session:
                session.add(row)
        except sa.exc.IntegrityError as error:
            raise _taken(name) from error
        return (self._waited(name, timeout, key) if wait else self.get(name)), key

    def get(self, name: str) -> Endpoint:
        """The endpoint as it is now; NotFoundError when there is none."""
        with self.database.session(read_only=True) as session:
            return self._described([_row(session, name)])[0]

    def list(self) -> builtins.list[Endpoint]:
        """All endpoints, by name."""
        with self.database.session(read_only=True) as session:
            return self._described(builtins.list(session.scalars(sa.select(EndpointRow).order_by(EndpointRow.name))))

    def start(self, name: str) -> Endpoint:
        """Have its model servers run, also those that failed."""
        with self._changing(name) as row:
            row.desired = DesiredState.RUNNING.value
            for deployment in row.deployments:
                if deployment.desired == DesiredState.RUNNING.value:
                    deployment.state, deployment.reason = EndpointState.STARTING.value, ""
        return self.get(name)

    def stop(self, name: str) -> Endpoint:
        """Have its model servers end; name, keys and deployments stay."""
        with self._changing(name) as row:
            row.desired = DesiredState.STOPPED.value
        return self.get(name)

    def delete(self, name: str) -> None:
        """End its model servers and forget name, keys, samples and true values."""
        with self.database.session() as session:
            session.delete(_row(session, name, lock=True))
        samples.forget(self.home, name)

    def wait(self, name: str, timeout: float = WAIT_SECONDS) -> Endpoint:
        """The endpoint when it has settled and no update is under way, or when ``timeout`` seconds have passed."""
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            found = self.get(name)
            if found.state is EndpointState.STOPPED or (found.state in _SETTLED and found.updating is None):
                break
            time.sleep(0.1)
        return self.get(name)

    # Keys and limits

    def rotate_key(self, name: str, slot: str = PRIMARY) -> str:
        """A new primary or secondary key, shown this once; the old one of that slot is refused from now on."""
        _check_slot(slot)
        key, kept = new_key()
        with self._changing(name) as row:
            found = next((k for k in row.keys if k.slot == slot), None)
            if found is None:
                row.keys.append(EndpointKeyRow(slot=slot, hash=kept.hash, salt=kept.salt, hint=kept.hint))
            else:
                found.hash, found.salt, found.hint, found.created_at = kept.hash, kept.salt, kept.hint, utc_now()
        return key

    def revoke_key(self, name: str, slot: str) -> None:
        """Have a key refused from now on, without a new one; the other one stays."""
        _check_slot(slot)
        with self._changing(name) as row:
            kept = [k for k in row.keys if k.slot != slot]
            if not kept:
                raise ConflictError(_("This is the endpoint's only key."), fix=_("Make the other one first."))
            row.keys = kept

    def set_limits(
        self, name: str, *, requests_per_minute: int | None = None, max_request_mib: float | None = None
    ) -> Endpoint:
        """How often and with how large a request the endpoint may be asked; None: as the settings allow."""
        if (requests_per_minute is not None and requests_per_minute < 1) or (
            max_request_mib is not None and not 0 < max_request_mib <= settings().max_request_mib
        ):
            raise InputError(
                _("A limit is at least one request a minute, and at most {most} MiB.", most=settings().max_request_mib)
            )
        with self._changing(name) as row:
            row.rate_limit = requests_per_minute
            row.body_limit = round(max_request_mib * 2**20) if max_request_mib is not None else None
        return self.get(name)

    # Deployments

    def deploy(
        self,
        name: str,
        model_uri: str,
        *,
        deployment: str = "",
        traffic: int = 0,
        shadow: bool = False,
        processes: int = 1,
    ) -> Endpoint:
        """Put one more model version behind the endpoint, with ``traffic`` percent taken from the others.

        Until it is proven, and whenever it does not serve, the others answer its share too. A ``shadow`` is asked
        whatever the endpoint is; its answers are compared and counted, and never returned. Callers can choose it by the
        header ``azureml-model-deployment``.
        """
        model = look_up(self.home, model_uri)
        with self._changing(name) as row:
            deployments.add(row, model, deployment, traffic, shadow, processes)
        return self.get(name)

    def update(
        self,
        name: str,
        model_uri: str,
        *,
        deployment: str = "",
        processes: int | None = None,
        wait: bool = False,
        timeout: float = WAIT_SECONDS,
    ) -> Endpoint:
        """Put another model version in the place of a deployment (the one with traffic), without losing a request.

        It is started, asked for its own example, warmed, and only then gets the traffic; requests that are under way
        end at the old one. A version that fails its check never gets any. With ``wait``, returns when it is over;
        InputError with the reason when the version failed, NotServedError when the services are not up.
        """
        model = look_up(self.home, model_uri)
        with self._changing(name) as row:
            made = deployments.update(row, model, deployment, processes)
        return self._updated(name, made.name, timeout) if wait else self.get(name)

    def rollback(
        self, name: str, *, deployment: str = "", wait: bool = False, timeout: float = WAIT_SECONDS
    ) -> Endpoint:
        """Back to the version before the last update, as an update goes; or give up the update that is under way."""
        with self._changing(name) as row:
            old = deployments.pending(row, deployment)
            if old is not None:
                deployments.cancel(row, old)
        if old is not None:
            return self._waited(name, timeout) if wait else self.get(name)
        with self.database.session(read_only=True) as session:
            current, earlier = deployments.before(_row(session, name), deployment)
        return self.update(name, earlier.model_uri, deployment=current.name, wait=wait, timeout=timeout)

    def set_traffic(self, name: str, shares: Mapping[str, int]) -> Endpoint:
        """Share the traffic anew, in whole percents that add up to 100; deployments not named get none."""
        return self._change(name, lambda row: deployments.set_traffic(row, shares))

    def set_shadow(self, name: str, deployment: str, shadow: bool = True) -> Endpoint:
        """Make a deployment without traffic a shadow, or no longer."""
        return self._change(name, lambda row: deployments.set_shadow(row, deployment, shadow))

    def set_processes(self, name: str, deployment: str, processes: int) -> Endpoint:
        """Have a deployment served by so many processes, one worker each."""
        return self._change(name, lambda row: deployments.set_processes(row, deployment, processes))

    def remove(self, name: str, deployment: str) -> Endpoint:
        """End a deployment that gets no traffic, and forget it."""
        with self.database.session() as session:
            row = _row(session, name, lock=True)
            row.deployments.remove(deployments.remove(row, deployment))
        (samples.truth_folder(self.home, name) / f"{deployment}.parquet").unlink(missing_ok=True)
        return self.get(name)

    # Looking

    def test(self, name: str, rows: builtins.list[dict[str, Any]], *, deployment: str = "") -> dict[str, Any]:
        """What a deployment (the one with the most traffic) answers for ``rows``, asked directly and without a key.

        InputError with the model's own words when it refuses them; UnavailableError when it is not up.
        """
        return self._asked(self.get(name), deployment, request_body(rows))

    def try_rows(self, name: str, content: bytes, kind: Kind = "json", *, deployment: str = "") -> Trial:
        """Rows written as JSON or CSV, read by the contract as the gateway does, with the answers and its warnings.

        InputError, or ContractError with row and column, when they cannot be asked; UnavailableError as for ``test``.
        """
        found = self.get(name)
        wanted = question(content, kind, _chosen(found, deployment).contract)
        return wanted.answered(self._asked(found, deployment, wanted.asked.body))

    def explain(self, name: str, row: Mapping[str, Any], *, deployment: str = "") -> Explanation:
        """How far each column's value moves a deployment's answer to ``row``, strongest first.

        Found by asking for the row with each column's typical value in turn, so that any model with a contract can be
        asked. Errors as for ``try_rows``.
        """
        found = self.get(name)
        return explanation(_chosen(found, deployment).contract, row, self._asking(found, deployment))

    def counterfactuals(
        self,
        name: str,
        row: Mapping[str, Any],
        *,
        target: float | str | None = None,
        deployment: str = "",
        most: int = 12,
    ) -> Counterfactuals:
        """The smallest changes to ``row`` that change a deployment's answer, with values that training saw.

        ``target``: the class, or the number, to get to. Errors as for ``try_rows``.
        """
        found = self.get(name)
        contract = _chosen(found, deployment).contract
        return counterfactuals(contract, row, self._asking(found, deployment), target=target, most=most)

    def swagger(self, name: str) -> dict[str, Any]:
        """The OpenAPI document of the endpoint's model, as the gateway gives it at ``/endpoints/NAME/swagger.json``."""
        found = self.get(name)
        server = found.url.removesuffix(f"/endpoints/{name}/invocations")
        return endpoint_document(name, Model(found.contract, found.example), PROTOCOLS, server)

    def requests(self, name: str, limit: int = 100) -> builtins.list[Access]:
        """The last requests to the endpoint, newest first, as its access log has them."""
        self.get(name)
        return AccessLogs(self.home).read(name, limit)

    def log(self, name: str, deployment: str = "", lines: int = 200) -> str:
        """The last lines that the deployment's model servers wrote."""
        return tail(log_path(self.home, name, _chosen(self.get(name), deployment).name), lines)

    def traffic(self, name: str, span: Span = "day") -> Traffic:
        """Requests, errors and latencies in the last ``hour``, ``day`` or ``week``, from the access log."""
        self.get(name)
        if span not in SPANS:
            raise InputError(_("Traffic is told for one of {spans}.", spans=enumerated(list(SPANS))))
        now = utc_now()
        return traffic(AccessLogs(self.home).since(name, now - SPANS[span][0]), span, now)

    def drift(self, name: str, deployment: str = "") -> Report:
        """How far what a deployment was asked and answered of late is from the rows its model was trained on.

        From the samples that the gateway keeps, as many as the setting ``SEKKEI_MONITOR_ROWS`` says.
        """
        from pipelines.serving.monitoring.report import report

        chosen = _chosen(found := self.get(name), deployment)

        def answers(rows: builtins.list[dict[str, Any]]) -> builtins.list[Any]:
            return builtins.list(self.test(name, rows, deployment=chosen.name)["predictions"])

        return report(self.home, self.database, found, chosen, answers)

    def _asking(self, found: Endpoint, deployment: str) -> Ask:
        """Asks the deployment for rows; its answers, an object a row."""
        contract = _chosen(found, deployment).contract

        def ask(rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
            wanted = question(request_body(rows), "json", contract)
            return wanted.answered(self._asked(found, deployment, wanted.asked.body)).answers

        return ask

    def add_truth(
        self,
        name: str,
        path: Path | str,
        *,
        id_column: str = "",
        column: str = "",
        deployment: str = "",
        file_name: str | None = None,
    ) -> Live:
        """Take what was true of rows that a deployment was asked from a file, and measure its answers by that.

        Rows are told by ``request_id`` and, where a request had several, ``row`` from 1; or by an ``id_column`` that
        the requests have too. ``column`` has the true values: that of the label unless said.
        """
        from pipelines.serving.monitoring import truth

        chosen = _chosen(found := self.get(name), deployment)
        options = {"id_column": id_column, "column": column, "file_name": file_name}
        truth.add(self.home, found, chosen, Path(path), **options)  # type: ignore[arg-type]
        return truth.live(self.home, found, chosen)

    def live_metrics(self, name: str, deployment: str = "") -> Live:
        """How good a deployment's sampled answers are by the true values given so far, and how good in training."""
        from pipelines.serving.monitoring import truth

        return truth.live(self.home, found := self.get(name), _chosen(found, deployment))

    def _asked(self, found: Endpoint, deployment: str, body: bytes) -> dict[str, Any]:
        """What a model server of the deployment answers to ``body``."""
        import httpx

        chosen = _chosen(found, deployment)
        server = next((s for s in chosen.servers if s.is_alive and chosen.is_serving and s.port), None)
        if server is None:
            said = _("The endpoint {name!r} is {state}.", name=found.name, state=declared(chosen.state.value))
            raise UnavailableError(Joined([said, chosen.reason]))
        try:
            with httpx.Client(trust_env=False, timeout=settings().endpoint_timeout) as client:
                headers = {"content-type": "application/json"}
                answer = client.post(server_address(server), content=body, headers=headers)
        except httpx.TimeoutException as error:
            raise UnavailableError(_("The prediction took too long.")) from error
        except httpx.HTTPError as error:
            raise UnavailableError(
                _("The endpoint {name!r} did not answer; it is being restarted.", name=found.name)
            ) from error
        if answer.status_code != 200:
            raise InputError(refusal(answer.status_code, answer.content))
        return answer.json()

    def _exists(self, name: str) -> bool:
        with self.database.session(read_only=True) as session:
            return session.scalar(sa.select(EndpointRow.id).where(EndpointRow.name == name)) is not None

    @contextmanager
    def _changing(self, name: str) -> Iterator[EndpointRow]:
        with self.database.session() as session:
            yield _row(session, name, lock=True)

    def _change(self, name: str, change: Callable[[EndpointRow], None]) -> Endpoint:
        with self._changing(name) as row:
            change(row)
        return self.get(name)

    def _waited(self, name: str, timeout: float, key: str = "") -> Endpoint:
        """As ``wait``; NotServedError when there is nothing to wait for."""
        found = self.wait(name, timeout)
        if found.state is EndpointState.STOPPED and found.reason == NOT_UP:
            raise NotServedError(found, key)
        return found

    def _updated(self, name: str, deployment: str, timeout: float) -> Endpoint:
        """The endpoint once an update is over; InputError when its version failed."""
        found = self._waited(name, timeout)
        made = next((d for d in found.deployments if d.name == deployment), None)
        if made is not None and made.state is EndpointState.FAILED:
            raise InputError(
                Joined([_("The version {uri} was not put in place.", uri=made.model_uri), made.reason]),
                fix=_("The version before it goes on answering."),
            )
        return found

    def _described(self, rows: builtins.list[EndpointRow]) -> builtins.list[Endpoint]:
        """The endpoints as they are: what a row says of a process that is gone is not repeated."""
        address = service_addresses(self.home).api_url
        base = address or web_address(settings().host, settings().api_port)
        return [describe(row, address, base) for row in rows]


def _row(session: sa.orm.Session, name: str, *, lock: bool = False) -> EndpointRow:
    wanted = sa.select(EndpointRow).where(EndpointRow.name == name)
    row = session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise NotFoundError("endpoint", name, session.scalars(sa.select(EndpointRow.name)))
    return row


def _chosen(endpoint: Endpoint, name: str) -> Deployment:
    found = next((d for d in endpoint.deployments if d.name == name), None)
    found = found if name else main_deployment(endpoint.deployments)
    if found is None:
        raise NotFoundError("deployment", name, [d.name for d in endpoint.deployments])
    return found


def _check_slot(slot: str) -> None:
    if slot not in SLOTS:
        raise InputError(_("An endpoint has a primary and a secondary key, and none called {slot!r}.", slot=slot))


def _taken(name: str) -> ConflictError:
    return ConflictError(
        _("There is an endpoint {name!r} already.", name=name), fix=_("Choose another name, or delete that one.")
    )
