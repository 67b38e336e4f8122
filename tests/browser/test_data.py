"""The Data page in a real browser: a file imported with a correction, looked at, and deleted."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driving import Studio, settled

pytestmark = pytest.mark.browser

ROWS = "".join(f"city {n};{n},5;{'?' if n % 4 == 0 else 'fine'}\n" for n in range(1, 241))


def test_a_file_is_imported_as_corrected_and_deleted_when_confirmed(studio: Studio, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "cities.csv"
    file.write_bytes(("Ciudad;Precio;Notación\n" + ROWS).encode("cp1252"))
    page.goto(f"{studio.url}/datasets?view=import")
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("How the file is read")).to_be_visible()
    expect(page.get_by_role("combobox", name="Delimiter")).to_have_value(re.compile("Semicolon"))
    name = page.get_by_label("Dataset name")
    expect(name).to_have_value("cities")
    name.fill("towns")
    name.press("Tab")
    settled(page)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("240 rows · 3 columns")).to_be_visible()
    frame = studio.workspace.datasets.read("towns")
    assert frame.columns.tolist() == ["Ciudad", "Precio", "Notación"]
    assert frame["Precio"].tolist()[0] == 1.5
    assert frame["Notación"].isna().sum() == 60

    expect(page.get_by_text("Rows 1 to 100 of 240")).to_be_visible()
    page.get_by_placeholder("Search all columns").fill("city 24")
    page.get_by_placeholder("Search all columns").press("Enter")
    expect(page.get_by_text("Rows 1 to 2 of 2")).to_be_visible()

    page.get_by_role("tab", name="Columns").click()
    settled(page)
    page.get_by_role("button", name="Precio").click()
    expect(page.locator("[class*=st-key-][class*=_profile_one]")).to_contain_text("Std. deviation")

    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Open a dataset to see")).to_be_visible()
    assert "towns" not in {d.name for d in studio.workspace.datasets.list()}


def test_the_list_of_datasets_is_sorted_and_opened_by_keyboard(studio: Studio, page: Page) -> None:
    page.goto(f"{studio.url}/datasets")
    settled(page)
    table = page.get_by_role("table", name="Datasets")
    rows = table.locator("tbody tr")
    table.get_by_role("button", name="Rows").click()
    expect(rows.first).to_contain_text("adult-income")
    expect(table.get_by_role("columnheader", name="Rows")).to_have_attribute("aria-sort", "descending")
    table.get_by_role("button", name="Rows").click()
    expect(rows.first).to_contain_text("automobile-price")
    rows.first.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("201 rows · 26 columns")).to_be_visible()
    expect(table.locator("tr[aria-selected=true]")).to_contain_text("automobile-price")


def test_a_bad_file_is_told_with_its_line_and_no_trace(studio: Studio, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "ragged.csv"
    file.write_text("a,b\n1,2\n3,4,5\n")
    page.goto(f"{studio.url}/datasets?view=import")
    settled(page)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Line 3 of 'ragged.csv' has 3 fields")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()
    expect(page.get_by_text("Traceback")).to_have_count(0)
