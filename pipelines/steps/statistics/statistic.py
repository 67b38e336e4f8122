"""What every statistical step is: rows in, a table of results and a report out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from pipelines.steps.base import Behaviour, Context, Inputs, Output, Port, Report, Step
from pipelines.table import Table


@dataclass(frozen=True)
class Found:
    """A table of results, what there is to show, and remarks."""

    frame: pd.DataFrame
    report: Report
    notes: tuple[str, ...] = ()


class Statistic(Step):
    """Base of the steps that tell about a table. They look at every row they are given.

    Their table stands aside: the step after them goes on with the rows that came before.
    """

    category: ClassVar[str] = "Statistics"
    behaviour: ClassVar[Behaviour] = Behaviour.EVALUATE
    outputs: ClassVar[tuple[Port, ...]] = (Port("table", aside=True),)

    def find(self, table: Table) -> Found:
        """The results for the rows of ``table``."""
        raise NotImplementedError

    def run(self, inputs: Inputs, context: Context) -> Output:
        with np.errstate(all="ignore"):  # no variation, no quotient: the result says so
            found = self.find(inputs.table)
        return Output(table=Table(found.frame), report=found.report, notes=found.notes)


def columns_of(frame: pd.DataFrame) -> dict[str, list[Any]]:
    """A table of results as a report holds it: plain values, None for what is missing."""
    return {str(c): [plain(v) for v in frame[c].tolist()] for c in frame.columns}


def one_row(result: Mapping[str, Any]) -> pd.DataFrame:
    """A result as a table of one row."""
    return pd.DataFrame({name: [value] for name, value in result.items()})


def listed(result: Mapping[str, Any], names: Sequence[str] = ()) -> dict[str, list[Any]]:
    """The numbers of a result down the page, those in ``names`` or all."""
    chosen = {k: plain(v) for k, v in result.items() if (k in names if names else isinstance(v, int | float))}
    return {"measure": [k.replace("_", " ") for k in chosen], "value": [*chosen.values()]}


def plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value
