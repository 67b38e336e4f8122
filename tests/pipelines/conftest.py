"""A trained model on the kind of rows that break models: words that look missing, gaps, zip codes, empty text."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from pipelines.chain.chain import Chain
from pipelines.document import codec
from pipelines.execution.cache import ResultStore
from pipelines.inference.loading import LoadedModel, load
from pipelines.samples import install_sample_datasets
from pipelines.sdk import Workspace
from pipelines.tracking import Tracking

ROWS = 400


@dataclass(frozen=True)
class Tricky:
    """A workspace with one finished run on hostile rows."""

    workspace: Workspace
    rows: pd.DataFrame
    run_id: str
    model_uri: str

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.workspace.home)

    def loaded(self) -> LoadedModel:
        return load(self.workspace.home, self.model_uri)

    def chain(self) -> Chain:
        run = self.tracking.get_run(self.run_id)
        chain = ResultStore(self.workspace.home.cache).model(next(s.key for s in run.steps if s.id == "train"))
        assert chain is not None
        return chain


def hostile_rows(count: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Rows with every trap at once. The label depends on the word, the gap and the zip code."""
    rng = np.random.default_rng(seed)
    word = rng.choice(np.array(["NA", "None", "yes", "no", None], dtype=object), count)
    rooms = pd.array(rng.integers(1, 9, count), dtype="Int64")
    rooms[rng.random(count) < 0.2] = pd.NA
    zip_code = rng.choice(np.array(["01234", "00501", "98765"]), count)
    size = np.where(rng.random(count) < 0.1, np.nan, rng.normal(80, 20, count))
    since = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, count), unit="D")
    score = (pd.Series(word) == "NA").astype(int) * 3 + rooms.fillna(0).astype(int) + (zip_code == "01234") * 4
    return pd.DataFrame(
        {
            "word": pd.array(word, dtype="str"),
            "rooms": rooms,
            "zip": pd.array(zip_code, dtype="str"),
            "size": size,
            "garden": rng.random(count) < 0.5,
            "since": since,
            "seldom": np.where(np.arange(count) < 5, np.arange(count), np.nan),
            "sold": pd.array(np.where(score > 6, "yes", "no"), dtype="str"),
        }
    )


PIPELINE = """
format: 1
name: houses
steps:
- {id: houses, type: dataset, params: {dataset: houses}}
- {id: label, type: set_label, params: {column: sold}}
- {id: train, type: train_model, params: {algorithm: {type: boosted_trees_classifier, max_iter: 12}}}
- {id: score, type: score_model}
- {id: evaluate, type: evaluate_model}
"""


@pytest.fixture(scope="session")
def tricky(tmp_path_factory: pytest.TempPathFactory) -> Tricky:
    """A model trained on hostile rows, in a workspace that tests share and only add to."""
    workspace = _bare(tmp_path_factory, "tricky")
    rows = hostile_rows()
    workspace.datasets.add_frame("houses", rows)
    finished = workspace.run(codec.loads(PIPELINE))
    assert finished.result.failure is None
    model_uri = Tracking(workspace.home).get_run(finished.run_id).models[0].model_uri
    return Tricky(workspace, rows, finished.run_id, model_uri)


@pytest.fixture(scope="module")
def credit(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of the module's own that has the dataset german-credit and nothing else."""
    workspace = _bare(tmp_path_factory, "credit")
    install_sample_datasets(workspace.datasets, ["german-credit"])
    return workspace


def _bare(tmp_path_factory: pytest.TempPathFactory, name: str) -> Workspace:
    home = tmp_path_factory.mktemp(name) / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    return Workspace.open(home)
