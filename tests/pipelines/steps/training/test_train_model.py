from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

from pipelines.errors import InputError
from pipelines.schema import Role, TableSchema
from pipelines.steps.base import Behaviour, FittedStep, Step
from pipelines.steps.evaluation.evaluate_model import EvaluateModel
from pipelines.steps.scoring.score_model import ScoreModel
from pipelines.steps.training.train_model import TrainModel
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS

CASES = [Case({"algorithm": {"type": "ridge", "alpha": 0.5}}, runs=False)]

LABEL = "hours-per-week"
FEATURES = [c for c in NUMBERS if c != LABEL]

BARE = [
    Bare(
        {"algorithm": {"type": "linear_regression"}},
        lambda t: LinearRegression().fit(t[FEATURES], t[LABEL]),
        columns=tuple(NUMBERS),
        label=LABEL,
    ),
    Bare(
        {"algorithm": {"type": "decision_tree_classifier"}},
        lambda t: DecisionTreeClassifier(random_state=0).fit(t[NUMBERS], t["income"]),
        columns=(*NUMBERS, "income"),
        rows=100_000,
    ),
]


SAMPLES = Path(__file__).parents[4] / "pipelines" / "samples"


class Fill(FittedStep):
    type, title, category = "fill", "Fill", "Test"

    def estimator(self) -> SimpleImputer:
        return SimpleImputer(strategy="mean")


