"""Documents of older formats, brought to the present one a format at a time.

``MIGRATIONS[n]`` takes the plain values of a document of format n and gives those of format n + 1. A document is
migrated before it is checked, so a migration may meet mistakes, and leaves them for the check to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipelines.document import ports
from pipelines.document.checks import FORMAT
from pipelines.steps.base import Port

Migration = Callable[[dict[str, Any]], dict[str, Any]]


def _calibration_replaces_probability(data: dict[str, Any]) -> dict[str, Any]:
    """Linear support vector machines had ``probability``, which was calibration by a sigmoid or none."""
    steps = data.get("steps")
    return {**data, "steps": [_calibrated(s) for s in steps]} if isinstance(steps, list) else data


def _calibrated(value: Any) -> Any:
    if isinstance(value, list):
        return [_calibrated(v) for v in value]
    if not isinstance(value, dict):
        return value
    made = {k: _calibrated(v) for k, v in value.items()}
    calibrated = made.get("probability")
    if made.get("type") == "linear_svm_classifier" and isinstance(calibrated, bool):
        del made["probability"]
        made |= {} if calibrated else {"calibration": None}
    return made


def _second_tables_are_outputs(data: dict[str, Any]) -> dict[str, Any]:
    """Code over two tables had ``output``, which said whether its first or second table goes on; both are there now."""
    steps = data.get("steps")
    if not isinstance(steps, list):
        return data
    made = [dict(s) if isinstance(s, dict) else s for s in steps]
    for index, step in enumerate(made):
        params = step.get("params") if isinstance(step, dict) else None
        if _type_of(step) in ("execute_python_tables", "execute_r") and isinstance(params, dict):
            step["params"] = {k: v for k, v in params.items() if k != "output"}
            if params.get("output") == "second":
                _read_second(made, index)
    return {**data, "steps": made}


def _read_second(steps: list[Any], index: int) -> None:
    """Let whatever reads the table of the step at ``index`` read its second table, by name where it did not name it."""
    step_id, types = steps[index].get("id"), ports.library()
    nearest_table = steps[index].get("enabled", True) is not False
    for step in steps[index + 1 :]:
        if not isinstance(step, dict):
            continue
        inputs = step.get("inputs")
        inputs = dict(inputs) if isinstance(inputs, dict) else {}
        known = types.get(_type_of(step))
        main = ports.main_port(ports.inputs_of(known))
        if nearest_table and main is not None and not {main.name, ports.MAIN} & inputs.keys():
            inputs[main.name] = step_id
        step["inputs"] = {p: f"{step_id}.second" if s == step_id else s for p, s in inputs.items()}
        if not step["inputs"]:
            del step["inputs"]
        gives = any(p.kind == "table" and not p.aside for p in (known.outputs if known else (Port("table"),)))
        nearest_table = nearest_table and not (gives and step.get("enabled", True) is not False)


def _type_of(step: Any) -> str:
    return str(step.get("type")) if isinstance(step, dict) else ""


MIGRATIONS: Mapping[int, Migration] = {1: _calibration_replaces_probability, 2: _second_tables_are_outputs}


def migrate(data: Any, migrations: Mapping[int, Migration] = MIGRATIONS, newest: int = FORMAT) -> Any:
    """``data`` in the newest format. What is no document, or has a format nobody knows, comes back as it is."""
    while isinstance(data, dict):
        number = data.get("format")
        if type(number) is not int or number >= newest or number not in migrations:
            break
        data = {**migrations[number](data), "format": number + 1}
    return data
