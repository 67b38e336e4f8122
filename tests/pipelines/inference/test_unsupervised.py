"""Clusters and anomalies served: the same rows get the same answers in memory, reloaded, in batch and over REST."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.document import codec
from pipelines.inference.publish import publish

pytestmark = pytest.mark.services

PIPELINE = """
format: 1
name: {name}
steps:
- {{id: houses, type: dataset, params: {{dataset: houses}}}}
- {{id: label, type: set_label, params: {{column: sold}}}}
- {{id: fill, type: clean_missing_data, params: {{strategy: median}}}}
- {{id: scale, type: normalize_data}}
- {{id: train, type: train_model, params: {{algorithm: {{type: {name}}}}}}}
- {{id: score, type: score_model}}
- {{id: evaluate, type: evaluate_model}}
"""


@pytest.mark.parametrize("type", ["k_means", "hdbscan", "isolation_forest", "local_outlier_factor"])
def test_a_model_without_a_label_is_published_with_its_proof(tricky: Any, type: str) -> None:
    finished = tricky.workspace.run(codec.loads(PIPELINE.format(name=type)))
    assert finished.result.failure is None
    assert finished.result.metrics
    made = publish(tricky.workspace.home, finished.run_id, type)
    assert made.parity is not None
    assert made.parity["largest_difference"] <= 1e-12
    assert made.task == ("clustering" if type in ("k_means", "hdbscan") else "anomaly")


def test_rows_without_an_answer_leave_the_numbers_of_the_groups_whole(tricky: Any) -> None:
    rows = tricky.rows[["garden", "since"]].assign(area=tricky.rows["size"].fillna(80.0), year=range(len(tricky.rows)))
    tricky.workspace.datasets.add_frame("plain-houses", rows)
    steps = "- {id: houses, type: dataset, params: {dataset: plain-houses}}\n"
    steps += "- {id: train, type: train_model, params: {algorithm: {type: k_means, n_clusters: 3}}}\n"
    finished = tricky.workspace.run(codec.loads(f"format: 1\nname: plain\nsteps:\n{steps}"))
    made = publish(tricky.workspace.home, finished.run_id, "plain")
    assert made.parity is not None
    assert "numbers with gaps" in made.parity["sets"]
