"""Execute Python."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from pipelines.chain import script
from pipelines.chain.transformer import Transformer
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import PythonCode
from pipelines.schema import Role, TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.scripting import functions

STARTER = "def run(table):\n    return table\n"


class PythonFunction(Transformer):
    """A function of the analyst's own over the rows, without the columns ``hidden``, which a served row does not have.

    ``roles`` is what it is told of the columns. The code is kept as text, and runs only where a setting allows it.
    """

    def __init__(self, code: str, roles: dict[str, str], hidden: list[str]) -> None:
        self.code = code
        self.roles = roles
        self.hidden = hidden

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        hidden = [c for c in self.hidden if c in X.columns]
        found = call(self.code, X.drop(columns=hidden) if hidden else X, self.roles)
        if len(found) != len(X):
            raise InputError(
                _("The code was given {given} rows and returned {found}.", given=len(X), found=len(found)),
                fix=_("Return one row for each row, or set when to training."),
            )
        taken = next((c for c in hidden if c in found.columns), None)
        if taken is not None:
            raise InputError(
                _("The code returned a column {name!r}, which is not its own.", name=taken),
                fix=_("Give it another name."),
            )
        if not found.index.equals(X.index):
            found = _as_given(found, X.index)
        return pd.concat([found, X[hidden]], axis=1) if hidden else found

    def requires(self, outputs: set[str]) -> set[str]:
        return {c for c in self.columns_in_ if c not in self.hidden} | (outputs & set(self.hidden))


class ExecutePython(Step):
    """Run a Python function of your own on the rows.

    run(table) takes a pandas DataFrame and returns one; pd and np are there. A second argument gets the roles, such as
    {"price": "label"}. Azure's azureml_main(dataframe1, dataframe2) is taken too. With ``always`` it is part of the
    model: it looks at each row alone, returns as many rows as it got and does not see the label or the weight. With
    ``training`` it may drop, repeat or make training rows. For two tables, or other rows altogether, there is Execute
    Python on Two Tables.
    """

    type: ClassVar[str] = "execute_python"
    title: ClassVar[str] = "Execute Python"
    category: ClassVar[str] = "Scripting"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = ("script", "code", "custom", "function", "pandas")
    known_as: ClassVar[tuple[str, ...]] = ("Execute Python Script",)
    equivalent: ClassVar[str] = "table = run(table)"
    example: ClassVar[Example | None] = Example(
        {"code": "def run(table):\n    return table.assign(area=table['width'] * table['height'])\n"},
        "width,height\n2,3\n4,1\n5,5\n1,7\n",
    )
    runs_code: ClassVar[bool] = True

    code: PythonCode = Field(
        STARTER,
        min_length=1,
        max_length=100_000,
        title="Code",
        description="Defines run(table), which returns a table.",
    )
    when: Literal["always", "training"] = Field(
        "always", title="When", description="always: also when the model is used. training: on training rows only."
    )

    @property
    def acts_as(self) -> Behaviour:
        return Behaviour.ROW_CHANGING if self.when == "training" else Behaviour.ROW_WISE

    @field_validator("code")
    @classmethod
    def _defines_run(cls, value: str) -> str:
        return functions.check(value, _("the roles"))

    def summary(self) -> str:
        return _("on training rows") if self.when == "training" else _("on every row")

    def build(self, schema: TableSchema) -> Transformer:
        script.require_allowed()
        hidden = [c.name for c in schema if c.role in (Role.LABEL, Role.WEIGHT)]
        return PythonFunction(self.code, _roles(schema), hidden)

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        found = call(self.code, frame, _roles(schema))
        if set(found.columns) != set(frame.columns):
            odd = sorted(set(found.columns) ^ set(frame.columns))[0]
            raise InputError(
                _("On training rows alone the code cannot add or drop columns, as it did with {name!r}.", name=odd),
                fix=_("Set when to always to make columns."),
            )
        if found.index.isin(frame.index).all():
            return found[list(frame.columns)]
        # Rows made anew belong to no row that was there: they count as training rows, as all that it was given.
        return (
            found[list(frame.columns)].set_axis(frame.index[np.zeros(len(found), dtype=int)]) if len(frame) else found
        )


def call(code: str, frame: pd.DataFrame, roles: dict[str, str]) -> pd.DataFrame:
    """What the code makes of the rows. InputError with its line for anything that goes wrong in it."""
    return functions.call(code, frame, dict(roles))[0]


def _as_given(found: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """The rows under the index they were given with, put back in order where they were only moved."""
    if found.index.is_unique and len(found.index.difference(index)) == 0:
        return found.reindex(index)
    return found.set_axis(index)


def _roles(schema: TableSchema) -> dict[str, str]:
    return {c.name: c.role.value for c in schema if c.role is not Role.FEATURE}
