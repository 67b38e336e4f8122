"""Join Data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self, cast

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from pipelines.columns import Columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import Form
from pipelines.schema import ColumnType, Role, TableSchema, column_type
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.steps.checks import WORDS, kind_of

Both = Literal["inner", "left", "right", "outer"]
How = Literal["inner", "left", "right", "outer", "semi", "anti", "cross"]
KEYED = ("inner", "left", "right", "outer", "semi", "anti")
NONE = Columns(names=())
MOST_ROWS = 100_000_000


class JoinData(Step):
    """Put the columns of two tables together where their keys agree.

    Like pandas.merge, but a missing key matches nothing, as in SQL. semi keeps the left rows that have a match, anti
    those that have none; cross puts every left row beside every right one. Each row keeps the partition of the left row
    it came from.
    """

    type: ClassVar[str] = "join_data"
    title: ClassVar[str] = "Join Data"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    inputs: ClassVar[tuple[Port, ...]] = (Port("left"), Port("right"))
    synonyms: ClassVar[tuple[str, ...]] = (
        *("merge", "lookup", "combine", "vlookup", "inner join", "left join"),
        *("left outer join", "full outer join", "semi join", "anti join", "cross join", "cartesian product"),
    )
    known_as: ClassVar[tuple[str, ...]] = ("Join Data",)
    equivalent: ClassVar[str] = 'table.merge(other, on="make", how="left", suffixes=("", "_right"))'
    example: ClassVar[Example | None] = Example(
        params={"on": ["make"], "how": "left"},
        table="make,price\naudi,17\nbmw,21\nsaab,14\naudi,19\n",
        others=("make,country\naudi,de\nbmw,de\nvolvo,se\n",),
    )

    on: Annotated[Columns, Form(widget="columns", when={"how": KEYED})] = Field(
        NONE, title="Key columns", description="Key columns that both tables have."
    )
    left_on: Annotated[Columns, Form(widget="columns", port="left", when={"how": KEYED})] = Field(
        NONE, title="Left keys", description="Key columns of the left table, where the names differ."
    )
    right_on: Annotated[Columns, Form(widget="columns", port="right", when={"how": KEYED})] = Field(
        NONE, title="Right keys", description="Key columns of the right table, in the order of the left keys."
    )
    how: How = Field(
        "inner",
        title="How",
        description="Which rows to keep: those with a match, or also those of a side. cross: every pair of rows.",
    )
    match_case: Annotated[bool, Form(when={"how": KEYED})] = Field(
        True, title="Match case", description="Off: Audi and AUDI are one key."
    )
    keep_right_keys: Annotated[bool, Form(group="More", when={"how": ("inner", "left", "right", "outer")})] = Field(
        True,
        title="Keep the right keys",
        description="Off: right keys under other names leave; a row without a match on the left has them in its keys.",
    )
    suffix: str = Field(
        "_right",
        min_length=1,
        max_length=60,
        title="Suffix",
        description="Added to a right column whose name is taken.",
    )

    @model_validator(mode="after")
    def _one_way_to_name_keys(self) -> Self:
        if self.how == "cross":
            if (self.on, self.left_on, self.right_on) != (NONE, NONE, NONE):
                raise ValueError(_("a cross join has no key columns; take them away, or choose another kind"))
            return self
        apart = (self.left_on != NONE) + (self.right_on != NONE)
        if (self.on == NONE) == (apart == 0) or apart == 1:
            raise ValueError(_("name the key columns: either with on, or with left_on and right_on"))
        return self

    def named_columns(self) -> list[tuple[str, str]]:
        return [(name, column) for name, column in super().named_columns() if name != "right_on"]

    def run(self, inputs: Inputs, context: Context) -> Output:
        left, right = inputs.tables["left"], inputs.tables["right"]
        if left.partition is not None and self.how in ("right", "outer"):
            raise InputError(
                _("A {how} join after a split adds rows that are neither train nor test.", how=self.how),
                fix=_("Join before Split Data, or keep the left rows with how: left."),
            )
        if self.how == "cross":
            pairs: list[tuple[str, str]] = []
            at_left, at_right = _every_pair(len(left.frame), len(right.frame))
        else:
            pairs = self._keys(left.schema, right.schema)
            at_left, at_right = _match(left.frame, right.frame, pairs, self.how, self.match_case)
        frame = _take(left.frame, at_left)
        if self.how not in ("semi", "anti"):
            frame = self._with_right(frame, right.frame, pairs, at_left, at_right)
        held = set(left.roles.values())
        others = {n: r for n, r in right.roles.items() if r is Role.ID or r not in held}
        return Output(table=left.with_frame(frame, {**others, **left.roles}))

    def _keys(self, left: TableSchema, right: TableSchema) -> list[tuple[str, str]]:
        names = self.on if self.on != NONE else self.left_on
        first = names.select(left)
        second = right.require(first) if self.on != NONE else self.right_on.select(right)
        if not first or len(first) != len(second):
            raise InputError(
                _("There are {left} left and {right} right key columns.", left=len(first), right=len(second)),
                fix=_("Name as many on each side."),
            )
        for a, b in zip(first, second, strict=True):
            kinds = left[a].type, right[b].type
            if kind_of(kinds[0]) != kind_of(kinds[1]):
                raise InputError(
                    _(
                        "The keys cannot agree: {left!r} on the left holds {these}, {right!r} on the right {those}.",
                        left=a,
                        these=WORDS[kinds[0]],
                        right=b,
                        those=WORDS[kinds[1]],
                    ),
                    fix=_("Give both one type with Edit Metadata."),
                )
        return list(zip(first, second, strict=True))

    def _with_right(
        self,
        frame: pd.DataFrame,
        right: pd.DataFrame,
        pairs: Sequence[tuple[str, str]],
        at_left: np.ndarray,
        at_right: np.ndarray,
    ) -> pd.DataFrame:
        shared = [(a, b) for a, b in pairs if a == b or not self.keep_right_keys]
        leaving = [b for _left, b in shared]
        unmatched = at_left < 0
        if unmatched.any():
            keys = _take(right[leaving], at_right)
            frame = frame.assign(**{a: _either(frame[a], keys[b], unmatched) for a, b in shared})
        right = _take(right.drop(columns=leaving), at_right).set_axis(frame.index)
        right.columns = pd.Index([f"{c}{self.suffix}" if c in frame.columns else c for c in right.columns])
        names = [*frame.columns, *right.columns]
        twice = next((n for n in names if names.count(n) > 1), None)
        if twice is not None:
            raise InputError(_("Two columns would be called {name!r}.", name=twice), fix=_("Choose another suffix."))
        return pd.concat([frame, right], axis=1)


def _match(
    left: pd.DataFrame, right: pd.DataFrame, pairs: Sequence[tuple[str, str]], how: How, match_case: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The rows that belong together, by position; -1 where a side has none."""
    a, b = (
        _keys_alone(left, [a for a, _right in pairs], match_case),
        _keys_alone(right, [b for _left, b in pairs], match_case),
    )
    gaps = [side.isna().any(axis=1) if any(side[k].hasnans for k in side) else None for side in (a, b)]
    if any(gap is not None for gap in gaps):  # a mark that no row of the other side bears
        a, b = (
            side.assign(gap=0 if gap is None else np.where(gap, mark, 0))
            for side, gap, mark in zip((a, b), gaps, (-1, -2), strict=True)
        )
    keys = [str(k) for k in a]
    if how in ("semi", "anti"):
        found = a.merge(b.drop_duplicates(), on=keys, how="left", indicator="side")
        matched = found["side"].eq("both").to_numpy()
        return np.flatnonzero(matched if how == "semi" else ~matched), np.empty(0, dtype=np.int64)
    _require_few(a, b, keys)
    found = a.assign(a=np.arange(len(a))).merge(b.assign(b=np.arange(len(b))), on=keys, how=cast(Both, how))
    first, second = (found[c].fillna(-1).to_numpy(dtype=np.int64) for c in ("a", "b"))
    return first, second


