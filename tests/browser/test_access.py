"""Every page, its dialogs and menus, light and dark, as axe-core sees it: names, roles and contrast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.driving import PATIENCE, Studio, open_page, press_menu, settled

pytestmark = pytest.mark.browser

EXCEPTIONS = {  # what Streamlit itself draws and cannot be told to draw otherwise
    "list": '[data-testid="stSidebarNav"]',  # its navigation nests a list of pages in each section of a list
    "listitem": '[data-testid="stSidebarNav"]',
    # The label of a field that is off: quiet, as its control is.
    "color-contrast": "[data-testid='stWidgetLabel'][disabled] *, label:has(input:disabled) *",
}


def grave(page: Page, found: dict[str, Any]) -> list[str]:
    """The serious and critical violations, a line for each element, without the exceptions."""
    return [
        f"{v['id']}: {node['target']}: {node['html'][:160]} {node.get('failureSummary', '')[-200:]}"
        for v in found["violations"]
        if v["impact"] in ("serious", "critical")
        for node in v["nodes"]
        if not _excepted(page, v["id"], node["target"])
    ]


def _excepted(page: Page, rule: str, target: list[Any]) -> bool:
    if rule not in EXCEPTIONS or not isinstance(target[0], str):
        return False
    inside = EXCEPTIONS[rule]
    return bool(
        page.locator(target[0]).first.evaluate("(e, inside) => e.matches(inside) || !!e.closest(inside)", inside)
    )


def _palette(page: Page) -> None:
    page.locator(".st-key-palette-open button").first.click()
    expect(page.get_by_role("searchbox").first).to_be_visible()


def _run_menu(page: Page) -> None:
    page.locator(".st-key-run_menu-open button").first.click()
    expect(page.locator(".st-key-run_menu-run_with button").first).to_be_visible()


def _dialog(entry: str) -> Callable[[Page], None]:
    def opened(page: Page) -> None:
        press_menu(page, entry)
        expect(page.get_by_role("dialog")).to_be_visible()

    return opened


def _nothing(page: Page) -> None:
    """The page as it comes."""


@pytest.fixture(scope="module")
def places(studio: Studio) -> dict[str, Callable[[Page], None]]:
    """Where to look, and what to open there."""
    workspace = studio.workspace
    made = workspace.pipelines.create(workspace.sample("german-credit").model_copy(update={"name": "access"}))
    opened = workspace.pipelines.open("automobile-price")
    runs = [workspace.run(opened.document, overrides={"split.train_fraction": f}).run_id or "" for f in (0.71, 0.76)]
    workspace.models.publish(runs[0], "access-price")
    design = f"designer?pipeline={made.id}&step=scale"
    plain = [
        "", "designer", "datasets", "datasets?dataset=german-credit", "datasets?view=import", "library", "runs",
        f"run_detail?run={runs[0]}", f"compare_runs?runs={','.join(runs)}", "models", "models?model=access-price",
        "endpoints", "batch_jobs", design,
    ]  # fmt: skip
    entries = ("New pipeline", "Import YAML", "Export YAML", "Revisions", "Pipeline parameters", "Keyboard shortcuts")
    within = {"palette": _palette, "run menu": _run_menu} | {e: _dialog(e) for e in entries}
    return dict.fromkeys(plain, _nothing) | {f"{design}#{n}": see for n, see in within.items()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_grave_violation(
    studio: Studio, browser: Browser, places: dict[str, Callable[[Page], None]], scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    found: list[str] = []
    for path, see in places.items():
        open_page(studio, page, path.partition("#")[0])
        see(page)
        settled(page)
        page.wait_for_timeout(300)  # what fades in is there
        found += [f"{path}: {line}" for line in grave(page, Axe().run(page).response)]
    context.close()
    assert not found, "\n".join(found)
