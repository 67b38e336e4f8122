from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.cluster import KMeans
from sklearn.ensemble import IsolationForest
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score, silhouette_score
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from pipelines.errors import InputError
from pipelines.steps.base import FittedStep, Output
from pipelines.steps.scoring.score_model import ScoreModel
from pipelines.steps.training.train_model import TrainModel
from pipelines.steps.training.tune_model_hyperparameters import TuneModelHyperparameters
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.many_rows import NUMBERS

CASES = [
    Case({"algorithm": {"type": "ridge"}, "ranges": {"alpha": "0.1 to 10 log", "fit_intercept": [True]}}, runs=False)
]

LABEL = "hours-per-week"
FEATURES = [c for c in NUMBERS if c != LABEL]

BARE = [
    Bare(
        {"algorithm": {"type": "ridge"}, "ranges": {"alpha": [0.1, 1, 10]}, "sampler": "grid"},
        lambda t: GridSearchCV(
            Ridge(), {"alpha": [0.1, 1, 10]}, cv=KFold(5, shuffle=True, random_state=0), scoring="r2"
        ).fit(t[FEATURES], t[LABEL]),
        columns=tuple(NUMBERS),
        label=LABEL,
    )
]


SAMPLES = Path(__file__).parents[4] / "pipelines" / "samples" / "datasets"


class Fill(FittedStep):
    type, title, category = "fill", "Fill", "Test"

    def estimator(self) -> SimpleImputer:
        return SimpleImputer(strategy="median")


class Scale(FittedStep):
    type, title, category = "scale", "Scale", "Test"

    def estimator(self) -> StandardScaler:
        return StandardScaler()


@pytest.fixture(scope="module")
def wines() -> pd.DataFrame:
    return pd.read_csv(SAMPLES / "wine_quality.csv").drop(columns="colour")[::8].reset_index(drop=True)


@pytest.fixture(scope="module")
def cars() -> pd.DataFrame:
    rows = pd.read_csv(SAMPLES / "automobile_price.csv", na_values="?").select_dtypes("number")
    return rows[rows["price"].notna()].reset_index(drop=True)


def tuned(engine, algorithm: dict, source: str | None = None, **params: object) -> Output:
    tables = {} if source is None else {"table": source}
    return engine.do("tune", TuneModelHyperparameters(algorithm=algorithm, **params), **tables)


def test_a_grid_finds_what_scikit_learn_finds_with_the_steps_before_in_each_fold(engine, cars: pd.DataFrame) -> None:
    engine.source(cars, "price")
    engine.do("fill", Fill())
    engine.do("scale", Scale())
    grid = [0.1, 1.0, 10.0, 100.0, 1000.0]
    output = tuned(engine, {"type": "ridge"}, ranges={"alpha": grid}, sampler="grid", give_up=False, random_state=3)
    own = GridSearchCV(
        make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), Ridge(random_state=0)),
        {"ridge__alpha": grid},
        scoring="neg_root_mean_squared_error",
        cv=KFold(5, shuffle=True, random_state=3),
    ).fit(cars.drop(columns="price").to_numpy(), cars["price"].to_numpy())
    trials = output.report.tables["trials"]
    np.testing.assert_allclose(trials["root_mean_squared_error"], -own.cv_results_["mean_test_score"])
    np.testing.assert_allclose(trials["spread"], own.cv_results_["std_test_score"])
    assert output.report.tables["best_values"]["value"] == [f"{own.best_params_['ridge__alpha']:g}"]
    assert output.report.metrics["root_mean_squared_error"] == pytest.approx(-own.best_score_)
    assert output.report.curves[0].y == pytest.approx(list(np.minimum.accumulate(-own.cv_results_["mean_test_score"])))


def test_the_tuned_model_is_that_of_train_model_with_the_best_values(engine, wines: pd.DataFrame) -> None:
    engine.source(wines.assign(good=wines["quality"] >= 7).drop(columns="quality"), "good")
    algorithm = {"type": "decision_tree_classifier"}
    output = tuned(engine, algorithm, ranges={"max_depth": "2 to 8", "criterion": ["gini", "entropy"]}, n_trials=8)
    best = dict(zip(*output.report.tables["best_values"].values(), strict=True))
    found = engine.do("score", ScoreModel()).table.frame
    engine.do("train", TrainModel(algorithm=algorithm | {**best, "max_depth": int(best["max_depth"])}), table="source")
    pd.testing.assert_frame_equal(engine.do("again", ScoreModel(), model="train", table="source").table.frame, found)
    assert "The best of 8 trials has a roc_auc of" in output.report.conclusions[0]
    assert "max_depth" in output.report.conclusions[0]


