"""Execute Python."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from pipelines.chain.transformer import Transformer
from pipelines.datasets.normalise import normalise
from pipelines.errors import DatasetFileError, ForbiddenError, InputError
from pipelines.parameters import PythonCode
from pipelines.schema import Role, TableSchema
from pipelines.settings import settings
from pipelines.steps.base import Behaviour, Step

FILE = "<execute_python>"
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
                f"The code was given {len(X)} rows and returned {len(found)}.",
                fix="Return one row for each row, or set when to training.",
            )
        taken = next((c for c in hidden if c in found.columns), None)
        if taken is not None:
            raise InputError(
                f"The code returned a column {taken!r}, which is not its own.", fix="Give it another name."
            )
        if not found.index.equals(X.index):
            found = _as_given(found, X.index)
        return pd.concat([found, X[hidden]], axis=1) if hidden else found

    def requires(self, outputs: set[str]) -> set[str]:
        return {c for c in self.columns_in_ if c not in self.hidden} | (outputs & set(self.hidden))


class ExecutePython(Step):
    """Run a Python function of your own on the rows.

    run(table) takes a pandas DataFrame and returns one; pd and np are there. A second argument gets the roles, such as
    {"price": "label"}. With ``always`` it is part of the model: it looks at each row alone, returns as many rows as it
    got and does not see the label or the weight. With ``training`` it may drop, repeat or make training rows.
    """

    type: ClassVar[str] = "execute_python"
    title: ClassVar[str] = "Execute Python"
    category: ClassVar[str] = "Scripting"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = ("script", "code", "custom", "function", "pandas")
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
        try:
            tree = ast.parse(value)
        except (SyntaxError, ValueError) as error:
            raise ValueError(
                f"line {getattr(error, 'lineno', None) or 1} of the code: {getattr(error, 'msg', error)}"
            ) from None
        found = next((n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "run"), None)
        if found is None:
            raise ValueError("the code defines no function run(table)")
        given = found.args
        if not 1 <= len(given.posonlyargs) + len(given.args) <= 2 or given.vararg or given.kwonlyargs or given.kwarg:
            raise ValueError(f"line {found.lineno} of the code: run takes the table and, if wanted, the roles")
        return value

    def summary(self) -> str:
        return "on training rows" if self.when == "training" else "on every row"

    def build(self, schema: TableSchema) -> Transformer:
        _require_allowed()
        hidden = [c.name for c in schema if c.role in (Role.LABEL, Role.WEIGHT)]
        return PythonFunction(self.code, _roles(schema), hidden)

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        found = call(self.code, frame, _roles(schema))
        if set(found.columns) != set(frame.columns):
            odd = sorted(set(found.columns) ^ set(frame.columns))[0]
            raise InputError(
                f"On training rows alone the code cannot add or drop columns, as it did with {odd!r}.",
                fix="Set when to always to make columns.",
            )
        if found.index.isin(frame.index).all():
            return found[list(frame.columns)]
        # Rows made anew belong to no row that was there: they count as training rows, as all that it was given.
        return (
            found[list(frame.columns)].set_axis(frame.index[np.zeros(len(found), dtype=int)]) if len(frame) else found
        )


def call(code: str, frame: pd.DataFrame, roles: dict[str, str]) -> pd.DataFrame:
    """What ``run`` makes of the rows; InputError with the line of the code for anything that goes wrong in it.

    ForbiddenError where the setting ``python_steps`` is off.
    """
    _require_allowed()
    try:
        run, arguments = _function(code)
        found = run(frame.copy(deep=False), *[dict(roles)][: arguments - 1])
    except (Exception, SystemExit) as error:
        raise _in_words(error) from None
    if not isinstance(found, pd.DataFrame):
        raise InputError(f"run returned {type(found).__name__}, not a DataFrame.", fix="End it with: return table")
    return _typed(found)


@lru_cache(maxsize=32)
def _function(code: str) -> tuple[Callable[..., Any], int]:
    names: dict[str, Any] = {"__name__": "execute_python", "pd": pd, "np": np}
    exec(compile(code, FILE, "exec"), names)  # noqa: S102  the analyst's own code is what this step is for
    run = names["run"]
    return run, run.__code__.co_argcount


def _typed(found: pd.DataFrame) -> pd.DataFrame:
    """The result with names that are text and columns of the types that a table holds."""
    names = [str(c) for c in found.columns]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise InputError(f"The code returned two columns {twice!r}.", fix="Give each a name of its own.")
    if names != list(found.columns):
        found = found.set_axis(names, axis=1)
    loose = [
        c
        for c in names
        if found[c].dtype.kind in "Omc" and not isinstance(found[c].dtype, pd.StringDtype | pd.CategoricalDtype)
    ]
    if not loose:
        return found
    try:
        return found.assign(**{c: normalise(found[[c]])[c].array for c in loose})
    except DatasetFileError as error:
        raise InputError(error.message, fix=error.fix) from None


def _as_given(found: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    """The rows under the index they were given with, put back in order where they were only moved."""
    if found.index.is_unique and len(found.index.difference(index)) == 0:
        return found.reindex(index)
    return found.set_axis(index)


def _in_words(error: BaseException) -> InputError:
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == FILE]
    line = lines[-1] if lines else getattr(error, "lineno", None)
    place = f"Line {line} of the code: " if line else "The code: "
    text = " ".join(str(error).split())[:300]
    return InputError(f"{place}{type(error).__name__}: {text}".rstrip(": ") + ".", fix="Correct the code.")


def _roles(schema: TableSchema) -> dict[str, str]:
    return {c.name: c.role.value for c in schema if c.role is not Role.FEATURE}


def _require_allowed() -> None:
    if not settings().python_steps:
        raise ForbiddenError(
            "Execute Python is switched off on this installation.",
            fix="Use Apply SQL, or set SEKKEI_PYTHON_STEPS to true.",
        )
