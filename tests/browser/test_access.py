"""Every page, light and dark, as axe-core sees it: names, roles and contrast."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pipelines.serving.endpoints import Endpoint
from tests.browser.driving import PATIENCE, Studio, open_page, press_menu, settled

pytestmark = pytest.mark.browser

PAGES = ["", "designer", "datasets", "runs", "models", "endpoints", "batch_jobs", "library", "batch_endpoints"]
EXCEPTIONS = {  # what Streamlit itself draws and cannot be told to draw otherwise
    "list": '[data-testid="stSidebarNav"]',  # its navigation nests a list of pages in each section of a list
    "listitem": '[data-testid="stSidebarNav"]',
    "color-contrast": 'label [aria-hidden="true"], [data-testid="stWidgetLabel"] [aria-hidden="true"]',  # fields off
    "scrollable-region-focusable": "pre, [data-testid='stVerticalBlock']",  # Chromium itself gives these the focus
}
DIALOGS = ("Export YAML", "Revisions", "Pipeline parameters", "Keyboard shortcuts", "Delete")


def grave(page: Page) -> list[str]:
    """The serious and critical violations, a line for each element, without the exceptions."""
    found = Axe().run(page, options={"iframes": False}).response
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
    return bool(page.locator(target[0]).first.evaluate("(e, inside) => !!e.closest(inside)", EXCEPTIONS[rule]))


@pytest.fixture(scope="module")
def run(studio: Studio) -> str:
    """A run to look at."""
    return str(studio.workspace.run(studio.workspace.sample("automobile-price")).run_id)


@pytest.fixture(params=["light", "dark"])
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of a visitor who likes it light, and of one who likes it dark."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=request.param)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_no_page_has_a_grave_violation(studio: Studio, window: Page, run: str) -> None:
    found: list[str] = []
    for path in [*PAGES, f"compare_runs?runs={run}"]:
        open_page(studio, window, path)
        window.wait_for_timeout(400)
        found += [f"{path}: {line}" for line in grave(window)]
    assert not found, "\n".join(found)


def test_no_tab_of_a_run_has_a_grave_violation(studio: Studio, window: Page, run: str) -> None:
    open_page(studio, window, f"run_detail?run={run}")
    found: list[str] = []
    for tab in ("Steps", "Pipeline", "Inference pipelines"):
        window.get_by_role("tab", name=tab, exact=True).click()
        settled(window)
        window.wait_for_timeout(300)
        found += [f"{tab}: {line}" for line in grave(window)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("window", ["dark"], indirect=True)
def test_no_tab_of_an_endpoint_has_a_grave_violation(studio: Studio, window: Page, endpoint: Endpoint) -> None:
    open_page(studio, window, f"endpoints?endpoint={endpoint.name}")
    found: list[str] = []
    for tab in ("Try it", "Consume", "Versions", "Monitoring", "Logs", "Keys", "Details"):
        window.get_by_role("tab", name=tab, exact=True).click()
        settled(window)
        for more in {"Versions": ("Add a deployment", "Change a deployment"), "Monitoring": ("Give true values",)}.get(
            tab, ()
        ):
            window.get_by_text(more).click()
        if tab == "Try it":
            window.get_by_role("button", name="Predict").click()
            expect(window.get_by_text("The smallest changes that are enough")).to_be_visible()
        window.wait_for_timeout(300)
        found += [f"{tab}: {line}" for line in grave(window)]
    window.get_by_role("button", name="Delete", exact=True).click()
    found += _dialog(window, "delete")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("window", ["dark"], indirect=True)
def test_no_tab_of_a_batch_endpoint_has_a_grave_violation(studio: Studio, window: Page, endpoint: Endpoint) -> None:
    studio.workspace.batch_endpoints.create("access", endpoint.model_uri)
    open_page(studio, window, "batch_endpoints?endpoint=access")
    window.locator(".st-key-batch_access_keys button").first.click()
    expect(window.get_by_role("button", name="New primary key")).to_be_visible()
    window.wait_for_timeout(300)
    found = [f"keys: {line}" for line in grave(window)]
    window.keyboard.press("Escape")
    for tab in ("Jobs", "Versions", "Schedules", "Consume"):
        window.get_by_role("tab", name=tab, exact=True).click()
        settled(window)
        if tab == "Schedules":
            window.get_by_text("New schedule").click()
        window.wait_for_timeout(300)
        found += [f"{tab}: {line}" for line in grave(window)]
    window.get_by_role("button", name="Delete", exact=True).click()
    found += _dialog(window, "delete")
    studio.workspace.batch_endpoints.delete("access")
    assert not found, "\n".join(found)


def test_no_dialog_of_the_designer_has_a_grave_violation(studio: Studio, window: Page) -> None:
    document = studio.workspace.sample("german-credit").model_copy(update={"name": f"access-{uuid4().hex[:6]}"})
    made = studio.workspace.pipelines.create(document)
    open_page(studio, window, f"designer?pipeline={made.id}&step=scale")
    window.wait_for_timeout(800)
    found = [f"designer: {line}" for line in grave(window)]
    window.locator(".st-key-palette-open button").first.click()
    expect(window.get_by_role("option").first).to_be_visible()
    found += [f"palette: {line}" for line in grave(window)]
    window.keyboard.press("Escape")
    settled(window)
    window.locator(".st-key-run_menu-open button").first.click()
    expect(window.locator(".st-key-run_menu-run_with button").first).to_be_visible()
    settled(window)
    found += [f"run menu: {line}" for line in grave(window)]
    window.locator(".st-key-run_menu-run_with button").first.click()
    found += _dialog(window, "run")
    for entry in DIALOGS:
        press_menu(window, entry)
        found += _dialog(window, entry)
    assert not found, "\n".join(found)


def _dialog(page: Page, name: str) -> list[str]:
    """What is wrong with an open dialog, which is then closed."""
    expect(page.get_by_role("dialog")).to_be_visible()
    settled(page)
    page.wait_for_timeout(300)
    found = [f"{name}: {line}" for line in grave(page)]
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    settled(page)
    return found
