"""Links that keep some columns of a table and drop others, by what the training rows tell of them."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pandas as pd

from pipelines.chain.transformer import Transformer, numbers
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.schema import ColumnType, Role, TableSchema, column_type
from pipelines.steps.base import Bars, Report


class Keep(Transformer):
    """Base of these links: ``learn`` sets ``scores_`` (of the candidates looked at) and ``dropped_``."""

    columns: ClassVar[tuple[str, ...]] = ()
    scores_: dict[str, float]
    dropped_: list[str]

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        return X[[c for c in X.columns if c not in set(self.dropped_)]] if self.dropped_ else X

    def requires(self, outputs: set[str]) -> set[str]:
        return set(outputs)


def scores_report(link: Any, what: str) -> Report | None:
    """The scores that a link found, the best first, and what became of the columns."""
    if not link.scores_:
        return None
    ordered = sorted(link.scores_.items(), key=lambda item: -np.inf if np.isnan(item[1]) else item[1], reverse=True)
    known = [(n, v) for n, v in ordered if np.isfinite(v)]
    kept = len(link.scores_) - len(link.dropped_)
    table = {
        "column": [n for n, _v in ordered],
        "score": [v if np.isfinite(v) else None for _n, v in ordered],
        "kept": [n not in link.dropped_ for n, _v in ordered],
    }
    said = _("{kept} of {count} columns are kept.", kept=kept, count=len(link.scores_))
    bars = Bars("scores", [n for n, _v in known], [v for _n, v in known], what)
    return Report(tables={"scores": table}, bars=(bars,) if known else (), conclusions=(said,))


def candidates(names: list[str], schema: TableSchema) -> list[str]:
    """Columns to choose from, each once; InputError where the label is one of them."""
    found = list(dict.fromkeys(names))
    label = next((n for n in found if schema[n].role is Role.LABEL), None)
    if label is not None:
        raise InputError(_("{column!r} is the label.", column=label), fix=_("Leave it out of the columns."))
    return found


def labelled(frame: pd.DataFrame, y: pd.Series | None) -> tuple[pd.DataFrame, pd.Series]:
    """The rows that have a label."""
    if y is None:
        raise InputError(
            _("Features are chosen by what they tell about the label, and there is none."),
            fix=_("Put Set Label before."),
        )
    known = y.notna().to_numpy()
    if not known.any():
        raise InputError(_("The label is missing in every training row."), fix=_("Choose another label."))
    return (frame, y) if known.all() else (frame[known], y[known])


def complete(values: pd.Series, gaps: bool = False) -> np.ndarray:
    """The column as numbers, text as codes; InputError where one is infinite, or missing unless ``gaps``."""
    found = numbers(values) if column_type(values) is not ColumnType.CATEGORY else None
    if found is None:
        codes = pd.factorize(values, sort=True)[0]
        found = np.where(values.isna().to_numpy(), np.nan, codes)
    name = str(values.name)
    if np.isinf(found).any():
        raise InputError(
            _("Column {column!r} has an infinite number in the training rows, so it cannot be scored.", column=name),
            fix=_("Take such rows out with Filter Rows before, or leave the column out."),
        )
    if not gaps and np.isnan(found).any():
        raise InputError(
            _("Column {column!r} has missing values in the training rows, so it cannot be scored.", column=name),
            fix=_("Put Clean Missing Data before, or leave the column out."),
        )
    return found
