"""Pages by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Studio, open_page, settled

pytestmark = pytest.mark.browser

FOCUSED = """
() => {
  let e = document.activeElement;
  while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
  if (!e || e === document.body || e.matches('[data-testid="stMain"]')) return '';
  const named = e.getAttribute('aria-labelledby');
  return e.getAttribute('aria-label') || (named && document.getElementById(named)?.innerText)
    || e.labels?.[0]?.innerText || e.innerText || e.placeholder || e.title || e.tagName;
}
"""
MOST = 160  # presses of Tab: the longest way round a page


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until what has the focus has this name."""
    seen = []
    for _ in range(MOST):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        seen.append(str(page.evaluate(FOCUSED)).strip().replace("\n", " "))
        if re.search(name, seen[-1]):
            return
    raise AssertionError(f"no way by Tab to {name!r}; passed by {seen}")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        settled(page)


def test_library_models_and_endpoints_are_worked_without_a_mouse(studio: Studio, page: Page) -> None:
    open_page(studio, page, "library")
    tab_to(page, "Search steps and algorithms")
    page.keyboard.type("standardscaler")
    press(page, "Enter")
    expect(page.locator('[data-testid="stMain"]')).to_contain_text("Bring numbers to one scale")
    open_page(studio, page, "runs")
    tab_to(page, "^Find$")
    tab_to(page, "^Running$")
    press(page, "Space")
    expect(page.get_by_role("table", name="Runs").locator("tbody tr")).to_have_count(0)
    open_page(studio, page, "batch_jobs")
    tab_to(page, "^Dataset$")
    press(page, "ArrowRight", "Space")
    expect(page.locator("input[type=file]")).to_have_count(1)
    open_page(studio, page, "endpoints")
    tab_to(page, "New endpoint")
