"""The designer in a real browser: what an analyst does, and what the workspace holds afterwards."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from components import as_typed
from components.canvas_layout import LARGEST, READABLE, WIDTH
from pipelines.document import codec
from pipelines.document.edits import AddStep, SetParameter
from pipelines.document.model import PipelineDocument
from tests.browser.driving import (
    PATIENCE,
    Studio,
    add,
    canvas,
    connect,
    ended,
    form,
    long_pipeline,
    node,
    open_copy,
    open_new,
    press,
    press_menu,
    put,
    run_part,
    settled,
    step,
    stored,
)

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


def test_of_a_long_pipeline_the_canvas_shows_what_can_be_read_around_the_selected_step(
    studio: Studio, page: Page
) -> None:
    made = open_new(studio, page, long_pipeline(100))
    page.goto(f"{studio.url}/designer?pipeline={made}&step=filter45")
    expect(node(page, "filter45")).to_be_in_viewport(ratio=0.99)

    def is_readable() -> bool:
        box = node(page, "filter45").bounding_box()
        return box is not None and box["width"] >= WIDTH * READABLE - 1

    assert is_readable()
    canvas(page).locator(".react-flow__pane").hover(position={"x": 200, "y": 250})
    page.mouse.wheel(0, 2000)  # the whole of it, as the visitor wishes
    for end in ("data", "evaluate"):
        expect(node(page, end)).to_be_in_viewport(ratio=0.99)
    assert not is_readable()
    canvas(page).locator(".react-flow__controls-fitview").click()
    expect(node(page, "data")).not_to_be_in_viewport()
    expect(node(page, "filter45")).to_be_in_viewport(ratio=0.99)
    assert is_readable()

    step(page, "train").click()
    expect(node(page, "train")).to_be_in_viewport(ratio=0.99)
    expect(node(page, "filter45")).not_to_be_in_viewport()


def test_of_a_short_pipeline_the_canvas_shows_all_no_larger_than_the_list(studio: Studio, page: Page) -> None:
    document = long_pipeline(9)
    open_new(studio, page, document.model_copy(update={"name": "short", "steps": document.steps[:3]}))
    page.wait_for_timeout(400)
    frame = page.locator(".st-key-canvas-box iframe").bounding_box()
    assert frame is not None
    for name in ("data", "label", "split"):
        box = node(page, name).bounding_box()
        assert box is not None
        assert abs(box["width"] - WIDTH * LARGEST) < 2
        assert abs(box["x"] + box["width"] / 2 - frame["x"] - frame["width"] / 2) < 8


def test_the_list_the_canvas_and_an_import_make_the_same_pipeline(studio: Studio, page: Page) -> None:
    begun = PipelineDocument(name="by-hand", steps=studio.workspace.sample("german-credit").steps[:1])
    by_list = open_new(studio, page, begun)
    for words in ("set label", "clean missing", "split data", "random forest classifier"):
        add(page, words)
        if words == "set label":
            put(page, "Label", "credit-risk")
    step(page, "split").click()
    form(page).get_by_text("Name, inputs and note").click()
    settled(page)
    put(page, "Input: table", "Set Label")
    made = stored(studio, by_list)
    assert made.step("split").inputs == {"table": "label"}

    by_canvas = open_new(studio, page, begun.model_copy(update={"name": "drawn"}))
    for after, words in (("applicants", "set label"), ("label", "clean missing"), ("clean", "split data")):
        node(page, after).click()
        settled(page)
        page.keyboard.press("a")
        page.get_by_label("Search steps and algorithms").fill(words)
        page.keyboard.press("Enter")
        settled(page)
        if after == "applicants":
            put(page, "Label", "credit-risk")
    page.keyboard.press("a")
    page.get_by_label("Search steps and algorithms").fill("random forest classifier")
    page.keyboard.press("Enter")
    settled(page)
    connect(page, "label", "split")
    expect(canvas(page).locator(".react-flow__edge")).to_have_count(4)

    press_menu(page, "Import YAML")
    page.get_by_role("textbox", name="or its text").fill(codec.dumps(made))
    page.keyboard.press("Control+Enter")
    page.get_by_role("dialog").get_by_role("button", name="Import").click()
    expect(page.get_by_role("heading", name="by-hand-2")).to_be_visible()
    imported = next(p.id for p in studio.workspace.pipelines.list() if p.name == "by-hand-2")
    texts = {codec.dumps(stored(studio, p).model_copy(update={"name": "one"})) for p in (by_list, by_canvas, imported)}
    assert len(texts) == 1, "\n".join(texts)


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


def test_all_problems_of_a_kind_are_mended_at_once_and_undone_at_once(studio: Studio, page: Page) -> None:
    car = studio.workspace.sample("automobile-price")
    wrong = SetParameter("clean", "columns", ["horsepowr", "engine-sise"]).apply(car)
    wrong = AddStep("normalize_data", "split", {"columns": ["horsepowr", "bore"]}, "scale").apply(wrong)
    pipeline = open_new(studio, page, wrong.model_copy(update={"name": "mending-all"}))
    press(page, "validate")
    page.get_by_role("button", name=re.compile("Fix all")).first.click()
    expect(page.get_by_role("button", name=re.compile("Fix all"))).to_have_count(0)
    settled(page)
    mended = stored(studio, pipeline)
    assert mended.step("clean").params["columns"] == ["horsepower", "engine-size"]
    assert mended.step("scale").params["columns"] == ["horsepower", "bore"]
    press(page, "undo")
    assert stored(studio, pipeline).step("scale").params["columns"] == ["horsepowr", "bore"]


def test_a_run_goes_on_without_the_browser_and_its_rows_are_there_afterwards(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "automobile-price", "running")
    press(page, "run")
    expect(step(page, "evaluate")).to_have_attribute("data-status", re.compile("queued|running|done|reused"))
    page.goto("about:blank")
    page.goto(f"{studio.url}/designer?pipeline={pipeline}&step=clean")
    expect(step(page, "clean")).to_contain_text("193 rows")
    expect(step(page, "evaluate")).to_have_attribute("data-status", re.compile("done|reused"))
    expect(page.locator(".st-key-bar-run button").first).to_be_visible()
    run_part(page, "run_from")
    expect(step(page, "evaluate")).to_have_attribute("data-status", "done")
    states = {s.id: str(s.status) for s in ended(studio, page, pipeline).steps}
    assert [states[i] for i in ("label", "clean", "split", "evaluate")] == ["reused", "done", "done", "done"]
    run_part(page, "run_to")
    expect(step(page, "clean")).to_have_attribute("data-status", "reused")
    assert "split" not in {s.id for s in ended(studio, page, pipeline).steps if str(s.status) != "skipped"}
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


def test_two_people_in_a_pipeline_merge_or_fork(studio: Studio, browser: Browser, page: Page) -> None:
    pipeline = open_copy(studio, page, "wine-groups", "conflict")
    other = browser.new_context().new_page()
    other.goto(f"{studio.url}/designer?pipeline={pipeline}&step=train")
    expect(form(other)).to_contain_text("Train")
    settled(other)

    def choose(clusters: str) -> None:
        field = form(other).locator("[class*=n_clusters] input").first
        field.fill(clusters)
        field.press("Enter")
        settled(other)

    choose("7")
    told = page.get_by_text("This pipeline was changed elsewhere meanwhile.")
    step(page, "scale").click()
    settled(page)
    step(page, "scale").press("Delete")
    expect(told).to_be_visible()
    expect(page.locator(".st-key-notices-conflict")).to_contain_text("n_clusters")  # what was changed
    assert "scale" in stored(studio, pipeline).ids
    page.get_by_role("button", name="Merge both").click()
    expect(told).to_have_count(0)
    settled(page)
    assert "scale" not in stored(studio, pipeline).ids
    assert stored(studio, pipeline).step("train").params["algorithm"]["n_clusters"] == 7

    choose("5")
    other.get_by_role("button", name="Keep mine as a copy").click()
    expect(other.get_by_role("heading", name="conflict-2")).to_be_visible()
    copy = next(p for p in studio.workspace.pipelines.list() if p.name == "conflict-2")
    assert stored(studio, copy.id).step("train").params["algorithm"]["n_clusters"] == 5
    assert stored(studio, pipeline).step("train").params["algorithm"]["n_clusters"] == 7
    other.context.close()


def test_a_closed_browser_loses_no_more_than_the_last_keystroke(studio: Studio, browser: Browser) -> None:
    window = browser.new_context().new_page()
    window.set_default_timeout(PATIENCE)
    document = studio.workspace.sample("automobile-price").model_copy(update={"name": "closed"})
    document = AddStep("filter_rows", "columns", {"expression": "price > 0"}, "filter").apply(document)
    pipeline = studio.workspace.pipelines.create(document).id
    window.goto(f"{studio.url}/designer?pipeline={pipeline}&step=filter")  # a link opens a pipeline at a step
    field = form(window).get_by_role("textbox", name="Condition")
    expect(field).to_have_value("price > 0")
    field.press("End")
    window.keyboard.type("000 and doors == 'two'", delay=20)
    window.wait_for_timeout(2 * as_typed.PAUSE)
    settled(window)
    expect(field).to_be_focused()
    assert stored(studio, pipeline).step("filter").params["expression"] == "price > 0000 and doors == 'two'"
    settled(window)
    window.keyboard.type(" ")
    window.close(run_before_unload=True)
    window.context.close()
    assert stored(studio, pipeline).step("filter").params["expression"].startswith("price > 0000 and doors == 'two'")


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


def test_a_pipeline_parameter_is_made_of_a_field_and_set_for_one_run(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "automobile-price", "with-parameter")
    step(page, "split").click()
    settled(page)
    form(page).get_by_role("button", name=re.compile("Training share: more")).click()
    page.get_by_role("menuitem", name="Make it a pipeline parameter").or_(
        page.get_by_role("option", name="Make it a pipeline parameter")
    ).click()
    settled(page)
    (parameter,) = stored(studio, pipeline).parameters
    assert parameter.default == 0.7
    run_part(page, "run_with")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("spinbutton", name=parameter.name).fill("0.6")
    dialog.get_by_role("spinbutton", name=parameter.name).press("Tab")
    settled(page)
    dialog.get_by_role("button", name="Run", exact=True).click()
    expect(dialog).to_have_count(0)
    run = ended(studio, page, pipeline).run_id or ""
    assert studio.workspace.runs.get(run).params["split.train_fraction"] == "0.6"
    page.goto(f"{studio.url}/run_detail?run={run}")
    page.get_by_role("tab", name="Pipeline", exact=True).click()
    expect(page.get_by_text("split.train_fraction").first).to_be_visible()
    assert stored(studio, pipeline).parameters == (parameter,)


HOSTILE = (
    "<img src=x onerror='document.title=\"taken\"'>",
    "<script>document.title='taken'</script>",
    "very long " * 9,
    "🧪🚗 **bold** :red[no] $x$",
    "שלום \u202eevil",
)


def test_a_hostile_title_is_shown_as_text(studio: Studio, page: Page) -> None:
    car = studio.workspace.sample("automobile-price")
    steps = [s.model_copy(update={"title": t.strip()}) for s, t in zip(car.steps, HOSTILE, strict=False)]
    document = car.model_copy(update={"name": "hostile", "steps": (*steps, *car.steps[len(steps) :])})
    open_new(studio, page, document)
    for each in steps:
        expect(step(page, each.id)).to_contain_text(each.title or "")
        expect(node(page, each.id)).to_contain_text((each.title or "")[:12])
        step(page, each.id).click()
        settled(page)
        expect(form(page)).to_contain_text((each.title or "")[:12])
    assert page.title() != "taken"
    assert canvas(page).locator("body").evaluate("() => document.title") != "taken"
    assert canvas(page).locator("img, .react-flow__node script").count() == 0
    assert page.locator(".st-key-step_list img").count() == 0
