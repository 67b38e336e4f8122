from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics

from pipelines.errors import InputError
from pipelines.steps.base import Output
from pipelines.steps.evaluation.evaluate_model import EvaluateModel
from pipelines.table import Scored, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS

CASES = [Case({}, runs=False)]


def by_hand(frame: pd.DataFrame) -> list[Any]:
    true, found = frame["hours-per-week"], frame["Scored Labels"]
    measures = (
        metrics.r2_score,
        metrics.mean_absolute_error,
        metrics.root_mean_squared_error,
        metrics.mean_squared_error,
        metrics.median_absolute_error,
        metrics.mean_absolute_percentage_error,
    )
    return [[m(true, found) for m in measures], np.histogram(found - true, bins=30)]


BARE = [
    Bare(
        {},
        by_hand,
        columns=tuple(NUMBERS),
        label="hours-per-week",
        before=(("train_model", {"algorithm": {"type": "linear_regression"}}), ("score_model", {})),
        also="six measures and a histogram",
    )
]


LABELS, SHARES = "Scored Labels", "Scored Probabilities"


def put(
    engine, frame: pd.DataFrame, task: str, classes: tuple = (), name: str = "scored", model: str = "train", **more
) -> Table:
    table = Table(frame, scored=Scored(task, None if task == "clustering" else "y", classes, model), **more)
    engine.outputs[name] = Output(table=table)
    return table


@pytest.fixture
def binary() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    y = rng.random(1000) < 0.3
    share = np.clip(rng.normal(0.3 + 0.3 * y, 0.2), 0.01, 0.99).round(3)
    names = np.array(["no", "yes"])
    return pd.DataFrame({"y": names[y.astype(int)], LABELS: names[(share > 0.5).astype(int)], SHARES: share})


@pytest.fixture
def three() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    y = rng.choice(3, 500, p=[0.6, 0.3, 0.1])
    shares = rng.dirichlet([1, 1, 1], 500) + np.eye(3)[y]
    shares /= shares.sum(axis=1, keepdims=True)
    frame = pd.DataFrame({"y": y, LABELS: shares.argmax(axis=1)})
    return frame.assign(**{f"{SHARES}_{c}": shares[:, c] for c in range(3)})


def test_two_classes_are_measured_as_scikit_learn_does(engine, binary: pd.DataFrame) -> None:
    put(engine, binary, "classification", ("no", "yes"))
    found = engine.do("evaluate", EvaluateModel()).report
    y, label, share, hit = binary["y"], binary[LABELS], binary[SHARES], binary["y"] == "yes"
    assert found.metrics == pytest.approx(
        {
            "accuracy": metrics.accuracy_score(y, label),
            "balanced_accuracy": metrics.balanced_accuracy_score(y, label),
            "matthews_corrcoef": metrics.matthews_corrcoef(y, label),
            "precision": metrics.precision_score(y, label, pos_label="yes"),
            "recall": metrics.recall_score(y, label, pos_label="yes"),
            "f1": metrics.f1_score(y, label, pos_label="yes"),
            "log_loss": metrics.log_loss(hit, share),
            "roc_auc": metrics.roc_auc_score(hit, share),
            "average_precision": metrics.average_precision_score(hit, share),
        }
    )


def test_the_confusion_matrix_has_a_row_for_each_actual_class(engine) -> None:
    frame = pd.DataFrame({"y": ["no", "no", "no", "yes"], LABELS: ["no", "yes", "yes", "yes"]})
    put(engine, frame, "classification", ("no", "yes"))
    found = engine.do("evaluate", EvaluateModel()).report.confusion
    assert found == {"labels": ["no", "yes"], "matrix": [[1, 2], [0, 1]]}


def test_many_classes_are_measured_as_scikit_learn_does(engine, three: pd.DataFrame) -> None:
    put(engine, three, "classification", (0, 1, 2))
    found = engine.do("evaluate", EvaluateModel()).report
    shares = three[[f"{SHARES}_{c}" for c in range(3)]]
    y, label = three["y"], three[LABELS]
    wanted = {
        f"{n}_weighted": getattr(metrics, f"{n}_score")(y, label, average="weighted")
        for n in ("precision", "recall", "f1")
    }
    wanted |= {
        "f1_macro": metrics.f1_score(y, label, average="macro"),
        "roc_auc": metrics.roc_auc_score(y, shares, multi_class="ovr", average="weighted"),
        "log_loss": metrics.log_loss(y, shares),
        "balanced_accuracy": metrics.balanced_accuracy_score(y, label),
    }
    assert {k: found.metrics[k] for k in wanted} == pytest.approx(wanted)
    assert {c.name for c in found.curves if c.kind == "roc"} == {"0", "1", "2"}


