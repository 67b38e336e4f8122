"""Execute Python on Two Tables."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import PythonCode
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.steps.scripting import functions

STARTER = "def run(table, other):\n    return table\n"


class ExecutePythonTables(Step):
    """Run a Python function of your own on one or two tables; it returns any rows and columns.

    run(table, other) takes two pandas DataFrames, the second None where nothing is connected, and returns one or two;
    pd and np are there. Azure's azureml_main(dataframe1, dataframe2) is taken too. It stands before Split Data, and a
    published model takes its columns as inputs. Roles stay with the columns of the first table that keep their names.
    The next step reads the first table returned; the second is read by a step whose input names it.
    """

    type: ClassVar[str] = "execute_python_tables"
    title: ClassVar[str] = "Execute Python on Two Tables"
    category: ClassVar[str] = "Scripting"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    inputs: ClassVar[tuple[Port, ...]] = (Port("table"), Port("other", optional=True))
    outputs: ClassVar[tuple[Port, ...]] = (Port("table"), Port("second", optional=True))
    synonyms: ClassVar[tuple[str, ...]] = ("script", "code", "custom", "function", "pandas", "aggregate")
    known_as: ClassVar[tuple[str, ...]] = ("Execute Python Script",)
    equivalent: ClassVar[str] = "table = run(table, other)"
    example: ClassVar[Example | None] = Example(
        {"code": "def run(table, other):\n    return table.merge(other.groupby('shop', as_index=False).sum())\n"},
        "shop,city\n1,Kyoto\n2,Osaka\n",
        others=("shop,sales\n1,10\n1,5\n2,7\n",),
    )
    runs_code: ClassVar[bool] = True

    code: PythonCode = Field(
        STARTER,
        min_length=1,
        max_length=100_000,
        title="Code",
        description="Defines run(table, other), which returns a table, or two.",
    )

    @field_validator("code")
    @classmethod
    def _defines_run(cls, value: str) -> str:
        return functions.check(value, _("the other table"))

    def run(self, inputs: Inputs, context: Context) -> Output:
        if any(t.partition is not None for t in inputs.tables.values()):
            raise InputError(
                _("Code over split rows would mix training and test rows."),
                fix=_("Put it before Split Data, or use Execute Python, which keeps them apart."),
            )
        table, other = inputs.table, inputs.tables.get("other")
        second = other.frame if other is not None else None
        found = functions.call(self.code, table.frame, second, second)
        return functions.outputs([f.reset_index(drop=True) for f in found], table.roles)