def _require_few(a: pd.DataFrame, b: pd.DataFrame, keys: list[str]) -> None:
    """InputError when rows with the same keys multiply to more than any machine holds."""
    few, many = sorted((a, b), key=len)
    if len(few) + len(many) * (len(few) and few.groupby(keys, observed=True).size().max()) <= MOST_ROWS:
        return
    sizes = [side.groupby(keys, observed=True).size() for side in (a, b)]
    rows = int(sizes[0].astype(np.float64).mul(sizes[1], fill_value=0).sum())
    if rows > MOST_ROWS:
        raise InputError(
            _("The join would give {rows:,} rows: the same keys stand in many rows of both tables.", rows=rows),
            fix=_("Join on more columns, or remove duplicate rows of one table before."),
        )


def _every_pair(left: int, right: int) -> tuple[np.ndarray, np.ndarray]:
    if left * right > MOST_ROWS:
        raise InputError(
            _("The join would give {rows:,} rows.", rows=left * right),
            fix=_("Sample the tables before, or join on a key."),
        )
    return np.repeat(np.arange(left), right), np.tile(np.arange(right), left)


def _keys_alone(frame: pd.DataFrame, names: Sequence[str], match_case: bool) -> pd.DataFrame:
    """The key columns, under names of their own."""
    keys = {f"k{i}": _plain(frame[n]) if match_case else _folded(_plain(frame[n])) for i, n in enumerate(names)}
    return pd.DataFrame(keys, copy=False)


def _plain(values: pd.Series) -> pd.Series:
    values = values.reset_index(drop=True)
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.astype(values.dtype.categories.dtype)
    return values


def _folded(values: pd.Series) -> pd.Series:
    """Text without the difference of capitals; other values as they are."""
    return values.str.casefold() if column_type(values) is ColumnType.TEXT else values


def _take(frame: pd.DataFrame, positions: np.ndarray) -> pd.DataFrame:
    if np.array_equal(positions, np.arange(len(frame))):
        return frame
    if (positions >= 0).all():
        return frame.take(positions)
    taken = {c: pd.api.extensions.take(frame[c].array, positions, allow_fill=True) for c in frame}
    return pd.DataFrame(taken, index=pd.RangeIndex(len(positions)), copy=False)


def _either(first: pd.Series, second: pd.Series, use_second: np.ndarray) -> pd.Series:
    second = second.set_axis(first.index)
    if isinstance(first.dtype, pd.CategoricalDtype) or isinstance(second.dtype, pd.CategoricalDtype):
        first, second = first.astype("str"), second.astype("str")
    whole = pd.api.types.is_integer_dtype(second.dtype) and pd.api.types.is_float_dtype(first.dtype)
    found = first.where(~use_second, second)
    return found.astype("int64") if whole and not found.isna().any() and (found % 1 == 0).all() else found
