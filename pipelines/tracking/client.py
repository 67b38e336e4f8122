"""The way to an MLflow store: one explicit client, never MLflow's process-wide state."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

from pipelines.errors import NotFoundError, SekkeiError, UnavailableError, storage_in_words
from pipelines.messages import _
from pipelines.tracking.facts import PIPELINE
from pipelines.workspace import Home, write_atomic

if TYPE_CHECKING:
    from mlflow import MlflowClient

_ready: set[str] = set()
_importing = threading.Lock()


@contextmanager
def quiet() -> Iterator[None]:
    """Without MLflow's advice to whoever writes models by hand, and the warnings of its own imports."""
    logger = logging.getLogger("mlflow")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def open_client(home: Home) -> MlflowClient:
    """A client of the workspace's MLflow. A new SQLite store is made once, under the workspace's lock."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")  # it would draw into what a command prints
    uri = home.tracking_uri
    with _importing, quiet():
        from mlflow import MlflowClient

        if uri in _ready or not uri.startswith("sqlite"):
            return MlflowClient(tracking_uri=uri, registry_uri=uri)
        # Two processes that make the tables at a time break them for good, as does one that is stopped while it does.
        with home.lock("mlflow"):
            if not home.mlflow_db.exists() and uri == f"sqlite:///{home.mlflow_db}":
                write_atomic(home.mlflow_db, partial(_make_tables, home))
            client = MlflowClient(tracking_uri=uri, registry_uri=uri)
            client.search_experiments(max_results=1)
            client.search_registered_models(max_results=1)
        _ready.add(uri)
        return client


def _make_tables(home: Home, path: Path) -> None:
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    with storage_in_words():
        SqlAlchemyStore(f"sqlite:///{path}", home.artifacts.as_uri()).engine.dispose()


def experiment_id(client: MlflowClient, home: Home, name: str) -> str:
    """The experiment of a pipeline: found, brought back from MLflow's bin, or made."""
    from mlflow.exceptions import MlflowException

    found = client.get_experiment_by_name(name)
    if found is None:
        tags = {PIPELINE: name, "mlflow.experimentKind": "custom_model_development"}
        try:
            return client.create_experiment(name, artifact_location=_place(home, name), tags=tags)
        except MlflowException as error:  # somebody else was quicker
            found = client.get_experiment_by_name(name)
            if found is None:
                raise translate(error, "experiment", name) from error
    if found.lifecycle_stage == "deleted":
        client.restore_experiment(found.experiment_id)
    if PIPELINE not in found.tags:
        client.set_experiment_tag(found.experiment_id, PIPELINE, name)
    return found.experiment_id


def _place(home: Home, name: str) -> str | None:
    """Where an experiment's files lie; None lets a server of the user's own decide."""
    if not home.tracking_uri.startswith("sqlite"):
        return None
    short = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in name)[:40].strip("-")
    digest = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:8]
    return (home.artifacts / f"{short or 'pipeline'}-{digest}").as_uri()


def local_path(uri: str) -> Path | None:
    """The folder behind a ``file:`` URI or a plain path; None when it lies elsewhere."""
    parsed = urlparse(uri)
    if parsed.scheme == "file":
        return Path(url2pathname(unquote(parsed.path)))
    if parsed.scheme == "" or (os.name == "nt" and len(parsed.scheme) == 1):
        return Path(uri)
    return None


def translate(error: Any, what: str = "", name: str = "") -> SekkeiError:
    """An MLflow error as one of ours."""
    code = str(getattr(error, "error_code", ""))
    text = (str(error).strip().splitlines() or [type(error).__name__])[0].removeprefix(f"{code}: ")
    if what and code == "RESOURCE_DOES_NOT_EXIST":
        return NotFoundError(what, name)
    if "Max retries exceeded" in text or "Connection" in text:
        return UnavailableError(_("MLflow does not answer."), fix=_("Start it, or check MLFLOW_TRACKING_URI."))
    return SekkeiError(_("MLflow could not do this: {text}", text=text[:300]))
