"""The sample pipelines: each runs as it ships."""

from __future__ import annotations

import pytest

from pipelines.errors import NotFoundError
from pipelines.samples import SAMPLE_DATASETS
from pipelines.samples.gallery import SAMPLES, sample
from pipelines.sdk import Workspace

# What a sample is worth: (metric, at least); a run of the same pipeline by hand gave a little more.
EXPECTED = {
    "automobile-price": ("r2", 0.85),
    "adult-income": ("roc_auc", 0.92),
    "german-credit": ("evaluate.logistic.roc_auc", 0.74),
    "wine-quality": ("accuracy", 0.6),
    "wine-groups": ("silhouette", 0.1),
    "automobile-compare": ("forest.r2", 0.85),
    "income-features": ("roc_auc", 0.89),
    "credit-cost": ("machine.precision", 0.9),
    "flight-delay": ("roc_auc", 0.68),
    "co2-forecast": ("evaluate.r2", 0.8),
    "customer-churn": ("boosted.accuracy", 0.93),
    "income-by-country": ("roc_auc", 0.87),
    "adult-tuning": ("evaluate.roc_auc", 0.88),
    "adult-cross-validation": ("roc_auc", 0.92),
    "feature-importance": ("r2", 0.33),
    "digit-recognition": ("accuracy", 0.97),
    "support-messages": ("train_n_grams.accuracy", 0.86),
    "product-reviews-ja": ("accuracy", 0.81),
    "movie-ratings": ("evaluate.r2", 0.4),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("gallery"))


@pytest.mark.parametrize("name", [s.name for s in SAMPLES])
def test_a_sample_says_what_it_is_and_what_it_reads(name: str) -> None:
    found = sample(name)
    assert found.document.name == name
    assert found.document.description
    assert found.sentence.endswith(("?", "."))
    assert found.datasets or any(step.type == "enter_data" for step in found.document.steps)
    if found.at_start:
        assert all(SAMPLE_DATASETS[d].at_start for d in found.datasets)


def test_an_unknown_sample_is_told_with_the_nearest() -> None:
    with pytest.raises(NotFoundError, match="flight-delay"):
        sample("flight-delays")


@pytest.mark.services
@pytest.mark.parametrize("name", [s.name for s in SAMPLES])
def test_a_sample_runs_as_it_ships(workspace: Workspace, name: str) -> None:
    document = workspace.sample(name)
    assert not workspace.inspect(document).errors
    metrics = workspace.run(document).result.metrics
    metric, least = EXPECTED[name]
    assert metrics[metric] >= least
