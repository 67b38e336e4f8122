"""The contract of a model that was made elsewhere, as its MLflow signature tells it.

MLflow's model server casts what it is sent to the signature's types, silently: 39.5 becomes 39, "false" true, a missing
truth value false, and 2**40 in 32 bits 0. The contract lets nothing through that such a cast would bend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.chain.contract import Contract, ContractColumn, ContractOutput
from pipelines.schema import ColumnType

if TYPE_CHECKING:
    from mlflow.models import ModelSignature

KINDS = {
    "integer": (ColumnType.INTEGER, 32),
    "long": (ColumnType.INTEGER, 64),
    "float": (ColumnType.FLOAT, 0),
    "double": (ColumnType.FLOAT, 0),
    "boolean": (ColumnType.BOOLEAN, 1),
    "string": (ColumnType.TEXT, 0),
    "datetime": (ColumnType.DATETIME, 0),
}


def contract_of(signature: ModelSignature | None, example: dict[str, Any]) -> Contract | None:
    """The columns and parameters of a signature; None where it has tensors, no names, or values of other kinds."""
    inputs = signature.inputs if signature is not None else None
    if signature is None or inputs is None or inputs.is_tensor_spec() or not inputs.has_input_names():
        return None
    kinds = {spec.name: KINDS.get(getattr(spec.type, "name", "")) for spec in inputs.inputs}
    if None in kinds.values():
        return None
    columns = [_column(spec, *KINDS[spec.type.name], example.get(spec.name)) for spec in inputs.inputs]
    parameters = {p.name: _plain(p.default) for p in signature.params.params} if signature.params else {}
    return Contract(columns=tuple(columns), parameters=parameters)


def outputs_of(signature: ModelSignature | None) -> tuple[ContractOutput, ...]:
    """The columns of the answers; none where the signature has no names for them."""
    outputs = signature.outputs if signature is not None else None
    if outputs is None or outputs.is_tensor_spec() or not outputs.has_input_names():
        return ()
    kinds = [(spec.name, KINDS.get(getattr(spec.type, "name", ""))) for spec in outputs.inputs]
    return tuple(ContractOutput(name=n, type=k[0]) for n, k in kinds if k is not None)


def _column(spec: Any, kind: ColumnType, width: int, example: Any) -> ContractColumn:
    return ContractColumn(
        name=spec.name, type=kind, required=spec.required, example=example, empty_text=True, width=width
    )


def _plain(value: Any) -> Any:
    value = value.tolist() if hasattr(value, "tolist") else value
    return value if isinstance(value, bool | int | float | str | list | dict | None) else str(value)
