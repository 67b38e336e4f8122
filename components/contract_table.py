"""What a model asks for, column by column."""

from __future__ import annotations

from components import record_table, wording
from components.language import N_, _, said
from components.record_table import Heading, cell
from pipelines.chain.contract import Contract, ContractColumn

HEADINGS = [
    Heading(N_("Column"), wide=True),
    Heading(N_("Type"), quiet=True),
    Heading(N_("May be missing")),
    Heading(N_("Seen in training")),
    Heading(N_("Example")),
]


def show(contract: Contract | None, *, key: str, height: int = 420) -> None:
    """Draw the contract."""
    rows = {c.name: _cells(c) for c in contract.columns} if contract else {}
    none = _("This model does not say what it asks for.")
    record_table.show(HEADINGS, rows, label=_("Input contract"), opens=False, key=key, height=height, empty=none)


def seen(column: ContractColumn) -> str:
    """The range or the categories of the training rows, in short."""
    if column.minimum is not None and column.maximum is not None:
        return _("{low} to {high}", low=wording.number(column.minimum), high=wording.number(column.maximum))
    if column.categories:
        first, more = ", ".join(column.categories[:4]), len(column.categories) - 4
        return _("{names} and {count} more", names=first, count=more) if more > 0 else first
    return ""


def _cells(c: ContractColumn) -> list[dict[str, object]]:
    all_values = ", ".join(c.categories or [])[:400]
    return [
        cell(c.name),
        cell(said(c.type.value)),
        cell(wording.yes_no(not c.required)),
        cell(seen(c), hint=all_values),
        cell("" if c.example is None else c.example),
    ]
