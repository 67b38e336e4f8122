"""Every page, light and dark, as axe-core sees it: names, roles and contrast."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.driving import Studio

pytestmark = pytest.mark.browser

PAGES = ["", "designer", "datasets", "runs", "models", "endpoints", "batch_jobs"]
EXCEPTIONS = {  # what Streamlit itself draws and cannot be told to draw otherwise
    "list": '[data-testid="stSidebarNav"]',  # its navigation nests a list of pages in each section of a list
    "listitem": '[data-testid="stSidebarNav"]',
    "color-contrast": 'label [aria-hidden="true"], [data-testid="stWidgetLabel"] [aria-hidden="true"]',  # fields off
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
    return bool(page.locator(target[0]).first.evaluate("(e, inside) => !!e.closest(inside)", EXCEPTIONS[rule]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_grave_violation(studio: Studio, browser: Browser, scheme: Any) -> None:
    document = studio.workspace.sample("german-credit").model_copy(update={"name": f"access-{scheme}"})
    made = studio.workspace.pipelines.create(document)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    found: list[str] = []
    for path in [*PAGES, f"designer?pipeline={made.id}&step=scale"]:
        page.goto(f"{studio.url}/{path}")
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
        page.wait_for_selector('[data-testid="stMain"] [data-testid="stVerticalBlock"]')
        page.wait_for_timeout(800)
        found += [f"{path}: {line}" for line in grave(page, Axe().run(page, options={"iframes": False}).response)]
    context.close()
    assert not found, "\n".join(found)
