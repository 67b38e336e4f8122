from __future__ import annotations

import subprocess

import pytest

from pipelines.errors import ConflictError, InputError, NotFoundError, UnavailableError
from pipelines.records import EndpointState
from pipelines.serving.endpoints import NOT_UP
from pipelines.serving.example import request_body

pytestmark = pytest.mark.services


@pytest.mark.parametrize(
    "name", ["", "A", "a b", "../x", "a/b", "a" * 64, "é", "a.b", "a_b", "price\n", "%2e%2e", "'; DROP TABLE endpoint"]
)
def test_a_hostile_name_is_refused(endpoints, name):
    with pytest.raises(InputError, match="cannot name an endpoint"):
        endpoints.create(name, "models:/echo@champion")
    assert name not in [e.name for e in endpoints.list()]


@pytest.mark.parametrize(
    "uri",
    ["models:/echo/9", "models:/nothing@champion", "models:/echo@none", "/etc", "runs:/0/x", "nonsense"],
)
def test_a_model_that_is_not_there_is_not_found(endpoints, uri):
    with pytest.raises(NotFoundError, match="no model"):
        endpoints.create("x", uri)
    assert "x" not in [e.name for e in endpoints.list()]


@pytest.mark.parametrize("uri", ["", " ", "models:/", "models:/echo", "models:/echo/Production", "models:/a\nb/1"])
def test_a_uri_that_names_no_version_is_refused(endpoints, uri):
    with pytest.raises(InputError, match="models:/NAME"):
        endpoints.create("x", uri)


def test_an_endpoint_keeps_its_version_contract_and_example_and_never_its_key(endpoints, model_id):
    made, key = endpoints.create("one", "models:/echo@champion")
    try:
        assert (made.model_uri, made.model_name, made.model_version) == ("models:/echo/1", "echo", "1")
        assert made.contract.names == ["code", "size"]
        assert made.example == {"code": "NA", "size": 2.5}
        assert made.url.endswith("/endpoints/one/invocations")
        assert (made.state, made.reason) == (EndpointState.STOPPED, NOT_UP)
        # Another process reads them: SQLite's locks go when a process closes any file handle of the database.
        kept = [str(f) for f in endpoints.home.root.glob("sekkei.db*")]
        assert kept
        assert subprocess.run(["grep", "-qF", "--", made.key_hint, *kept]).returncode == 0
        assert subprocess.run(["grep", "-qF", "--", key, *kept]).returncode == 1
        with pytest.raises(ConflictError, match="'one' already"):
            endpoints.create("one", "models:/plain/1")
        with pytest.raises(UnavailableError, match="services are not up"):
            endpoints.test("one", [{"code": "a"}])
        assert endpoints.rotate_key("one") != key
        assert endpoints.get("one").key_hint != made.key_hint
        assert endpoints.stop("one").state is EndpointState.STOPPED
    finally:
        endpoints.delete("one")
    with pytest.raises(NotFoundError):
        endpoints.get("one")


def test_a_model_made_elsewhere_is_served_by_any_of_its_names(endpoints, model_id):
    for number, uri in enumerate(["models:/plain/1", "models:/plain/latest", model_id]):
        made, _ = endpoints.create(f"plain-{number}", uri)
        endpoints.delete(made.name)
        assert [(c.name, c.type) for c in made.contract.columns] == [("a", "float"), ("b", "float")]
        assert made.example == {"a": 1.0, "b": 4.0}


def test_cells_become_json_whatever_they_are_in_pandas():
    import json
    from datetime import datetime

    import numpy as np
    import pandas as pd

    row = {"a": np.int64(3), "b": np.nan, "c": pd.NA, "d": pd.NaT, "e": datetime(2026, 1, 2), "f": "NA", "g": True}
    row |= {"h": float("inf"), 5: np.float32(0.5), "i": None}
    assert json.loads(request_body([row]))["dataframe_records"] == [
        {"a": 3, "b": None, "c": None, "d": None, "e": "2026-01-02T00:00:00", "f": "NA", "g": True}
        | {"h": None, "5": 0.5, "i": None}
    ]
