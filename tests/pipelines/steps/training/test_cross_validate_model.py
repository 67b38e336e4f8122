from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold, cross_validate

from pipelines.chain.transformer import OnColumns, Transformer
from pipelines.columns import Columns
from pipelines.errors import InputError
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Step
from pipelines.steps.training.cross_validate_model import CrossValidateModel
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS

CASES = [Case({"algorithm": {"type": "ridge"}, "n_folds": 3}, runs=False)]

LABEL = "hours-per-week"
FEATURES = [c for c in NUMBERS if c != LABEL]

MEASURES = ["r2", "neg_mean_absolute_error", "neg_root_mean_squared_error", "neg_median_absolute_error"]

BARE = [
    Bare(
        {"algorithm": {"type": "linear_regression"}},
        lambda t: cross_validate(
            LinearRegression(), t[FEATURES], t[LABEL], cv=KFold(5, shuffle=True, random_state=0), scoring=MEASURES
        ),
        columns=tuple(NUMBERS),
        label=LABEL,
        also="four measures",
    )
]


NUMERIC = Columns(kind="numeric")


class Best(Step):
    """The columns that go best with the label."""

    type, title, category = "best", "Best", "Test"
    behaviour = Behaviour.FITTED
    columns: ColumnRule = NUMERIC

    def build(self, schema: TableSchema) -> Transformer:
        return OnColumns(SelectKBest(f_classif, k=10), self.columns.select(schema))


class Twice(Step):
    """Every row twice."""

    type, title, category = "twice", "Twice", "Test"
    behaviour = Behaviour.ROW_CHANGING

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        return pd.concat([frame, frame])


class FirstHalf(Step):
    type, title, category = "halve", "Halve", "Test"
    behaviour = Behaviour.SPLIT

    def assign(self, frame: pd.DataFrame, schema: TableSchema) -> pd.Series:
        return pd.Series(np.where(np.arange(len(frame)) < len(frame) // 2, "train", "test"), index=frame.index)


def validate(type: str, **params: object) -> CrossValidateModel:
    return CrossValidateModel(algorithm={"type": type}, **params)


@pytest.fixture
def noise() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(240, 800)), columns=[f"x{i}" for i in range(800)])
    frame["y"] = pd.Series(np.where(rng.random(240) < 0.5, "a", "b"), dtype="str")
    return frame


def test_features_chosen_from_noise_predict_nothing(engine, noise: pd.DataFrame) -> None:
    engine.source(noise, "y")
    engine.do("best", Best())
    output = engine.do("validate", validate("logistic_regression"))
    spread = 2.6 * np.sqrt((240 + 1) / (12 * 120 * 120))  # of an AUC by chance, 120 rows a class
    assert abs(output.report.metrics["roc_auc"] - 0.5) < spread
    best = SelectKBest(f_classif, k=10).fit_transform(noise.drop(columns="y"), noise["y"])
    engine.source(pd.DataFrame(best).rename(columns=str).assign(y=noise["y"]), "y", name="leaked")
    leaked = engine.do("leaky", validate("logistic_regression"), table="leaked").report.metrics["roc_auc"]
    assert leaked > 0.7  # the same columns chosen from all rows: what the refit keeps out


def test_the_mean_is_that_of_scikit_learn(engine) -> None:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(90, 3))
    rows = pd.DataFrame(X, columns=list("abc")).assign(y=X @ [1.0, 2.0, 3.0] + rng.normal(size=90))
    engine.source(rows, "y")
    found = engine.do("validate", validate("linear_regression", n_folds=4, random_state=5)).report
    own = cross_validate(
        LinearRegression(),
        X,
        rows["y"],
        cv=KFold(4, shuffle=True, random_state=5),
        scoring=("r2", "neg_mean_absolute_error"),
    )
    assert found.metrics["r2"] == pytest.approx(own["test_r2"].mean())
    assert found.metrics["r2_std"] == pytest.approx(own["test_r2"].std())
    assert found.metrics["mean_absolute_error"] == pytest.approx(-own["test_neg_mean_absolute_error"].mean())
    assert found.tables["folds"]["r2"] == pytest.approx(list(own["test_r2"]))


def test_every_row_is_held_out_once_and_keeps_its_place(engine, noise: pd.DataFrame) -> None:
    rows = noise[["x0", "x1", "y"]].set_axis(range(1000, 1240))
    engine.source(rows, "y")
    table = engine.do("validate", validate("decision_tree_classifier", n_folds=3)).table
    assert table.frame.index.equals(rows.index)
    assert sorted(table.frame["Fold"].value_counts()) == [80, 80, 80]
    assert table.frame["x0"].equals(rows["x0"])
    assert table.scored.label == "y"
    assert table.scored.classes == ("a", "b")


def test_only_training_rows_take_part_and_the_test_rows_change_nothing(
    engine, make_engine, noise: pd.DataFrame
) -> None:
    rows, found = noise[["x0", "x1", "x2", "y"]], []
    for one, frame in ((engine, rows), (make_engine(), rows.assign(x0=rows["x0"].where(rows.index < 120, 1e6)))):
        one.source(frame, "y")
        one.do("split", FirstHalf())
        found.append(one.do("validate", validate("logistic_regression")))
    assert len(found[0].table.frame) == 120
    assert found[0].report.metrics == found[1].report.metrics


def test_rows_made_in_a_fold_are_never_held_out(engine, noise: pd.DataFrame) -> None:
    engine.source(noise[[*(f"x{i}" for i in range(30)), "y"]], "y")
    engine.do("best", Best())
    engine.do("twice", Twice())
    output = engine.do("validate", validate("decision_tree_classifier"))
    assert len(output.table.frame) == 240
    assert output.report.metrics["roc_auc"] < 0.65  # copies of held-out rows among the training rows would give 1


def test_a_class_with_fewer_rows_than_folds_is_explained(engine, noise: pd.DataFrame) -> None:
    noise.loc[:2, "y"] = "rare"
    engine.source(noise[["x0", "y"]], "y")
    with pytest.raises(InputError, match=r"class 'rare' has 3 rows for 5 folds. Set n_folds to 3"):
        engine.do("validate", validate("logistic_regression"))


def test_rows_without_a_label_are_in_no_fold(engine, noise: pd.DataFrame) -> None:
    noise.loc[:9, "y"] = None
    engine.source(noise[["x0", "y"]], "y")
    output = engine.do("validate", validate("logistic_regression"))
    assert len(output.table.frame) == 230
    assert "10 of 240 rows have no label and are left out." in output.notes


def test_clusters_have_nothing_to_be_validated_with(engine, noise: pd.DataFrame) -> None:
    engine.source(noise[["x0"]])
    with pytest.raises(InputError, match="no label to validate with"):
        engine.do("validate", validate("k_means"))


def test_the_preview_has_the_columns_of_the_run(engine, make_engine, noise: pd.DataFrame) -> None:
    shapes = []
    for one in (engine, make_engine(preview=True)):
        one.source(noise[["x0", "x1", "y"]], "y")
        shapes.append(list(one.do("validate", validate("logistic_regression")).table.frame))
    assert shapes[0] == shapes[1] == ["x0", "x1", "y", "Scored Labels", "Scored Probabilities", "Fold"]
