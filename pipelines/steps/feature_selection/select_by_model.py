"""Select by Model."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.base import clone
from sklearn.feature_selection import RFE, RFECV, SelectFromModel

from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.library import AnyAlgorithm
from pipelines.chain.predictor import target
from pipelines.chain.transformer import Transformer
from pipelines.columns import NUMERIC
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule, Form
from pipelines.schema import TableSchema, column_type
from pipelines.steps.base import Behaviour, Example, Report, Step
from pipelines.steps.feature_selection import keep

Method = Literal["importance", "recursive", "recursive_cv"]


class KeepByModel(keep.Keep):
    """The ``candidates`` that an estimator finds important, and every other column."""

    def __init__(self, candidates: list[str], selector: Any, task: str, title: str, takes_missing: bool) -> None:
        self.candidates = candidates
        self.selector = selector
        self.task = task
        self.title = title
        self.takes_missing = takes_missing

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        rows, label = keep.labelled(frame, y)
        self.scores_, self.dropped_ = {}, []
        if not self.candidates:
            return
        if self.task == "regression" and not column_type(label).is_numeric:
            raise InputError(
                _("{algorithm} predicts a number, but the label holds none.", algorithm=self.title),
                fix=_("Choose an algorithm that sorts into classes."),
            )
        matrix = np.column_stack([keep.complete(rows[c], self.takes_missing) for c in self.candidates])
        try:
            found = clone(self.selector).fit(matrix, target(label, self.task))  # type: ignore[arg-type]
        except ValueError as error:
            raise InputError(
                _(
                    "{algorithm} cannot choose features from these rows: {reason}",
                    algorithm=self.title,
                    reason=str(error).splitlines()[0],
                ),
                fix=_("Use more rows, or another algorithm."),
            ) from None
        self.scores_ = dict(zip(self.candidates, _worth(found).tolist(), strict=True))
        self.dropped_ = [c for c, kept in zip(self.candidates, found.get_support(), strict=True) if not kept]


class SelectByModel(Step):
    """Keep the columns that an algorithm finds important, at once or by dropping the weakest again and again.

    The same as SelectFromModel, RFE and RFECV in sklearn.feature_selection: the algorithm is fitted to the training
    rows, and its coefficients or importances are compared. Columns not looked at stay.
    """

    type: ClassVar[str] = "select_by_model"
    title: ClassVar[str] = "Select by Model"
    category: ClassVar[str] = "Feature Selection"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("SelectFromModel", "RFE", "RFECV", "recursive feature elimination", "lasso")
    equivalent: ClassVar[str] = "sklearn.feature_selection.RFE(Ridge(), n_features_to_select=1).fit(table[columns], y)"
    example: ClassVar[Example | None] = Example(
        params={"algorithm": {"type": "decision_tree_regressor"}, "method": "recursive", "k": 1},
        table="power,doors,price\n60,4,9000\n75,2,11000\n90,4,13500\n110,4,15000\n150,2,21000\n",
        label="price",
    )

    algorithm: Annotated[AnyAlgorithm, Form(widget="algorithm")] = Field(
        title="Algorithm", description="What says which columns are important; it needs coefficients or importances."
    )
    method: Method = Field(
        "importance",
        title="Method",
        description="importance: at once. recursive: the weakest leave one by one. recursive_cv: as many as test best.",
    )
    threshold: Annotated[Literal["mean", "median"], Form(when={"method": ("importance",)})] = Field(
        "mean", title="Least importance", description="Columns that are less important than this are dropped."
    )
    k: Annotated[int, Form(when={"method": ("recursive",)})] = Field(
        10, ge=1, le=100_000, title="Columns to keep", description="All are kept where there are no more."
    )
    step: Annotated[int, Form(when={"method": ("recursive", "recursive_cv")})] = Field(
        1, ge=1, title="Dropped at a time", description="Columns that leave before the algorithm is fitted again."
    )
    cv: Annotated[int, Form(when={"method": ("recursive_cv",)})] = Field(
        5,
        ge=2,
        le=50,
        title="Folds",
        description="Folds of the training rows in which each number of columns is tested.",
    )
    columns: ColumnRule = Field(
        NUMERIC,
        title="Columns",
        description="The columns to choose from; text that is named is taken by category number.",
    )

    def build(self, schema: TableSchema) -> Transformer:
        algorithm: Algorithm = self.algorithm
        if algorithm.task not in ("classification", "regression"):
            raise InputError(
                _("{algorithm} learns no label.", algorithm=algorithm.title),
                fix=_("Choose an algorithm for numbers or classes."),
            )
        names = keep.candidates(self.columns.select(schema), schema)
        selector = self._selector(algorithm.estimator(), len(names))
        return KeepByModel(names, selector, algorithm.task, algorithm.title, algorithm.takes_missing)

    def report(self, link: Any) -> Report | None:
        return keep.scores_report(link, "importance" if self.method == "importance" else "1 / rank")

    def _selector(self, estimator: Any, columns: int) -> Any:
        match self.method:
            case "importance":
                return SelectFromModel(estimator, threshold=self.threshold)
            case "recursive":
                return RFE(estimator, n_features_to_select=max(1, min(self.k, columns)), step=self.step)
            case "recursive_cv":
                return RFECV(estimator, step=self.step, cv=self.cv)


def _worth(fitted: Any) -> np.ndarray:
    """The importance of each column, or one divided by its rank."""
    if hasattr(fitted, "ranking_"):
        return 1.0 / np.asarray(fitted.ranking_)
    inner = fitted.estimator_
    if hasattr(inner, "feature_importances_"):
        return np.asarray(inner.feature_importances_, dtype=np.float64)
    return np.abs(np.atleast_2d(np.asarray(inner.coef_, dtype=np.float64))).sum(axis=0)
