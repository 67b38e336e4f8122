"""Runs in a real browser: followed live, opened, compared."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from pipelines.jobs import Job
from tests.browser.driving import Studio, settled

pytestmark = pytest.mark.browser


def submitted(studio: Studio, sample: str, **overrides: object) -> Job:
    """A run of a sample, filed."""
    opened = studio.workspace.pipelines.open(sample)
    changes = {name.replace("__", "."): value for name, value in overrides.items()}
    return studio.workspace.submit(
        opened.document, pipeline_id=opened.info.id, revision=opened.info.revision, overrides=changes
    )


def test_a_run_is_followed_to_its_end_and_its_steps_looked_at(studio: Studio, page: Page) -> None:
    job = submitted(studio, "automobile-price")
    page.goto(f"{studio.url}/run_detail?job={job.id}")
    expect(page.get_by_role("button", name="Publish model")).to_be_visible()
    expect(page.get_by_text("Predicted and actual values")).to_be_visible()
    page.get_by_role("tab", name="Steps").click()
    settled(page)
    steps = page.get_by_role("table", name="Steps")
    expect(steps.locator("tbody tr")).to_have_count(len(studio.workspace.jobs.get(job.id).steps))
    steps.get_by_text("Split Data").click()
    settled(page)
    page.get_by_role("tab", name="Rows", exact=True).click()
    expect(page.get_by_text("Rows 1 to 100 of 193")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 194


def test_two_runs_are_chosen_and_compared(studio: Studio, page: Page) -> None:
    jobs = [submitted(studio, "automobile-price", split__train_fraction=f) for f in (0.6, 0.8)]
    page.goto(f"{studio.url}/runs?pipeline=automobile-price")
    settled(page)
    table = page.get_by_role("table", name="Runs")
    for job in jobs:
        while not studio.workspace.jobs.get(job.id).state.is_final:
            page.wait_for_timeout(200)
    page.reload()
    settled(page)
    boxes = table.locator("tbody input[type=checkbox]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.get_by_role("button", name="Compare 2 runs").click()
    expect(page.get_by_text("What differs").first).to_be_visible()
    differs = page.get_by_role("table", name="What differs")
    expect(differs.locator("tbody tr")).to_have_count(1)
    expect(differs).to_contain_text("train_fraction")
    expect(page.get_by_role("table", name="Metrics")).to_contain_text("R²")


def test_a_running_job_is_cancelled_from_its_page(studio: Studio, page: Page) -> None:
    job = submitted(studio, "adult-income")
    page.goto(f"{studio.url}/run_detail?job={job.id}")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    assert studio.workspace.jobs.get(job.id).state == "cancelled"


def test_what_a_run_found_out_is_told_in_the_designer(studio: Studio, page: Page) -> None:
    job = submitted(studio, "automobile-price")
    while not studio.workspace.jobs.get(job.id).state.is_final:
        page.wait_for_timeout(200)
    page.goto(f"{studio.url}/designer?pipeline=automobile-price&step=evaluate")
    page.get_by_role("radio", name="Report").click()
    expect(page.get_by_text("Predicted and actual values")).to_be_visible()