def test_a_second_table_measures_the_trials_as_it_comes_from_its_source(engine, cars: pd.DataFrame) -> None:
    held, rest = cars.iloc[::4], cars.drop(cars.index[::4])
    engine.source(held.assign(price=held["price"].where(held.index % 8 > 0)), "price", name="validation")
    engine.source(rest, "price")
    engine.do("fill", Fill())
    engine.do("scale", Scale())
    grid = [0.1, 1.0, 10.0, 100.0]
    step = TuneModelHyperparameters(algorithm={"type": "ridge"}, ranges={"alpha": grid}, sampler="grid", metric="r2")
    output = engine.do("tune", step, table="scale", validation="validation")
    known = held[held.index % 8 > 0]
    names = [c for c in cars if c != "price"]
    expected = [
        make_pipeline(SimpleImputer(strategy="median"), StandardScaler(), Ridge(alpha=a, random_state=0))
        .fit(rest[names], rest["price"])
        .score(known[names], known["price"])
        for a in grid
    ]
    assert output.report.tables["trials"]["r2"] == pytest.approx(expected)
    assert output.report.tables["trials"]["folds"] == [1] * 4
    assert output.table is not None
    pd.testing.assert_index_equal(output.table.frame.index, rest.index)


def test_a_second_table_without_labels_measures_nothing(engine, cars: pd.DataFrame) -> None:
    engine.source(cars.assign(price=np.nan), "price", name="validation")
    engine.source(cars[["horsepower", "price"]].dropna(), "price")
    step = TuneModelHyperparameters(algorithm={"type": "ridge"})
    with pytest.raises(InputError, match="missing in every row of the second table"):
        engine.do("tune", step, table="source", validation="validation")


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_the_same_seed_tries_the_same_and_another_others(make_engine, cars, sampler: str, capfd) -> None:
    found = []
    for seed in (1, 1, 2):
        engine = make_engine()
        engine.source(cars[["horsepower", "curb-weight", "price"]].dropna(), "price")
        output = tuned(engine, {"type": "ridge"}, sampler=sampler, n_trials=12, n_folds=3, random_state=seed)
        found.append({k: v for k, v in output.report.tables["trials"].items() if k != "seconds"})
    assert found[0] == found[1]
    assert found[0]["alpha"] != found[2]["alpha"]
    assert found[0]["alpha"][0] == 1.0  # the values set are the first trial
    assert "".join(capfd.readouterr()) == ""  # nothing is printed


def test_hopeless_trials_are_given_up_after_a_fold(engine, wines: pd.DataFrame) -> None:
    engine.source(wines, "quality")
    ranges = {"max_depth": [6, 5, 4, 7, 8, 1], "min_samples_leaf": [5, 6]}
    output = tuned(engine, {"type": "decision_tree_regressor"}, ranges=ranges, sampler="grid")
    trials = output.report.tables["trials"]
    given_up = [i for i, state in enumerate(trials["state"]) if state == "given up"]
    assert given_up
    assert all(trials["folds"][i] < 5 for i in given_up)
    best = min(v for v, s in zip(trials["root_mean_squared_error"], trials["state"], strict=True) if s == "done")
    assert output.report.metrics["root_mean_squared_error"] == best


def test_the_number_of_clusters_is_swept_by_silhouette(engine, wines: pd.DataFrame) -> None:
    rows = pd.DataFrame(StandardScaler().fit_transform(wines), columns=wines.columns)
    engine.source(rows)
    output = tuned(engine, {"type": "k_means"}, ranges={"n_clusters": [2, 3, 4, 5]}, sampler="grid")
    own = [silhouette_score(rows, KMeans(k, random_state=0).fit_predict(rows.to_numpy())) for k in (2, 3, 4, 5)]
    assert output.report.tables["trials"]["silhouette"] == pytest.approx(own)
    assert output.report.tables["best_values"]["value"] == [str(2 + int(np.argmax(own)))]


