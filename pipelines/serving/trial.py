"""Rows that are tried on an endpoint by hand: read as the gateway reads a request, and put beside their answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from pipelines.chain.contract import Contract
from pipelines.chain.remarks import Remark
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.serving.csv_rows import read_csv
from pipelines.serving.protocols.base import Asked
from pipelines.serving.protocols.body import json_value
from pipelines.serving.protocols.rows import Rows, asked, from_records

Kind = Literal["json", "csv"]
RECORDS = "dataframe_records"
PREDICTION = "prediction"


@dataclass(frozen=True)
class Trial:
    """Rows as they were given, what the model answers for each, and what is unusual about them."""

    rows: pd.DataFrame
    answers: list[Mapping[str, Any]]
    remarks: tuple[Remark, ...] = ()

    def table(self) -> pd.DataFrame:
        """The answers with their rows beside them; a column of both names is the answer's, the row's gets a mark."""
        found = pd.DataFrame(self.answers, index=self.rows.index)
        given = self.rows.rename(columns={c: f"{c} (row)" for c in self.rows.columns if c in found.columns})
        return pd.concat([found, given], axis=1)


@dataclass(frozen=True)
class Question:
    """Rows ready to be asked: as the model server takes them, and as they were given."""

    asked: Asked
    rows: pd.DataFrame

    def answered(self, content: Mapping[str, Any]) -> Trial:
        """With what the model server answered. InputError when it is not one prediction for each row."""
        found = content.get("predictions")
        if not isinstance(found, list) or len(found) != len(self.rows):
            raise InputError(_("The model did not answer with one prediction for each row."))
        answers: list[Mapping[str, Any]] = [p if isinstance(p, dict) else {PREDICTION: p} for p in found]
        return Trial(self.rows, answers, self.asked.remarks)


def question(content: bytes, kind: Kind, contract: Contract | None) -> Question:
    """The rows in ``content``: a CSV with a header line, or JSON.

    The JSON is one row, a list of rows, or a request's body with ``dataframe_records``. InputError or
    ContractError says what is wrong with them.
    """
    if kind == "csv":
        if contract is None:
            raise InputError(
                _("This model does not say what it asks for, so that text in a CSV cannot be read for it."),
                fix=_("Give the rows as JSON."),
            )
        rows = read_csv(content, contract)
        given = rows
    else:
        records = _records(json_value(content))
        rows, given = from_records(records, contract), from_records(records, None)
    if not rows.count:
        raise InputError(_("There are no rows."), fix=_("Give one row or more."))
    return Question(asked(rows, contract), _frame(given))


def written(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as JSON to edit."""
    return json.dumps([dict(row) for row in rows], ensure_ascii=False, indent=1)


def _records(found: Any) -> Any:
    if not isinstance(found, dict):
        return found
    return found[RECORDS] if set(found) == {RECORDS} else [found]


def _frame(rows: Rows) -> pd.DataFrame:
    index = pd.RangeIndex(1, rows.count + 1)
    columns = {str(n): pd.Series(values, index=index, dtype=object) for n, values in rows.columns.items()}
    frame = pd.DataFrame(columns, index=index)
    return frame if rows.is_text else frame.infer_objects()
