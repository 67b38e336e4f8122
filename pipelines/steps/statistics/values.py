"""Columns as statistics take them: numbers without gaps, in groups where asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipelines.chain.conform import as_text
from pipelines.chain.transformer import array_of, numbers
from pipelines.errors import InputError, nearest
from pipelines.messages import _, ngettext
from pipelines.steps.checks import require_numeric
from pipelines.steps.texts import distinct
from pipelines.table import Table

SHOWN = 5


@dataclass(frozen=True)
class Groups:
    """The numbers of one column by the value of another, in the order of the values; ``left_out`` rows had a gap."""

    values: dict[str, np.ndarray]
    left_out: int

    @property
    def names(self) -> list[str]:
        return list(self.values)

    @property
    def notes(self) -> tuple[str, ...]:
        return left_out(self.left_out)


def left_out(rows: int) -> tuple[str, ...]:
    """A note about rows with a gap, if there are any."""
    if not rows:
        return ()
    return (
        ngettext(
            "{count} row with a missing value is left out.",
            "{count:,} rows with a missing value are left out.",
            count=rows,
        ),
    )


def floats(table: Table, name: str, what: str) -> np.ndarray:
    """A column of numbers, NaN where one is missing; ``what`` begins the error for any other: ``A t-test``."""
    require_numeric(table.schema, [name], what)
    found = numbers(array_of(table.frame[name]))
    assert found is not None
    found = found.astype(np.float64)
    if np.isinf(found).any():
        raise InputError(
            _("Column {column!r} holds an infinite number.", column=name),
            fix=_("Take such rows out with Filter Rows before."),
        )
    return found


def texts(values: pd.Series) -> np.ndarray:
    """A column as text, None where it is missing."""
    codes, names = distinct(array_of(values))
    return np.array(names, dtype=object)[np.asarray(codes, dtype=np.intp)]


def coded(values: pd.Series) -> tuple[np.ndarray, list[str]]:
    """For each value the place of its text among the distinct ones in order, -1 where it is missing; and these."""
    codes, found = pd.factorize(array_of(values))
    names = in_order(pd.Series(found))
    places = {name: place for place, name in enumerate(names)}
    return np.array([*(places[as_text(v)] for v in found.tolist()), -1], dtype=np.intp)[codes], names


def in_order(values: pd.Series) -> list[str]:
    """The distinct values of a column as text, in the order of the values."""
    present = values.dropna().unique().tolist()
    try:
        present.sort()
    except TypeError:
        present.sort(key=as_text)
    return list(dict.fromkeys(as_text(v) for v in present))


def grouped(table: Table, column: str, by: str, what: str, chosen: Sequence[str] = ()) -> Groups:
    """The numbers of ``column`` by the values of ``by``; by the ``chosen`` values alone, in their order, if any."""
    values = floats(table, column, what)
    table.schema.require([by])
    places, names = coded(table.frame[by])
    for name in chosen:
        if name not in names:
            best = nearest(name, names)
            raise InputError(
                _("Column {column!r} has no value {value!r}.", column=by, value=name),
                fix=_("Did you mean {value!r}?", value=best) if best else _("Choose values that the column has."),
            )
    known = ~np.isnan(values) & (places >= 0)
    found = {n: values[known & (places == names.index(n))] for n in (chosen or names)}
    return Groups({n: v for n, v in found.items() if len(v)}, int((~known).sum()))


def require_rows(values: np.ndarray, fewest: int, name: str) -> None:
    """InputError where there are too few values to tell anything."""
    if len(values) < fewest:
        raise InputError(
            ngettext(
                "{name!r} has {count} value, and at least {fewest} are needed.",
                "{name!r} has {count} values, and at least {fewest} are needed.",
                count=len(values),
                name=name,
                fewest=fewest,
            ),
            fix=_("Use more rows, or another column."),
        )


def require_variation(values: np.ndarray, name: str) -> None:
    """InputError where all values are the same."""
    if np.ptp(values) == 0:
        raise InputError(
            _("All values of {name!r} are the same, so there is no chance to compare with.", name=name),
            fix=_("Choose another column."),
        )


def require_two(groups: Groups, by: str) -> tuple[str, str]:
    """The names of the two groups; InputError where there are more or fewer."""
    names = groups.names
    if len(names) != 2:
        raise InputError(
            ngettext(
                "Two groups are compared, but {column!r} has {count} value with numbers: {values}.",
                "Two groups are compared, but {column!r} has {count} values with numbers: {values}.",
                count=len(names),
                column=by,
                values=", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "") or "–",
            ),
            fix=_("Name the two values to compare, or use Compare Groups for more than two."),
        )
    return names[0], names[1]
