"""An endpoint's page in a real browser: several rows tried at once, deployments beside each other, limits, and where
its model comes from."""

from __future__ import annotations

import csv
import json
import urllib.error
import urllib.request

import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from pipelines.serving.endpoints import Endpoint
from tests.browser.driving import ENDPOINT, Studio, open_page, settled

pytestmark = pytest.mark.browser

NAME = ENDPOINT
ANSWER = "Scored Labels"
MODEL, LABEL, ROWS = "many-rows-model", "credit-risk", 60


def _tab(studio: Studio, page: Page, name: str) -> None:
    open_page(studio, page, f"endpoints?endpoint={NAME}")
    page.get_by_role("tab", name=name, exact=True).click()
    settled(page)


def _answers(page: Page) -> list[dict[str, str]]:
    """The table of answers, as it is downloaded."""
    button = page.get_by_role("button", name="CSV", exact=True)
    expect(button).to_be_visible()
    with page.expect_download() as download:
        button.click()
    with download.value.path().open(newline="") as file:
        return list(csv.DictReader(file))


def test_rows_as_json_and_as_a_file_are_answered_in_a_table_with_their_warnings(
    studio: Studio, page: Page, endpoint: Endpoint
) -> None:
    _tab(studio, page, "Try it")
    page.get_by_role("button", name="JSON", exact=True).or_(page.get_by_role("radio", name="JSON")).first.click()
    settled(page)
    editor = page.get_by_role("textbox", name="Rows as JSON")
    row = json.loads(editor.input_value())[0]
    assert set(row) == {c.name for c in endpoint.contract.columns} if endpoint.contract else False
    rows = [row, row | {"credit-amount": 10**6}]
    editor.fill(json.dumps(rows))
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_text("2 rows answered")).to_be_visible()
    expect(page.get_by_text("lies outside the range in training")).to_be_visible()
    expected = studio.workspace.endpoints.try_rows(NAME, json.dumps(rows).encode()).answers
    found = _answers(page)
    assert [r[ANSWER] for r in found] == [a[ANSWER] for a in expected]
    assert [float(r["credit-amount"]) for r in found] == [row["credit-amount"], 10**6]

    page.get_by_role("button", name="CSV file", exact=True).or_(
        page.get_by_role("radio", name="CSV file")
    ).first.click()
    settled(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Example file").click()
    example = download.value.path().read_text("utf-8")
    content = example + example.splitlines()[1] + "\n"
    file = {"name": "rows.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.locator('input[type="file"]').set_input_files(files=[file])
    settled(page)
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_text("2 rows answered")).to_be_visible()
    assert [r[ANSWER] for r in _answers(page)] == [expected[0][ANSWER]] * 2

    page.locator('input[type="file"]').set_input_files(
        files=[{"name": "bad.csv", "mimeType": "text/csv", "buffer": content.replace(",", ",x", 1).encode()}]
    )
    settled(page)
    expect(page.get_by_text("2 rows answered")).to_have_count(0)
    page.get_by_role("button", name="Predict").click()
    expect(page.locator('[data-testid="stAlert"]')).to_be_visible()
    expect(page.get_by_text("2 rows answered")).to_have_count(0)


def test_a_row_in_the_form_is_answered_with_its_reasons_and_what_would_change_it(
    studio: Studio, page: Page, endpoint: Endpoint
) -> None:
    _tab(studio, page, "Try it")
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_text("From a probability of 0.5")).to_be_visible()
    why = studio.workspace.endpoints.explain(NAME, endpoint.example)
    first = why.effects[0]
    verb = "raises" if first.effect > 0 else "lowers"
    expect(page.get_by_text(f"{first.column} = {first.value}", exact=True).first).to_be_visible()
    expect(page.get_by_text(f"{verb} the probability of good")).to_be_visible()
    expect(page.get_by_text("The smallest changes that are enough")).to_be_visible()


