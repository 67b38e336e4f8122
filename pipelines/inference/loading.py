"""Any model that MLflow can load, found by its address and called in one way."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.chain.contract import Contract, ContractColumn
from pipelines.chain.predictor import LABELS
from pipelines.errors import InputError, NotFoundError, SekkeiError
from pipelines.messages import _
from pipelines.schema import ColumnType
from pipelines.steps import custom
from pipelines.tracking import Tracking, registry
from pipelines.tracking.client import local_path, quiet, translate
from pipelines.tracking.facts import CONTRACT
from pipelines.workspace import Home

if TYPE_CHECKING:
    from mlflow.models import Model
    from mlflow.pyfunc import PyFuncModel

_TYPES = {
    "long": ColumnType.INTEGER,
    "integer": ColumnType.INTEGER,
    "double": ColumnType.FLOAT,
    "float": ColumnType.FLOAT,
    "boolean": ColumnType.BOOLEAN,
    "string": ColumnType.TEXT,
    "datetime": ColumnType.DATETIME,
}
_ARROW = {"long": pa.int64(), "double": pa.float64(), "boolean": pa.bool_(), "string": pa.string()}
_CASTS = {"integer": np.int32, "float": np.float32, "double": np.float64, "datetime": "datetime64[ns]"}


@dataclass(frozen=True)
class LoadedModel:
    """A model in this process. ``is_ours``: Sekkei wrote it, so that it brings rows into its contract itself."""

    uri: str
    folder: Path
    contract: Contract | None
    is_ours: bool
    pyfunc: PyFuncModel

    @property
    def score_types(self) -> dict[str, pa.DataType]:
        """The types of the columns that the model gives, as far as it declares them."""
        schema = self.pyfunc.metadata.get_output_schema()
        if schema is None or not schema.has_input_names() or schema.is_tensor_spec():
            return {}
        named = {s.name: _ARROW.get(getattr(s.type, "name", "")) for s in schema.inputs}
        return {str(n): t for n, t in named.items() if t is not None}

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Predictions as a table with the rows' index. InputError when the model refuses the rows."""
        from mlflow.exceptions import MlflowException

        try:
            return self._own(rows) if self.is_ours else _as_table(self.pyfunc.predict(self._cast(rows)), rows.index)
        except SekkeiError:
            raise
        except MlflowException as error:
            if isinstance(error.__cause__, SekkeiError):
                raise error.__cause__ from None
            raise InputError(
                _("The model refuses these rows: {message}", message=str(error.message).splitlines()[0][:300])
            ) from error
        except Exception as error:
            raise InputError(
                _(
                    "The model cannot predict these rows: {name}: {error}",
                    name=type(error).__name__,
                    error=str(error)[:360],
                )
            ) from error

    def _own(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Our models check the rows themselves; MLflow's look at every value, one by one, would double the time."""
        return self.pyfunc.unwrap_python_model().predict(None, rows)

    def _cast(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Rows in the very types that the model's own signature asks for."""
        if self.contract is None:
            return rows
        found = self.contract.conform(rows)
        kinds = {s.name: s.type.name for s in self.pyfunc.metadata.get_input_schema().inputs}
        wanted: dict[str, Any] = {n: _CASTS[k] for n, k in kinds.items() if k in _CASTS and not _has_gap(found[n], k)}
        return found.astype(wanted)


def _has_gap(values: pd.Series, kind: str) -> bool:
    return kind == "integer" and values.dtype.kind == "f"


def _as_table(found: Any, index: pd.Index) -> pd.DataFrame:
    if isinstance(found, pd.DataFrame):
        return found.set_axis(index, axis=0) if len(found) == len(index) else _wrong_length(found, index)
    if isinstance(found, pd.Series):
        found = found.to_numpy()
    values = np.asarray(found)
    if len(values) != len(index):
        _wrong_length(values, index)
    if values.ndim == 1:
        return pd.DataFrame({LABELS: values}, index=index)
    wide = values.reshape(len(values), -1)
    names = [LABELS] if wide.shape[1] == 1 else [f"{LABELS}_{i}" for i in range(wide.shape[1])]
    return pd.DataFrame(wide, columns=names, index=index)


def _wrong_length(found: Any, index: pd.Index) -> pd.DataFrame:
    raise InputError(
        _(
            "The model gave {answers} predictions for {rows} rows, so they cannot be told apart.",
            answers=len(found),
            rows=len(index),
        )
    )


def folder_of(home: Home, model_uri: str) -> Path:
    """The model's files on this machine, fetched if they are elsewhere. NotFoundError when there is no such model."""
    with quiet():
        import mlflow.artifacts
        from mlflow.exceptions import MlflowException
    place = _location(home, model_uri.strip())
    folder = local_path(place)
    if folder is None:
        try:
            folder = Path(mlflow.artifacts.download_artifacts(artifact_uri=place, tracking_uri=home.tracking_uri))
        except (MlflowException, OSError) as error:
            raise NotFoundError("model", model_uri) from error
    if not (folder / "MLmodel").is_file():
        raise NotFoundError("model", model_uri)
    return folder


def _location(home: Home, model_uri: str) -> str:
    from mlflow.exceptions import MlflowException

    if model_uri.startswith("models:/"):
        client = Tracking(home).client
        model_id = model_uri.removeprefix("models:/").strip("/")
        if model_id.startswith("m-") and "/" not in model_id and "@" not in model_id:
            try:
                return str(client.get_logged_model(model_id).artifact_location)
            except MlflowException as error:
                raise translate(error, "model", model_uri) from error
        return registry.version(client, None, model_uri).location
    if not model_uri or any(ord(c) < 32 for c in model_uri):
        raise InputError(
            _("{model_uri!r} is no address of a model.", model_uri=model_uri),
            fix=_("Write models:/name/3 or models:/name@champion."),
        )
    if model_uri.startswith("runs:/"):
        _client = Tracking(home).client
    return model_uri


def load(home: Home, model_uri: str) -> LoadedModel:
    """The model at ``models:/name/3``, ``models:/name@alias``, ``models:/m-…``, ``runs:/…`` or in a folder.

    Loading a model runs code that its author wrote. SekkeiError when it cannot be loaded here.
    """
    folder = folder_of(home, model_uri)
    return load_folder(folder, model_uri)


def load_folder(folder: Path, model_uri: str = "") -> LoadedModel:
    """The model in a folder of this machine."""
    path = list(sys.path)
    custom.shipped(folder / "code" / custom.PACKAGE)
    try:
        with quiet():  # that a version differs in its last digit is no news to whoever scores a file
            import mlflow.pyfunc

            pyfunc = mlflow.pyfunc.load_model(str(folder), suppress_warnings=True)
    except Exception as error:
        text = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise SekkeiError(
            _("The model {model_uri!r} cannot be loaded: {text}", model_uri=model_uri or str(folder), text=text[:300])
        ) from error
    contract = stored_contract(pyfunc.metadata)
    is_ours = contract is not None
    if is_ours:
        sys.path[:] = path  # the engine that runs is the engine here
    return LoadedModel(model_uri, folder, contract or _from_signature(pyfunc.metadata, folder), is_ours, pyfunc)


def contract_of(home: Home, model_uri: str) -> Contract | None:
    """What a model asks for: its own contract, or one made from the signature and example of a model from elsewhere.

    None for a model that names no columns.
    """
    folder = folder_of(home, model_uri)
    with quiet():
        from mlflow.models import Model
    card = Model.load(str(folder))
    return stored_contract(card) or _from_signature(card, folder)


def stored_contract(card: Model) -> Contract | None:
    """The contract in a model's metadata; None for a model that Sekkei did not write."""
    text = (card.metadata or {}).get(CONTRACT)
    if text is None:
        return None
    return Contract.model_validate_json(text) if isinstance(text, str) else Contract.model_validate(text)


def _from_signature(card: Model, folder: Path) -> Contract | None:
    schema = card.get_input_schema()
    if schema is None or not schema.has_input_names() or schema.is_tensor_spec():
        return None
    example = _example(card, folder)
    columns = []
    for spec in schema.inputs:
        kind = _TYPES.get(getattr(spec.type, "name", ""), ColumnType.OTHER)
        shown = example.get(spec.name)
        columns.append(ContractColumn(name=spec.name, type=kind, required=spec.required, example=_plain(shown)))
    return Contract(columns=tuple(columns))


def _example(card: Model, folder: Path) -> dict[str, Any]:
    try:
        rows = card.load_input_example(str(folder))
    except Exception:
        return {}  # an example that cannot be read is none
    if not isinstance(rows, pd.DataFrame) or not len(rows):
        return {}
    return {str(k): v for k, v in rows.iloc[0].to_dict().items()}


def _plain(value: Any) -> Any:
    if value is None or (isinstance(value, float) and value != value) or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        return value.item()
    return value.isoformat() if isinstance(value, pd.Timestamp) else value
