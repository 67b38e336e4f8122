"""Functions of the analyst's own that take tables and give tables: what they may look like, and how they are called."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from pipelines.chain import script
from pipelines.datasets.normalise import normalise
from pipelines.errors import DatasetFileError, InputError
from pipelines.messages import _
from pipelines.schema import Role
from pipelines.steps.base import Output
from pipelines.table import Table

OURS, AZURE = "run", "azureml_main"


def check(code: str, second: str) -> str:
    """The code, which defines ``run(table)`` or ``azureml_main(dataframe1, dataframe2)``; else ValueError.

    ``second`` is what run may take beside the table.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError) as error:
        line, what = getattr(error, "lineno", None) or 1, getattr(error, "msg", error)
        raise ValueError(_("line {line} of the code: {error}", line=line, error=str(what))) from None
    functions = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    found = functions.get(OURS) or functions.get(AZURE)
    if found is None:
        raise ValueError(_("the code defines no function run(table)"))
    given = found.args
    if not 1 <= len(given.posonlyargs) + len(given.args) <= 2 or given.vararg or given.kwonlyargs or given.kwarg:
        raise ValueError(
            _("line {line} of the code: run takes the table and, if wanted, {second}", line=found.lineno, second=second)
        )
    return code


def call(code: str, table: pd.DataFrame, second: Any, azure_second: pd.DataFrame | None = None) -> list[pd.DataFrame]:
    """The tables that the function makes of ``table``, in the types that a table holds.

    ``run`` gets ``second`` where it takes two, ``azureml_main`` another table or None. InputError tells the line of the
    code that failed.
    """
    script.require_allowed()
    try:
        function, name = _function(code)
        arguments = [_own(table), _own(second) if name == OURS else _own(azure_second)]
        found = function(*arguments[: function.__code__.co_argcount])
    except (Exception, SystemExit) as error:
        raise script.in_words(error) from None
    tables = list(found) if isinstance(found, list | tuple) and found else [found]
    wrong = next((t for t in tables if not isinstance(t, pd.DataFrame)), None)
    if len(tables) > 1 and tables[1] is None:
        tables = tables[:1]
    elif not all(isinstance(t, pd.DataFrame) for t in tables):
        raise InputError(
            _("{name} returned {kind}, not a DataFrame.", name=name, kind=type(wrong).__name__),
            fix=_("End it with: return table"),
        )
    return [_typed(t) for t in tables]


def outputs(tables: Sequence[pd.DataFrame], roles: Mapping[str, Role]) -> Output:
    """The first table and, where there is one, the second; columns that keep their names keep their roles."""
    made = [Table(t, {n: r for n, r in roles.items() if n in t.columns}) for t in tables]
    return Output(table=made[0], others={"second": made[1]} if len(made) > 1 else {})


def _function(code: str) -> tuple[Callable[..., Any], str]:
    names = script.names_of(code)
    name = OURS if OURS in names else AZURE
    return names[name], name


def _own(given: Any) -> Any:
    return given.copy(deep=False) if isinstance(given, pd.DataFrame) else given


def _typed(found: pd.DataFrame) -> pd.DataFrame:
    """The result with names that are text and columns of the types that a table holds."""
    names = [str(c) for c in found.columns]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise InputError(
            _("The code returned two columns {name!r}.", name=twice), fix=_("Give each a name of its own.")
        )
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
