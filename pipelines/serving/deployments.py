"""Changes of an endpoint's deployments, on its row in the records: each is one step, whole or not at all."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from pipelines.errors import ConflictError, InputError, NotFoundError
from pipelines.messages import _
from pipelines.records import DeploymentRow, DesiredState, EndpointRow, EndpointState
from pipelines.serving.served import ServedModel

NAME = re.compile(r"[a-z0-9-]{1,63}")
KEPT = 10
MOST_PROCESSES = 32
WHOLE = 100

_RUNNING, _STOPPED = DesiredState.RUNNING.value, DesiredState.STOPPED.value


def new_row(model: ServedModel, name: str, processes: int, traffic: int = 0, shadow: bool = False) -> DeploymentRow:
    """A deployment of the model that shall run."""
    if not 1 <= processes <= MOST_PROCESSES:
        raise InputError(
            _("A deployment has 1 to {most} processes, not {count}.", most=MOST_PROCESSES, count=processes)
        )
    return DeploymentRow(
        name=name,
        model_uri=model.uri,
        model_name=model.name,
        model_version=model.version,
        contract=model.contract.model_dump(mode="json") if model.contract else None,
        example=model.example,
        processes=processes,
        traffic=traffic,
        shadow=shadow,
    )


def default_name(model: ServedModel, taken: Sequence[str] = ()) -> str:
    """``v3`` for version 3, with a number behind where that is taken."""
    wanted = f"v{model.version}" if model.version else "model"
    return next(n for n in (wanted, *(f"{wanted}-{i}" for i in range(2, 10_000))) if n not in taken)


def find(row: EndpointRow, name: str) -> DeploymentRow:
    """The deployment of this name, whether it runs or not."""
    found = next((d for d in row.deployments if d.name == name), None)
    if found is None:
        raise NotFoundError("deployment", name, [d.name for d in row.deployments])
    return found


def target(row: EndpointRow, name: str = "") -> DeploymentRow:
    """The running deployment of this name, or the one that gets traffic where there is only one."""
    running = [d for d in row.deployments if d.desired == _RUNNING and d.replaces is None]
    if name:
        found = find(row, name)
        if found not in running:
            raise ConflictError(_("The deployment {name!r} is not running.", name=name))
        return found
    asked = [d for d in running if d.traffic > 0] or running
    if len(asked) != 1:
        raise InputError(
            _("The endpoint {name!r} has several deployments.", name=row.name),
            fix=_("Name one of {names}.", names=", ".join(d.name for d in asked)),
        )
    return asked[0]


def add(
    row: EndpointRow, model: ServedModel, name: str = "", traffic: int = 0, shadow: bool = False, processes: int = 1
) -> DeploymentRow:
    """One more deployment; the others give it ``traffic`` percent, each in proportion to what it has."""
    if name and not NAME.fullmatch(name):
        raise InputError(
            _("{name!r} cannot name a deployment.", name=name),
            fix=_("Use 1 to 63 small letters, digits and '-', as in blue-2."),
        )
    if not 0 <= traffic <= WHOLE or (shadow and traffic):
        raise InputError(_("A deployment gets 0 to 100 percent of the traffic, a shadow none."))
    taken = [d.name for d in row.deployments]
    if name in taken:
        raise ConflictError(
            _("There is a deployment {name!r} already.", name=name), fix=_("Choose another name, or remove that one.")
        )
    made = new_row(model, name or default_name(model, taken), processes, shadow=shadow)
    if traffic:
        running = [d for d in row.deployments if d.desired == _RUNNING and d.traffic > 0]
        shares = _scaled([d.traffic for d in running], WHOLE - traffic)
        for deployment, share in zip(running, shares, strict=True):
            deployment.traffic = share
        made.traffic = traffic if running else WHOLE
    row.deployments.append(made)
    return made


def update(row: EndpointRow, model: ServedModel, name: str = "", processes: int | None = None) -> DeploymentRow:
    """A deployment of the model that takes over from a running one as soon as it is proven.

    An earlier update that has not yet taken over is given up. A retired deployment of the same model runs again.
    """
    if row.desired == _STOPPED:
        raise ConflictError(_("The endpoint {name!r} is stopped.", name=row.name), fix=_("Start it first."))
    old = target(row, name)
    cancel(row, old)
    if model.uri == old.model_uri:
        raise ConflictError(_("The deployment {name!r} serves {uri} already.", name=old.name, uri=model.uri))
    retired = [d for d in row.deployments if d.desired == _STOPPED and d.model_uri == model.uri]
    if retired:
        made = retired[-1]
        made.desired, made.state, made.reason, made.restarts = _RUNNING, EndpointState.STARTING.value, "", 0
        made.processes, made.servers = processes or old.processes, []
    else:
        taken = [d.name for d in row.deployments]
        made = new_row(model, default_name(model, taken), processes or old.processes)
        row.deployments.append(made)
    made.replaces = old.id
    _forget_oldest(row)
    return made


def cancel(row: EndpointRow, old: DeploymentRow) -> bool:
    """Give up the updates of a deployment that have not yet taken over; whether there was one."""
    pending = [d for d in row.deployments if d.replaces == old.id and d.desired == _RUNNING]
    for deployment in pending:
        deployment.replaces, deployment.desired = None, _STOPPED
        deployment.state, deployment.reason, deployment.servers = EndpointState.STOPPED.value, "", []
    return bool(pending)


def pending(row: EndpointRow, name: str = "") -> DeploymentRow | None:
    """The deployment (of this name) that an update is about to take over from; None when there is none."""
    waiting = {d.replaces for d in row.deployments if d.replaces is not None and d.desired == _RUNNING}
    return next((d for d in row.deployments if d.id in waiting and name in ("", d.name)), None)


def before(row: EndpointRow, name: str = "") -> tuple[DeploymentRow, DeploymentRow]:
    """A running deployment and the one it took over from; without a name, of the last switch."""
    running = [d for d in row.deployments if d.desired == _RUNNING and d.replaces is None]
    switched = [d for d in running if d.predecessor and name in ("", d.name)]
    switched.sort(key=lambda d: d.proven_at or d.created_at)
    by_id = {d.id: d for d in row.deployments}
    earlier = by_id.get(switched[-1].predecessor or "") if switched else None
    if earlier is None:
        raise ConflictError(_("The endpoint {name!r} has no version before this one.", name=row.name))
    return switched[-1], earlier


def set_traffic(row: EndpointRow, shares: Mapping[str, int]) -> None:
    """Share the traffic anew, in percent; deployments that are not named get none."""
    for name, share in shares.items():
        found = find(row, name)
        if share and (found.desired != _RUNNING or found.replaces is not None):
            raise ConflictError(_("The deployment {name!r} is not running.", name=name))
        if share and found.shadow:
            raise ConflictError(_("The deployment {name!r} is a shadow, which gets no traffic.", name=name))
    if any(not isinstance(s, int) or s < 0 for s in shares.values()) or sum(shares.values()) != WHOLE:
        raise InputError(_("The shares of the traffic are whole percents that add up to 100."))
    for deployment in row.deployments:
        deployment.traffic = shares.get(deployment.name, 0)


def set_shadow(row: EndpointRow, name: str, shadow: bool) -> None:
    """Have a deployment asked whatever the endpoint is, without answering; or no longer."""
    found = target(row, name)
    if shadow and found.traffic:
        raise ConflictError(
            _("The deployment {name!r} gets traffic.", name=name), fix=_("Give its traffic to another one first.")
        )
    found.shadow, found.compared = shadow, None if shadow else found.compared


def set_processes(row: EndpointRow, name: str, processes: int) -> None:
    """Have a deployment served by so many processes."""
    if not 1 <= processes <= MOST_PROCESSES:
        raise InputError(
            _("A deployment has 1 to {most} processes, not {count}.", most=MOST_PROCESSES, count=processes)
        )
    target(row, name).processes = processes


def remove(row: EndpointRow, name: str) -> DeploymentRow:
    """The deployment, ready to be deleted: it must not get traffic."""
    found = find(row, name)
    if found.traffic:
        raise ConflictError(
            _("The deployment {name!r} gets traffic.", name=name), fix=_("Give its traffic to another one first.")
        )
    return found


def _scaled(shares: Sequence[int], whole: int) -> list[int]:
    """Whole numbers in proportion to ``shares`` that add up to ``whole``: the largest remainders are rounded up."""
    total = sum(shares)
    exact = [s * whole / total for s in shares]
    found = [math.floor(e) for e in exact]
    for i in sorted(range(len(shares)), key=lambda i: found[i] - exact[i])[: whole - sum(found)]:
        found[i] += 1
    return found


def _forget_oldest(row: EndpointRow) -> None:
    """Only the last retired deployments can be rolled back to."""
    retired = [d for d in row.deployments if d.desired == _STOPPED]
    needed = {d.predecessor for d in row.deployments if d.desired == _RUNNING}
    for deployment in [d for d in retired if d.id not in needed][:-KEPT]:
        row.deployments.remove(deployment)
