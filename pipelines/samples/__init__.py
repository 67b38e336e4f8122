"""What a new workspace begins with: sample datasets, and sample pipelines on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import NotFoundError

if TYPE_CHECKING:
    from pipelines.datasets import Catalogue

DATASETS = Path(__file__).parent / "datasets"

# name: file, cells that mean missing, description
SAMPLE_DATASETS = {
    "automobile-price": ("automobile_price.csv", ("?",), "Cars imported in 1985, with their price."),
    "adult-income": ("adult_income_train.csv", ("?",), "US census 1994: is the income over 50K? Training part."),
    "adult-income-test": ("adult_income_test.csv", ("?",), "US census 1994: is the income over 50K? Test part."),
    "german-credit": ("german_credit.csv", (), "Loans of a German bank, their risk good or bad; codes as published."),
    "wine-quality": ("wine_quality.csv", (), "Red and white Portuguese wines with a quality score."),
}


def install_sample_datasets(catalogue: Catalogue) -> None:
    """Add the sample datasets that the catalogue does not have; one that is there is left as it is."""
    from pipelines.datasets import ReadOptions

    for name, (file, missing, description) in SAMPLE_DATASETS.items():
        try:
            catalogue.get(name)
        except NotFoundError:
            catalogue.add(name, DATASETS / file, options=ReadOptions(missing=missing), description=description)
