"""Sample datasets that are made, not collected: where no published data may be passed on, rows of the same form.

``python -m pipelines.samples.made`` writes them; the files that ship are what it wrote.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.samples.made_ratings import movie_ratings
from pipelines.samples.made_texts import product_reviews_ja, support_messages


def customer_churn(rows: int = 6000) -> pd.DataFrame:
    """Customers of a made-up telephone company, as in a customer-relationship sample: few leave, much is missing.

    Whether one leaves hangs on months, complaints, contract, price and calls; thirty columns of use are noise, some of
    them hardly ever filled.
    """
    random = np.random.default_rng(2009)
    months = random.gamma(2.0, 14.0, rows).round().astype(int)
    complaints = random.poisson(0.6, rows)
    price = random.gamma(6.0, 9.0, rows).round(2)
    calls = random.gamma(3.0, 60.0, rows).round(1)
    contract = random.choice(["monthly", "yearly", "two years"], rows, p=[0.5, 0.3, 0.2])
    payment = random.choice(["card", "bank", "invoice"], rows, p=[0.4, 0.4, 0.2])
    odds = -3.4 - 0.035 * months + 0.7 * complaints + 0.02 * (price - 50) + 1.1 * (contract == "monthly")
    odds += 0.4 * (payment == "invoice") - 0.002 * (calls - 180)
    churn = np.where(random.random(rows) < 1 / (1 + np.exp(-odds)), 1, -1)
    frame = pd.DataFrame(
        {
            "customer": np.arange(100_001, 100_001 + rows),
            "months": months,
            "contract": contract,
            "payment": payment,
            "monthly_price": price,
            "call_minutes": calls,
            "complaints": complaints,
        }
    )
    for number in range(1, 31):
        values = random.gamma(2.0, 10.0 * number, rows).round(1)
        frame[f"use_{number:02d}"] = np.where(random.random(rows) < 0.03 * number, np.nan, values)
    for name, share in (("monthly_price", 0.05), ("call_minutes", 0.1), ("payment", 0.02)):
        frame[name] = frame[name].mask(random.random(rows) < share)
    return frame.assign(churn=churn)


MADE: dict[str, Callable[[], pd.DataFrame]] = {
    "customer_churn.csv": customer_churn,
    "support_messages.csv": support_messages,
    "product_reviews_ja.csv": product_reviews_ja,
    "movie_ratings.csv": movie_ratings,
}
"""What makes each file."""


def write(folder: Path) -> None:
    """Write every made dataset into ``folder``."""
    for name, make in MADE.items():
        make().to_csv(folder / name, index=False, lineterminator="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "datasets")
