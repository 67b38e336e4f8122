"""Sample datasets, and sample pipelines on them: some in every new workspace, the others when one is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import NotFoundError

if TYPE_CHECKING:
    from pipelines.datasets import Catalogue

DATASETS = Path(__file__).parent / "datasets"


@dataclass(frozen=True, slots=True)
class SampleDataset:
    """A file that ships. ``missing`` are the cells that mean a missing value; ``at_start``: in every new workspace."""

    file: str
    description: str
    missing: tuple[str, ...] = ()
    at_start: bool = False


SAMPLE_DATASETS = {
    "automobile-price": SampleDataset(
        "automobile_price.csv", "Cars imported in 1985, with their price.", ("?",), at_start=True
    ),
    "adult-income": SampleDataset(
        "adult_income_train.csv", "US census 1994: is the income over 50K? Training part.", ("?",), at_start=True
    ),
    "adult-income-test": SampleDataset(
        "adult_income_test.csv", "US census 1994: is the income over 50K? Test part.", ("?",), at_start=True
    ),
    "german-credit": SampleDataset(
        "german_credit.csv", "Loans of a German bank, their risk good or bad; codes as published.", at_start=True
    ),
    "wine-quality": SampleDataset(
        "wine_quality.csv", "Red and white Portuguese wines with a quality score.", at_start=True
    ),
    "flight-delays": SampleDataset(
        "flight_delays.csv", "20,000 flights from New York in 2013, and whether they arrived late."
    ),
    "airport-weather": SampleDataset(
        "airport_weather.csv", "The weather at New York's three airports in 2013, hour by hour."
    ),
    "handwritten-digits": SampleDataset(
        "handwritten_digits.csv", "Handwritten digits as 64 numbers: how dark each part of the picture is."
    ),
    "mauna-loa-co2": SampleDataset(
        "mauna_loa_co2.csv", "Carbon dioxide in the air at Mauna Loa, month by month from 1958 to 2001."
    ),
    "customer-churn": SampleDataset(
        "customer_churn.csv", "Customers of a made-up telephone company: who leaves? Many values are missing."
    ),
    "support-messages": SampleDataset(
        "support_messages.csv", "Short messages of customers to a made-up shop: what is each about?"
    ),
    "product-reviews-ja": SampleDataset(
        "product_reviews_ja.csv", "商品レビュー: reviews in Japanese of a made-up shop's goods, good or bad."
    ),
    "movie-ratings": SampleDataset(
        "movie_ratings.csv", "15,000 ratings of made-up films by made-up people, one to five stars."
    ),
}


def install_sample_datasets(catalogue: Catalogue, names: Iterable[str] | None = None) -> None:
    """Add these sample datasets, by default those of a new workspace; one that is there is left as it is."""
    from pipelines.datasets import ReadOptions

    for name in [n for n, s in SAMPLE_DATASETS.items() if s.at_start] if names is None else names:
        sample = SAMPLE_DATASETS[name]
        try:
            catalogue.get(name)
        except NotFoundError:
            options = ReadOptions(missing=sample.missing)
            catalogue.add(name, DATASETS / sample.file, options=options, description=sample.description)