def test_curves_are_short_and_true(engine, binary: pd.DataFrame) -> None:
    put(engine, binary, "classification", ("no", "yes"))
    found = {c.kind: c for c in engine.do("evaluate", EvaluateModel()).report.curves}
    assert set(found) == {"roc", "precision_recall", "calibration", "lift", "gain"}
    assert all(2 <= len(c.x) == len(c.y) <= 200 for c in found.values())
    roc = found["roc"]
    assert (roc.x[0], roc.y[0], roc.x[-1], roc.y[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(roc.y, roc.x) == pytest.approx(
        metrics.roc_auc_score(binary["y"] == "yes", binary[SHARES]), abs=2e-3
    )
    assert found["gain"].y[-1] == 1
    assert found["lift"].y[-1] == pytest.approx(1)


def test_one_class_among_the_rows_is_a_note_and_no_nan(engine, binary: pd.DataFrame) -> None:
    put(engine, binary[binary["y"] == "no"], "classification", ("no", "yes"))
    output = engine.do("evaluate", EvaluateModel())
    assert "roc_auc" not in output.report.metrics
    assert np.isfinite(list(output.report.metrics.values())).all()
    assert "roc_auc and average_precision are left out" in output.notes[0]


def test_a_class_the_model_never_saw_counts_against_it(engine, binary: pd.DataFrame) -> None:
    put(engine, binary.assign(y=binary["y"].mask(binary.index < 100, "maybe")), "classification", ("no", "yes"))
    found = engine.do("evaluate", EvaluateModel()).report
    assert found.confusion["labels"] == ["no", "yes", "maybe"]
    assert sum(found.confusion["matrix"][2]) == 100
    assert np.isfinite(list(found.metrics.values())).all()


@pytest.mark.parametrize(
    ("actual", "scored", "classes"),
    [
        ([1, 0, 1], [1, 0, 0], (0, 1)),
        ([True, False, True], [True, False, False], (False, True)),
        ([1.0, 0.0, 1.0], [1, 0, 0], (0, 1)),
    ],
)
def test_classes_of_any_type_are_compared_by_value(engine, actual: list, scored: list, classes: tuple) -> None:
    put(engine, pd.DataFrame({"y": actual, LABELS: scored}), "classification", classes)
    assert engine.do("evaluate", EvaluateModel()).report.metrics["accuracy"] == pytest.approx(2 / 3)


def test_numbers_are_measured_as_scikit_learn_does(engine) -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(100, 10, 2000)
    found = y + rng.normal(0, 3, 2000)
    put(engine, pd.DataFrame({"y": y, LABELS: found}), "regression")
    report = engine.do("evaluate", EvaluateModel()).report
    assert report.metrics == pytest.approx(
        {
            "r2": metrics.r2_score(y, found),
            "mean_absolute_error": metrics.mean_absolute_error(y, found),
            "root_mean_squared_error": metrics.root_mean_squared_error(y, found),
            "mean_squared_error": metrics.mean_squared_error(y, found),
            "median_absolute_error": metrics.median_absolute_error(y, found),
            "mean_absolute_percentage_error": metrics.mean_absolute_percentage_error(y, found),
            "relative_absolute_error": np.abs(y - found).sum() / np.abs(y - y.mean()).sum(),
            "relative_squared_error": 1 - metrics.r2_score(y, found),
        }
    )
    points, residuals = report.curves
    assert (points.kind, len(points.x)) == ("predicted_vs_true", 500)
    assert set(zip(points.x, points.y, strict=True)) <= set(zip(y, found, strict=True))
    assert (residuals.kind, sum(residuals.y)) == ("residuals", 2000)


def test_a_label_of_one_value_leaves_r2_out(engine) -> None:
    put(engine, pd.DataFrame({"y": [2.0, 2.0], LABELS: [1.0, 3.0]}), "regression")
    output = engine.do("evaluate", EvaluateModel())
    assert "r2" not in output.report.metrics
    assert "r2 and the relative errors are left out" in output.notes[0]


def test_rows_without_prediction_or_label_are_left_out_and_counted(engine) -> None:
    frame = pd.DataFrame({"y": [1.0, 2.0, None, 4.0], LABELS: [1.0, None, 3.0, 4.0]})
    put(engine, frame, "regression")
    output = engine.do("evaluate", EvaluateModel())
    assert output.report.metrics["mean_absolute_error"] == 0
    assert output.report.metrics["rows_not_scored"] == 1
    assert output.notes == (
        "1 of 4 rows have no prediction and are left out.",
        "1 of 4 rows have no label and are left out.",
    )


def test_clusters_are_measured_by_their_features(engine) -> None:
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(8, 1, (40, 2))])
    labels = np.repeat([0, 1], [60, 40])
    put(engine, pd.DataFrame(X, columns=["a", "b"]).assign(**{LABELS: labels}), "clustering", roles={LABELS: "score"})
    report = engine.do("evaluate", EvaluateModel()).report
    assert report.metrics["silhouette"] == pytest.approx(metrics.silhouette_score(X, labels))
    assert report.metrics["davies_bouldin"] == pytest.approx(metrics.davies_bouldin_score(X, labels))
    assert report.metrics["calinski_harabasz"] == pytest.approx(metrics.calinski_harabasz_score(X, labels))
    assert report.tables["clusters"]["cluster"] == [0, 1]
    assert report.tables["clusters"]["rows"] == [60, 40]
    middles = [X[:60].mean(axis=0), X[60:].mean(axis=0)]
    own = [np.linalg.norm(part - m, axis=1) for part, m in zip((X[:60], X[60:]), middles, strict=True)]
    other = np.linalg.norm(X[:60] - middles[1], axis=1)
    assert report.tables["clusters"]["distance_to_centre"] == pytest.approx([o.mean() for o in own])
    assert report.tables["clusters"]["max_distance_to_centre"] == pytest.approx([o.max() for o in own])
    assert report.tables["clusters"]["distance_to_other_centres"][0] == pytest.approx(other.mean())
    assert report.metrics["distance_to_centre"] == pytest.approx(np.concatenate(own).mean())


