"""The models of a run, logged to MLflow as it ends."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.chain.chain import Chain
from pipelines.chain.served import Served
from pipelines.errors import NotFoundError
from pipelines.execution.cache import ResultStore
from pipelines.execution.result import RunResult
from pipelines.inference.packaging import write_model
from pipelines.tracking import ModelRef, Tracking
from pipelines.tracking.client import local_path, quiet
from pipelines.tracking.facts import STEP, TASK
from pipelines.tracking.files import ROWS

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel

LOGGED, CARD, SAMPLE = "logged", "model.json", "rows.parquet"
LOOKED_AT = 20_000
KEPT_EACH = 2
KEPT = 100


def log_models(tracking: Tracking, run_id: str, result: RunResult, store: ResultStore) -> dict[str, ModelRef]:
    """Log the model of every step that trained one, with the rows that publishing will prove it on; by step."""
    keys = {s.id: s.key for s in result.steps}
    made = {}
    for step, chain in result.models.items():
        ref, rows = _logged_before(tracking, run_id, step, keys[step], store) or _logged_now(
            tracking, run_id, step, keys[step], chain, store
        )
        tracking.add_files(run_id, {f"{ROWS}/{step}.parquet": rows})
        made[step] = ref
    tracking.note_models(run_id, made.values())
    return made


def _logged_now(
    tracking: Tracking, run_id: str, step: str, key: str, chain: Chain, store: ResultStore
) -> tuple[ModelRef, bytes]:
    sampled = sample(chain, store)
    ref, rows = log_model(tracking, run_id, step, chain, sampled), _parquet(sampled)
    card = {"tracking_uri": tracking.home.tracking_uri, "step": ref.step, "model_uri": ref.model_uri, "task": ref.task}
    store.attach(key, LOGGED, {CARD: json.dumps(card).encode(), SAMPLE: rows})
    return ref, rows


def _logged_before(
    tracking: Tracking, run_id: str, step: str, key: str, store: ResultStore
) -> tuple[ModelRef, bytes] | None:
    """The model that an earlier run logged from the same result, where MLflow still has it: it is this run's too."""
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus
    from mlflow.exceptions import MlflowException

    kept = store.attached(key, LOGGED)
    card = json.loads(kept[CARD]) if kept and CARD in kept else {}
    if not kept or card.get("tracking_uri") != tracking.home.tracking_uri or card.get("step") != step:
        return None
    model_id = str(card["model_uri"]).removeprefix("models:/")
    try:
        model = tracking.client.get_logged_model(model_id)
        place = local_path(model.artifact_location)
        if model.status != LoggedModelStatus.READY or (place is not None and not place.exists()):
            return None
        tracking.client.log_outputs(run_id, [LoggedModelOutput(model_id, 0)])
    except MlflowException:
        return None
    return ModelRef(step, str(card["model_uri"]), str(card["task"])), kept[SAMPLE]


def log_model(tracking: Tracking, run_id: str, step: str, chain: Chain | Served, rows: pd.DataFrame) -> ModelRef:
    """Log one model to a run; ``rows`` are head rows to take its example from."""
    from mlflow.entities import LoggedModelOutput, LoggedModelStatus

    with quiet():
        from mlflow.models import Model
    client = tracking.client
    tags = {STEP: step, TASK: chain.task}
    experiment = tracking.experiment_of(run_id)
    model = client.create_logged_model(experiment, name=step, source_run_id=run_id, tags=tags, model_type=chain.task)
    status = LoggedModelStatus.FAILED
    try:
        card = Model(
            artifact_path=model.artifact_location, model_uuid=model.model_id, run_id=run_id, model_id=model.model_id
        )
        _place(tracking, model, chain, rows, card)
        client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
        status = LoggedModelStatus.READY
    finally:
        client.finalize_logged_model(model.model_id, status)
    return ModelRef(step, f"models:/{model.model_id}", chain.task)


def _place(tracking: Tracking, model: LoggedModel, chain: Chain | Served, rows: pd.DataFrame, card: object) -> None:
    """Write the model where MLflow wants it: at once where that is a folder of this machine."""
    folder = local_path(model.artifact_location)
    if folder is not None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_model(chain, rows, folder, card)  # type: ignore[arg-type]
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        return
    with tempfile.TemporaryDirectory() as temporary:
        write_model(chain, rows, Path(temporary) / "model", card)  # type: ignore[arg-type]
        tracking.client.log_model_artifacts(model.model_id, str(Path(temporary) / "model"))


def sample(chain: Chain, store: ResultStore) -> pd.DataFrame:
    """Up to 100 head rows that show every column with and without a value; none when the head is no longer kept.

    Columns that no prediction depends on stand behind those of the contract: they may come back with the answers.
    """
    assert chain.contract is not None
    names = chain.contract.names
    try:
        rows = _head(chain, store)
        rows = rows[[*names, *(c for c in rows.columns if c not in names)]]
    except (NotFoundError, OSError, KeyError, pa.ArrowException):
        return pd.DataFrame({n: pd.Series([], dtype=object) for n in names})
    missing = rows.isna()
    chosen = list(rows.index[~missing.any(axis=1)][: KEPT // 2])
    for name in names:
        chosen += list(rows.index[missing[name]][:KEPT_EACH])
    chosen += list(rows.index[:KEPT])
    return rows.loc[list(dict.fromkeys(chosen))[:KEPT]].reset_index(drop=True)


def _head(chain: Chain, store: ResultStore) -> pd.DataFrame:
    key = chain.path[0] if chain.path else ""
    file = pq.ParquetFile(store.rows_path(key))
    batch = next(file.iter_batches(batch_size=LOOKED_AT), None)
    batches = [] if batch is None else [batch]
    schema = file.schema_arrow if batch is None else batch.schema
    return pa.Table.from_batches(batches, schema=schema).to_pandas().reset_index(drop=True)


def _parquet(rows: pd.DataFrame) -> bytes:
    target = io.BytesIO()
    rows.to_parquet(target, index=False)
    return target.getvalue()