def test_a_deployment_is_added_beside_the_other_changed_and_removed(
    studio: Studio, page: Page, endpoint: Endpoint
) -> None:
    _tab(studio, page, "Versions")
    page.get_by_text("Add a deployment").click()
    settled(page)
    page.get_by_role("textbox", name="Name").fill("beside")
    page.get_by_role("button", name="Shadow", exact=True).or_(page.get_by_role("radio", name="Shadow")).first.click()
    settled(page)
    page.locator(f".st-key-endpoint_{NAME}_versions_new_add button").click()
    settled(page)
    made = next(d for d in studio.workspace.endpoints.get(NAME).deployments if d.name == "beside")
    assert made.shadow
    expect(page.locator(f".st-key-endpoint_{NAME}_versions_list")).not_to_contain_text("Starting")

    page.get_by_role("tab", name="Try it", exact=True).click()
    settled(page)
    expect(page.locator(f".st-key-endpoint_{NAME}_deployment")).to_be_visible()

    page.get_by_role("tab", name="Versions", exact=True).click()
    settled(page)
    page.get_by_text("Change a deployment").click()
    settled(page)
    field = page.get_by_role("combobox", name="Deployment")
    field.fill("beside")
    expect(page.get_by_role("option").first).to_contain_text("beside")
    field.press("Enter")
    settled(page)
    page.get_by_role("button", name="No longer a shadow").click()
    expect(page.get_by_role("button", name="Make a shadow")).to_be_visible()
    settled(page)
    expect(page.get_by_role("spinbutton", name="beside, percent")).to_be_visible()
    page.locator(f".st-key-endpoint_{NAME}_versions_one_processes_beside_1 input").fill("2")
    page.locator(f".st-key-endpoint_{NAME}_versions_one_processes_beside_1 input").press("Tab")
    settled(page)
    page.get_by_role("button", name="Set processes").click()
    settled(page)
    made = next(d for d in studio.workspace.endpoints.get(NAME).deployments if d.name == "beside")
    assert (made.shadow, made.processes) == (False, 2)

    page.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)
    assert [d.name for d in studio.workspace.endpoints.get(NAME).deployments] == [endpoint.deployments[0].name]


def test_limits_are_set_and_the_model_and_its_run_are_a_press_away(
    studio: Studio, page: Page, endpoint: Endpoint
) -> None:
    _tab(studio, page, "Keys")
    page.get_by_role("spinbutton", name="Requests per minute").fill("600")
    page.get_by_role("spinbutton", name="Requests per minute").press("Tab")
    settled(page)
    page.get_by_role("button", name="Set limits").click()
    expect(page.get_by_text("The limits hold from now on.")).to_be_visible()
    found = studio.workspace.endpoints.get(NAME)
    assert (found.rate_limit, found.max_request_mib) == (600, None)

    page.get_by_role("button", name="Train again").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="Train", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="many-rows-model v1").click()
    page.wait_for_url("**/models?model=many-rows-model**")
    _tab(studio, page, "Consume")
    for way in ("Python", "JavaScript", "C#", "R", "Power Query"):
        page.get_by_role("tab", name=way, exact=True).click()
        expect(page.locator('[data-testid="stCode"]:visible').last).to_contain_text(f"/endpoints/{NAME}/invocations")
    page.locator(f".st-key-endpoint_{NAME}_run button").click()
    page.wait_for_url("**/run_detail?run=**")


def test_an_endpoint_with_a_long_name_can_still_be_stopped_and_deleted(
    studio: Studio, page: Page, endpoint: Endpoint
) -> None:
    name = "what-the-customers-of-the-branches-in-the-north-will-pay-back"
    studio.workspace.endpoints.create(name, endpoint.model_uri)
    try:
        open_page(studio, page, f"endpoints?endpoint={name}")
        width = page.viewport_size["width"] if page.viewport_size else 0
        for act in ("Train again", "Stop", "Delete"):
            box = page.get_by_role("button", name=act, exact=True).bounding_box()
            assert box is not None, act
            assert box["x"] + box["width"] <= width, act
    finally:
        studio.workspace.endpoints.delete(name)


