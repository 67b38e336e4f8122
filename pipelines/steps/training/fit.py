"""An algorithm fitted on a table: what both Train model and Cross-validate model do, with the checks before it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from sklearn.exceptions import ConvergenceWarning

from pipelines.algorithms.anomaly import AnomalyAlgorithm
from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.library import ALGORITHMS, COUNTERPARTS
from pipelines.chain.features import CATEGORICAL
from pipelines.chain.predictor import Predictor
from pipelines.errors import InputError
from pipelines.messages import Joined, _, declared, enumerated, listed
from pipelines.schema import ColumnType, TableSchema, schema_of
from pipelines.steps.training.normal import normal_rows, tells_normal
from pipelines.table import Table

MANY_CLASSES = 20
ANY_ROWS = {
    "classification": _("boosted trees"),
    "regression": _("boosted trees"),
    "clustering": _("mini-batch k-means"),
    "anomaly": _("an isolation forest"),
}
"""What is quick on any number of rows."""
LISTED = 5


def fit(algorithm: Algorithm, table: Table, *, preview: bool = False) -> tuple[Predictor, list[str]]:
    """``algorithm`` fitted on the training rows of ``table``, and notes for the log.

    The features are the columns with that role; the weight column, if any, weighs the rows. Rows without a label are
    left out. With ``preview`` a stand-in is fitted that costs nothing. InputError says what is wrong with the rows.
    """
    rows, notes = labelled_rows(algorithm, table)
    schema = schema_of(rows, table.roles)
    features, label = schema.features, label_of(algorithm, table)
    if not features:
        raise InputError(
            _("There is no feature column to learn from."), fix=_("Check the steps that select columns and set roles.")
        )
    if not preview:
        _check_label(algorithm, rows, label)
        _check_features(algorithm, rows, schema)
    weight = _weights(algorithm, rows, table.weight, notes)
    predictor = algorithm.stand_in() if preview else algorithm.predictor()
    y = rows[label] if label is not None else None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        _fit(algorithm, predictor, rows[features], y, weight)
    return predictor, [*notes, *_as_notes(algorithm, caught)]


def labelled_rows(algorithm: Algorithm, table: Table) -> tuple[pd.DataFrame, list[str]]:
    """The training rows that can be learned from, and a note on those that cannot."""
    label, rows = label_of(algorithm, table), table.training
    if not len(rows):
        raise InputError(_("There are no training rows."), fix=_("Check the steps before that drop rows."))
    if label is None:
        return rows, []
    if isinstance(algorithm, AnomalyAlgorithm):
        return normal_rows(algorithm, rows, label)
    _check_kind(algorithm, table.schema, label)
    known = rows[label].notna().to_numpy()
    if not known.any():
        raise InputError(
            _("The label {label!r} is missing in every row.", label=label),
            fix=_("Choose another label, or check the steps before."),
        )
    if known.all():
        return rows, []
    return rows[known], [
        _("{number} of {rows} rows have no label and are left out.", number=int((~known).sum()), rows=len(rows))
    ]


def label_of(algorithm: Algorithm, table: Table) -> str | None:
    """The label column; None where the algorithm uses none. InputError when it needs one and there is none."""
    if isinstance(algorithm, AnomalyAlgorithm):
        return table.label if table.label is not None and tells_normal(table.training[table.label]) else None
    if not algorithm.is_supervised:
        return None
    if table.label is None:
        raise InputError(
            _("{algorithm} needs a label, and no column has that role.", algorithm=declared(algorithm.title)),
            fix=_("Add Set label before this step."),
        )
    return table.label


def suggestion(algorithm: Algorithm) -> str:
    """The nearest algorithm for the other kind of label, as advice."""
    other = ALGORITHMS.get(COUNTERPARTS.get(str(getattr(algorithm, "type", "")), ""))
    return (
        _("Use {algorithm} instead, or choose another label.", algorithm=declared(other.title))
        if other
        else _("Choose another algorithm or label.")
    )


def _check_kind(algorithm: Algorithm, schema: TableSchema, label: str) -> None:
    kind = schema[label].type
    if algorithm.task == "regression" and not kind.is_numeric:
        raise InputError(
            _(
                "{algorithm} predicts a number, but the label {label!r} holds {kind} values.",
                algorithm=declared(algorithm.title),
                label=label,
                kind=declared(kind.value),
            ),
            fix=suggestion(algorithm),
        )


def _check_label(algorithm: Algorithm, rows: pd.DataFrame, label: str | None) -> None:
    if label is None or not algorithm.is_supervised:
        return
    values, kind = rows[label], schema_of(rows[[label]])[label].type
    if kind.is_numeric and np.isinf(values.to_numpy(dtype=np.float64)).any():
        raise InputError(
            _("The label {label!r} holds infinite numbers.", label=label),
            fix=_("Filter those rows out, or correct them."),
        )
    if algorithm.task != "classification":
        _check_range(algorithm, values, label)
        return
    distinct = int(values.nunique())
    if distinct < 2:
        found = values.iloc[0]
        raise InputError(
            _("The label {label!r} has one class only, {found!r}.", label=label, found=found),
            fix=_("Check the steps that choose rows, or choose another label."),
        )
    if distinct > MANY_CLASSES and distinct > len(values) / 2:
        fix = suggestion(algorithm) if kind.is_numeric else _("Choose another label: this one looks like an id.")
        raise InputError(
            _(
                "The label {label!r} has {distinct} different numbers in {rows} rows: these are no classes.",
                label=label,
                distinct=distinct,
                rows=len(values),
            )
            if kind.is_numeric
            else _(
                "The label {label!r} has {distinct} different values in {rows} rows: these are no classes.",
                label=label,
                distinct=distinct,
                rows=len(values),
            ),
            fix=fix,
        )

    _check_classes(algorithm, values, label)


def _check_range(algorithm: Algorithm, values: pd.Series, label: str) -> None:
    if algorithm.takes_label == "any":
        return
    lowest = float(values.min())
    if lowest < 0 or (lowest == 0 and algorithm.takes_label == "positive"):
        raise InputError(
            _(
                "{title} takes labels above 0 alone, but '{label}' holds {value:g}.",
                title=declared(algorithm.title),
                label=label,
                value=lowest,
            )
            if algorithm.takes_label == "positive"
            else _(
                "{title} takes no labels below 0, but '{label}' holds {value:g}.",
                title=declared(algorithm.title),
                label=label,
                value=lowest,
            ),
            fix=_("Take an algorithm for any number, such as Ridge Regression, or choose another label."),
        )


def _check_classes(algorithm: Algorithm, values: pd.Series, label: str) -> None:
    """Folds inside the algorithm need some rows of every class."""
    counts = values.value_counts()
    needed, rows = algorithm.rows_of_a_class(), int(counts.iloc[-1])
    if rows < needed:
        raise InputError(
            _(
                "{title} as it is set needs {needed} rows of each class, but {name!r} of {label!r} has {rows}.",
                title=declared(algorithm.title),
                needed=needed,
                name=str(counts.index[-1]),
                label=label,
                rows=rows,
            ),
            fix=_("Join rare classes or leave them out, or switch calibration off."),
        )


def _check_features(algorithm: Algorithm, rows: pd.DataFrame, schema: TableSchema) -> None:
    if len(rows) < algorithm.fewest_rows():
        raise InputError(
            _(
                "{title} as it is set needs {needed} rows or more, but there are {rows}.",
                title=algorithm.title,
                needed=algorithm.fewest_rows(),
                rows=len(rows),
            ),
            fix=_("Lower n_neighbors, or check the steps before that drop rows."),
        )
    if algorithm.most_rows is not None and len(rows) > algorithm.most_rows:
        raise InputError(
            _(
                "{title} compares every row with every other: {rows:,} rows are too many for it ({most:,} at most).",
                title=declared(algorithm.title),
                rows=len(rows),
                most=algorithm.most_rows,
            ),
            fix=_(
                "Take a part of the rows with Split Data, or another algorithm, such as {other}.",
                other=ANY_ROWS[algorithm.task],
            ),
        )
    numbers = [c.name for c in schema if c.name in schema.features and c.type not in CATEGORICAL]
    infinite = [
        c
        for c in numbers
        if schema[c].type is ColumnType.FLOAT and np.isinf(rows[c].to_numpy(np.float64, na_value=np.nan)).any()
    ]
    if infinite:
        raise InputError(
            _("Infinite numbers are in {columns}.", columns=_listed(infinite)),
            fix=_("Filter those rows out, or correct them."),
        )
    gaps = [c for c in numbers if schema[c].missing]
    if gaps and not algorithm.takes_missing:
        raise InputError(
            _(
                "{algorithm} takes no missing values, but some are in {columns}.",
                algorithm=declared(algorithm.title),
                columns=_listed(gaps),
            ),
            fix=_(
                "Add Clean missing data before this step, or use an algorithm that takes them, such as boosted trees."
            ),
        )
    below = (
        [] if algorithm.takes_negative else [c for c in numbers if schema[c].type.is_numeric and (rows[c] < 0).any()]
    )
    if below:
        raise InputError(
            _(
                "{title} takes no numbers below 0, but there are some in {columns}.",
                title=declared(algorithm.title),
                columns=_listed(below),
            ),
            fix=_("Add Normalize Data with minmax before this step, or use another algorithm."),
        )


def _weights(algorithm: Algorithm, rows: pd.DataFrame, name: str | None, notes: list[str]) -> np.ndarray | None:
    if name is None or name not in rows.columns:
        return None
    if not algorithm.takes_weights:
        notes.append(
            _("{algorithm} takes no weights: {name!r} is not used.", algorithm=declared(algorithm.title), name=name)
        )
        return None
    try:
        weight = rows[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError):
        raise InputError(
            _("The weight {name!r} holds values that are no numbers.", name=name),
            fix=_("Choose a numeric weight column."),
        ) from None
    if not np.isfinite(weight).all() or (weight < 0).any() or not weight.any():
        raise InputError(
            _("The weight {name!r} has missing, negative or only zero values.", name=name),
            fix=_("Weights are 0 or more in every row."),
        )
    return weight


def _fit(
    algorithm: Algorithm, predictor: Predictor, X: pd.DataFrame, y: pd.Series | None, weight: np.ndarray | None
) -> None:
    try:
        predictor.fit(X, y, weight)
    except (ValueError, np.linalg.LinAlgError) as error:
        first = str(error).strip().splitlines()[0]
        raise InputError(
            _("{algorithm} cannot learn from these rows: {reason}", algorithm=declared(algorithm.title), reason=first),
            fix=_("Check its parameters and the rows."),
        ) from error


def _as_notes(algorithm: Algorithm, caught: list[warnings.WarningMessage]) -> list[str]:
    """What the libraries warned of, each once; one plain sentence where the fit did not settle."""
    notes: list[str] = []
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            stopped = _("{algorithm} stopped before it settled.", algorithm=declared(algorithm.title))
            advice = _("Scale the numbers with Normalize data before it, or raise max_iter.")
            notes.append(Joined([stopped, advice if algorithm.needs_scaling else ""]))
        elif not issubclass(warning.category, DeprecationWarning | FutureWarning):
            notes.append(str(warning.message).strip().splitlines()[0])
    return list(dict.fromkeys(notes))[:10]


def _listed(names: list[Any]) -> str:
    shown = [repr(n) for n in names]
    return enumerated(shown, LISTED) if len(names) > LISTED else listed(shown)
