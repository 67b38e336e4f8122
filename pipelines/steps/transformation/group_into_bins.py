"""Group into Bins."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator
from scipy import special
from sklearn.preprocessing import KBinsDiscretizer

from pipelines.chain.conform import as_text
from pipelines.chain.transformer import Columnwise, Transformer, numbers
from pipelines.columns import NUMERIC
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import ColumnType, Role, TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import WORDS, require_numeric
from pipelines.steps.names import free

SOME = 10_000
SHARES = {"fraction": 1.0, "percent": 100.0}


class Bins(Columnwise):
    """Numbers replaced by the number or the name of their bin; what is missing stays so."""

    def __init__(
        self,
        columns: list[str],
        n_bins: int,
        strategy: str,
        edges: list[float] | None = None,
        encode: str = "ordinal",
        labels: list[str] | None = None,
        keep_columns: bool = False,
    ) -> None:
        self.columns = columns
        self.n_bins = n_bins
        self.strategy = strategy
        self.edges = edges
        self.encode = encode
        self.labels = labels
        self.keep_columns = keep_columns

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.edges_: dict[str, list[float]] = {
            c: list(self.edges) if self.edges is not None else self._cut(frame[c], y) for c in self.columns
        }
        taken = {str(c) for c in frame.columns}
        self.made_ = {c: free(f"{c}_bin", taken) if self.keep_columns else c for c in self.columns}
        self.names_: dict[str, list[str]] = {c: self._names(c, edges) for c, edges in self.edges_.items()}

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {self.made_[c]: self._bin(columns[c], edges, self.names_[c]) for c, edges in self.edges_.items()}

    def requires(self, outputs: set[str]) -> set[str]:
        source = {made: name for name, made in self.made_.items()}
        return {source.get(o, o) for o in outputs}

    def _names(self, column: str, edges: list[float]) -> list[str]:
        if not self.labels:
            return names_of(edges)
        if len(edges) + 1 != len(self.labels):
            raise InputError(
                _(
                    "Column {column!r} falls into {bins} bins, but there are {labels} labels.",
                    column=column,
                    bins=len(edges) + 1,
                    labels=len(self.labels),
                ),
                fix=_("Give edges of your own, as many labels as bins, or none."),
            )
        return list(self.labels)

    def _cut(self, values: pd.Series, y: pd.Series | None) -> list[float]:
        """The edges between the bins, without the outermost."""
        found = np.asarray(numbers(values), dtype=np.float64)
        known = np.isfinite(found)
        if self.strategy == "mdl":
            assert y is not None
            known &= y.notna().to_numpy()
            return cuts(found[known], pd.factorize(y[known].map(as_text))[0])
        found = found[known]
        bins = min(self.n_bins, _distinct(found, self.n_bins))
        if bins < 2:
            return []
        if self.strategy == "mean_std":
            return [float(found.mean() + (i - (bins - 2) / 2) * found.std()) for i in range(bins - 1)]
        cutter = KBinsDiscretizer(bins, encode="ordinal", strategy=self.strategy, subsample=None, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # fewer bins than asked for, where values repeat
            edges = cutter.fit(found.reshape(-1, 1)).bin_edges_[0]
        return [float(e) for e in edges[1:-1]]

    def _bin(self, values: Any, edges: list[float], names: list[str]) -> Any:
        found = np.asarray(numbers(values), dtype=np.float64)
        missing = np.isnan(found)
        codes = np.searchsorted(edges, found, side="right")
        if self.encode == "ordinal":
            return np.where(missing, np.nan, codes)
        if self.encode in SHARES:
            return np.where(missing, np.nan, (codes + 1) * (SHARES[self.encode] / (len(edges) + 1)))
        return pd.array(names, dtype="str").take(np.where(missing, -1, codes), allow_fill=True)


def _distinct(values: np.ndarray, most: int) -> int:
    """How many distinct numbers there are, or ``most`` where the first rows have as many."""
    some = len(np.unique(values[:SOME]))
    return most if some >= most else len(np.unique(values))


def names_of(edges: list[float]) -> list[str]:
    """A name for each bin between ``edges``: ``below 18``, ``18 to 65``, ``65 or more``."""
    if not edges:
        return ["all"]
    shown = _shown(edges)
    between = [f"{low} to {high}" for low, high in pairwise(shown)]
    return [f"below {shown[0]}", *between, f"{shown[-1]} or more"]


class GroupIntoBins(Step):
    """Replace numbers by the group they fall into.

    Like sklearn.preprocessing.KBinsDiscretizer, or pandas.cut with edges of your own. mdl cuts where the classes of the
    label part, as often as the minimum description length allows (Fayyad and Irani 1993, Multi-interval discretization
    of continuous-valued attributes for classification learning). The edges are learned from the training rows; a value
    beyond them falls into the first or the last bin, a missing value stays missing.
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

    strategy: Literal["quantile", "uniform", "kmeans", "mean_std", "mdl"] = Field(
        "quantile",
        title="Strategy",
        description="quantile: bins of as many rows each. uniform: bins as wide. kmeans: around clusters of values. "
        "mean_std: a standard deviation wide, around the mean. mdl: where the label's classes part.",
    )
    n_bins: Annotated[int, Form(when={"strategy": ("quantile", "uniform", "kmeans", "mean_std")})] = Field(
        5, ge=2, le=1000, title="Bins", description="How many; fewer where values repeat."
    )
    edges: tuple[Annotated[float, Field(allow_inf_nan=False)], ...] | None = Field(
        None,
        min_length=1,
        max_length=1000,
        title="Edges",
        description="Where bins meet, such as 18, 65 for three bins; the strategy is not used then.",
    )
    encode: Literal["ordinal", "label", "fraction", "percent"] = Field(
        "ordinal",
        title="Result",
        description="ordinal: the bin's number from 0. label: its range as text. fraction, percent: its place among "
        "the bins, the last 1 or 100.",
    )
    labels: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Form(when={"encode": ("label",)})] = Field(
        (), max_length=1001, title="Labels", description="Names of the bins, the lowest first. Empty: their ranges."
    )
    keep_columns: bool = Field(
        False, title="Keep the columns", description="On: the bins stand in new columns, whose names end in _bin."
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns to group.")

    @field_validator("edges")
    @classmethod
    def _rising(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is not None and any(b <= a for a, b in pairwise(value)):
            raise ValueError(_("the edges must rise, each above the one before"))
        return value

    @model_validator(mode="after")
    def _a_label_each(self) -> Self:
        if self.labels and self.edges is not None and len(self.labels) != len(self.edges) + 1:
            raise ValueError(
                _(
                    "{edges} edges part {bins} bins; there are {labels} labels",
                    edges=len(self.edges),
                    bins=len(self.edges) + 1,
                    labels=len(self.labels),
                )
            )
        return self

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        require_numeric(schema, columns, "Grouping")
        edges = None if self.edges is None else list(self.edges)
        if self.strategy == "mdl" and edges is None:
            _require_classes(schema)
        return Bins(
            columns, self.n_bins, self.strategy, edges, self.encode, list(self.labels) or None, self.keep_columns
        )


def cuts(values: np.ndarray, classes: np.ndarray) -> list[float]:
    """Where numbers are cut so that the classes part: recursively, while the gain is worth its description."""
    order = np.argsort(values, kind="stable")
    values, classes = values[order], classes[order]
    if not len(values):
        return []
    seen = np.cumsum(np.eye(int(classes.max()) + 1)[classes], axis=0)
    ends = np.flatnonzero(np.diff(values) > 0)
    found: list[float] = []
    spans = [(0, len(values))]
    while spans:
        start, stop = spans.pop()
        before = seen[start - 1] if start else np.zeros(seen.shape[1])
        inside = ends[(ends >= start) & (ends < stop - 1)]
        at = _best_cut(seen[inside] - before, seen[stop - 1] - before)
        if at is not None:
            cut = int(inside[at])
            found.append(float((values[cut] + values[cut + 1]) / 2))
            spans += [(start, cut + 1), (cut + 1, stop)]
    return sorted(found)


def _best_cut(left: np.ndarray, whole: np.ndarray) -> int | None:
    """The best of the cuts, which leave these counts of each class on their left; None where none is worth it."""
    if not len(left):
        return None
    right, rows = whole - left, whole.sum()
    parts = _entropy(left), _entropy(right)
    mean = (left.sum(axis=1) * parts[0] + right.sum(axis=1) * parts[1]) / rows
    at = int(mean.argmin())
    kinds = [int((counts > 0).sum()) for counts in (whole, left[at], right[at])]
    all_of_it = float(_entropy(whole[None])[0])
    saved = kinds[0] * all_of_it - kinds[1] * parts[0][at] - kinds[2] * parts[1][at]
    cost = (np.log2(rows - 1) + np.log2(3.0 ** kinds[0] - 2) - saved) / rows
    return at if all_of_it - mean[at] > cost else None


def _entropy(counts: np.ndarray) -> np.ndarray:
    shares = counts / counts.sum(axis=1, keepdims=True)
    return np.asarray(special.entr(shares).sum(axis=1) / np.log(2))


def _require_classes(schema: TableSchema) -> None:
    label = next((c for c in schema if c.role is Role.LABEL), None)
    if label is None:
        raise InputError(
            _("mdl looks at the label, and there is none."), fix=_("Put Set Label before, or choose another strategy.")
        )
    if label.type in (ColumnType.FLOAT, ColumnType.DATETIME):
        raise InputError(
            _("mdl takes a label of classes, but {column!r} holds {kind}.", column=label.name, kind=WORDS[label.type]),
            fix=_("Choose another strategy."),
        )


def _shown(edges: list[float]) -> list[str]:
    """The edges with as few digits as keep them apart."""
    for digits in (4, 6, 9, 12):
        shown = [f"{e:.{digits}g}" for e in edges]
        if len(set(shown)) == len(shown):
            return shown
    return [repr(e) for e in edges]
