"""Permutation Feature Importance."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import pandas as pd
from pydantic import Field
from sklearn import inspection, metrics

from pipelines.chain.chain import Chain
from pipelines.chain.predictor import LABELS, probability_columns, target
from pipelines.errors import InputError
from pipelines.messages import _, ngettext
from pipelines.parameters import Form
from pipelines.steps.base import Bars, Behaviour, Context, Example, Inputs, Output, Port, Report, Step
from pipelines.table import TEST, TRAIN, Table

Metric = Literal[
    "auto", "accuracy", "balanced_accuracy", "precision", "recall", "f1", "log_loss", "roc_auc",
    "r2", "mean_absolute_error", "root_mean_squared_error", "relative_absolute_error", "relative_squared_error",
]  # fmt: skip
Measure = Callable[[np.ndarray, np.ndarray], float]
NUMBERS: dict[str, Measure] = {
    "r2": lambda y, found: float(metrics.r2_score(y, found)),
    "mean_absolute_error": lambda y, found: float(metrics.mean_absolute_error(y, found)),
    "root_mean_squared_error": lambda y, found: float(metrics.root_mean_squared_error(y, found)),
    "relative_absolute_error": lambda y, found: float(np.abs(y - found).sum() / np.abs(y - y.mean()).sum()),
    "relative_squared_error": lambda y, found: float(((y - found) ** 2).sum() / ((y - y.mean()) ** 2).sum()),
}
CLASSES: tuple[str, ...] = (
    "accuracy", "balanced_accuracy", "precision", "recall", "f1", "log_loss", "roc_auc",
)  # fmt: skip


@dataclass
class Rows:
    """What a model sees, as scikit-learn's ``permutation_importance`` asks for it: rows to predictions."""

    model: Chain
    raw: bool

    def fit(self, X: pd.DataFrame, y: object = None) -> Rows:
        return self

    def predict(self, X: pd.DataFrame) -> pd.DataFrame:
        return self.model.predict(X) if self.raw else self.model.predictor.score(X)


