"""Clustering on real wines, against scikit-learn alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn import cluster, mixture

from pipelines.algorithms.library import ALGORITHMS
from pipelines.chain.predictor import LABELS, Predictor
from pipelines.errors import InputError
from pipelines.schema import Role
from pipelines.steps.evaluation.evaluate_model import EvaluateModel
from pipelines.steps.scoring.score_model import ScoreModel
from pipelines.steps.training.fit import fit
from pipelines.steps.training.train_model import TrainModel
from pipelines.table import Table

SAMPLES = Path(__file__).parents[3] / "pipelines" / "samples" / "datasets"


@pytest.fixture(scope="module")
def wines() -> pd.DataFrame:
    rows = pd.read_csv(SAMPLES / "wine_quality.csv").select_dtypes("number")[::5].drop(columns="quality")
    return ((rows - rows.mean()) / rows.std()).reset_index(drop=True)


def fitted(type: str, rows: pd.DataFrame, **params: object) -> Predictor:
    return fit(ALGORITHMS[type](**params), Table(rows))[0]


@pytest.mark.parametrize(
    ("type", "params", "own"),
    [
        ("k_means", {"n_clusters": 3}, cluster.KMeans(3, random_state=0)),
        ("k_means", {"n_clusters": 3, "init": "random"}, cluster.KMeans(3, init="random", random_state=0)),
        ("mini_batch_k_means", {"n_clusters": 3}, cluster.MiniBatchKMeans(3, random_state=0)),
        ("gaussian_mixture", {"n_components": 3}, mixture.GaussianMixture(3, random_state=0)),
        ("mean_shift", {"bandwidth": 4.0}, cluster.MeanShift(bandwidth=4.0)),
    ],
)
def test_a_row_belongs_where_scikit_learn_puts_it(wines: pd.DataFrame, type: str, params: dict, own) -> None:
    own.fit(wines.to_numpy()[:800])
    found = fitted(type, wines[:800], **params).score(wines[800:])
    np.testing.assert_array_equal(found[LABELS], own.predict(wines.to_numpy()[800:]))


def test_k_means_can_begin_with_the_first_rows(wines: pd.DataFrame) -> None:
    rows = wines.to_numpy()
    own = cluster.KMeans(4, init=rows[:4], n_init=1).fit(rows)
    found = fitted("k_means", wines, n_clusters=4, init="first").score(wines)
    np.testing.assert_array_equal(found[LABELS], own.labels_)


def test_distances_to_the_centres_come_along(wines: pd.DataFrame) -> None:
    own = cluster.KMeans(3, random_state=0).fit(wines.to_numpy())
    found = fitted("k_means", wines, n_clusters=3).score(wines)
    away = found[[f"Scored Distances_{i}" for i in range(3)]].to_numpy()
    np.testing.assert_allclose(away, own.transform(wines.to_numpy()), atol=1e-6)
    np.testing.assert_array_equal(away.argmin(axis=1), found[LABELS])


def test_a_mixture_tells_how_probable_each_group_is(wines: pd.DataFrame) -> None:
    own = mixture.GaussianMixture(2, random_state=0).fit(wines.to_numpy())
    found = fitted("gaussian_mixture", wines).score(wines)
    shares = found[["Scored Probabilities_0", "Scored Probabilities_1"]].to_numpy()
    np.testing.assert_allclose(shares, own.predict_proba(wines.to_numpy()))


@pytest.mark.parametrize(
    ("type", "params", "own"),
    [
        ("hdbscan", {"min_cluster_size": 10}, cluster.HDBSCAN(min_cluster_size=10, copy=True)),
        ("agglomerative", {"n_clusters": 4}, cluster.AgglomerativeClustering(4)),
        (
            "agglomerative",
            {"n_clusters": 4, "linkage": "average", "metric": "manhattan"},
            cluster.AgglomerativeClustering(4, linkage="average", metric="manhattan"),
        ),
    ],
)
def test_training_rows_scored_again_get_what_they_had(wines: pd.DataFrame, type: str, params: dict, own) -> None:
    rows = wines.drop_duplicates()
    found = fitted(type, rows, **params).score(rows)
    np.testing.assert_array_equal(found[LABELS], own.fit(rows.to_numpy()).labels_)


def test_dbscan_goes_by_the_nearest_core_row(wines: pd.DataFrame) -> None:
    rows = wines.to_numpy()
    own = cluster.DBSCAN(eps=1.5, min_samples=8).fit(rows)
    found = fitted("dbscan", wines, eps=1.5, min_samples=8).score(wines)[LABELS].to_numpy()
    core = own.core_sample_indices_
    assert len(set(own.labels_)) > 2
    np.testing.assert_array_equal(found[core], own.labels_[core])
    np.testing.assert_array_equal(found == -1, own.labels_ == -1)
    assert (found == own.labels_).mean() > 0.99  # but for the edges between two clusters


def test_a_row_far_from_all_is_noise(wines: pd.DataFrame) -> None:
    far = wines[:1] + 100
    assert fitted("dbscan", wines, eps=1.5).score(far)[LABELS].tolist() == [-1]
    assert fitted("hdbscan", wines, min_cluster_size=10).score(far)[LABELS].tolist() == [-1]
    assert fitted("dbscan", wines, eps=1e-9, min_samples=50).score(wines)[LABELS].eq(-1).all()


def test_ward_is_for_straight_distances() -> None:
    with pytest.raises(ValidationError, match="linkage ward needs the metric euclidean"):
        ALGORITHMS["agglomerative"](metric="manhattan")


def test_too_many_rows_for_all_pairs_are_told(engine) -> None:
    engine.source(pd.DataFrame({"a": np.arange(20_001.0)}))
    with pytest.raises(InputError, match=r"20,001 rows are too many.*such as mini-batch k-means"):
        engine.do("train", TrainModel(algorithm={"type": "agglomerative"}))


def test_a_label_takes_no_part(engine, wines: pd.DataFrame) -> None:
    engine.source(wines.assign(kind=np.where(wines["alcohol"] > 0, "a", "b")), "kind")
    engine.do("train", TrainModel(algorithm={"type": "dbscan", "eps": 1.5}))
    assert "kind" not in engine.outputs["train"].model.contract.names
    table = engine.do("score", ScoreModel()).table
    assert table.roles[LABELS] is Role.SCORE
    assert engine.do("evaluate", EvaluateModel()).report.metrics["noise_rows"] > 0
