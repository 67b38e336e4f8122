"""What a model asks for, column by column."""

from __future__ import annotations

from components import record_table, wording
from components.record_table import Heading, cell
from pipelines.chain.contract import Contract, ContractColumn

HEADINGS = [
    Heading("Column", wide=True),
    Heading("Type", quiet=True),
    Heading("May be missing"),
    Heading("Seen in training"),
    Heading("Example"),
]


def show(contract: Contract | None, *, key: str, height: int = 420) -> None:
    """Draw the contract."""
    rows = {c.name: _cells(c) for c in contract.columns} if contract else {}
    none = "This model does not say what it asks for."
    record_table.show(HEADINGS, rows, label="Input contract", opens=False, key=key, height=height, empty=none)


def seen(column: ContractColumn) -> str:
    """The range or the categories of the training rows, in short."""
    if column.minimum is not None and column.maximum is not None:
        return f"{wording.number(column.minimum)} to {wording.number(column.maximum)}"
    if column.categories:
        more = len(column.categories) - 4
        return ", ".join(column.categories[:4]) + (f" and {more} more" if more > 0 else "")
    return ""


def _cells(c: ContractColumn) -> list[dict[str, object]]:
    all_values = ", ".join(c.categories or [])[:400]
    return [
        cell(c.name),
        cell(c.type.value),
        cell("no" if c.required else "yes"),
        cell(seen(c), hint=all_values),
        cell("" if c.example is None else c.example),
    ]
