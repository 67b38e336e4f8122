from __future__ import annotations

from pipelines.datasets import Catalogue, sniff
from pipelines.records import Database
from pipelines.samples import DATASETS, SAMPLE_DATASETS, install_sample_datasets
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
    for file, missing, _ in SAMPLE_DATASETS.values():
        assert sniff(DATASETS / file).missing == missing
        assert file in (DATASETS / "SOURCES.md").read_text("utf-8")
    database.close()
