from __future__ import annotations

import pandas as pd
import pytest

from pipelines.datasets import Catalogue, sniff
from pipelines.records import Database
from pipelines.samples import DATASETS, SAMPLE_DATASETS, install_sample_datasets
from pipelines.samples.made import MADE, write
from pipelines.workspace import Home


def test_the_samples_are_installed_once_and_are_as_published(tmp_path):
    home = Home.open(tmp_path)
    database = Database(f"sqlite:///{home.root}/sekkei.db")
    database.upgrade()
    catalogue = Catalogue(home, database)
    install_sample_datasets(catalogue)
    install_sample_datasets(catalogue)
    assert {i.name: (i.rows, i.columns, i.versions) for i in catalogue.list()} == {
        "automobile-price": (201, 26, 1),
        "adult-income": (32_561, 15, 1),
        "adult-income-test": (16_281, 15, 1),
        "german-credit": (1000, 21, 1),
        "wine-quality": (6497, 13, 1),
    }
    cars = catalogue.read("automobile-price").drop(columns="normalized-losses")
    assert len(cars.dropna()) == 193
    assert str(cars["price"].dtype) == "int64"
    assert catalogue.read("adult-income")["workclass"].isna().sum() == 1836
    install_sample_datasets(catalogue, SAMPLE_DATASETS)
    assert {i.name: (i.rows, i.columns) for i in catalogue.list() if not SAMPLE_DATASETS[i.name].at_start} == {
        "flight-delays": (20_000, 15),
        "airport-weather": (26_112, 12),
        "handwritten-digits": (1797, 65),
        "mauna-loa-co2": (526, 2),
        "customer-churn": (6000, 38),
        "support-messages": (3000, 4),
        "product-reviews-ja": (2000, 3),
        "movie-ratings": (15_000, 5),
    }
    database.close()


@pytest.mark.parametrize("name", SAMPLE_DATASETS)
def test_what_is_said_of_a_file_is_so(name):
    dataset = SAMPLE_DATASETS[name]
    assert sniff(DATASETS / dataset.file).missing == dataset.missing
    assert dataset.file in (DATASETS / "SOURCES.md").read_text("utf-8")


@pytest.mark.parametrize("name", MADE)
def test_a_made_dataset_is_what_its_maker_makes(name, tmp_path):
    write(tmp_path)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / name), pd.read_csv(DATASETS / name))
