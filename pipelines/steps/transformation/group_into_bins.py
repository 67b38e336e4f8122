"""Group into Bins."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field, field_validator
from sklearn.preprocessing import KBinsDiscretizer

from pipelines.chain.transformer import Columnwise, Transformer, numbers
from pipelines.columns import NUMERIC
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import require_numeric


class Bins(Columnwise):
    """Numbers replaced by the number or the name of their bin; what is missing stays so."""

    def __init__(
        self, columns: list[str], n_bins: int, strategy: str, edges: list[float] | None = None, labels: bool = False
    ) -> None:
        self.columns = columns
        self.n_bins = n_bins
        self.strategy = strategy
        self.edges = edges
        self.labels = labels

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.edges_: dict[str, list[float]] = {
            c: list(self.edges) if self.edges is not None else self._cut(frame[c]) for c in self.columns
        }

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {c: self._bin(columns[c], edges) for c, edges in self.edges_.items()}

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)

    def _cut(self, values: pd.Series) -> list[float]:
        """The edges between the bins, without the outermost."""
        found = np.asarray(numbers(values), dtype=np.float64)
        found = found[np.isfinite(found)]
        bins = min(self.n_bins, len(np.unique(found)))
        if bins < 2:
            return []
        cutter = KBinsDiscretizer(bins, encode="ordinal", strategy=self.strategy, subsample=None, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # fewer bins than asked for, where values repeat
            edges = cutter.fit(found.reshape(-1, 1)).bin_edges_[0]
        return [float(e) for e in edges[1:-1]]

    def _bin(self, values: Any, edges: list[float]) -> Any:
        found = np.asarray(numbers(values), dtype=np.float64)
        missing = np.isnan(found)
        codes = np.searchsorted(edges, found, side="right")
        if not self.labels:
            return np.where(missing, np.nan, codes)
        names = pd.array(names_of(edges), dtype="str")
        return names.take(np.where(missing, -1, codes), allow_fill=True)


def names_of(edges: list[float]) -> list[str]:
    """A name for each bin between ``edges``: ``below 18``, ``18 to 65``, ``65 or more``."""
    if not edges:
        return ["all"]
    shown = _shown(edges)
    between = [f"{low} to {high}" for low, high in pairwise(shown)]
    return [f"below {shown[0]}", *between, f"{shown[-1]} or more"]


class GroupIntoBins(Step):
    """Replace numbers by the group they fall into.

    Like sklearn.preprocessing.KBinsDiscretizer, or pandas.cut with edges of your own. The edges are learned from the
    training rows; a value beyond them falls into the first or the last bin, a missing value stays missing.
    """

    type: ClassVar[str] = "group_into_bins"
    title: ClassVar[str] = "Group into Bins"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("discretize", "binning", "quantize", "cut", "qcut", "buckets")
    known_as: ClassVar[tuple[str, ...]] = ("Group Data into Bins", "Quantize Data")
    equivalent: ClassVar[str] = (
        'table["age"] = pd.cut(table["age"], [-np.inf, 18, 65, np.inf], right=False, labels=False)'
    )
    example: ClassVar[Example | None] = Example(
        params={"edges": [18, 65], "encode": "label", "columns": ["age"]},
        table="guest,age\n1,12\n2,18\n3,40\n4,65\n5,\n6,71\n",
    )

    strategy: Literal["quantile", "uniform", "kmeans"] = Field(
        "quantile",
        title="Strategy",
        description="quantile: bins of as many rows each. uniform: bins as wide. kmeans: around clusters of values.",
    )
    n_bins: int = Field(5, ge=2, le=1000, title="Bins", description="How many; fewer where values repeat.")
    edges: tuple[Annotated[float, Field(allow_inf_nan=False)], ...] | None = Field(
        None,
        min_length=1,
        max_length=1000,
        title="Edges",
        description="Where bins meet, such as 18, 65 for three bins; the strategy is not used then.",
    )
    encode: Annotated[Literal["ordinal", "label"], Form()] = Field(
        "ordinal", title="Result", description="ordinal: the bin's number from 0. label: its range as text."
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns to group.")

    @field_validator("edges")
    @classmethod
    def _rising(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is not None and any(b <= a for a, b in pairwise(value)):
            raise ValueError("the edges must rise, each above the one before")
        return value

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        require_numeric(schema, columns, "Grouping")
        edges = None if self.edges is None else list(self.edges)
        return Bins(columns, self.n_bins, self.strategy, edges, self.encode == "label")


def _shown(edges: list[float]) -> list[str]:
    """The edges with as few digits as keep them apart."""
    for digits in (4, 6, 9, 12):
        shown = [f"{e:.{digits}g}" for e in edges]
        if len(set(shown)) == len(shown):
            return shown
    return [repr(e) for e in edges]
