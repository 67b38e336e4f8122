"""The rows that a model version was trained on, as far as they are still to be had."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import pandas as pd

from pipelines.chain.contract import Contract
from pipelines.datasets import Catalogue
from pipelines.errors import NotFoundError, SekkeiError
from pipelines.execution.cache import ResultStore
from pipelines.execution.result import DatasetUse
from pipelines.inference.of_run import RunModel, model_of
from pipelines.inference.quality import trained_on
from pipelines.messages import _
from pipelines.records import Database
from pipelines.tracking import ModelVersion, Tracking
from pipelines.workspace import Home

MOST_ROWS = 20_000


class TrainingDataGoneError(NotFoundError):
    """The rows that a model was trained on are not kept, or never were here."""

    def __init__(self, reason: str) -> None:
        super().__init__("training data", "")
        self.message, self.fix = reason, _("Train and publish the model again.")


@dataclass(frozen=True)
class Reference:
    """Training rows in the form the contract gives them; ``source`` says where they come from."""

    rows: pd.DataFrame
    source: str


def training_rows(home: Home, database: Database, model_uri: str, contract: Contract) -> Reference:
    """The rows that the version was trained on; TrainingDataGoneError where there are none.

    Those of the run's kept results, without its test rows; else all of the dataset version it read.
    """
    version = _version(home, model_uri)
    with suppress(SekkeiError):
        return run_rows(database, model_of(home, version.run_id, version.step or None), contract)
    return _reference(_of_dataset(home, database, version.datasets, contract.names), contract)


def run_rows(database: Database, model: RunModel, contract: Contract) -> Reference:
    """The rows that a run trained a model on, as ``training_rows`` has them; it need not be published."""
    found = _kept(model, contract.names) or _of_dataset(model.home, database, model.run.datasets, contract.names)
    return _reference(found, contract)


def _reference(found: tuple[pd.DataFrame, str], contract: Contract) -> Reference:
    rows, source = found
    rows = rows.sample(MOST_ROWS, random_state=0) if len(rows) > MOST_ROWS else rows
    return Reference(contract.conform(rows.reset_index(drop=True)), source)


def without_passed(contract: Contract) -> Contract:
    """The contract of the columns that predictions depend on."""
    return contract.model_copy(update={"columns": tuple(c for c in contract.columns if not c.passed)})


def _version(home: Home, model_uri: str) -> ModelVersion:
    try:
        version = Tracking(home).model_version(model_uri)
    except SekkeiError as error:
        raise TrainingDataGoneError(_("The model {uri} is not in the registry.", uri=model_uri)) from error
    if not version.run_id:
        raise TrainingDataGoneError(_("The model was not trained here, so its training data is not known."))
    return version


def _kept(model: RunModel, names: list[str]) -> tuple[pd.DataFrame, str] | None:
    """The very rows, where the results of the run are still kept."""
    with suppress(SekkeiError, KeyError, OSError):
        rows = trained_on(model, ResultStore(model.home.cache))
        if set(names) <= set(rows.columns):
            return rows[names], _("the training rows of its run")
    return None


def _of_dataset(
    home: Home, database: Database, datasets: Sequence[DatasetUse], names: list[str]
) -> tuple[pd.DataFrame, str]:
    catalogue = Catalogue(home, database)
    for use in datasets:
        with suppress(NotFoundError):
            found = catalogue.get(use.name, use.version)
            if set(names) <= {c.name for c in found.columns}:
                rows = catalogue.read(use.name, use.version, names)
                return rows, _("all rows of dataset {name} v{version}", name=use.name, version=use.version)
    raise TrainingDataGoneError(_("The training data is gone: neither the rows of the run nor the dataset are kept."))
