"""Anomaly detection on real rows, against scikit-learn alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn import covariance, ensemble, metrics, neighbors, svm
from sklearn.decomposition import PCA

from pipelines.algorithms.library import ALGORITHMS
from pipelines.chain.anomalies import PcaDetector
from pipelines.chain.predictor import LABELS, PROBABILITIES
from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.steps.evaluation.evaluate_model import EvaluateModel
from pipelines.steps.scoring.score_model import ScoreModel
from pipelines.steps.training.cross_validate_model import CrossValidateModel
from pipelines.steps.training.fit import fit
from pipelines.steps.training.train_model import TrainModel
from pipelines.table import Table

SAMPLES = Path(__file__).parents[3] / "pipelines" / "samples" / "datasets"
TYPES = [n for n, a in ALGORITHMS.items() if a.task == "anomaly"]


@pytest.fixture(scope="module")
def digits() -> pd.DataFrame:
    """Handwritten nines and, as anomalies, a few fours."""
    rows = pd.read_csv(SAMPLES / "handwritten_digits.csv")
    numbers = rows["digit"].str.removeprefix("digit ").astype(int)
    kept = pd.concat([rows[numbers == 9], rows[numbers == 4][:30]])
    pixels = kept.select_dtypes("number")
    return pixels.loc[:, pixels.std() > 0].assign(digit=numbers).reset_index(drop=True)


@pytest.fixture(scope="module")
def wines() -> pd.DataFrame:
    rows = pd.read_csv(SAMPLES / "wine_quality.csv").select_dtypes("number")[::5].drop(columns="quality")
    return ((rows - rows.mean()) / rows.std()).reset_index(drop=True)


@pytest.mark.parametrize(
    ("type", "params", "own"),
    [
        ("isolation_forest", {}, ensemble.IsolationForest(random_state=0)),
        ("isolation_forest", {"contamination": 0.05}, ensemble.IsolationForest(contamination=0.05, random_state=0)),
        ("one_class_svm", {"nu": 0.05}, svm.OneClassSVM(nu=0.05)),
        ("local_outlier_factor", {}, neighbors.LocalOutlierFactor(novelty=True)),
        ("elliptic_envelope", {}, covariance.EllipticEnvelope(random_state=0)),
    ],
)
def test_what_scikit_learn_flags_is_flagged_and_its_order_kept(wines, type: str, params: dict, own) -> None:
    own.fit(wines.to_numpy()[:800])
    found = fit(ALGORITHMS[type](**params), Table(wines[:800]))[0].score(wines[800:])
    test = wines.to_numpy()[800:]
    np.testing.assert_array_equal(found[LABELS] == 1, own.predict(test) == -1)
    np.testing.assert_array_equal(found[LABELS] == 1, found[PROBABILITIES] > 0.5)
    assert found[PROBABILITIES].between(0, 1).all()
    assert spearmanr(found[PROBABILITIES], -own.decision_function(test)).statistic == pytest.approx(1)


def test_the_reconstruction_error_is_that_of_principal_components(wines: pd.DataFrame) -> None:
    X = wines.to_numpy()
    pca = PCA(3).fit(X)
    left = np.linalg.norm(X - pca.inverse_transform(pca.transform(X)), axis=1)
    found = PcaDetector(3, n_oversamples=8).fit(X)
    np.testing.assert_allclose(found.error(X), left / np.linalg.norm(X - X.mean(axis=0), axis=1), atol=1e-6)
    assert (found.predict(X) == -1).mean() == pytest.approx(0.1, abs=1 / len(X))


@pytest.mark.parametrize("type", TYPES)
def test_far_rows_keep_their_order_and_never_reach_one(wines: pd.DataFrame, type: str) -> None:
    predictor = fit(ALGORITHMS[type](), Table(wines))[0]
    score = predictor.score(pd.concat([wines[:1] * 0, wines[:1] * 0 + np.array([4.0, -4.0] * 5 + [4.0])]))[
        PROBABILITIES
    ]
    assert 0 < score.iloc[0] < score.iloc[1] < 1


def test_normal_rows_teach_and_the_label_measures(engine, digits: pd.DataFrame) -> None:
    engine.source(digits, "digit")
    trained = engine.do("train", TrainModel(algorithm={"type": "isolation_forest"}))
    assert "learns from the 180 of 210 rows whose label 'digit' is '9'" in trained.notes[0]
    table = engine.do("score", ScoreModel()).table
    output = engine.do("evaluate", EvaluateModel())
    X, hits = digits.drop(columns="digit").to_numpy(dtype=float), digits["digit"] == 4
    own = ensemble.IsolationForest(random_state=0).fit(X[~hits])
    found, score = output.report.metrics, -own.score_samples(X)
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(hits, score))
    assert found["average_precision"] == pytest.approx(metrics.average_precision_score(hits, score))
    assert found["recall"] == pytest.approx(metrics.recall_score(hits, own.predict(X) == -1))
    assert found["anomalies"] == (table.frame[LABELS] == 1).sum()
    assert "log_loss" not in found
    assert output.report.confusion["labels"] == ["normal", "anomaly"]
    assert {c.kind for c in output.report.curves} == {"roc", "precision_recall", "gain", "lift", "anomaly_scores"}


def test_all_rows_teach_when_told_and_the_normal_value_is_the_analysts(engine, digits: pd.DataFrame) -> None:
    engine.source(digits, "digit")
    algorithm = {"type": "isolation_forest", "learn_from": "all", "normal": "4"}
    assert not engine.do("train", TrainModel(algorithm=algorithm)).notes
    engine.do("score", ScoreModel())
    reversed_auc = engine.do("evaluate", EvaluateModel()).report.metrics["roc_auc"]
    own = ensemble.IsolationForest(random_state=0).fit(digits.drop(columns="digit").to_numpy(dtype=float))
    score = -own.score_samples(digits.drop(columns="digit").to_numpy(dtype=float))
    assert reversed_auc == pytest.approx(metrics.roc_auc_score(digits["digit"] == 9, score))


def test_a_normal_value_that_is_not_there_is_told(engine, digits: pd.DataFrame) -> None:
    engine.source(digits.assign(digit=np.where(digits["digit"] == 9, "nine", "four")), "digit")
    with pytest.raises(InputError, match=r"has the value 'nin' in the label 'digit'. Did you mean 'nine'"):
        engine.do("train", TrainModel(algorithm={"type": "pca_anomaly", "normal": "nin"}))


def test_without_a_label_the_scores_are_shown(engine, wines: pd.DataFrame) -> None:
    engine.source(wines)
    engine.do("train", TrainModel(algorithm={"type": "pca_anomaly"}))
    table = engine.do("score", ScoreModel()).table
    assert table.roles[PROBABILITIES] is Role.SCORE
    report = engine.do("evaluate", EvaluateModel()).report
    assert report.metrics["anomaly_rate"] == pytest.approx(0.1, abs=1 / len(wines))
    assert [c.kind for c in report.curves] == ["anomaly_scores"]
    assert sum(report.curves[0].y) == len(wines)


def test_a_label_of_many_numbers_tells_nothing(engine, wines: pd.DataFrame) -> None:
    engine.source(wines, "alcohol")
    assert not engine.do("train", TrainModel(algorithm={"type": "isolation_forest"})).notes
    engine.do("score", ScoreModel())
    assert "roc_auc" not in engine.do("evaluate", EvaluateModel()).report.metrics


def test_there_is_nothing_to_cross_validate(engine, digits: pd.DataFrame) -> None:
    engine.source(digits, "digit")
    with pytest.raises(InputError, match="Isolation Forest has no label to validate with"):
        engine.do("validate", CrossValidateModel(algorithm={"type": "isolation_forest"}))


def test_more_components_than_columns_are_told(engine, wines: pd.DataFrame) -> None:
    engine.source(wines)
    with pytest.raises(InputError, match=r"n_components=50 must be at most the rows and columns, 11 here"):
        engine.do("train", TrainModel(algorithm={"type": "pca_anomaly", "n_components": 50}))