class Halve(Step):
    """The first half is for training."""

    type, title, category = "halve", "Halve", "Test"
    behaviour = Behaviour.SPLIT

    def assign(self, frame: pd.DataFrame, schema: TableSchema) -> pd.Series:
        return pd.Series(np.where(np.arange(len(frame)) < len(frame) // 2, "train", "test"), index=frame.index)


class Twice(Step):
    """Every row twice."""

    type, title, category = "twice", "Twice", "Test"
    behaviour = Behaviour.ROW_CHANGING

    def change(self, frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
        return pd.concat([frame, frame])


@pytest.fixture
def flats() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    n = 200
    size = rng.normal(70, 20, n)
    floor = rng.integers(0, 9, n)
    return pd.DataFrame(
        {
            "key": np.arange(n),
            "size": np.where(rng.random(n) < 0.1, np.nan, size),
            "floor": floor,
            "town": pd.Series(rng.choice(["a", "b"], n), dtype="str"),
            "weight": rng.random(n),
            "price": 3 * size + floor,
            "dear": size > 70,
        }
    )


def train(type: str, **params: object) -> TrainModel:
    return TrainModel(algorithm={"type": type, **params})


def test_a_model_learns_features_only_and_asks_for_them_alone(engine, flats: pd.DataFrame) -> None:
    engine.source(flats, "price", key=Role.ID, weight=Role.WEIGHT)
    engine.do("split", Halve())
    engine.do("fill", Fill())
    output = engine.do("train", train("linear_regression"))
    model = output.model
    assert model.contract.names == ["size", "floor", "town", "dear"]
    assert (model.label, model.task, model.step) == ("price", "regression", "train")
    assert output.table is engine.table("fill")
    rows = flats.drop(columns=["price", "key", "weight"])
    assert model.predict(rows)["Scored Labels"].notna().all()


def test_the_weight_weighs_the_rows(engine, flats: pd.DataFrame) -> None:
    rows = flats[["floor", "weight", "price"]]
    engine.source(rows, "price", weight=Role.WEIGHT)
    found = engine.do("train", train("linear_regression")).model.predict(rows)["Scored Labels"]
    own = LinearRegression().fit(rows[["floor"]].to_numpy(), rows["price"], sample_weight=rows["weight"])
    np.testing.assert_allclose(found, own.predict(rows[["floor"]].to_numpy()))


def test_only_training_rows_are_learned_from(engine, make_engine, flats: pd.DataFrame) -> None:
    other = flats.copy()
    other.loc[100:, ["size", "floor", "price"]] = 1e6
    models = []
    for one, rows in ((engine, flats), (make_engine(), other)):
        one.source(rows, "price", key=Role.ID)
        one.do("split", Halve())
        one.do("fill", Fill())
        models.append(one.do("train", train("linear_regression")).model)
    assert models[0].contract == models[1].contract
    pd.testing.assert_frame_equal(models[0].predict(flats), models[1].predict(flats), check_exact=True)


def test_the_contract_is_of_training_rows_also_where_rows_are_repeated(engine, flats: pd.DataFrame) -> None:
    flats.loc[100:, "floor"] = 99
    engine.source(flats[["floor", "price"]], "price")
    engine.do("split", Halve())
    engine.do("twice", Twice())
    model = engine.do("train", train("linear_regression")).model
    assert model.contract["floor"].maximum == flats["floor"][:100].max()


def test_rows_without_a_label_are_left_out_and_told(engine, flats: pd.DataFrame) -> None:
    flats.loc[:9, "price"] = np.nan
    engine.source(flats[["floor", "price"]], "price")
    output = engine.do("train", train("linear_regression"))
    assert output.notes == ("10 of 200 rows have no label and are left out.",)
    whole = LinearRegression().fit(flats[["floor"]].to_numpy()[10:], flats["price"][10:])
    coefficient = output.report.tables["coefficients"]["coefficient"]
    np.testing.assert_allclose(coefficient, [whole.intercept_, whole.coef_[0]])


@pytest.mark.parametrize(
    ("type", "label", "change", "said"),
    [
        ("linear_regression", None, {}, "needs a label"),
        ("linear_regression", "town", {}, "label 'town' holds text.*Logistic Regression"),
        ("random_forest_regressor", "dear", {}, "holds boolean.*Random Forest Classifier"),
        ("boosted_trees_classifier", "price", {}, "200 different numbers.*Boosted Trees Regressor"),
        ("logistic_regression", "dear", {"dear": True}, "one class only, "),
        ("linear_regression", "price", {"price": np.nan}, "missing in every row"),
        ("linear_regression", "price", {"price": np.inf}, "infinite"),
        ("linear_regression", "price", {}, "takes no missing values, but some are in 'size'"),
        ("boosted_trees_regressor", "price", {"floor": np.inf}, "Infinite numbers are in 'floor'"),
        ("boosted_trees_regressor", "price", {"weight": -1.0}, "weight 'weight' has missing, negative"),
    ],
)
def test_rows_that_cannot_be_learned_from_are_explained(engine, flats, type, label, change, said) -> None:
    engine.source(flats.assign(**change), label, weight=Role.WEIGHT)
    with pytest.raises(InputError, match=said):
        engine.do("train", train(type))


def test_no_features_are_explained(engine, flats: pd.DataFrame) -> None:
    engine.source(flats[["price"]], "price")
    with pytest.raises(InputError, match="no feature column"):
        engine.do("train", train("linear_regression"))


def test_what_the_estimator_refuses_is_told_in_words(engine, flats: pd.DataFrame) -> None:
    engine.source(flats[["floor"]])
    with pytest.raises(InputError, match="K-Means Clustering cannot learn from these rows: n_samples=200"):
        engine.do("train", train("k_means", n_clusters=500))


def test_a_fit_that_does_not_settle_is_a_note(engine, flats: pd.DataFrame) -> None:
    engine.source(flats[["floor", "weight", "dear"]], "dear")
    output = engine.do("train", train("mlp_classifier", max_iter=2))
    assert [n for n in output.notes if "stopped before it settled. Scale the numbers" in n]


def test_the_preview_costs_nothing_and_has_the_models_columns(make_engine, flats: pd.DataFrame) -> None:
    engine = make_engine(preview=True)
    engine.source(flats, "town")
    output = engine.do("train", train("mlp_classifier"))
    assert type(output.model.predictor.estimator_).__name__ == "DummyClassifier"
    assert list(engine.do("score", ScoreModel()).table.frame)[-2:] == ["Scored Labels", "Scored Probabilities"]


@pytest.mark.parametrize(
    ("type", "label", "table", "columns"),
    [
        ("linear_regression", "price", "coefficients", ["feature", "coefficient"]),
        ("linear_svm_classifier", "dear", "coefficients", ["feature", "coefficient"]),
        ("random_forest_classifier", "dear", "feature_importances", ["feature", "importance"]),
        (
            "k_means",
            None,
            "centres",
            ["cluster", "rows", "centre_floor", "centre_weight", "centre_town=a", "centre_town=b"],
        ),
    ],
)
def test_the_report_says_what_was_learned_by_feature(engine, flats, type, label, table, columns) -> None:
    engine.source(flats[["floor", "weight", "town", *([label] if label else [])]], label)
    found = engine.do("train", train(type)).report
    assert list(found.tables[table]) == columns
    assert not found.metrics
    if label:
        assert {"floor", "town=a"} <= set(found.tables[table]["feature"])


def test_adult_income_reaches_the_published_accuracy(engine) -> None:
    kinds = {"na_values": "?", "keep_default_na": False}
    folder = next(
        (p for p in (SAMPLES / "data", SAMPLES / "datasets", SAMPLES) if (p / "adult_income_train.csv").exists()), None
    )
    assert folder is not None, "the sample datasets are missing"
    training, test = (pd.read_csv(folder / f"adult_income_{p}.csv", **kinds) for p in ("train", "test"))
    engine.source(training, "income")
    model = engine.do("train", train("boosted_trees_classifier")).model
    engine.source(test, "income", name="test_rows")
    engine.do("score", ScoreModel(), table="test_rows")
    metrics = engine.do("evaluate", EvaluateModel()).report.metrics
    assert metrics["accuracy"] >= 0.868
    assert metrics["roc_auc"] >= 0.92
    found = model.predict(test)["Scored Probabilities"]
    assert roc_auc_score(test["income"] == ">50K", found) == pytest.approx(metrics["roc_auc"])
