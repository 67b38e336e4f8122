"""Apply Math."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipelines.chain.transformer import Columnwise, Transformer, numbers
from pipelines.columns import NUMERIC
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import require_numeric
from pipelines.steps.mathematics import BINARY, COMPARISONS, UNARY, FunctionName
from pipelines.steps.names import free

TWO = tuple(BINARY)


class Compute(Columnwise):
    """A function of columns of numbers, and of ``operand``: a number, or the name of a column."""

    def __init__(
        self,
        columns: list[str],
        function: str,
        operand: float | str | None = None,
        append: bool = True,
        dropped: list[str] | None = None,
    ) -> None:
        self.columns = columns
        self.function = function
        self.operand = operand
        self.append = append
        self.dropped = dropped

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        taken = {str(c) for c in frame.columns} - set(self.gone())
        self.results_ = {c: free(self._name(c), taken) if self.append else c for c in self.columns}

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        take = _as_it_is if self.function == "divide" else _floats
        second = take(columns[self.operand]) if isinstance(self.operand, str) else self.operand
        return {self.results_[c]: self._computed(take(columns[c]), second) for c in self.columns}

    def gone(self) -> Collection[str]:
        return self.dropped or ()

    def requires(self, outputs: set[str]) -> set[str]:
        source = {made: name for name, made in self.results_.items()}
        operand = {self.operand} if isinstance(self.operand, str) and outputs & set(source) else set()
        return {source.get(o, o) for o in outputs} | operand

    def _computed(self, values: Any, second: Any) -> Any:
        with np.errstate(all="ignore"):
            found = UNARY[self.function](values) if second is None else BINARY[self.function](values, second)
        if self.function in COMPARISONS:
            gaps = np.isnan(values) | np.isnan(second)
            return pd.arrays.BooleanArray(found, gaps) if gaps.any() else found
        fine = np.isfinite(found)
        return found if fine.all() else np.where(fine, found, np.nan)

    def _name(self, column: str) -> str:
        if self.operand is None:
            return f"{column}_{self.function}"
        second = self.operand if isinstance(self.operand, str) else f"{self.operand:g}"
        return f"{column}_{self.function}_{second}"


class ApplyMath(Step):
    """Compute with columns of numbers: arithmetic, comparison, rounding, logarithms, trigonometry and more.

    The functions have their names in NumPy and scipy.special. Those of two arguments take a constant or another column
    as the second; a comparison gives true or false. What cannot be computed, such as the logarithm of -1 or 1 / 0, is
    missing. Azure's functions of complex numbers are left out: columns hold real ones.
    """

    type: ClassVar[str] = "apply_math"
    title: ClassVar[str] = "Apply Math"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = (
        "log", "calculate", "arithmetic", "round", "add", "multiply", "divide", "formula", "compare", "sqrt", "sine",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Apply Math Operation",)
    equivalent: ClassVar[str] = 'table["price_log1p"] = numpy.log1p(table["price"])'
    example: ClassVar[Example | None] = Example(
        params={"columns": ["price"], "function": "divide", "operand": "column", "column": "area"},
        table="flat,price,area\n1,300000,75\n2,180000,60\n3,90000,0\n4,,80\n",
    )

    function: FunctionName = Field(
        "log1p", title="Function", description="Basic, comparing, arithmetic, rounding, special, then trigonometric."
    )
    operand: Annotated[Literal["constant", "column"], Form(when={"function": TWO})] = Field(
        "constant", title="Second argument", description="What a function of two arguments takes beside the column."
    )
    value: Annotated[float | None, Form(when={"function": TWO, "operand": ("constant",)})] = Field(
        None, allow_inf_nan=False, title="Constant", description="The second argument, a number."
    )
    column: Annotated[str | None, Form(widget="column", when={"function": TWO, "operand": ("column",)})] = Field(
        None, title="Column", description="The second argument, the number in this column of the same row."
    )
    output: Literal["append", "replace", "only"] = Field(
        "append",
        title="Result",
        description="append: new columns at the end. replace: in the same columns. only: no feature but the results.",
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns to compute with.")

    @model_validator(mode="after")
    def _two_arguments(self) -> Self:
        if self.function in BINARY and (self.value if self.operand == "constant" else self.column) is None:
            if self.operand == "constant":
                raise ValueError(_("{function} needs a second argument: give a value", function=self.function))
            raise ValueError(_("{function} needs a second argument: give a column", function=self.function))
        return self

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        second: float | str | None = None
        if self.function in BINARY:
            second = self.value if self.operand == "constant" else self.column
        require_numeric(schema, columns + ([second] if isinstance(second, str) else []), "Arithmetic")
        dropped = schema.features if self.output == "only" else None
        return Compute(columns, self.function, second, self.output == "append", dropped)


def _as_it_is(values: Any) -> np.ndarray:
    """Whole numbers stay, for a function that makes fractions of them by itself."""
    found = numbers(values)
    return found if found is not None and found.dtype.kind in "iub" else np.asarray(found, dtype=np.float64)


def _floats(values: Any) -> np.ndarray:
    return np.asarray(numbers(values), dtype=np.float64)
