"""Parameter types: what a form needs to know of a field beyond its type, bounds, title and description."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pipelines.columns import Columns

Widget = Literal[
    "columns",
    "column",
    "new_column",
    "dataset",
    "version",
    "expression",
    "sql",
    "python",
    "r",
    "text",
    "algorithm",
    "slider",
    "grid",
    "database",
    "store",
    "ranges",
]


@dataclass(frozen=True)
class Form:
    """How a field is shown. ``when`` names sibling fields and the values under which this one applies."""

    widget: Widget | None = None
    group: str = ""
    when: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    port: str = ""  # the input whose columns a picker offers; empty: the first
    of: str = ""  # the sibling field that the widget goes by, such as the dataset whose versions are offered


@dataclass(frozen=True)
class Search:
    """Where tuning looks for a field's value: between bounds, or among choices.

    With ``log`` numbers are drawn evenly by their logarithm. Whole bounds mean whole numbers. Choices are
    plain values, as a document has them.
    """

    low: float | None = None
    high: float | None = None
    log: bool = False
    choices: tuple[Any, ...] = ()


ColumnRule = Annotated[Columns, Form(widget="columns")]
ColumnName = Annotated[str, Form(widget="column")]
DatasetName = Annotated[str, Form(widget="dataset")]
Expression = Annotated[str, Form(widget="expression")]
Sql = Annotated[str, Form(widget="sql")]
PythonCode = Annotated[str, Form(widget="python")]
RCode = Annotated[str, Form(widget="r")]
