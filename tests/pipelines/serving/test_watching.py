from __future__ import annotations

import pytest

from pipelines.serving.endpoints import NotServedError

pytestmark = pytest.mark.services


def test_whoever_waits_is_told_that_nothing_serves_and_loses_neither_endpoint_nor_key(endpoints, model_id):
    with pytest.raises(NotServedError, match="recorded, but does not answer") as told:
        endpoints.create("waited", "models:/echo/1", wait=True)
    try:
        assert told.value.endpoint == endpoints.get("waited")
        assert told.value.key.endswith(told.value.endpoint.key_hint)
        assert "pipelines up" in told.value.fix
        with pytest.raises(NotServedError):
            endpoints.update("waited", "models:/echo/2", wait=True)
        assert endpoints.get("waited").updating.model_uri == "models:/echo/2"
        with pytest.raises(NotServedError):
            endpoints.rollback("waited", wait=True)
        assert endpoints.get("waited").updating is None
    finally:
        endpoints.delete("waited")
