"""The service one would write by hand: FastAPI, joblib, pandas. ``MODEL`` in the environment names the model's file."""

from __future__ import annotations

import os
from typing import Any

import joblib
import pandas as pd
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
model = joblib.load(os.environ["MODEL"])


class Rows(BaseModel):
    dataframe_records: list[dict[str, Any]]


@app.post("/invocations")
def invocations(rows: Rows) -> dict[str, Any]:
    """The label and the probability of its class for each row."""
    shares = model.predict_proba(pd.DataFrame(rows.dataframe_records))
    labels = model.classes_[shares.argmax(axis=1)].tolist()
    return {"predictions": [{"label": n, "probability": p} for n, p in zip(labels, shares[:, 1].tolist(), strict=True)]}
