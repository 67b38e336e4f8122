"""The model file that MLflow runs (models from code): it reads the chain and lets it predict. Nothing here is pickled.

It is copied into every model. The engine's classes come along in the model's ``code`` folder.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE
from mlflow.pyfunc.model import PythonModel

from pipelines.chain import few_rows, storage
from pipelines.chain.chain import Chain
from pipelines.errors import InputError


class RefusedRows(MlflowException):
    """Rows that do not fit the contract: the caller gets status 400 and the sentence, without the rows repeated."""

    def __init__(self, message: str) -> None:
        super().__init__(message, error_code=INVALID_PARAMETER_VALUE)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "message" or "message" not in self.__dict__:  # MLflow's server puts the rows before the message
            super().__setattr__(name, value)


class ChainModel(PythonModel):
    """Raw rows in; ``Scored Labels`` and probabilities out, one record a row, None where there is no prediction."""

    checks_rows = True  # by the contract
    _skip_type_hint_validation = True

    def load_context(self, context: Any) -> None:
        self.chain = storage.load(Path(context.artifacts["chain"]))

    def answer_few(self, body: bytes) -> str | None:
        """What MLflow's server would answer to a request of a few rows, sooner; None: it has to be asked."""
        return few_rows.answer(self.chain, body) if type(self.chain) is Chain else None

    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def]  # hints mean a schema to MLflow
        rows = model_input if isinstance(model_input, pd.DataFrame) else pd.DataFrame(model_input)
        try:
            found = self.chain.predict(rows)
        except InputError as error:
            raise RefusedRows(str(error)) from error
        gaps = [c for c in found if found[c].hasnans]
        return (
            found.assign(**{c: found[c].astype(object).where(found[c].notna(), None) for c in gaps}) if gaps else found
        )


mlflow.models.set_model(ChainModel())
