"""A chain as the folder of an MLflow model: signature, contract, requirements, the engine's code, an example."""

from __future__ import annotations

import sys
import tempfile
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipelines.chain import storage
from pipelines.chain.chain import Chain
from pipelines.chain.conform import is_missing
from pipelines.chain.contract import Contract
from pipelines.chain.served import Served
from pipelines.errors import SekkeiError
from pipelines.inference import code
from pipelines.messages import _
from pipelines.tracking.client import quiet
from pipelines.tracking.facts import CONTRACT, TASK

if TYPE_CHECKING:
    from mlflow.models import Model, ModelSignature

MODEL = Path(__file__).with_name("model.py")
SERVED = frozenset({"pyarrow", "httptools"})  # what pandas keeps text in; with uvloop, what makes a server quick
EXAMPLE_ROWS = 3


def requirements(packages: set[str]) -> list[str]:
    """What a model needs to be installed, pinned to what is installed here."""
    found = code.pinned(packages | SERVED)
    if sys.platform != "win32":  # pragma: no branch
        found.append(f'uvloop=={version("uvloop")}; sys_platform != "win32"')
    return found


def signature(chain: Chain | Served, example: pd.DataFrame) -> ModelSignature:
    """Input columns of any type, as the contract checks them; typed output columns.

    A typed input signature refuses good rows in process (a whole number for a fraction) and bends bad ones over REST.
    """
    from mlflow.models import ModelSignature
    from mlflow.types.schema import AnyType, ColSpec, Schema

    contract = contract_of(chain)
    inputs = Schema([ColSpec(AnyType(), c.name, required=c.required) for c in contract.columns])
    results = chain.predict(example) if len(example) else chain.empty()
    kinds = {"i": "long", "f": "double", "b": "boolean"}
    outputs = Schema([ColSpec(kinds.get(_kind(results[c]), "string"), str(c)) for c in results])
    return ModelSignature(inputs, outputs)


def write_model(chain: Chain | Served, rows: pd.DataFrame, folder: Path, card: Model) -> None:
    """Write the model to ``folder``, which must be empty or not there. ``rows`` are head rows to take the example from.

    ``card`` is MLflow's description of the model and is filled in.
    """
    contract = contract_of(chain)
    example = contract.example(rows, EXAMPLE_ROWS)
    with tempfile.TemporaryDirectory() as temporary, quiet():
        import mlflow.pyfunc

        place = Path(temporary)
        storage.dump(chain, place / "chain.skops")
        files, packages = code.closure(code.modules_in(place / "chain.skops") | code.imports(MODEL))
        (place / "contract.json").write_text(contract.model_dump_json(), "utf-8")
        mlflow.pyfunc.save_model(
            path=str(folder),
            python_model=str(MODEL),
            artifacts={n.split(".")[0]: str(place / n) for n in ("chain.skops", "contract.json")},
            code_paths=[str(folder) for folder in code.copy(files, place)],
            signature=signature(chain, example),
            input_example=plain_rows(example) if len(example) else None,
            pip_requirements=requirements(packages),
            mlflow_model=card,
            metadata={CONTRACT: contract.model_dump_json(), TASK: chain.task},
        )


def plain_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as JSON writes them: plain values, times as text, None for what is missing."""
    found = {n: pd.Series([_written(v) for v in rows[n].tolist()], dtype=object, index=rows.index) for n in rows}
    return pd.DataFrame(found, index=rows.index)


def _written(value: Any) -> Any:
    if is_missing(value):
        return None
    return value.isoformat() if isinstance(value, date) else value


def contract_of(chain: Chain | Served) -> Contract:
    """The chain's contract with what a published model tells beside it: its label, its classes, and their threshold."""
    if chain.contract is None:
        raise SekkeiError(_("The model has no input contract."), fix=_("Train it again."))
    told = {
        "label": chain.label or "",
        "classes": tuple(str(c) for c in chain.classes),
        "threshold": getattr(chain, "threshold", None),
    }
    return chain.contract.model_copy(update=told)


def _kind(values: pd.Series) -> str:
    return "f" if pd.api.types.is_float_dtype(values.dtype) else values.dtype.kind


__all__ = ["plain_rows", "requirements", "signature", "write_model"]