def test_rows_in_no_cluster_are_counted_and_not_measured(engine) -> None:
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(8, 1, (40, 2)), [[50.0, 50.0]]])
    labels = np.repeat([0, 1, -1], [60, 40, 1])
    put(engine, pd.DataFrame(X, columns=["a", "b"]).assign(**{LABELS: labels}), "clustering", roles={LABELS: "score"})
    output = engine.do("evaluate", EvaluateModel())
    assert output.report.metrics["silhouette"] == pytest.approx(metrics.silhouette_score(X[:100], labels[:100]))
    assert output.report.metrics["noise_rows"] == 1
    assert output.report.tables["clusters"]["cluster"] == [0, 1, -1]
    assert output.report.tables["clusters"]["distance_to_centre"][2] is None
    assert "1 of 101 rows are in no cluster" in output.notes[0]


def test_training_rows_scored_along_are_not_measured(engine) -> None:
    frame = pd.DataFrame({"y": [1.0, 2.0, 3.0, 5.0], LABELS: [1.0, 2.0, 3.0, 3.0]})
    put(engine, frame, "regression", partition=pd.Series(["train", "train", "test", "test"]))
    output = engine.do("evaluate", EvaluateModel())
    assert output.report.metrics["mean_absolute_error"] == 1
    assert "2 training rows were scored too" in output.notes[0]


def test_two_scored_tables_stand_side_by_side(engine, binary: pd.DataFrame) -> None:
    put(engine, binary, "classification", ("no", "yes"), name="one", model="forest")
    put(engine, binary.assign(**{LABELS: "no"}), "classification", ("no", "yes"), name="two", model="trees")
    report = engine.do("evaluate", EvaluateModel(), table="one", other="two").report
    assert report.metrics["trees.recall"] == 0 < report.metrics["forest.recall"]
    assert {c.name for c in report.curves if c.kind == "roc"} == {"forest: yes", "trees: yes"}
    assert list(report.tables["comparison"]) == ["metric", "forest", "trees"]
    engine.outputs["two"] = replace(
        engine.outputs["two"], table=replace(engine.table("two"), scored=engine.table("one").scored)
    )
    assert "forest_2.recall" in engine.do("again", EvaluateModel(), table="one", other="two").report.metrics


@pytest.mark.parametrize(
    ("frame", "scored", "said"),
    [
        ({"y": [1.0]}, None, "no predictions. Put Score model"),
        ({LABELS: [1.0]}, Scored("regression", "y"), "no label column 'y'"),
        ({LABELS: [None], "y": [1.0]}, Scored("regression", "y"), "No row has both"),
        ({LABELS: [1.0], "y": ["a"]}, Scored("regression", "y"), "label 'y' holds no numbers"),
    ],
)
def test_what_cannot_be_measured_is_explained(engine, frame: dict, scored: Scored | None, said: str) -> None:
    engine.outputs["scored"] = Output(table=Table(pd.DataFrame(frame), scored=scored))
    with pytest.raises(InputError, match=said):
        engine.do("evaluate", EvaluateModel())
