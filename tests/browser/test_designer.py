"""The designer in a real browser: what an analyst does, and what the workspace holds afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pipelines.document.edits import SetParameter
from tests.browser.driving import Studio, canvas, form, node, open_copy, press, press_menu, settled, step, stored

pytestmark = pytest.mark.browser


def test_list_canvas_form_and_address_show_one_selection(studio: Studio, page: Page) -> None:
    open_copy(studio, page, "german-credit", "selection")
    step(page, "scale").click()
    expect(form(page)).to_contain_text("Normalize Data")
    expect(page).to_have_url(re.compile("step=scale"))
    expect(node(page, "scale")).to_have_attribute("aria-current", "true")
    node(page, "select").click()
    expect(step(page, "select")).to_have_attribute("aria-current", "true")
    expect(form(page)).to_contain_text("Select Features")
    page.reload()
    expect(form(page)).to_contain_text("Select Features")


def test_every_edit_is_a_draft_that_undo_takes_back(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "automobile-price", "editing")
    step(page, "split").click()
    field = form(page).get_by_role("spinbutton", name="Training share")
    expect(field).to_have_value("0.7")
    field.fill("0.6")
    field.press("Enter")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert stored(studio, pipeline).step("split").params["train_fraction"] == 0.6
    page.keyboard.press("Tab")
    press(page, "undo")
    expect(field).to_have_value("0.7")
    assert stored(studio, pipeline).step("split").params.get("train_fraction", 0.7) == 0.7
    press(page, "redo")
    expect(field).to_have_value("0.6")


def test_palette_finds_a_step_by_its_scikit_learn_name_and_adds_it_after_the_selected(
    studio: Studio, page: Page
) -> None:
    pipeline = open_copy(studio, page, "automobile-price", "adding")
    step(page, "split").click()
    settled(page)
    page.locator(".st-key-palette-open button").first.click()
    page.get_by_label("Search steps and algorithms").fill("standardscaler")
    page.keyboard.press("Enter")
    expect(step(page, "normalize")).to_have_attribute("aria-current", "true")
    expect(node(page, "normalize")).to_be_visible()
    ids = stored(studio, pipeline).ids
    assert ids[ids.index("split") + 1] == "normalize"
    expect(page.get_by_label("Search steps and algorithms")).to_have_count(0)


def test_dragging_a_step_keeps_its_place_and_ctrl_z_in_the_canvas_takes_it_back(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "automobile-price", "dragging")
    box = node(page, "label").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 130, box["y"] + 30, steps=8)
    page.mouse.up()
    expect(step(page, "label")).to_have_attribute("aria-current", "true")
    settled(page)
    assert stored(studio, pipeline).step("label").position is not None
    moved = node(page, "label").bounding_box()
    assert moved is not None
    assert moved["x"] > box["x"] + 50
    page.keyboard.press("Control+z")
    expect(page.locator(".st-key-bar-undo button").first).to_be_disabled()
    settled(page)
    assert stored(studio, pipeline).step("label").position is None
    page.wait_for_timeout(500)
    back = node(page, "label").bounding_box()
    assert back is not None
    assert abs(back["x"] - box["x"]) < 3


def test_drawing_a_connection_sets_the_input(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "automobile-price", "connecting")
    source = node(page, "columns").locator(".react-flow__handle-bottom").bounding_box()
    target = node(page, "clean").locator(".react-flow__handle-top").bounding_box()
    assert source is not None
    assert target is not None
    page.mouse.move(source["x"] + source["width"] / 2, source["y"] + source["height"] / 2)
    page.mouse.down()
    page.mouse.move(target["x"] + target["width"] / 2, target["y"] + target["height"] / 2, steps=10)
    page.mouse.up()
    expect(page.get_by_text("Draft saved")).to_be_visible()
    assert stored(studio, pipeline).step("clean").inputs == {"table": "columns"}
    edges = canvas(page).locator(".react-flow__edge")
    expect(edges).to_have_count(len(stored(studio, pipeline).steps))  # each step's input, and the model's


def test_a_problem_shows_as_it_is_made_and_is_mended_in_one_click(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "automobile-price", "mending")
    step(page, "clean").click()
    settled(page)
    page.locator(".st-key-palette-open button").first.click()
    page.get_by_label("Search steps and algorithms").fill("normalize")
    page.keyboard.press("Enter")
    expect(form(page)).to_contain_text("it learns from all rows")
    expect(page.get_by_text("Problems (1)")).to_be_visible()
    form(page).get_by_role("button", name="Fix").first.click()
    expect(page.get_by_text("Problems (1)")).to_have_count(0)
    ids = stored(studio, pipeline).ids
    assert ids.index("split") < ids.index("normalize")


def test_a_run_goes_on_without_the_browser_and_its_rows_are_there_afterwards(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "automobile-price", "running")
    press(page, "run")
    expect(step(page, "evaluate")).to_have_attribute("data-status", re.compile("queued|running|done"))
    page.goto("about:blank")
    page.goto(f"{studio.url}/designer?pipeline={pipeline}&step=clean")
    expect(step(page, "clean")).to_contain_text("193 rows")
    expect(step(page, "evaluate")).to_have_attribute("data-status", "done")
    expect(page.locator(".st-key-bar-run button").first).to_be_visible()
    page.get_by_role("radio", name="Run", exact=True).or_(
        page.get_by_role("button", name="Run", exact=True)
    ).first.click()
    settled(page)
    press(page, "run")
    expect(step(page, "clean")).to_have_attribute("data-status", "reused")
    assert studio.workspace.runs.list(pipeline="running")


def test_a_failed_step_says_why(studio: Studio, page: Page) -> None:
    document = studio.workspace.sample("automobile-price").model_copy(update={"name": "failing"})
    made = studio.workspace.pipelines.create(document)
    page.goto(f"{studio.url}/designer?pipeline={made.id}&step=label")
    expect(form(page)).to_contain_text("Set Label")
    settled(page)
    page.locator(".st-key-palette-open button").first.click()
    page.get_by_label("Search steps and algorithms").fill("execute python")
    page.keyboard.press("Enter")
    code = form(page).get_by_role("textbox", name="Code")
    code.fill("def run(table):\n    raise ValueError('too warm')\n")
    page.keyboard.press("Control+Enter")
    expect(page.locator('[data-testid="stApp"]')).to_contain_text("too warm")
    assert "Traceback" not in page.locator('[data-testid="stApp"]').inner_text()


def test_a_draft_changed_elsewhere_is_told_and_kept_as_a_copy(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "wine-groups", "conflict")
    store = studio.workspace.pipelines
    opened = store.open(pipeline)
    store.save_draft(pipeline, SetParameter("train", "algorithm.n_clusters", 7).apply(opened.document), opened.version)
    step(page, "scale").click()
    settled(page)
    step(page, "scale").press("Delete")
    expect(page.get_by_text("This pipeline was changed elsewhere meanwhile.")).to_be_visible()
    assert stored(studio, pipeline).step("train").params["algorithm"]["n_clusters"] == 7
    page.get_by_role("button", name="Keep mine as a copy").click()
    expect(page.get_by_text("This pipeline was changed elsewhere meanwhile.")).to_have_count(0)
    copy = next(p for p in store.list() if p.name == "conflict-2")
    assert "scale" not in store.open(copy.id).document.ids


def test_several_steps_are_copied_into_another_pipeline_by_keys_alone(studio: Studio, page: Page) -> None:
    open_copy(studio, page, "german-credit", "copied-from")
    step(page, "label").click()
    settled(page)
    step(page, "scale").click(modifiers=["Shift"])
    expect(page.get_by_role("toolbar", name="Chosen steps")).to_contain_text("3 steps")
    settled(page)
    page.keyboard.press("Control+c")
    expect(page.get_by_text("3 steps copied.")).to_be_visible()
    other = studio.workspace.pipelines.create(studio.workspace.sample("wine-groups").model_copy(update={"name": "to"}))
    before = stored(studio, other.id).ids
    press_menu(page, "Close")
    page.locator(f".st-key-start-open-{other.id} button").click()
    expect(step(page, before[0])).to_be_visible()
    settled(page)
    page.keyboard.press("Control+v")
    expect(page.locator('.st-key-step_list [data-id="split"]')).to_be_visible()
    settled(page)
    assert len(stored(studio, other.id).ids) == len(before) + 3
    page.keyboard.press("Control+z")
    expect(page.locator(".st-key-bar-undo button").first).to_be_disabled()
    settled(page)
    assert stored(studio, other.id).ids == before
