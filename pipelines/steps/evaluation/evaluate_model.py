"""The step Evaluate model."""

from __future__ import annotations

from dataclasses import replace

from pipelines.messages import _
from pipelines.steps.base import Behaviour, Context, Example, Inputs, Output, Port, Report, Step
from pipelines.steps.evaluation.assess import assess
from pipelines.steps.evaluation.assessment import Assessment
from pipelines.table import TEST, TRAIN, Table


class EvaluateModel(Step):
    """Measure how good the predictions of a scored table are, or compare those of two.

    Metrics bear scikit-learn's names. With two classes, precision, recall, f1, roc_auc and average_precision are those
    of the second class. Where test and training rows were scored together, the test rows are measured.
    """

    type = "evaluate_model"
    title = "Evaluate Model"
    category = "Evaluation"
    behaviour = Behaviour.EVALUATE
    inputs = (Port("table"), Port("other", optional=True))
    outputs = (Port("table"),)
    synonyms = ("metrics", "accuracy", "ROC", "confusion matrix", "compare models")
    known_as = ("Evaluate Model",)
    equivalent = "r2 = r2_score(y_test, predictions)\nerror = mean_absolute_error(y_test, predictions)"
    example = Example(
        params={},
        table="size,rooms,price\n31,1,95\n45,2,142\n58,2,171\n64,3,203\n77,3,228\n92,4,284\n38,1,112\n83,4,262\n",
        label="price",
        before=(
            ("split_data", {"train_fraction": 0.75}),
            ("train_model", {"algorithm": {"type": "linear_regression"}}),
            ("score_model", {}),
        ),
    )

    def run(self, inputs: Inputs, context: Context) -> Output:
        first, notes = _assessed(inputs.table)
        if "other" not in inputs.tables:
            report = Report(first.metrics, first.curves, first.tables, first.confusion)
            return Output(table=inputs.table, report=report, notes=tuple(notes))
        other = inputs.tables["other"]
        second, more = _assessed(other)
        one, two = _names(inputs.table, other)
        report = Report(
            {f"{n}.{k}": v for n, a in ((one, first), (two, second)) for k, v in a.metrics.items()},
            tuple(replace(c, name=f"{n}: {c.name}") for n, a in ((one, first), (two, second)) for c in a.curves),
            {f"{n}.{k}": v for n, a in ((one, first), (two, second)) for k, v in a.tables.items()}
            | {"comparison": _compared(one, first, two, second)},
            first.confusion,
        )
        return Output(
            table=inputs.table, report=report, notes=(*(f"{one}: {n}" for n in notes), *(f"{two}: {n}" for n in more))
        )


def _assessed(table: Table) -> tuple[Assessment, list[str]]:
    notes = []
    if table.partition is not None and {TRAIN, TEST} <= set(table.partition.unique()):
        notes.append(
            _(
                "{number} training rows were scored too; the test rows are measured.",
                number=int((table.partition == TRAIN).sum()),
            )
        )
        table = table.only(TEST)
    found = assess(table)
    return found, [*notes, *found.notes]


def _names(table: Table, other: Table) -> tuple[str, str]:
    one = (table.scored.model if table.scored else "") or "first"
    two = (other.scored.model if other.scored else "") or "second"
    return (one, two) if one != two else (f"{one}_1", f"{two}_2")


def _compared(one: str, first: Assessment, two: str, second: Assessment) -> dict[str, list[object]]:
    shared = list(dict.fromkeys([*first.metrics, *second.metrics]))
    return {
        "metric": list(shared),
        one: [first.metrics.get(m) for m in shared],
        two: [second.metrics.get(m) for m in shared],
    }
