"""Answers beside each other: what one way to a model says, held against another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pyarrow import parquet

from pipelines.chain.explain import EFFECT
from pipelines.chain.predictor import LABELS
from pipelines.errors import SekkeiError
from pipelines.messages import _

TOLERANCE = 1e-12
Records = list[dict[str, Any]]


class ParityError(SekkeiError):
    """A model that answers differently on one of the ways to it; it is not published."""

    status = 422


def records(found: pd.DataFrame) -> Records:
    """Predictions as plain values, None where there is none."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in found.to_dict("records")]


def written(path: Path) -> Records:
    """Predictions in a Parquet file as plain values; whole numbers stay whole beside gaps."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in parquet.read_table(path).to_pylist()]


def _plain(value: Any) -> Any:
    if value is pd.NA or value is None:
        return None
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isnan(value) else value


def compare(expected: Records, given: Sequence[dict[str, Any]] | str, rows: str, way: str) -> float:
    """The largest difference between two numbers; ParityError where a label differs, or a number by more than 1e-12."""
    if isinstance(given, str):
        raise _differ(rows, way, _("the answer was {given}", given=given))
    if len(given) != len(expected):
        raise _differ(rows, way, _("{answers} answers came for {rows} rows", answers=len(given), rows=len(expected)))
    largest = 0.0
    for number, (one, other) in enumerate(zip(expected, given, strict=True), start=1):
        if one.keys() != other.keys():
            raise _differ(
                rows,
                way,
                _("the columns are {found} instead of {wanted}", found=str(sorted(other)), wanted=str(sorted(one))),
            )
        for column, value in one.items():
            scale = one.get(LABELS) if column.startswith(EFFECT) else None  # an effect is a difference of two answers
            difference = _difference(value, other[column], scale)
            if difference > TOLERANCE:
                raise _differ(
                    rows,
                    way,
                    _(
                        "row {number}, {column}: {other!r} instead of {value!r}",
                        number=number,
                        column=column,
                        other=other[column],
                        value=value,
                    ),
                )
            largest = max(largest, difference)
    return largest


def _difference(one: Any, other: Any, scale: Any = None) -> float:
    """0 for equal values, the relative difference of two fractions, infinity for values that are not the same."""
    if isinstance(one, float) and isinstance(other, int | float) and not isinstance(other, bool):
        return abs(one - other) / max(1.0, abs(one), abs(scale) if isinstance(scale, float) else 0.0)
    return 0.0 if type(one) is type(other) and one == other else math.inf


def _differ(rows: str, way: str, what: str) -> ParityError:
    return ParityError(
        _(
            "The model was not published: with {rows}, the answers in memory and by {way} differ: {what}.",
            rows=rows,
            way=way,
            what=what,
        ),
        fix=_("Please report this; a step of the pipeline does not do the same twice."),
    )
