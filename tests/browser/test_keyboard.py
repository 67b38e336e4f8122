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


def test_a_pipeline_is_built_run_and_its_run_opened_without_a_mouse(studio: Studio, page: Page) -> None:
    open_page(studio, page, "designer")
    tab_to(page, "^From a dataset$")
    page.keyboard.type("german")
    expect(page.get_by_role("option").first).to_contain_text("german-credit")
    press(page, "Enter")
    tab_to(page, "^Create$")
    press(page, "Enter")
    expect(page.locator(".st-key-step_list [data-id]")).to_have_count(1)
    settled(page)
    _add(page, "set label", "label")
    tab_to(page, "^Label$")
    page.keyboard.type("credit-risk")
    expect(page.get_by_role("option").first).to_contain_text("credit-risk")
    press(page, "Enter")
    _add(page, "split data", "split")
    tab_to(page, "^Training share$")
    page.keyboard.press("Control+a")
    page.keyboard.type("0.8")
    press(page, "Enter")
    for words, made in (("logistic", "train"), ("score model", "score"), ("evaluate model", "evaluate")):
        _add(page, words, made)
    tab_to(page, "play_arrow +Run$")
    press(page, "Enter")
    expect(page.locator('.st-key-step_list [data-id="evaluate"]')).to_have_attribute("data-status", "done")
    settled(page)
    tab_to(page, "Open run$")
    press(page, "Enter")
    page.wait_for_url("**/run_detail?**")
    settled(page)
    made = studio.workspace.runs.list(limit=1)[0]
    assert studio.workspace.runs.get(made.run_id).params["split.train_fraction"] == "0.8"


def _add(page: Page, words: str, made: str) -> None:
    """A step through the palette, which begins with the focus in its search and gives it back to the step made."""
    tab_to(page, "^add +Add", back=True)
    press(page, "Enter")
    expect(page.get_by_label("Search steps and algorithms")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator(f'.st-key-step_list [data-id="{made}"]')).to_be_focused()
    settled(page)
