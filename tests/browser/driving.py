"""The studio as a visitor's hands and eyes have it: what the tests in the browser do and look at."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import FrameLocator, Locator, Page, expect

from pipelines.document.model import PipelineDocument, StepNode
from pipelines.jobs import Job
from pipelines.sdk import Workspace

ENDPOINT = "many-rows"  # the one that the tests share
PATIENCE = 60_000  # milliseconds until a page is taken for hung; no test asserts a time
STILL = """() => document.getAnimations().every(  // what folds open carries what is in it away from under the mouse
  a => a.playState !== 'running' || a.effect.getComputedTiming().endTime === Infinity)"""


@dataclass(frozen=True)
class Studio:
    """A running studio: its address, and its workspace seen from outside."""

    url: str
    workspace: Workspace


def settled(page: Page) -> None:
    """Wait until the page's script has run to its end, and what it drew is there and stands still."""
    page.wait_for_timeout(120)  # a click reaches the server only after the browser's own debounce
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_timeout(80)
    page.wait_for_function(STILL)


def open_page(studio: Studio, page: Page, path: str) -> None:
    """A page of the studio, drawn to its end."""
    page.goto(f"{studio.url}/{path}")
    page.wait_for_selector('[data-testid="stMain"] [data-testid="stVerticalBlock"]')
    settled(page)


def open_copy(studio: Studio, page: Page, sample: str, name: str) -> str:
    """A pipeline of the test's own, open in the designer; its id."""
    document = studio.workspace.sample(sample).model_copy(update={"name": name})
    return open_new(studio, page, document)


def open_new(studio: Studio, page: Page, document: PipelineDocument) -> str:
    """A new pipeline, open in the designer; its id."""
    made = studio.workspace.pipelines.create(document)
    page.goto(f"{studio.url}/designer?pipeline={made.id}")
    expect(step(page, document.ids[0])).to_be_visible()
    expect(canvas(page).locator(".react-flow__node").first).to_be_visible()
    settled(page)
    return made.id


def step(page: Page, step_id: str) -> Locator:
    """A step in the list."""
    return page.locator(f'.st-key-step_list [data-id="{step_id}"]')


def canvas(page: Page) -> FrameLocator:
    return page.frame_locator('iframe[title="streamlit_flow.streamlit_flow"]')


def node(page: Page, step_id: str) -> Locator:
    """A step on the canvas."""
    return canvas(page).locator(f'.react-flow__node[data-id="{step_id}"]')


def form(page: Page) -> Locator:
    return page.locator(".st-key-form_scroll")


def press(page: Page, name: str) -> None:
    """A button of the top bar."""
    page.locator(f".st-key-bar-{name} button").first.click()
    settled(page)


def press_menu(page: Page, entry: str) -> None:
    """An entry of the bar's menu."""
    page.locator(".st-key-bar-menu button").first.click()
    page.get_by_role("menuitem", name=entry, exact=True).or_(page.get_by_role("option", name=entry, exact=True)).click()
    settled(page)


def add(page: Page, words: str) -> None:
    """The first step that the palette finds by these words, behind the selected one."""
    page.locator(".st-key-palette-open button").first.click()
    page.get_by_label("Search steps and algorithms").fill(words)
    page.keyboard.press("Enter")
    settled(page)


def stored(studio: Studio, pipeline: str) -> PipelineDocument:
    """The pipeline's draft as it is kept."""
    return studio.workspace.pipelines.open(pipeline).document


def put(page: Page, label: str, option: str) -> None:
    """An option of a select box in the form."""
    field = form(page).get_by_role("combobox", name=label)
    field.fill(option)
    expect(page.get_by_role("option").first).to_contain_text(option)
    field.press("Enter")
    settled(page)


def ended(studio: Studio, page: Page, pipeline: str) -> Job:
    """The pipeline's latest run, when it has ended, and the designer shows that."""
    latest = studio.workspace.jobs.list("run", limit=1, pipeline_id=pipeline)[0].id
    while not (job := studio.workspace.jobs.get(latest)).state.is_final:
        page.wait_for_timeout(100)
    expect(page.locator(".st-key-bar-run button").first).to_be_visible()
    settled(page)
    return job


def run_part(page: Page, part: str) -> None:
    """An entry of the menu beside Run: ``run``, ``run_to``, ``run_from`` or ``run_with``."""
    page.locator(".st-key-run_menu-open button").first.click()
    settled(page)
    page.locator(f".st-key-run_menu-{part} button").first.click()
    settled(page)


def connect(page: Page, source: str, target: str) -> None:
    """Draw a connection on the canvas."""
    a = node(page, source).locator(".react-flow__handle-bottom").bounding_box()
    b = node(page, target).locator(".react-flow__handle-top").bounding_box()
    assert a is not None
    assert b is not None
    page.mouse.move(a["x"] + a["width"] / 2, a["y"] + a["height"] / 2)
    page.mouse.down()
    page.mouse.move(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2, steps=10)
    page.mouse.up()
    settled(page)


def long_pipeline(steps: int) -> PipelineDocument:
    """Filters and clips before a model, which is judged."""
    head = [
        StepNode(id="data", type="dataset", params={"dataset": "adult-income"}),
        StepNode(id="label", type="set_label", params={"column": "income"}),
        StepNode(id="split", type="split_data", params={"random_state": 0}),
    ]
    tail = [
        StepNode(id="clean", type="clean_missing_data", params={"strategy": "median"}),
        StepNode(id="train", type="train_model", params={"algorithm": {"type": "logistic_regression"}}),
        StepNode(id="score", type="score_model"),
        StepNode(id="evaluate", type="evaluate_model"),
    ]
    between = [
        StepNode(id=f"filter{i}", type="filter_rows", params={"expression": f"age > {i % 15}"})
        if i % 2
        else StepNode(id=f"clip{i}", type="clip_values", params={"upper_percentile": 99.0 - i % 10 / 10})
        for i in range(steps - len(head) - len(tail))
    ]
    return PipelineDocument(name=f"{steps}-steps", steps=(*head, *between, *tail))
