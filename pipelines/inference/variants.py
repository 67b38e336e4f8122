"""Rows that have broken models before: missing in every place, words that look missing, whole numbers with gaps."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.chain.contract import Contract
from pipelines.inference.packaging import plain_rows
from pipelines.messages import _
from pipelines.schema import ColumnType

WORDS = ("NA", "None", "", "null", "nan", " ")
ROWS = 12


def variants(contract: Contract, sample: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Sets of rows to ask a model about, by what is special in them; all have the contract's columns."""
    rows = sample.reindex(columns=contract.names).reset_index(drop=True) if len(sample) else _made_up(contract)
    texts = [c.name for c in contract.columns if c.type in (ColumnType.TEXT, ColumnType.CATEGORY)]
    numbers = [c.name for c in contract.columns if c.type.is_numeric]
    few = rows.iloc[:ROWS].astype(object)
    found: dict[str, pd.DataFrame] = {_("rows as they are"): rows, _("one row"): rows.iloc[:1]}
    if texts:
        spelled = pd.concat([few.iloc[:2].assign(**dict.fromkeys(texts, word)) for word in WORDS], ignore_index=True)
        found[_("words that look missing")] = spelled
    if numbers:
        gaps = few.copy()
        gaps.loc[gaps.index[::2], numbers] = None
        found[_("numbers with gaps")] = gaps
    gone = few.copy()
    gone[:] = None
    found[_("everything missing")] = gone
    optional = [c.name for c in contract.columns if not c.required]
    if optional and len(optional) < len(contract.columns):
        found[_("columns all missing")] = few.assign(**dict.fromkeys(optional, None))
    return {name: frame.reset_index(drop=True) for name, frame in found.items() if len(frame)}


def _made_up(contract: Contract) -> pd.DataFrame:
    """Rows of the contract's examples, where no real ones are kept."""
    row = {c.name: c.example for c in contract.columns}
    return contract.conform(pd.DataFrame([row] * 3, dtype=object))


def write_json(rows: pd.DataFrame, path: Path) -> None:
    """Rows as the records of a REST request."""
    path.write_text(json.dumps(plain_rows(rows).to_dict("records"), ensure_ascii=False, allow_nan=False), "utf-8")


def as_csv_means(contract: Contract, rows: pd.DataFrame) -> pd.DataFrame:
    """What a CSV can say of ``rows``: where empty text is a value of a column, a blank cell is empty text."""
    blanks = {c.name: rows[c.name].where(rows[c.name].notna(), "") for c in contract.columns if c.empty_text}
    return rows.assign(**blanks) if blanks else rows


def write_csv(rows: pd.DataFrame, path: Path) -> None:
    """Rows as a CSV file, nothing quoted that need not be."""
    plain = plain_rows(rows)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(plain.columns)
        writer.writerows([_cell(v) for v in row] for row in plain.itertuples(index=False, name=None))


def _cell(value: Any) -> str:
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def write_parquet(rows: pd.DataFrame, path: Path) -> None:
    """Rows as a Parquet file, columns of mixed values as text."""
    rows.convert_dtypes().to_parquet(path) if len(rows) else rows.to_parquet(path)
