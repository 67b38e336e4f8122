"""``endpoint`` as its users call it, on a workspace without services."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import Call

pytestmark = pytest.mark.services


def test_an_endpoint_that_nothing_serves_yet_is_made_and_its_key_shown(call: Call, model: str) -> None:
    code, made = call("endpoint", "create", "later", model)
    assert (code, made["name"], made["state"]) == (1, "later", "stopped")
    assert "services are not up" in made["error"]["message"]
    assert "python -m pipelines up" in made["error"]["fix"]
    assert made["key"].startswith("sk_")
    code, text = call("endpoint", "create", "soon", model, as_text=True)
    assert (code, "key: sk_" in text, "Error: The endpoint 'soon' is recorded" in text) == (1, True, True)
    assert [e["name"] for e in call("endpoint", "list")[1]["endpoints"]] == ["later", "soon"]
    for name in ("later", "soon"):
        assert call("endpoint", "delete", name)[0] == 0


def test_why_is_asked_of_a_row_in_a_file_and_of_an_endpoint_that_serves(call: Call, model: str, tmp_path: Path) -> None:
    call("endpoint", "create", "asked", model)
    (tmp_path / "row.json").write_text('[{"horsepower": 100, "curb-weight": 2300}]')
    (tmp_path / "no.json").write_text("[1, 2]")
    for command in ("explain", "counterfactuals"):
        code, told = call("endpoint", command, "asked", "--row", tmp_path / "row.json")
        assert (code, "is stopped" in told["error"]["message"]) == (1, True)
        code, told = call("endpoint", command, "asked", "--row", tmp_path / "no.json")
        assert (code, "cannot be read" in told["error"]["message"]) == (1, True)
    assert call("endpoint", "delete", "asked")[0] == 0
