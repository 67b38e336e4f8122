"""What another run changed about a model: its pipeline, its data and what it asks for. Edits are kept and say so."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.chain.contract import Contract, ContractColumn
from pipelines.document.difference import difference
from pipelines.document.model import InferenceEdits
from pipelines.inference.of_run import RunModel
from pipelines.messages import _, enumerated
from pipelines.tracking import RunDetail


def changes(before: RunModel, after: RunModel) -> list[str]:
    """One line a change from one run's model to another's; empty when model and fitted state alone are new."""
    found = [*_data(before.run, after.run), *difference(before.document, after.document)]
    one, other = before.chain.contract, after.chain.contract
    return found + (list(_contract(one, other)) if one is not None and other is not None else [])


def kept(edits: InferenceEdits) -> list[str]:
    """The names of the edits that a new run keeps."""
    return list(edits.model_dump(mode="json", exclude_defaults=True))


def _data(before: RunDetail, after: RunDetail) -> Iterator[str]:
    then = {d.step: d for d in before.datasets}
    for use in after.datasets:
        earlier = then.get(use.step)
        if earlier is not None and (earlier.name, earlier.version) != (use.name, use.version):
            yield _(
                "{step}: {new} version {new_version} ({rows:,} rows) instead of {old} version {old_version}.",
                step=use.step,
                new=use.name,
                new_version=use.version,
                rows=use.rows,
                old=earlier.name,
                old_version=earlier.version,
            )


def _contract(before: Contract, after: Contract) -> Iterator[str]:
    then, now = ({c.name: c for c in contract.columns} for contract in (before, after))
    if new := [repr(n) for n in now if n not in then]:
        yield _("The model now asks for {columns}.", columns=enumerated(new, 5))
    if gone := [repr(n) for n in then if n not in now]:
        yield _("The model no longer asks for {columns}.", columns=enumerated(gone, 5))
    for name, column in now.items():
        if name in then:
            yield from _column(then[name], column)


def _column(before: ContractColumn, after: ContractColumn) -> Iterator[str]:
    if before.type != after.type:
        yield _("Column {column!r} is {new} instead of {old}.", column=after.name, new=after.type, old=before.type)
    if after.required != before.required:
        text = (
            _("Column {column!r} must be given now.", column=after.name)
            if after.required
            else _("Column {column!r} may be missing now.", column=after.name)
        )
        yield text
    known = set(before.categories or ())
    new = [repr(c) for c in after.categories or () if c not in known]
    if new and before.categories is not None:
        yield _("Column {column!r} has new values: {values}.", column=after.name, values=enumerated(new, 5))