def test_a_mixture_is_chosen_by_its_bic(engine, wines: pd.DataFrame) -> None:
    rows = pd.DataFrame(StandardScaler().fit_transform(wines), columns=wines.columns)
    engine.source(rows)
    algorithm = {"type": "gaussian_mixture", "covariance_type": "diag"}
    output = tuned(engine, algorithm, ranges={"n_components": [1, 2, 3]}, sampler="grid", metric="bic")
    own = [GaussianMixture(k, covariance_type="diag", random_state=0).fit(rows.to_numpy()) for k in (1, 2, 3)]
    assert output.report.tables["trials"]["bic"] == pytest.approx([m.bic(rows.to_numpy()) for m in own])
    assert output.report.metrics["bic"] == min(output.report.tables["trials"]["bic"])


def test_anomaly_detection_is_tuned_on_normal_rows_and_measured_by_the_label(engine, wines: pd.DataFrame) -> None:
    rows = wines.drop(columns="quality").assign(odd=wines["quality"] <= 4)
    engine.source(rows, "odd")
    output = tuned(engine, {"type": "isolation_forest"}, ranges={"n_estimators": [20, 60]}, sampler="grid", n_folds=3)
    X, y = rows.drop(columns="odd").to_numpy(), rows["odd"].to_numpy()
    own = []
    for trees in (20, 60):
        scores = []
        for learn, held in StratifiedKFold(3, shuffle=True, random_state=0).split(X, y.astype(str)):
            forest = IsolationForest(n_estimators=trees, random_state=0).fit(X[learn][~y[learn]])
            scores.append(roc_auc_score(y[held], -forest.score_samples(X[held])))
        own.append(np.mean(scores))
    assert output.report.tables["trials"]["roc_auc"] == pytest.approx(own)
    engine.source(wines, name="bare")
    with pytest.raises(InputError, match="Isolation Forest has no label to measure the trials by"):
        tuned(engine, {"type": "isolation_forest"}, source="bare")


def test_trials_that_cannot_be_measured_are_told_and_left_out(engine, wines: pd.DataFrame) -> None:
    engine.source(wines)
    algorithm = {"type": "hdbscan"}
    ranges = {"min_cluster_size": [800, 10]}
    output = tuned(engine, algorithm, ranges=ranges, sampler="grid", metric="silhouette")
    assert output.report.tables["trials"]["state"] == ["failed", "done"]
    assert output.report.tables["best_values"]["value"] == ["10"]
    assert "1 trials could not be measured; the first: The rows give no silhouette." in output.notes[-1]
    with pytest.raises(InputError, match="No trial could be measured: The rows give no silhouette"):
        tuned(engine, {"type": "dbscan"}, ranges={"eps": [1e-6]}, sampler="grid")
    with pytest.raises(InputError, match="K-Means Clustering has no bic"):
        tuned(engine, {"type": "k_means"}, ranges={"n_clusters": [2]}, sampler="grid", metric="bic")


def test_no_trial_begins_after_the_time_is_up(engine, wines: pd.DataFrame) -> None:
    engine.source(wines, "quality")
    output = tuned(engine, {"type": "ridge"}, n_trials=50, max_seconds=1e-9)
    assert len(output.report.tables["trials"]["trial"]) == 1


@pytest.mark.parametrize(
    ("ranges", "said"),
    [
        ({"alhpa": "1 to 2"}, "has no parameter 'alhpa'. Did you mean 'alpha'"),
        ({"alpha": "2 to 1"}, "holds nothing to draw from"),
        ({"alpha": "0 to 1 log"}, "holds nothing to draw from"),
        ({"alpha": "from 1"}, "cannot be read"),
        ({"alpha": [-1]}, "cannot have these values: alpha Input should be greater than or equal to 0"),
        ({"alpha": []}, "no value to try"),
        ({"random_state": "auto"}, "does not say where to look for 'random_state'"),
    ],
)
def test_ranges_that_cannot_be_searched_are_told(ranges: dict, said: str) -> None:
    with pytest.raises((InputError, ValidationError), match=said):
        TuneModelHyperparameters(algorithm={"type": "ridge"}, ranges=ranges)


def test_the_preview_trains_a_stand_in(make_engine, wines: pd.DataFrame) -> None:
    engine = make_engine(preview=True)
    engine.source(wines, "quality")
    output = tuned(engine, {"type": "random_forest_regressor"})
    assert type(output.model.predictor.estimator_).__name__ == "DummyRegressor"
