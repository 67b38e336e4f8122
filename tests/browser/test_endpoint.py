"""An endpoint's page in a real browser: several rows tried at once, deployments beside each other, limits, and where
its model comes from."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from pipelines.serving.endpoints import Endpoint
from tests.browser.driving import Studio, open_page, settled

pytestmark = pytest.mark.browser

NAME = "many-rows"
ANSWER = "Scored Labels"


@pytest.fixture(scope="module")
def endpoint(studio: Studio) -> Iterator[Endpoint]:
    """A healthy endpoint of a credit model."""
    workspace = studio.workspace
    run = workspace.run(workspace.sample("german-credit"))
    version = workspace.models.publish(str(run.run_id), "many-rows-model", step="logistic")
    made, _key = workspace.endpoints.create(NAME, version.model_uri, wait=True)
    assert str(made.state) == "healthy", made.reason
    yield made
    workspace.endpoints.delete(NAME)


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
