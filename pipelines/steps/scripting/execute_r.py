"""Execute R."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from pipelines.chain import script
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import RCode
from pipelines.steps.base import Behaviour, Context, Inputs, Output, Port, Step
from pipelines.steps.scripting import functions, r

STARTER = "run <- function(table, other) {\n  table\n}\n"


class ExecuteR(Step):
    """Run an R function of your own on one or two tables; it returns any rows and columns.

    run(table, other) takes two data frames, the second NULL where nothing is connected, and returns a data frame or a
    list of two. Azure's azureml_main is taken too. R is not part of Sekkei: Rscript must be installed on this machine.
    It stands before Split Data, and a published model takes its columns as inputs. Whole numbers, fractions, truth
    values, text, factors and times come and go as themselves; times are in UTC. Roles stay with the columns of the
    first table that keep their names. The next step reads the first table returned; the second is read by a step whose
    input names it.
    """

    type: ClassVar[str] = "execute_r"
    title: ClassVar[str] = "Execute R"
    category: ClassVar[str] = "Scripting"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    inputs: ClassVar[tuple[Port, ...]] = (Port("table"), Port("other", optional=True))
    outputs: ClassVar[tuple[Port, ...]] = (Port("table"), Port("second", optional=True))
    synonyms: ClassVar[tuple[str, ...]] = ("script", "code", "Rscript", "tidyverse", "data frame")
    known_as: ClassVar[tuple[str, ...]] = ("Execute R Script",)
    equivalent: ClassVar[str] = 'subprocess.run(["Rscript", "script.R"], check=True)'
    runs_code: ClassVar[bool] = True

    code: RCode = Field(
        STARTER,
        min_length=1,
        max_length=100_000,
        title="Code",
        description="Defines run(table, other), which returns a data frame, or a list of two.",
    )
    random_state: int = Field(0, ge=0, le=2**31 - 1, title="Seed", description="Seed of R's random numbers.")
    timeout: int = Field(600, ge=1, le=86_400, title="Time limit", description="Seconds that the code may take.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        script.require_allowed()
        if any(t.partition is not None for t in inputs.tables.values()):
            raise InputError(
                _("Code over split rows would mix training and test rows."), fix=_("Put it before Split Data.")
            )
        frames = [table.frame for table in inputs.tables.values()]
        return functions.outputs(r.call(self.code, frames, self.random_state, self.timeout), inputs.table.roles)
