"""The same service for BentoML: ``bentoml serve benchmarks/bento_by_hand.py:Income``."""

from __future__ import annotations

import os
from typing import Any

import bentoml
import joblib
import pandas as pd


@bentoml.service(workers=1, metrics={"enabled": False}, traffic={"timeout": 60})
class Income:
    def __init__(self) -> None:
        self.model = joblib.load(os.environ["MODEL"])

    @bentoml.api
    def invocations(self, dataframe_records: list[dict[str, Any]]) -> dict[str, Any]:
        """The label and the probability of its class for each row."""
        shares = self.model.predict_proba(pd.DataFrame(dataframe_records))
        labels = self.model.classes_[shares.argmax(axis=1)].tolist()
        found = zip(labels, shares[:, 1].tolist(), strict=True)
        return {"predictions": [{"label": n, "probability": p} for n, p in found]}
