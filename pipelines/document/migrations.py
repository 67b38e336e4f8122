"""Documents of older formats, brought to the present one a format at a time.

``MIGRATIONS[n]`` takes the plain values of a document of format n and gives those of format n + 1. A document is
migrated before it is checked, so a migration may meet mistakes, and leaves them for the check to tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipelines.document.checks import FORMAT

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


MIGRATIONS: Mapping[int, Migration] = {1: _calibration_replaces_probability}


def migrate(data: Any, migrations: Mapping[int, Migration] = MIGRATIONS, newest: int = FORMAT) -> Any:
    """``data`` in the newest format. What is no document, or has a format nobody knows, comes back as it is."""
    while isinstance(data, dict):
        number = data.get("format")
        if type(number) is not int or number >= newest or number not in migrations:
            break
        data = {**migrations[number](data), "format": number + 1}
    return data
