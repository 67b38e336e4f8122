"""Endpoints: a stable name with two keys, and the model versions behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from pipelines.errors import ConflictError, InputError
from pipelines.messages import Joined, _
from pipelines.records import DesiredState, EndpointKeyRow, EndpointRow, EndpointState, utc_now
from pipelines.serving import deployments
from pipelines.serving.access_log import Access
from pipelines.serving.endpoint import NOT_UP, Deployment, Endpoint, Key, row_of
from pipelines.serving.keys import PRIMARY, SLOTS, new_key
from pipelines.serving.monitored import MonitoredEndpoints
from pipelines.serving.monitoring import samples
from pipelines.serving.served import look_up
from pipelines.serving.trial import Trial
from pipelines.serving.watching import WAIT_SECONDS, NotServedError
from pipelines.settings import settings

__all__ = ["NOT_UP", "Access", "Deployment", "Endpoint", "Endpoints", "Key", "NotServedError", "Trial"]


class Endpoints(MonitoredEndpoints):
    """The endpoints of one workspace. Their model servers run in the gateway's care, which sees changes at once."""

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
            session.delete(row_of(session, name, lock=True))
        samples.forget(self.home, name)

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
            current, earlier = deployments.before(row_of(session, name), deployment)
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
            row = row_of(session, name, lock=True)
            row.deployments.remove(deployments.remove(row, deployment))
        (samples.truth_folder(self.home, name) / f"{deployment}.parquet").unlink(missing_ok=True)
        return self.get(name)

    # Inside

    def _exists(self, name: str) -> bool:
        with self.database.session(read_only=True) as session:
            return session.scalar(sa.select(EndpointRow.id).where(EndpointRow.name == name)) is not None

    @contextmanager
    def _changing(self, name: str) -> Iterator[EndpointRow]:
        with self.database.session() as session:
            yield row_of(session, name, lock=True)

    def _change(self, name: str, change: Callable[[EndpointRow], None]) -> Endpoint:
        with self._changing(name) as row:
            change(row)
        return self.get(name)

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


def _check_slot(slot: str) -> None:
    if slot not in SLOTS:
        raise InputError(_("An endpoint has a primary and a secondary key, and none called {slot!r}.", slot=slot))


def _taken(name: str) -> ConflictError:
    return ConflictError(
        _("There is an endpoint {name!r} already.", name=name), fix=_("Choose another name, or delete that one.")
    )
