"""Everything by keyboard alone: a pipeline built, run, and its result opened; then the pages around it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Studio, ended, form, open_page, settled, step, stored

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


def add(page: Page, words: str) -> None:
    """A step behind the selected one; the focus is then on it."""
    press(page, "a")
    expect(page.get_by_role("searchbox").first).to_be_focused()
    page.keyboard.type(words)
    press(page, "Enter")
    expect(page.get_by_role("searchbox")).to_have_count(0)


def choose(page: Page, option: str) -> None:
    """The first field of the form, set to this option."""
    page.keyboard.press("f")
    page.keyboard.type(option)
    expect(page.get_by_role("option").first).to_contain_text(option)
    press(page, "Enter", "Tab")


def test_a_pipeline_is_built_run_and_opened_without_a_mouse(studio: Studio, page: Page) -> None:
    open_page(studio, page, "designer")
    tab_to(page, "^Empty pipeline")
    press(page, "Enter")
    expect(page.get_by_text("No steps yet.")).to_be_visible()
    add(page, "dataset")
    expect(step(page, "dataset")).to_be_focused()
    choose(page, "german-credit")
    add(page, "set label")
    choose(page, "credit-risk")
    expect(form(page).get_by_role("combobox", name="Label")).to_have_value(re.compile("credit-risk"))
    add(page, "split data")
    add(page, "clean missing")
    add(page, "logistic regression")
    add(page, "score model")
    add(page, "evaluate model")
    press(page, "k", "k")
    expect(step(page, "train")).to_have_attribute("aria-current", "true")
    pipeline = studio.workspace.pipelines.list()[0].id
    assert [s.type for s in stored(studio, pipeline).steps] == [
        "dataset",
        "set_label",
        "split_data",
        "clean_missing_data",
        "train_model",
        "score_model",
        "evaluate_model",
    ]
    press(page, "Control+Enter")
    expect(step(page, "evaluate")).to_have_attribute("data-status", "done")
    assert str(ended(studio, page, pipeline).state) == "done"
    tab_to(page, "Open run")
    press(page, "Enter")
    expect(page.get_by_text("Confusion matrix")).to_be_visible()
    tab_to(page, "^Results$")
    press(page, "ArrowRight")
    tab_to(page, "Split Data")
    press(page, "Enter")
    expect(page.get_by_role("tab", name="Rows", exact=True)).to_be_visible()
    tab_to(page, "Publish model", back=True)
    press(page, "Enter")
    dialog = page.get_by_role("dialog")
    tab_to(page, "^Publish$")
    expect(dialog).to_be_visible()
    press(page, "Escape")
    expect(dialog).to_have_count(0)


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
    press(page, "Enter")
    expect(
        page.get_by_role("heading", name="New endpoint").or_(page.get_by_text("Name", exact=True))
    ).not_to_have_count(0)
