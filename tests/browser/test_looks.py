"""How the studio looks: a picture of every state in ``tests/.shots``, and nothing covered, cut off or beyond the edge.

The pictures are made to be looked at; what a test can tell of them, the boxes, it tells.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.document.edits import SetParameter
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.jobs import Job
from pipelines.sdk import Workspace
from tests.browser.driving import PATIENCE, Studio, canvas, form, long_pipeline, node, open_page, settled, step
from tests.browser.layout import faults

pytestmark = pytest.mark.browser

SHOTS = Path(__file__).parents[1] / ".shots"


class Look(NamedTuple):
    """How a visitor likes it, in windows of these sizes."""

    name: str
    scheme: Any = "light"
    language: str = "en"
    sizes: tuple[tuple[int, int], ...] = ((1280, 900),)


LOOKS = [
    Look("light", sizes=((1280, 900), (1920, 1080))),
    Look("dark", "dark"),
    Look("japanese", language="ja", sizes=((1280, 800),)),
]


class State(NamedTuple):
    """Something to look at: where it is, and what must be seen there."""

    path: str
    see: Callable[[Page], None]


@pytest.fixture(scope="module")
def runs(studio: Studio) -> list[Job]:
    """Two runs that differ, and one that tells classes apart; the model of the first is published."""
    workspace = studio.workspace
    found = [_ended(workspace, _submit(workspace, "automobile-price", split__train_fraction=f)) for f in (0.7, 0.75)]
    found.append(_ended(workspace, _submit(workspace, "german-credit")))
    workspace.models.publish(found[0].run_id or "", "car-price")
    return found


@pytest.fixture(scope="module")
def states(studio: Studio, runs: list[Job]) -> Iterator[dict[str, State]]:
    """The pipelines and runs to look at; the one that is running runs as long as it is looked at."""
    workspace = studio.workspace
    car, credit = workspace.sample("automobile-price"), workspace.sample("german-credit")
    found = {"start": State("designer", _start)}

    def add(name: str, document: PipelineDocument, selected: str, *more: Callable[[Page], None]) -> str:
        made = workspace.pipelines.create(document.model_copy(update={"name": f"looks-{name}"}))

        def see(page: Page) -> None:
            _designer(page, selected)
            for each in more:
                each(page)

        found[name] = State(f"designer?pipeline={made.id}&step={selected}", see)
        return made.id

    add("empty", PipelineDocument(name="empty"), "")
    add("building", _first(car, 5), "clean")
    add("palette", credit, "scale", _palette)
    add("menu", credit, "scale", _menu)
    add("run menu", credit, "scale", _run_menu)
    add("shortcuts", credit, "scale", _shortcuts)
    add("diagnostics", _troubled(car), "normalize", _problems)
    add("branch and join", workspace.sample("automobile-compare"), "evaluate", _no_overlap)
    add("50 steps", long_pipeline(50), "filter25")
    add("500 columns", _wide(workspace), "label")
    own = SetParameter("split", "train_fraction", 0.65).apply(car)  # nothing from the split on is there to be reused
    done = add("done", own, "evaluate", _run_panel, _marks("done"))
    _ended(workspace, _submit(workspace, done))
    failed = add("failed", _with_code(credit, "raise ValueError('too warm')"), "code", _run_panel, _marks("failed"))
    _ended(workspace, _submit(workspace, failed))
    waits = _with_code(credit, "import time; time.sleep(900)")
    running = add("running", waits, "code", _run_panel, _marks("running"))
    job = _submit(workspace, running)
    yield found
    workspace.jobs.cancel(job.id)
    _ended(workspace, job)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_state_of_the_designer(studio: Studio, browser: Browser, states: dict[str, State], look: Look) -> None:
    found = _wrong(studio, browser, look, states)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
def test_every_other_page(studio: Studio, browser: Browser, runs: list[Job], look: Look) -> None:
    compared = ",".join(j.run_id or "" for j in runs[:2])
    pages = {
        "home": "",
        "data": "datasets",
        "dataset": "datasets?dataset=automobile-price",
        "columns": "datasets?dataset=automobile-price",
        "import": "datasets?view=import",
        "library": "library",
        "runs": "runs",
        "run": f"run_detail?job={runs[0].id}",
        "training": f"run_detail?job={runs[0].id}",
        "classes": f"run_detail?job={runs[2].id}",
        "compare": f"compare_runs?runs={compared}",
        "models": "models",
        "model": "models?model=car-price",
        "endpoints": "endpoints",
        "batch": "batch_jobs",
    }
    within = {"columns": _tab(1), "training": _tab(-1)}
    states = {name: State(path, within.get(name, _page)) for name, path in pages.items()}
    found = _wrong(studio, browser, look, states)
    assert not found, "\n".join(found)


def _wrong(studio: Studio, browser: Browser, look: Look, states: dict[str, State]) -> list[str]:
    """Look at each state and keep its picture; what is wrong with the layout of any."""
    SHOTS.mkdir(exist_ok=True)
    context = browser.new_context(color_scheme=look.scheme, locale={"ja": "ja-JP"}.get(look.language, "en-GB"))
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    found = []
    for name, state in states.items():
        for width, height in look.sizes:
            page.set_viewport_size({"width": width, "height": height})
            open_page(studio, page, state.path)
            state.see(page)
            page.mouse.move(width / 2, 1)  # no tooltip
            page.wait_for_timeout(400)  # what fades in is there
            file = SHOTS / f"{name} {look.name} {width}.png".replace(" ", "-")
            page.screenshot(path=file)
            found += [f"{file.stem}: {line}" for line in faults(page)]
    context.close()
    return found


def _page(page: Page) -> None:
    expect(page.locator('[data-testid="stMain"] [data-testid="stVerticalBlock"]').first).to_be_visible()
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0)


def _tab(number: int) -> Callable[[Page], None]:
    """A page's chart behind one of its tabs."""

    def see(page: Page) -> None:
        _page(page)
        page.get_by_role("tab").nth(number).click()
        settled(page)
        expect(page.locator('[data-testid="stVegaLiteChart"] svg').first).to_be_visible()

    return see