def test_what_programs_asked_is_in_the_logs_and_compared_with_training_and_with_what_was_true(
    studio: Studio, page: Page, endpoint: Endpoint
) -> None:
    rows = studio.workspace.datasets.read("german-credit")
    ids = _asked(studio, endpoint, rows.drop(columns=LABEL).head(ROWS))
    _tab(studio, page, "Logs")
    log = page.get_by_role("table", name="Requests")
    expect(log.locator("tbody tr")).to_have_count(ROWS + 1)
    expect(log.locator("tbody tr").nth(0)).to_contain_text("400")
    expect(log.locator("tbody tr").nth(1)).to_contain_text(ids[-1])
    page.get_by_role("tab", name="Try it", exact=True).click()
    page.get_by_role("button", name="Predict").click()
    expect(page.get_by_text("From a probability of 0.5")).to_be_visible()
    page.get_by_role("tab", name="Logs", exact=True).click()
    settled(page)
    expect(log.locator("tbody tr")).to_have_count(ROWS + 1)
    expect(page.get_by_text("Rows tried on this page go straight to the model")).to_be_visible()

    while studio.workspace.endpoints.drift(NAME).rows < ROWS:  # samples are written in their own time
        page.wait_for_timeout(100)
    page.get_by_role("tab", name="Monitoring", exact=True).click()
    settled(page)
    counts = page.locator('[data-testid="stMetric"]')
    expect(counts.nth(0)).to_contain_text(str(ROWS + 1))
    expect(counts.nth(1)).to_contain_text("1")
    chart = f"Requests over time: {ROWS + 1} in all, 1 not answered."
    expect(page.get_by_role("button", name=f"Show data: {chart}")).to_be_attached()
    found = page.get_by_role("table", name="Drift of the columns")
    assert endpoint.contract is not None
    expect(found.locator("tbody tr")).to_have_count(len(endpoint.contract.columns))
    expect(page.get_by_text("No true values were given yet.")).to_be_visible()

    page.get_by_text("Give true values").click()
    lines = [f"{i},{truth}" for i, truth in zip(ids, rows[LABEL], strict=False)]
    file = {"name": "truth.csv", "mimeType": "text/csv", "buffer": "\n".join([f"request_id,{LABEL}", *lines]).encode()}
    page.locator('input[type="file"]').set_input_files(files=[file])
    settled(page)
    page.get_by_role("button", name="Give", exact=True).click()
    expect(page.get_by_text("Rows measured")).to_be_visible()
    live = studio.workspace.endpoints.live_metrics(NAME)
    answers = studio.workspace.endpoints.try_rows(
        NAME, rows.drop(columns=LABEL).head(ROWS).to_json(orient="records").encode()
    )
    right = sum(a[ANSWER] == truth for a, truth in zip(answers.answers, rows[LABEL], strict=False))
    assert (live.given, live.matched, live.rows) == (ROWS, ROWS, ROWS)
    assert live.metrics["accuracy"] == pytest.approx(right / ROWS)
    measured = page.get_by_role("table", name="Metrics").get_by_role("row", name="Accuracy").first
    expect(measured).to_contain_text(f"{live.metrics['accuracy']:.4g}")


def test_a_model_is_trained_again_compared_and_published_from_its_endpoint(
    studio: Studio, page: Page, endpoint: Endpoint
) -> None:
    open_page(studio, page, f"endpoints?endpoint={NAME}")
    page.get_by_role("button", name="Train again").click()
    page.get_by_role("dialog").get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Compare with the champion").click()
    expect(page.get_by_text("As good as before")).to_be_visible()
    page.get_by_role("button", name="Publish and promote").click()
    expect(page.get_by_role("button", name="Publish and promote")).to_have_count(0)
    (newest,) = (v for v in studio.workspace.models.versions(MODEL) if v.version == 2)
    assert list(newest.aliases) == ["champion"]

    page.get_by_role("tab", name="Versions", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Update", exact=True).click()
    expect(page.get_by_role("button", name=f"{MODEL} v2")).to_be_visible()
    assert studio.workspace.endpoints.get(NAME).model_version == "2"


def _asked(studio: Studio, endpoint: Endpoint, rows: pd.DataFrame) -> list[str]:
    """Ask for each row in a request of its own, then for one that is refused; the ids of those answered."""
    key = studio.workspace.endpoints.rotate_key(NAME, "secondary")
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}

    def ask(row: dict[str, object]) -> str:
        body = json.dumps({"dataframe_records": [row]}).encode()
        with urllib.request.urlopen(urllib.request.Request(endpoint.url, body, headers)) as answer:
            return str(answer.headers["x-request-id"])

    records = json.loads(rows.to_json(orient="records"))
    found = [ask(record) for record in records]
    with pytest.raises(urllib.error.HTTPError, match="400"):
        ask(records[0] | {"credit-amount": "much"})
    return found
