"""A recommender is published and answers like any model: ratings of pairs, or items for a user."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from pipelines import Pipeline, Workspace
from pipelines.inference.loading import load
from pipelines.inference.publish import publish
from pipelines.samples import install_sample_datasets


@pytest.mark.services
@pytest.mark.parametrize("answer", ["rating", "items"])
def test_a_published_recommender_answers_in_every_way(tmp_path: Path, answer: str) -> None:
    (tmp_path / ".furnished").touch()
    workspace = Workspace.open(tmp_path)
    install_sample_datasets(workspace.datasets, ["movie-ratings"])
    films = (
        Pipeline("films")
        .add("dataset", dataset="movie-ratings")
        .add("set_label", column="rating")
        .add("split_data", train_fraction=0.75)
        .add("train_recommender", user="user", item="film", n_factors=5, n_epochs=5, answer=answer, n_items=2)
    )
    run = workspace.run(films)
    assert run.result.failure is None
    made = publish(workspace.home, run.run_id, "films")
    assert made.task == "recommendation"
    assert made.parity is not None
    assert made.parity["largest_difference"] <= 1e-12
    model = load(workspace.home, "models:/films@champion")
    given = pd.DataFrame({"user": ["u001", "nobody"], "film": ["Golden Harbour", "no such film"]})
    if answer == "rating":
        assert [c.name for c in model.contract.columns] == ["user", "film"]
        found = model.predict(given)["Scored Labels"]
        assert found.between(1, 5).all()
        assert found[1] != found[0]
    else:
        assert [c.name for c in model.contract.columns] == ["user"]
        found = model.predict(given[["user"]])
        assert list(found) == ["Scored Labels", "Item 1", "Rating 1", "Item 2", "Rating 2"]
        assert found["Item 1"].isin(workspace.datasets.read("movie-ratings")["film"]).all()
