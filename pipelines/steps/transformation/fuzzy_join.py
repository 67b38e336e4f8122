"""Fuzzy Join."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
import pandas as pd
import skrub
from pydantic import Field

from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName, Form
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Step
from pipelines.steps.checks import WORDS
from pipelines.steps.names import free

DISTANCE = "match_distance"
ACCEPTED, FOUND = "skrub_Joiner_match_accepted", "skrub_Joiner_rescaled_distance"


class FuzzyJoin(Step):
    """Put the columns of two tables together where a text is nearly the same, as with typing mistakes.

    As skrub.fuzzy_join: each left row takes the right row whose text has the nearest mix of 2 to 4 neighbouring
    letters, capitals aside, if it is near enough. A missing text matches nothing. Each row keeps the partition of the
    left row it came from.
    """

    type: ClassVar[str] = "fuzzy_join"
    title: ClassVar[str] = "Fuzzy Join"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.COMBINE
    inputs: ClassVar[tuple[Port, ...]] = (Port("left"), Port("right"))
    synonyms: ClassVar[tuple[str, ...]] = (
        *("approximate join", "record linkage", "entity matching", "typos", "similar text", "fuzzy match", "merge"),
    )
    equivalent: ClassVar[str] = (
        "import skrub\n\n"
        'skrub.fuzzy_join(table, other, left_on="city", right_on="name", max_dist=1.0, ref_dist="no_rescaling")'
    )
    example: ClassVar[Example | None] = Example(
        params={"left_on": "city", "right_on": "name"},
        table="city,guests\nKyotto,12\noslo,30\nLima City,11\nBern,4\n",
        others=("name,country\nKyoto,jp\nOslo,no\nLima,pe\nParis,fr\n",),
    )

    left_on: ColumnName = Field(min_length=1, title="Left text", description="The text of the left table.")
    right_on: Annotated[str, Form(widget="column", port="right")] = Field(
        min_length=1, title="Right text", description="The text of the right table that it is looked for among."
    )
    max_dist: float = Field(
        1.0,
        gt=0,
        le=2,
        title="Largest distance",
        description="How far a match may be: 0 is the same text, 1.41 has nothing in common.",
    )
    how: Literal["left", "inner"] = Field(
        "left", title="How", description="left: all left rows. inner: those with a match alone."
    )
    add_distance: bool = Field(
        True, title="Add distance", description="Whether to add a column with the distance of the match."
    )
    suffix: str = Field(
        "_right",
        min_length=1,
        max_length=60,
        title="Suffix",
        description="Added to a right column whose name is taken.",
    )

    def named_columns(self) -> list[tuple[str, str]]:
        return [("left_on", self.left_on)]

    def run(self, inputs: Inputs, context: Context) -> Output:
        left, right = inputs.tables["left"], inputs.tables["right"]
        for table, name in ((left, self.left_on), (right, self.right_on)):
            kind = table.schema[name].type
            if not kind.is_categorical or pd.api.types.is_bool_dtype(table.frame[name].dtype):
                raise InputError(
                    _("A fuzzy join compares text, but column {column!r} holds {kind}.", column=name, kind=WORDS[kind]),
                    fix=_("Use Join Data, or give it the type text with Edit Metadata."),
                )
        places, distances = self._matches(left.frame[self.left_on], right.frame[self.right_on])
        kept = places >= 0 if self.how == "inner" else np.ones(len(places), dtype=bool)
        frame = left.frame[kept]
        beside = right.frame.reset_index(drop=True).reindex(places[kept]).set_axis(frame.index)
        taken = set(frame.columns)
        names = {c: free(f"{c}{self.suffix}" if c in taken else c, taken) for c in beside.columns}
        parts = [frame, beside.rename(columns=names)]
        if self.add_distance:
            parts.append(pd.Series(distances[kept], frame.index, name=free(DISTANCE, taken)).to_frame())
        held = set(left.roles.values())
        others = {names[n]: r for n, r in right.roles.items() if r is Role.ID or r not in held}
        return Output(table=left.with_frame(pd.concat(parts, axis=1), {**others, **left.roles}))

    def _matches(self, left: pd.Series, right: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """For each left text the place of the right one, -1 where none is near enough, and its distance."""
        places, distances = np.full(len(left), -1), np.full(len(left), np.nan)
        asked = pd.DataFrame({"text": _text(left)})
        known = pd.DataFrame({"text": _text(right), "place": np.arange(len(right))}).dropna(subset="text")
        present = asked["text"].notna().to_numpy()
        if not present.any() or known.empty:
            return places, distances
        found = skrub.fuzzy_join(
            asked[present],
            known,
            on="text",
            suffix="_right",
            max_dist=self.max_dist,
            ref_dist="no_rescaling",
            add_match_info=True,
        )
        near = found[ACCEPTED].to_numpy(dtype=bool)
        rows = np.flatnonzero(present)[near]
        places[rows] = found["place_right"].to_numpy()[near].astype(np.int64)
        distances[rows] = found[FOUND].to_numpy(dtype=np.float64)[near]
        return places, distances


def _text(values: pd.Series) -> pd.Series:
    return values.reset_index(drop=True).astype("str")