class PermutationImportance(Step):
    """Measure how much worse a model gets when the values of a column are shuffled.

    The same as sklearn.inspection.permutation_importance. Of classes, precision, recall and f1 are weighted by rows.
    After a split the test rows are taken.
    """

    type: ClassVar[str] = "permutation_importance"
    title: ClassVar[str] = "Permutation Feature Importance"
    category: ClassVar[str] = "Evaluation"
    behaviour: ClassVar[Behaviour] = Behaviour.EVALUATE
    inputs: ClassVar[tuple[Port, ...]] = (Port("table"), Port("model", "model"))
    outputs: ClassVar[tuple[Port, ...]] = (Port("table", aside=True),)
    synonyms: ClassVar[tuple[str, ...]] = ("feature importance", "explain model", "PFI", "variable importance")
    known_as: ClassVar[tuple[str, ...]] = ("Permutation Feature Importance",)
    equivalent: ClassVar[str] = "sklearn.inspection.permutation_importance(model, table[columns], y, n_repeats=5)"
    example: ClassVar[Example | None] = Example(
        params={"rows": "all"},
        table="size,rooms,price\n31,1,95\n45,2,142\n58,2,171\n64,3,203\n77,3,228\n92,4,284\n38,1,112\n83,4,262\n",
        label="price",
        before=(("train_model", {"algorithm": {"type": "linear_regression"}}),),
    )

    metric: Metric = Field("auto", title="Metric", description="auto: r2 of numbers, accuracy of classes.")
    of: Literal["columns", "features"] = Field(
        "columns",
        title="Of",
        description="columns: as the dataset gives them. features: as the algorithm takes them, after all steps.",
    )
    n_repeats: int = Field(5, ge=1, le=100, title="Repeats", description="How often each column is shuffled.")
    rows: Literal["test", "train", "all"] = Field(
        "test", title="Rows", description="Which rows are scored; all where there is no split."
    )
    max_rows: Annotated[int, Form(group="More")] = Field(
        20_000, ge=10, le=10_000_000, title="Most rows", description="Of more, so many are drawn at random."
    )
    random_state: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="Seed of the shuffling.")

    def run(self, inputs: Inputs, context: Context) -> Output:
        model = inputs.model
        metric, score = self._score(model)
        table = inputs.table if self.rows == "all" else inputs.table.only(TEST if self.rows == "test" else TRAIN)
        frame, labels, notes = self._chosen(table, model)
        seen, raw = self._seen(frame, table, model, context)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            found: Any = inspection.permutation_importance(
                Rows(model, raw),
                seen,
                labels,
                scoring=lambda rows, X, y: score(y, rows.predict(X)),
                n_repeats=1 if context.preview else self.n_repeats,
                random_state=self.random_state,
            )
            best = score(labels, Rows(model, raw).predict(seen))
        return self._output(seen, found, metric, abs(best), notes, context.preview)

    def _output(
        self, seen: pd.DataFrame, found: Any, metric: str, best: float, notes: tuple[str, ...], preview: bool
    ) -> Output:
        order = np.argsort(-found.importances_mean, kind="stable")
        result = pd.DataFrame(
            {
                "feature": pd.array([str(seen.columns[i]) for i in order], dtype="str"),
                "importance": found.importances_mean[order],
                "spread": found.importances_std[order],
            }
        )
        if preview:  # on the sample a model has not learned anything yet
            return Output(table=Table(result))
        said = [_("With all columns in place, {metric} is {value}.", metric=metric, value=f"{best:.4g}")]
        if len(result):
            first = {"column": result["feature"].iloc[0], "value": f"{result['importance'].iloc[0]:.4g}"}
            said.append(_("It gets worse by {value} when {column} is shuffled, more than for any other.", **first))
        idle = int((result["importance"] <= result["spread"]).sum())
        if idle:
            said.append(
                ngettext(
                    "{count} column makes no difference beyond its spread.",
                    "{count} columns make no difference beyond their spread.",
                    count=idle,
                )
            )
        bars = Bars(
            "importance",
            result["feature"].tolist(),
            result["importance"].tolist(),
            _("How much worse {metric} gets", metric=metric),
            result["spread"].tolist(),
        )
        tables = {"importances": {str(c): result[c].tolist() for c in result}}
        return Output(Table(result), report=Report(tables=tables, bars=(bars,), conclusions=tuple(said)), notes=notes)

    def _chosen(self, table: Table, model: Chain) -> tuple[pd.DataFrame, np.ndarray, tuple[str, ...]]:
        """The rows with a label, at most ``max_rows``."""
        name = table.label or model.label
        if name is None or name not in table.frame.columns:
            raise InputError(_("The rows have no label to compare with."), fix=_("Give rows that have the label."))
        frame = table.frame[table.frame[name].notna().to_numpy()]
        if frame.empty:
            raise InputError(_("There are no {rows} rows with a label.", rows=self.rows), fix=_("Choose other rows."))
        notes: tuple[str, ...] = ()
        if len(frame) > self.max_rows:
            notes = (_("{most:,} of {count:,} rows are drawn at random.", most=self.max_rows, count=len(frame)),)
            frame = frame.sample(self.max_rows, random_state=self.random_state)
        return frame, target(frame[name], model.predictor.task), notes

    def _seen(self, frame: pd.DataFrame, table: Table, model: Chain, context: Context) -> tuple[pd.DataFrame, bool]:
        """The rows whose columns are shuffled: as the source gave them, or as the algorithm takes them."""
        links = [name for name, _link in context.links(table)]
        path, keys = model.path or [], [a.key for a in table.history if a.step in links]
        same = bool(path) and path[0] == table.head
        if self.of == "features":
            done = 0
            if same and path[1 : len(keys) + 1] == keys:
                done = sum(name in links for name, _link in model.links)
            return model.transform(frame, done)[model.predictor.columns], False
        if same and table.history:
            head = context.head(table).frame
            if frame.index.isin(head.index).all():
                frame = head.loc[frame.index]
        names = model.contract.names if model.contract else list(frame.columns)
        missing = [n for n in names if n not in frame.columns]
        if missing:
            raise InputError(
                _("The model needs the column {column!r}, and the rows do not have it.", column=missing[0]),
                fix=_("Give rows as the dataset has them, or choose features."),
            )
        return frame[names], True

    def _score(self, model: Chain) -> tuple[str, Callable[[np.ndarray, pd.DataFrame], float]]:
        """The metric's name, and a score of predictions that is higher for better ones."""
        allowed = CLASSES if model.task == "classification" else tuple(NUMBERS) if model.task == "regression" else ()
        name = self.metric if self.metric != "auto" else {"classification": "accuracy"}.get(model.task, "r2")
        if name not in allowed:
            raise InputError(
                _("{metric} does not measure a model for {task}.", metric=name, task=model.task),
                fix=_("Choose another metric, or auto.") if allowed else _("Use a model that predicts a label."),
            )
        sign = -1.0 if name.endswith(("error", "log_loss")) else 1.0

        def score(labels: np.ndarray, found: pd.DataFrame) -> float:
            known = found[LABELS].notna().to_numpy()
            y, rows = (labels, found) if known.all() else (labels[known], found[known])
            if not len(y):
                return float("nan")
            if name in NUMBERS:
                return sign * NUMBERS[name](y, rows[LABELS].to_numpy(dtype=np.float64))
            return sign * _of_classes(name, y, rows, model.classes)

        return name, score


def _of_classes(name: str, y: np.ndarray, found: pd.DataFrame, classes: list[object]) -> float:
    if name in ("log_loss", "roc_auc"):
        names = probability_columns(classes)
        if names[0] not in found.columns:
            raise InputError(
                _("{metric} needs probabilities, and this model gives none.", metric=name),
                fix=_("Choose another metric."),
            )
        shares = found[names].to_numpy(dtype=np.float64)
        if name == "roc_auc":
            two = shares[:, 0] if len(names) == 1 else shares
            return float(metrics.roc_auc_score(y, two, multi_class="ovr", average="weighted", labels=classes))
        return float(metrics.log_loss(y, shares[:, 0] if len(names) == 1 else shares, labels=classes))
    predicted = target(found[LABELS], "classification")
    match name:
        case "accuracy":
            return float(metrics.accuracy_score(y, predicted))
        case "balanced_accuracy":
            return float(metrics.balanced_accuracy_score(y, predicted))
        case _:
            of: Any = getattr(metrics, f"{name}_score")
            return float(of(y, predicted, average="weighted", zero_division=0))
