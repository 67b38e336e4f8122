"""``batch-endpoint`` as its users call it, on a workspace with a published model and a worker."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.command_line import Call

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def endpoint(call: Call, model: str) -> str:
    """The endpoint ``prices``."""
    code, made = call("batch-endpoint", "create", "prices", "models:/cars@champion")
    assert code == 0, made
    assert (made["default"], made["key"][-4:]) == ("v1", made["key_hints"]["primary"][-4:])
    return str(made["name"])


def follow(call: Call, endpoint: str, job: str) -> dict[str, Any]:
    """The job when it is over."""
    for _time in range(60):
        code, found = call("batch-endpoint", "job", endpoint, job)
        assert code == 0
        if found["state"] in ("done", "failed", "cancelled"):
            return dict(found)
        threading.Event().wait(0.5)
    raise AssertionError(f"The job {job} did not end.")


def test_a_job_is_started_followed_and_its_file_is_there(
    call: Call, endpoint: str, worker: None, root: Path, model: str
) -> None:
    options = ("--set", "columns=none", "--set", "reject_limit=0", "--engine", "local")
    code, job = call("batch-endpoint", "start", endpoint, "dataset:automobile-price", "file:prices.csv", *options)
    assert (code, job["endpoint"], job["model"]) == (0, "prices", model)
    done = follow(call, endpoint, job["id"])
    assert (done["state"], done["rows"], done["rejected"], done["error"]) == ("done", 201, 0, None)
    assert done["engine"] == "local"
    scored = pd.read_csv(root / done["output"].removeprefix("file:"))
    assert (len(scored), list(scored.columns)) == (201, ["Scored Labels"])
    assert scored["Scored Labels"].notna().all()

    code, text = call("batch-endpoint", "jobs", endpoint, as_text=True)
    assert code == 0
    assert [line.split()[:3] for line in text.splitlines()] == [[job["id"], "done", "201"]]
    code, told = call("batch-endpoint", "cancel", endpoint, job["id"])
    assert (code, "over already" in told["error"]["message"]) == (1, True)
    code, told = call("batch-endpoint", "resume", endpoint, job["id"])
    assert (code, "cannot go on" in told["error"]["message"]) == (1, True)


def test_versions_are_added_chosen_and_removed(call: Call, endpoint: str, model: str) -> None:
    code, found = call("batch-endpoint", "deploy", endpoint, model, "--deployment", "second", "--default")
    assert (code, found["default"], [d["name"] for d in found["deployments"]]) == (0, "second", ["v1", "second"])
    code, told = call("batch-endpoint", "remove", endpoint, "second")
    assert (code, told["error"]["fix"]) == (1, "Make another one the default first.")
    assert call("batch-endpoint", "default", endpoint, "v1")[1]["default"] == "v1"
    code, found = call("batch-endpoint", "remove", endpoint, "second")
    assert (code, [d["name"] for d in found["deployments"]]) == (0, ["v1"])


def test_a_schedule_is_made_and_taken_away(call: Call, endpoint: str) -> None:
    rule = ("nightly", "30 6 * * MON-FRI", "dataset:automobile-price", "parquet", "--time-zone", "Asia/Tokyo")
    code, found = call("batch-endpoint", "schedule", endpoint, *rule, "--engine", "spark")
    assert (code, found["schedules"][0]["request"]["parameters"]) == (0, {"engine": "spark"})
    assert [(s["name"], s["cron"], s["time_zone"]) for s in found["schedules"]] == [(rule[0], rule[1], "Asia/Tokyo")]
    code, text = call("batch-endpoint", "show", endpoint, as_text=True)
    assert (code, "nightly      30 6 * * MON-FRI Asia/Tokyo" in text) == (0, True)
    assert call("batch-endpoint", "unschedule", endpoint, "nightly")[1]["schedules"] == []


def test_a_key_is_made_anew_and_an_endpoint_forgotten(call: Call, model: str) -> None:
    code, made = call("batch-endpoint", "create", "short", model)
    assert code == 0
    code, key = call("batch-endpoint", "rotate-key", "short", as_text=True)
    assert code == 0
    assert key.strip().startswith("sk_")
    assert key.strip() != made["key"]
    code, found = call("batch-endpoint", "show", "short")
    assert (code, key.strip().endswith(found["key_hints"]["primary"][-4:])) == (0, True)
    assert "short" in [e["name"] for e in call("batch-endpoint", "list")[1]["endpoints"]]
    assert call("batch-endpoint", "delete", "short") == (0, {"name": "short"})
    assert "short" not in [e["name"] for e in call("batch-endpoint", "list")[1]["endpoints"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "prices", "models:/cars/1"), "There is a batch endpoint 'prices' already."),
        (("create", "Prices!", "models:/cars/1"), "'Prices!' cannot name an endpoint."),
        (("create", "rents", "models:/cras/1"), "models:/cras/1"),
        (("show", "price"), "Did you mean 'prices'?"),
        (("delete", "price"), "Did you mean 'prices'?"),
        (("default", "prices", "v2"), "There is no deployment 'v2'."),
        (("start", "prices", "dataset:automobile-prices"), "Did you mean 'automobile-price'?"),
        (("start", "prices", "cars.csv"), "'cars.csv' is no input of a batch job."),
        (("start", "prices", "file:/etc/passwd"), "SEKKEI_BATCH_FOLDERS"),
        (("start", "prices", "dataset:automobile-price", "--engine", "ray"), "There is no engine 'ray'."),
        (("start", "prices", "dataset:automobile-price", "--set", "columns"), "NAME=VALUE"),
        (("job", "prices", "none"), "There is no job 'none'."),
        (("rotate-key", "prices", "--slot", "third"), "There is no key 'third'."),
        (("schedule", "prices", "nightly", "61 * * * *", "dataset:automobile-price"), "61 * * * *"),
    ],
)
def test_a_wrong_call_gets_a_sentence(call: Call, endpoint: str, arguments: tuple[str, ...], said: str) -> None:
    code, told = call("batch-endpoint", *arguments)
    assert code == 1
    assert said in f"{told['error']['message']} {told['error']['fix']}"


def test_people_are_told_in_words(call: Call, endpoint: str) -> None:
    code, text = call("batch-endpoint", "show", "price", as_text=True)
    assert code == 1
    assert text.startswith("Error: There is no batch endpoint 'price'.")
