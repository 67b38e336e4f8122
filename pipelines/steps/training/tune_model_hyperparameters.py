"""The step Tune model hyperparameters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.library import AnyAlgorithm
from pipelines.errors import InputError
from pipelines.messages import _, declared
from pipelines.parameters import Form
from pipelines.schema import Role
from pipelines.steps.base import Behaviour, Context, Curve, Example, Inputs, Output, Port, Report, Step
from pipelines.steps.evaluation.assess import assess
from pipelines.steps.scoring.score_model import ScoreModel
from pipelines.steps.training import ranges, trials
from pipelines.steps.training.fit import fit, label_of
from pipelines.steps.training.folds import Fold, deal, labelled, prepare
from pipelines.steps.training.train_model import trained
from pipelines.table import Scored, Table

Metric = Literal[
    "auto", "roc_auc", "accuracy", "balanced_accuracy", "f1", "f1_macro", "f1_weighted", "precision", "recall",
    "average_precision", "log_loss", "matthews_corrcoef", "r2", "root_mean_squared_error", "mean_absolute_error",
    "median_absolute_error", "mean_absolute_percentage_error", "silhouette", "davies_bouldin", "calinski_harabasz",
    "bic",
]  # fmt: skip
DEFAULTS = {
    "classification": ("roc_auc", "accuracy"),
    "regression": ("root_mean_squared_error",),
    "clustering": ("silhouette",),
    "anomaly": ("roc_auc",),
}
LOWER = ("error", "loss", "davies_bouldin", "bic")
TRIED = "Search"


class TuneModelHyperparameters(Step):
    """Try an algorithm with other values of its parameters, and train it with the best on all training rows.

    Every trial is measured on the same folds of the training rows, each with the steps before fitted on its own
    training part; or on the rows of a second table, scored as Score Model does. Clusters are measured on the training
    rows themselves. The first trial has the values set here, so that the best is never worse. Each algorithm says where
    to look; ranges may say otherwise. After that it is the same as Train Model with the best values. Searched with
    Optuna; Azure tries 5 random points by default.
    """

    type = "tune_model_hyperparameters"
    title = "Tune Model Hyperparameters"
    category = "Training"
    behaviour = Behaviour.TRAIN
    inputs = (Port("table"), Port("validation", optional=True))
    outputs = (Port("model", "model"), Port("table"))
    synonyms = ("hyperparameter search", "grid search", "random search", "optimize", "number of clusters", "Optuna")
    known_as = ("Tune Model Hyperparameters", "Sweep Clustering")
    equivalent = 'model = GridSearchCV(Ridge(), {"alpha": [0.1, 1.0, 10.0]}, cv=5).fit(X, y).best_estimator_'
    example = Example(
        {"algorithm": {"type": "ridge"}, "ranges": {"alpha": [0.1, 1, 10]}, "sampler": "grid", "n_folds": 2},
        "size,price\n30,95\n45,150\n52,161\n60,190\n71,221\n80,243\n",
        label="price",
    )

    algorithm: Annotated[AnyAlgorithm, Form(widget="algorithm")] = Field(
        description="What learns, and the values that are not tuned."
    )
    ranges: Annotated[dict[str, str | list[Any]], Form(widget="ranges", of="algorithm")] = Field(
        {},
        description="Parameters to tune and where: {alpha: 0.1 to 10 log, C: [1, 5], tol: auto}. "
        "Empty: all that the algorithm offers.",
    )
    metric: Metric = Field("auto", description="What to make best; auto: ROC AUC, RMSE or silhouette, by the task.")
    sampler: Annotated[trials.Sampler, Form(group=TRIED)] = Field(
        "tpe", description="tpe: where it went well before; random; grid: every combination of up to 5 values each."
    )
    n_trials: Annotated[int, Form(group=TRIED, when={"sampler": ("tpe", "random")})] = Field(
        20, ge=1, le=10_000, description="Number of trials."
    )
    n_folds: Annotated[int, Form(group=TRIED)] = Field(
        5, ge=2, le=50, description="Number of folds; clusters and a second table do without."
    )
    give_up: Annotated[bool, Form(group=TRIED)] = Field(
        True, description="Whether a trial among the worst quarter after some folds is given up."
    )
    max_seconds: Annotated[float | None, Form(group=TRIED)] = Field(
        None, gt=0, description="No trial begins after this time; with it, a rerun may find other values."
    )
    random_state: Annotated[int, Form(group=TRIED)] = Field(
        0, ge=0, le=2**32 - 1, description="Seed of the trials and of the folds."
    )

    @model_validator(mode="after")
    def _ranges_can_be_read(self) -> Self:
        ranges.searches_of(self.algorithm, self.ranges)
        return self

    def run(self, inputs: Inputs, context: Context) -> Output:
        table = inputs.table
        if context.preview:
            return trained(self.algorithm, table, context)
        searches = ranges.searches_of(self.algorithm, self.ranges)
        plan = trials.Plan(
            self.sampler, self.n_trials, self.random_state, self._lower(), self.give_up, self.max_seconds
        )
        measure, notes = self._measure(table, inputs.tables.get("validation"), context)
        found = trials.run(plan, self.algorithm, searches, measure, _progress(context))
        best = trials.best_of(found, plan.lower_is_better)
        if best is None:
            raise InputError(
                _("No trial could be measured: {reason}", reason=found[0].reason or "nan"),
                fix=_("Change the values of the algorithm, the ranges or the metric."),
            )
        context.progress(1.0, _("Training with the best values"))
        output = trained(ranges.with_values(self.algorithm, best.values), table, context)
        assert output.report is not None
        report = _report(output.report, found, best, self._metric, plan.lower_is_better)
        return replace(output, report=report, notes=(*notes, *output.notes, *_failures(found)))

    @property
    def _metric(self) -> str:
        return DEFAULTS[self.algorithm.task][0] if self.metric == "auto" else self.metric

    def _lower(self) -> bool:
        return any(mark in self._metric for mark in LOWER)

    def _measure(self, table: Table, validation: Table | None, context: Context) -> tuple[trials.Measure, list[str]]:
        """What measures the algorithm with other values, one number a fold; and notes on the rows."""
        if self.algorithm.task == "clustering":
            return lambda algorithm: iter([self._clusters(algorithm, table, context)]), []
        label = label_of(self.algorithm, table)
        if label is None:
            raise InputError(
                _("{title} has no label to measure the trials by.", title=declared(self.algorithm.title)),
                fix=_("Add Set Label with a column that tells the anomalies, or use Train Model."),
            )
        if validation is not None:
            known = _known(validation, label)
            return lambda algorithm: iter([self._on_second(algorithm, table, known, context)]), []
        replay = context.replay(table)
        rows, values, notes = labelled(replay.base, table, label)
        by_class = self.algorithm.task != "regression"
        places = deal(values, self.n_folds, self.random_state, by_class=by_class, dealt=replay.base.folds)
        folds = [prepare(replay, i, rows[learn], rows[held]) for i, (learn, held) in enumerate(places, 1)]

        def measure(algorithm: Algorithm) -> Iterator[float]:
            return (self._score(algorithm, fold, context) for fold in folds)

        return measure, notes

    def _score(self, algorithm: Algorithm, fold: Fold, context: Context) -> float:
        return self._value(assess(fold.scored(algorithm, context.step)[0]).metrics)

    def _on_second(self, algorithm: Algorithm, table: Table, validation: Table, context: Context) -> float:
        """The metric of a model of the training rows on the rows of the second table, as Score Model scores them."""
        model = trained(algorithm, table, context).model
        assert model is not None
        scored = ScoreModel(rows="all").run(Inputs({"table": validation}, {"model": model}), context).table
        assert scored is not None
        return self._value(assess(scored).metrics)

    def _clusters(self, algorithm: Algorithm, table: Table, context: Context) -> float:
        """The metric of the clusters of the training rows."""
        predictor, _notes = fit(algorithm, table)
        rows = table.training
        if self._metric == "bic":
            if not hasattr(predictor.estimator_, "bic"):
                raise InputError(
                    _("{title} has no bic: that is of a Gaussian mixture.", title=declared(algorithm.title)),
                    fix=_("Take silhouette, davies_bouldin or calinski_harabasz."),
                )
            return float(predictor.estimator_.bic(predictor.features_.transform(rows)))
        found = predictor.score(rows)
        roles = table.roles | dict.fromkeys(map(str, found.columns), Role.SCORE)
        kept = rows.drop(columns=[c for c in found if c in rows])
        scored = Table(kept.join(found), roles, scored=Scored(algorithm.task, None, (), context.step))
        return self._value(assess(scored).metrics)

    def _value(self, metrics: dict[str, float]) -> float:
        names = DEFAULTS[self.algorithm.task] if self.metric == "auto" else (self.metric,)
        name = next((n for n in names if n in metrics), None)
        if name is None:
            raise InputError(
                _("The rows give no {metric}.", metric=self._metric),
                fix=_("Take one of {names}.", names=", ".join(n for n in metrics if n in METRICS)),
            )
        return metrics[name]


def _known(validation: Table, label: str) -> Table:
    """The rows of the second table that have the label."""
    validation.schema.require([label])
    known = validation.frame[label].notna()
    if not known.any():
        raise InputError(
            _("The label {label!r} is missing in every row of the second table.", label=label),
            fix=_("Connect a table whose rows have it."),
        )
    return validation if known.all() else validation.with_frame(validation.frame[known])


METRICS = Metric.__args__  # type: ignore[attr-defined]


def _progress(context: Context) -> Any:
    def told(number: int, count: int, best: trials.Trial | None) -> None:
        text = (
            _("Trial {number} of {count}", number=number + 1, count=count)
            if best is None
            else _(
                "Trial {number} of {count}, best so far {value:.4g}", number=number + 1, count=count, value=best.value
            )
        )
        context.progress(number / (count + 1), text)

    return told


def _report(trained_report: Report, found: list[trials.Trial], best: trials.Trial, metric: str, lower: bool) -> Report:
    """What training reports, with every trial, the best values and how the best grew."""
    names = list(best.values)
    table: dict[str, list[Any]] = {
        "trial": list(range(1, len(found) + 1)),
        metric: [t.value if t.state == "done" else None for t in found],  # a mean of other folds is no match
        "spread": [t.spread if t.state == "done" else None for t in found],
        **{n: _column([t.values[n] for t in found]) for n in names},
        "folds": [len(t.scores) for t in found],
        "state": [t.state for t in found],
        "seconds": [round(t.seconds, 3) for t in found],
    }
    values = {"parameter": names, "value": [_written(best.values[n]) for n in names]}
    reached: list[tuple[float, float]] = []
    for number in range(1, len(found) + 1):
        so_far = trials.best_of(found[:number], lower)
        if so_far is not None:
            reached.append((float(number), so_far.value))
    curve = Curve("best_so_far", metric, [x for x, _y in reached], [y for _x, y in reached], "Trial", metric)
    told = _(
        "The best of {count} trials has a {metric} of {value:.4g} with {values}.",
        count=len(found),
        metric=metric,
        value=best.value,
        values=", ".join(f"{n} {_written(v)}" for n, v in best.values.items()),
    )
    metrics = {metric: best.value} | ({f"{metric}_std": best.spread} if len(best.scores) > 1 else {})
    return replace(
        trained_report,
        metrics=metrics,
        curves=(curve, *trained_report.curves),
        tables={"best_values": values, "trials": table} | trained_report.tables,
        conclusions=(told,),
    )


def _column(values: list[Any]) -> list[Any]:
    """Values for a table: numbers where all are, else text."""
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return values
    return [_written(v) for v in values]


def _written(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _failures(found: list[trials.Trial]) -> list[str]:
    failed = [t for t in found if t.state == "failed"]
    if not failed:
        return []
    return [_("{count} trials could not be measured; the first: {reason}", count=len(failed), reason=failed[0].reason)]
