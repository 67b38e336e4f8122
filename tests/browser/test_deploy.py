"""From a run to answers in a real browser: published, deployed, tried, asked as programs ask, scored in batch."""

from __future__ import annotations

import csv
import os
import subprocess
import sys

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Studio, ended, open_copy, press, settled

pytestmark = pytest.mark.browser


def test_a_model_goes_from_its_run_to_a_form_a_program_and_a_file(studio: Studio, page: Page) -> None:
    pipeline = open_copy(studio, page, "german-credit", "credit: risk?")
    press(page, "run")
    ended(studio, page, pipeline)
    page.get_by_role("button", name="Publish model").click()
    expect(page.get_by_label("Registered name")).to_have_value("credit risk")  # as a model may be called
    page.get_by_label("Registered name").fill("credit-risk")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("credit-risk version 1 is published as champion.")).to_be_visible()
    expect(page.get_by_text("Same rows, same answers")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Try it").click()

    page.wait_for_url("**/endpoints?endpoint=credit-risk")
    shown = page.locator(".st-key-endpoint_new_key code")
    expect(shown).to_be_visible()
    key = shown.inner_text().strip()
    page.get_by_role("button", name="I have it").click()
    expect(page.get_by_text(key)).to_have_count(0)
    expect(page.get_by_role("button", name="Predict")).to_be_visible()
    expect(page.get_by_label("credit-risk", exact=True)).to_have_count(0)  # the label is not asked for
    page.get_by_role("spinbutton", name="credit-amount").fill("9000")
    page.get_by_role("spinbutton", name="credit-amount").press("Tab")
    page.get_by_role("button", name="Predict").click()
    result = page.locator(".st-key-endpoint_credit-risk_result_answer")
    expect(result).to_be_visible()
    label = result.locator('[data-testid="stMetricValue"]').inner_text().strip()
    assert label in ("good", "bad")

    page.get_by_role("tab", name="Consume").click()
    settled(page)
    page.get_by_role("tab", name="Python", exact=True).click()
    program = page.locator('[data-testid="stCode"]:visible').last.locator("code").inner_text()
    assert "'credit-amount': 9000" in program
    said = _python(program, key)
    assert f"'Scored Labels': '{label}'" in said

    page.goto(f"{studio.url}/models?model=credit-risk")
    page.get_by_role("button", name="Score in batch").click()
    settled(page)
    page.locator(".st-key-batch_form_dataset input").click()
    page.get_by_role("option", name="german-credit").click()
    settled(page)
    page.get_by_role("button", name="Score rows", exact=True).click()
    button = page.get_by_role("button", name="Download CSV")
    expect(button).to_be_visible()
    with page.expect_download() as download:
        button.click()
    with download.value.path().open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 1000
    assert {r["Scored Labels"] for r in rows} == {"good", "bad"}


def _python(program: str, key: str) -> str:
    environment = os.environ | {"SEKKEI_KEY": key, "no_proxy": "*"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
