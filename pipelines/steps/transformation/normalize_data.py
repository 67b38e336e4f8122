"""Normalize Data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from scipy import special
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from pipelines.chain.transformer import Columnwise, OnColumns, Transformer, numbers
from pipelines.columns import NUMERIC
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.checks import require_numeric

SCALERS = {"zscore": StandardScaler, "minmax": MinMaxScaler, "robust": RobustScaler, "maxabs": MaxAbsScaler}
LARGEST = float(np.finfo(np.float64).max)


class Squash(Columnwise):
    """Numbers brought between bounds by a curve: the logistic one, the hyperbolic tangent, or a log-normal share."""

    def __init__(self, columns: list[str], curve: str) -> None:
        self.columns = columns
        self.curve = curve

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.moments_: dict[str, list[float]] = {}
        if self.curve == "lognormal":
            self.moments_ = {c: _log_moments(_floats(frame[c].array)) for c in self.columns}

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        return {c: self._squashed(c, _floats(columns[c])) for c in self.columns}

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)

    def _squashed(self, name: str, values: np.ndarray) -> np.ndarray:
        match self.curve:
            case "logistic":
                return np.asarray(special.expit(values))
            case "tanh":
                return np.tanh(values)
        mean, deviation = self.moments_[name]
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.where(values > 0, np.log(values), np.where(np.isnan(values), np.nan, -np.inf))
        share = special.ndtr((logs - mean) / deviation) if deviation > 0 else np.zeros(len(values))
        return np.where(np.isnan(values), np.nan, share)


class Unit(Columnwise):
    """Rows of numbers brought to the length 1; a row of zeros stays, and missing values stay and count as nothing."""

    def __init__(self, columns: list[str]) -> None:
        self.columns = columns

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        given = {c: _floats(columns[c]) for c in self.columns}
        lengths = np.zeros(rows)
        for values in given.values():
            lengths += np.nan_to_num(values, posinf=np.inf, neginf=-np.inf) ** 2
        lengths = np.sqrt(lengths)
        lengths[lengths == 0] = 1
        with np.errstate(invalid="ignore"):
            return {c: v / lengths for c, v in given.items()}

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs) | (set(self.columns) if outputs & set(self.columns) else set())


class Reshape(Columnwise):
    """Columns of numbers through a scikit-learn transformer that bends them; one without any value stays as it is."""

    def __init__(self, transformer: Any, columns: list[str]) -> None:
        self.transformer = transformer
        self.columns = columns

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        known = [c for c in self.columns if frame[c].notna().any()]
        self.constant_: list[str] = []
        if self._takes_positive():
            self.constant_ = [c for c in known if frame[c].nunique() == 1]
            for name in known:
                if (frame[name] <= 0).any():
                    raise InputError(
                        _("Box-Cox takes numbers above 0, but column {column!r} holds others.", column=name),
                        fix=_("Choose yeo-johnson, or leave the column out."),
                    )
        estimator = self.transformer
        if isinstance(estimator, QuantileTransformer):
            estimator = QuantileTransformer(**estimator.get_params())
            estimator.set_params(n_quantiles=min(estimator.n_quantiles, max(len(frame), 1)), copy=False)
        self.fitted_ = OnColumns(estimator, [c for c in known if c not in self.constant_]).fit(frame)

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        level = {n: np.where(np.isnan(_floats(columns[n])), np.nan, 0.0) for n in self.constant_}
        if not self.fitted_.columns:
            return level
        values = self.fitted_.given(columns, rows)
        np.clip(values, -LARGEST, LARGEST, out=values)
        with np.errstate(all="ignore"):
            if self._takes_positive():
                values[~(values > 0)] = np.nan
            return level | self.fitted_.made_of(values)

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)

    def _takes_positive(self) -> bool:
        return isinstance(self.transformer, PowerTransformer) and self.transformer.method == "box-cox"


class NormalizeData(Step):
    """Bring numbers to one scale, or to one shape.

    As sklearn.preprocessing does: zscore (StandardScaler: mean 0, deviation 1), minmax (MinMaxScaler: 0 to 1), robust
    (RobustScaler: median 0, quartile range 1), maxabs (MaxAbsScaler: largest size 1), quantile (QuantileTransformer)
    and power (PowerTransformer). Of the numbers as they are: logistic 1 / (1 + exp(-x)), tanh, and lognormal, the
    cumulative probability under a log-normal distribution fitted to the column (0 for numbers that are not above 0).
    unit (Normalizer) divides each row by the root of its sum of squares. What a method takes is learned from the
    training rows; missing values stay missing.
    """

    type: ClassVar[str] = "normalize_data"
    title: ClassVar[str] = "Normalize Data"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    release: ClassVar[int] = 2
    synonyms: ClassVar[tuple[str, ...]] = (
        "scale", "standardize", "z-score", "min-max", "StandardScaler", "power transform", "Box-Cox", "Yeo-Johnson",
        "quantile transform", "logistic", "tanh", "log-normal", "unit sphere", "L2",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Normalize Data",)
    equivalent: ClassVar[str] = "table[columns] = StandardScaler().fit_transform(table[columns])"
    example: ClassVar[Example | None] = Example(
        params={"method": "zscore", "columns": ["width", "power"]},
        table="make,width,power\naudi,66,102\nbmw,65,101\nmazda,64,68\nvolvo,67,114\n",
    )

    method: Literal[
        "zscore", "minmax", "robust", "maxabs", "logistic", "lognormal", "tanh", "quantile", "power", "unit"
    ] = Field("zscore", title="Method", description="What the scale is made of; unit: each row's length is 1.")
    output_distribution: Annotated[Literal["uniform", "normal"], Form(when={"method": ("quantile",)})] = Field(
        "uniform", title="Distribution", description="How the values lie afterwards: evenly from 0 to 1, or as a bell."
    )
    n_quantiles: Annotated[int, Form(when={"method": ("quantile",)})] = Field(
        1000, ge=2, le=100_000, title="Quantiles", description="Points that are remembered; at most one for each row."
    )
    subsample: Annotated[int | None, Form(group="More", when={"method": ("quantile",)})] = Field(
        10_000,
        ge=10,
        title="Rows looked at",
        description="So many training rows, at random, or as many as there are quantiles. Empty: all.",
    )
    power: Annotated[Literal["yeo-johnson", "box-cox"], Form(when={"method": ("power",)})] = Field(
        "yeo-johnson", title="Power", description="box-cox takes numbers above 0 only, yeo-johnson any."
    )
    columns: ColumnRule = Field(NUMERIC, title="Columns", description="The columns to scale.")

    def build(self, schema: TableSchema) -> Transformer:
        columns = self.columns.select(schema)
        require_numeric(schema, columns, "Scaling")
        match self.method:
            case "logistic" | "lognormal" | "tanh":
                return Squash(list(dict.fromkeys(columns)), self.method)
            case "unit":
                return Unit(list(dict.fromkeys(columns)))
            case "quantile":
                shape = QuantileTransformer(
                    n_quantiles=self.n_quantiles,
                    output_distribution=self.output_distribution,
                    subsample=self.subsample and max(self.subsample, self.n_quantiles),
                    random_state=0,
                )
                return Reshape(shape, list(dict.fromkeys(columns)))
            case "power":
                return Reshape(PowerTransformer(self.power), list(dict.fromkeys(columns)))
            case method:
                return OnColumns(SCALERS[method](), columns)


def _floats(values: Any) -> np.ndarray:
    return np.asarray(numbers(values), dtype=np.float64)


def _log_moments(values: np.ndarray) -> list[float]:
    """Mean and standard deviation of the logarithms, which are the likeliest of a log-normal distribution."""
    logs = np.log(values[(values > 0) & np.isfinite(values)])
    return [float(logs.mean()), float(logs.std())] if len(logs) else [0.0, 0.0]
