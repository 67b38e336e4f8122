"""Encode by Target."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.preprocessing import TargetEncoder

from pipelines.chain.predictor import target
from pipelines.chain.transformer import Transformer, array_of
from pipelines.columns import CATEGORICAL
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema, column_type
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.names import free
from pipelines.steps.transformation.encode_categories import Encode

TargetType = Literal["auto", "classes", "continuous"]


class EncodeTarget(Encode):
    """Each category as the mean of the label in it, drawn towards the mean of all rows where the category has few.

    With more than two classes there is a column for the share of each. ``means_`` has a row for each category, and one
    for any other at the end.
    """

    cross_fits = True

    def __init__(
        self,
        columns: list[str],
        smooth: float | None = None,
        cv: int = 5,
        target_type: TargetType = "auto",
        append: bool = False,
        random_state: int = 0,
    ) -> None:
        self.columns = columns
        self.smooth = smooth
        self.cv = cv
        self.target_type = target_type
        self.append = append
        self.random_state = random_state

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        super().learn(frame, y)
        self.means_: dict[str, np.ndarray] = {}
        self.names_: dict[str, list[str]] = {}
        if not self.columns:
            return
        rows, label = _labelled(frame, y)
        encoder = self._encoder(label).fit(self._codes(rows), self._label(label))
        classes = [] if encoder.classes_ is None or len(encoder.classes_) <= 2 else [str(c) for c in encoder.classes_]
        width = max(len(classes), 1)
        taken = {str(c) for c in frame.columns if self.append or c not in self.columns}
        for place, name in enumerate(self.columns):
            found = encoder.encodings_[place * width : (place + 1) * width]
            means = np.full((len(self.categories_[name]) + 1, width), encoder.target_mean_)
            means[encoder.categories_[place].astype(np.int64)] = np.column_stack(found)
            self.means_[name] = means
            plain = f"{name}_target" if self.append else name
            self.names_[name] = [free(n, taken) for n in ([f"{name}_{c}" for c in classes] or [plain])]

    def fit_transform(self, X: pd.DataFrame, y: pd.Series | None = None, **params: Any) -> pd.DataFrame:
        """The rows it learns from, each encoded by the labels of the folds that it is not in."""
        self.fit(X, y)
        if not self.columns:
            return self.transform(X)
        rows, label = _labelled(X, y)
        values = (
            self._encoder(label).set_params(cv=self._folds(label)).fit_transform(self._codes(rows), self._label(label))
        )
        result = self.transform(X)
        made = [n for name in self.columns for n in self.names_[name]]
        known = X.index.isin(rows.index)
        for place, name in enumerate(made):
            column = result[name].to_numpy(dtype=np.float64, copy=True)
            column[known] = values[:, place]
            result[name] = column
        return result

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in self.columns:
            means = self.means_[name][self.codes(name, columns[name])]
            found |= {n: means[:, place] for place, n in enumerate(self.names_[name])}
        return found

    def gone(self) -> Collection[str]:
        return () if self.append else [c for c in self.columns if self.names_[c] != [c]]

    def requires(self, outputs: set[str]) -> set[str]:
        made = {n: name for name, names in self.names_.items() for n in names}
        return (outputs - set(made)) | {made[n] for n in outputs if n in made}

    def _codes(self, rows: pd.DataFrame) -> np.ndarray:
        return np.column_stack([self.codes(c, array_of(rows[c])) for c in self.columns])

    def _kind(self, label: pd.Series) -> str:
        """What scikit-learn calls the label: words are classes, more than two numbers a quantity."""
        numbers = column_type(label).is_numeric
        if self.target_type == "continuous" or (self.target_type == "auto" and numbers and label.nunique() > 2):
            return "continuous"
        return "binary" if label.nunique() <= 2 else "multiclass"

    def _label(self, label: pd.Series) -> np.ndarray:
        return target(label, "regression" if self._kind(label) == "continuous" else "classification")

    def _encoder(self, label: pd.Series) -> TargetEncoder:
        smooth = "auto" if self.smooth is None else self.smooth
        return TargetEncoder(target_type=self._kind(label), smooth=smooth)

    def _folds(self, label: pd.Series) -> KFold | StratifiedKFold:
        """Fewer folds where a class has fewer rows; InputError where that leaves none."""
        classes = self._kind(label) != "continuous"
        counts = label.value_counts()
        least = int(counts.min()) if classes else len(label)
        if least < 2:
            raise InputError(
                _(
                    "Only one training row has the label {value!r}, so it can only be encoded by itself.",
                    value=str(counts.index[-1]),
                )
                if classes
                else _("Only one training row has a label, so it can only be encoded by itself."),
                fix=_("Join rare classes or leave them out, or use more rows."),
            )
        kind = StratifiedKFold if classes else KFold
        return kind(min(self.cv, least), shuffle=True, random_state=self.random_state)


class EncodeByTarget(Step):
    """Turn each category into the mean of the label in it, without letting a row see its own label.

    Like TargetEncoder in scikit-learn, cross-fitted: a training row is encoded by the labels of other folds, so that a
    column of noise does not help; all other rows by those of all training rows. Numbers of more than two values are a
    quantity, where scikit-learn takes whole numbers for classes. A new category gets the mean of all. Put it before
    SMOTE, so that no row meets its copy.
    """

    type: ClassVar[str] = "encode_by_target"
    title: ClassVar[str] = "Encode by Target"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    cross_fits: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = (
        *("target encoding", "mean encoding", "likelihood encoding", "impact coding", "high cardinality"),
        *("TargetEncoder", "learning with counts", "count featurizer"),
    )
    known_as: ClassVar[tuple[str, ...]] = (
        *("Build Counting Transform", "Learning with Counts", "Modify Count Table Parameters"),
        *("Import Count Table", "Export Count Table", "Merge Count Transform"),
    )
    equivalent: ClassVar[str] = (
        "from sklearn.preprocessing import TargetEncoder\n\n"
        'encoder = TargetEncoder()\ntrain[["city"]] = encoder.fit_transform(train[["city"]], train["label"])\n'
        'test[["city"]] = encoder.transform(test[["city"]])'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["city"], "cv": 2, "smooth": 1, "append": True},
        table="city,price\nOslo,30\nOslo,34\nLima,10\nLima,12\nOslo,32\nLima,14\n",
        label="price",
    )

    columns: ColumnRule = Field(CATEGORICAL, title="Columns", description="The columns to encode.")
    smooth: float | None = Field(
        None,
        ge=0,
        allow_inf_nan=False,
        title="Smoothing",
        description="With how many rows of the mean of all each category is mixed. Empty: by how its labels spread.",
    )
    cv: int = Field(5, ge=2, le=50, title="Folds", description="In how many parts the training rows are encoded.")
    target_type: TargetType = Field(
        "auto", title="Label", description="auto: words are classes, numbers a quantity; two values are classes."
    )
    append: bool = Field(False, title="Append", description="Whether the columns stay, with the new ones at the end.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="The same seed makes the same folds.")

    def build(self, schema: TableSchema) -> Transformer:
        columns = [c for c in dict.fromkeys(self.columns.select(schema)) if c != schema.label]
        return EncodeTarget(columns, self.smooth, self.cv, self.target_type, self.append, self.random_state)


def _labelled(frame: pd.DataFrame, y: pd.Series | None) -> tuple[pd.DataFrame, pd.Series]:
    if y is None:
        raise InputError(_("There is no label to encode the categories by."), fix=_("Put Set Label before."))
    known = y.notna().to_numpy()
    if not known.any():
        raise InputError(
            _("The label {label!r} is missing in every training row.", label=y.name), fix=_("Choose another label.")
        )
    return frame[known], y[known]
