from __future__ import annotations

import pytest

from pipelines.errors import ConflictError, InputError, NotFoundError
from pipelines.serving.batch_endpoints import BatchEndpoints


def test_endpoints_and_deployments(batch: BatchEndpoints, model_id: str) -> None:
    made, _key = batch.create("weekly", "models:/echo/1", description="Each Monday")
    assert (made.default, [d.name for d in made.deployments]) == ("v1", ["v1"])
    with pytest.raises(ConflictError):
        batch.create("weekly", "models:/echo/1")
    with pytest.raises(InputError):
        batch.create("Weekly!", "models:/echo/1")
    with pytest.raises(NotFoundError):
        batch.create("monthly", "models:/nobody/1")
    with pytest.raises(InputError, match="threads"):
        batch.deploy("weekly", "models:/echo/1", parameters={"threads": 1})
    batch.deploy("weekly", model_id, default=True)
    assert batch.get("weekly").default == "v2"
    with pytest.raises(ConflictError):
        batch.remove("weekly", "v2")
    batch.set_default("weekly", "v1")
    assert [d.name for d in batch.remove("weekly", "v2").deployments] == ["v1"]
    with pytest.raises(NotFoundError, match="weekly"):
        batch.get("weekli")
    batch.delete("weekly")
    with pytest.raises(NotFoundError):
        batch.get("weekly")
