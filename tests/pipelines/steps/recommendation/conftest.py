"""A recommender trained on three quarters of the films' ratings."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.chain.chain import Chain
from pipelines.steps.recommendation.train_recommender import TrainRecommender
from pipelines.steps.transformation.split_data import SplitData
from pipelines.table import Table
from tests.pipelines.steps.samples import sample


@pytest.fixture
def rated(engine: Any) -> Table:
    engine.source(sample("movie_ratings"), label="rating")
    found = engine.do("split", SplitData(train_fraction=0.75)).table
    assert found is not None
    return found


@pytest.fixture
def model(engine: Any, rated: Table) -> Chain:
    out = engine.do("train", TrainRecommender(user="user", item="film", n_factors=5, n_epochs=8))
    assert out.model is not None
    return out.model
