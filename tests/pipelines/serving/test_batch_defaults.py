"""Batch jobs that say neither input nor output have those of the batch pipeline, by the edits of their version."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pipelines.document.model import InferenceEdits
from pipelines.errors import ForbiddenError, InputError, NotFoundError
from pipelines.inference.publish import publish
from pipelines.serving.batch_defaults import defaults_of
from pipelines.serving.batch_endpoints import BatchEndpoints
from pipelines.serving.batch_requests import read_request

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def batch(tricky: Any) -> BatchEndpoints:
    workspace = tricky.workspace
    workspace.datasets.add_frame("streets", tricky.rows.head(40))
    return workspace.batch_endpoints


@pytest.fixture
def endpoint(tricky: Any, batch: BatchEndpoints) -> Iterator[Callable[..., str]]:
    """Makes the endpoint of a version that is published with these edits."""
    made: list[str] = []

    def make(**edits: Any) -> str:
        found = publish(tricky.workspace.home, tricky.run_id, "defaults", edits=InferenceEdits(**edits))
        made.append(f"defaults-{found.version}")
        batch.create(made[-1], found.model_uri)
        return made[-1]

    yield make
    for name in made:
        batch.delete(name)


def order(batch: BatchEndpoints, name: str, body: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    """The order of a job that is asked for and not done."""
    made = batch.start(name, read_request(body or {}), **options)
    batch.cancel(name, made.id)
    return dict(made.job.payload["order"])


def test_edits_say_where_rows_come_from_and_go_to(batch: BatchEndpoints, endpoint: Callable[..., str]) -> None:
    name = endpoint(export={"to": "dataset", "dataset": "scored-streets"}, defaults={"dataset": "streets"})
    found = order(batch, name)
    assert found["input"] == {"dataset": "streets", "version": 1}
    assert found["parameters"]["engine"] == "local"
    assert found["output"] == {"dataset": "scored-streets"}
    assert order(batch, name, {"properties": {}})["input"] == found["input"]
    named = order(batch, name, {"input": "dataset:houses", "output": "parquet"})
    assert (named["input"]["dataset"], named["output"]["format"]) == ("houses", "parquet")
    batch.schedule(name, "nightly", "30 6 * * *", {})
    assert [s.name for s in batch.get(name).schedules] == ["nightly"]


def test_without_edits_they_are_those_of_the_training_pipeline(
    batch: BatchEndpoints, endpoint: Callable[..., str]
) -> None:
    found = order(batch, endpoint())
    assert (found["input"]["dataset"], found["output"]["file"], found["output"]["format"]) == ("houses", "", "csv")


def test_an_output_elsewhere_is_still_asked_for_by_the_endpoints_rules(
    batch: BatchEndpoints, endpoint: Callable[..., str], tricky: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEKKEI_CONNECTION_SALES", f"sqlite:///{tricky.workspace.home.root}/sales.db")
    table = {"to": "database", "connection": "sales", "table": "scores", "if_exists": "replace"}
    name = endpoint(export=table)
    assert order(batch, name)["output"] == {"database": "sales", "table": "scores", "mode": "replace", "key": []}
    with pytest.raises(ForbiddenError, match="sales"):
        order(batch, name, caller=True)
    batch.allow(name, ["sales"])
    assert order(batch, name, caller=True)["output"]["table"] == "scores"
    with pytest.raises(InputError, match="only where there is no such table"):
        order(batch, endpoint(export={**table, "if_exists": "fail"}))
    lost = endpoint(defaults={"dataset": "nowhere"})
    with pytest.raises(NotFoundError, match="nowhere"):
        order(batch, lost)


def test_a_model_made_elsewhere_has_no_defaults(tricky: Any) -> None:
    found = defaults_of(tricky.workspace.home, tricky.model_uri)
    assert (found.dataset, found.output) == (None, None)