def _start(page: Page) -> None:
    expect(page.locator(".st-key-start-new")).to_be_visible()
    expect(page.locator(".st-key-start-recent")).to_be_visible()


def _designer(page: Page, selected: str) -> None:
    for part in ("bar", "steps", "form_scroll", "canvas-box", "designer-panel-bar"):
        expect(page.locator(f".st-key-{part}")).to_be_visible()
    expect(page.locator(".st-key-bar-run button, .st-key-bar-cancel button").first).to_be_in_viewport(ratio=1)
    if selected:
        expect(step(page, selected)).to_be_in_viewport(ratio=1)
        expect(node(page, selected)).to_be_visible()
        expect(form(page).locator("input, textarea, label").first).to_be_visible()


def _palette(page: Page) -> None:
    page.locator(".st-key-palette-open button").first.click()
    page.locator("input[role=combobox][aria-controls=found]").fill("scale")
    expect(page.get_by_role("option").first).to_be_in_viewport(ratio=1)


def _menu(page: Page) -> None:
    page.locator(".st-key-bar-menu button").first.click()
    expect(page.get_by_role("menuitem").or_(page.get_by_role("option")).last).to_be_in_viewport(ratio=1)


def _run_menu(page: Page) -> None:
    page.locator(".st-key-run_menu-open button").first.click()
    expect(page.locator(".st-key-run_menu-run_with button").first).to_be_in_viewport(ratio=1)


def _shortcuts(page: Page) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_in_viewport(ratio=1)


def _problems(page: Page) -> None:
    page.locator(".st-key-bar-validate button").first.click()
    expect(page.locator("[class*=st-key-designer-panel-problems] button").first).to_be_visible()
    settled(page)


def _run_panel(page: Page) -> None:
    page.locator(".st-key-designer-panel button").nth(-2).click()
    expect(page.locator("[class*=st-key-designer-panel-run]").first).to_be_visible()
    settled(page)


def _marks(status: str) -> Callable[[Page], None]:
    return lambda page: expect(page.locator(f'.st-key-step_list [data-status="{status}"]').first).to_be_visible()


def _no_overlap(page: Page) -> None:
    """No two steps on the canvas lie over each other, and all are in its view."""
    boxes = [n.bounding_box() for n in canvas(page).locator(".react-flow__node").all()]
    frame = page.locator(".st-key-canvas-box iframe").bounding_box()
    assert frame is not None
    for i, a in enumerate(boxes):
        assert a is not None
        assert frame["x"] <= a["x"]
        assert a["x"] + a["width"] <= frame["x"] + frame["width"]
        assert frame["y"] <= a["y"]
        assert a["y"] + a["height"] <= frame["y"] + frame["height"]
        for b in boxes[:i]:
            assert b is not None
            apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]


def _first(document: PipelineDocument, steps: int) -> PipelineDocument:
    return document.model_copy(update={"steps": document.steps[:steps]})


def _troubled(car: PipelineDocument) -> PipelineDocument:
    """A column that is not there, a step that learns before the split, gaps before a model that takes none."""
    at = car.index("clean")
    normalize = StepNode(id="normalize", type="normalize_data", params={"columns": ["engine-size", "horsepowr"]})
    return car.model_copy(update={"steps": (*car.steps[:at], normalize, *car.steps[at + 1 :])})


def _with_code(document: PipelineDocument, act: str) -> PipelineDocument:
    """The pipeline with code before its split that acts on the whole table, not on the sample of the preview."""
    code = f"def run(table):\n    if len(table) > 1000:\n        {act}\n    return table\n"
    at = document.index("split")
    node = StepNode(id="code", type="execute_python", params={"code": code})
    steps = list(document.steps)
    steps[0] = steps[0].model_copy(update={"params": {"dataset": "adult-income"}})
    label = document.index("label")
    steps[label] = steps[label].model_copy(update={"params": {"column": "income"}})
    return document.model_copy(update={"steps": (*steps[:at], node, *steps[at:])})


def _wide(workspace: Workspace) -> PipelineDocument:
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(400, 499)).round(3)).rename(columns="measure {}".format)
    frame["income"] = np.where(frame["measure 0"] > 0, "high", "low")
    workspace.datasets.add_frame("wide", frame)
    steps = [
        StepNode(id="data", type="dataset", params={"dataset": "wide"}),
        StepNode(id="label", type="set_label", params={"column": "income"}),
        StepNode(id="split", type="split_data", params={"random_state": 0}),
        StepNode(id="scale", type="normalize_data"),
        StepNode(id="train", type="train_model", params={"algorithm": {"type": "logistic_regression"}}),
    ]
    return PipelineDocument(name="500-columns", steps=tuple(steps))


def _submit(workspace: Workspace, pipeline: str, **overrides: object) -> Job:
    opened = workspace.pipelines.open(pipeline)
    changes = {name.replace("__", "."): value for name, value in overrides.items()}
    return workspace.submit(
        opened.document, pipeline_id=opened.info.id, revision=opened.info.revision, overrides=changes
    )


def _ended(workspace: Workspace, job: Job) -> Job:
    for _ in range(PATIENCE // 100):
        if (found := workspace.jobs.get(job.id)).state.is_final:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{job.title} does not end")
