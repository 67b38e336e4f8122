"""Writing tables into files: the counterpart of the readers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from pipelines.datasets import arff, svmlight
from pipelines.errors import InputError
from pipelines.messages import _

ExportFormat = Literal["csv", "tsv", "parquet", "excel", "jsonl", "arff", "svmlight"]
_SHEET_ROWS, _SHEET_COLUMNS = 1_048_575, 16_384


@dataclass(frozen=True)
class Export:
    """A form of file: its ending, and how a table is written, given where and which column is the label."""

    ending: str
    write: Callable[[pd.DataFrame, Path, str | None], None]


def _csv(frame: pd.DataFrame, path: Path, label: str | None) -> None:
    frame.to_csv(path, index=False)


def _tsv(frame: pd.DataFrame, path: Path, label: str | None) -> None:
    frame.to_csv(path, index=False, sep="\t")


def _parquet(frame: pd.DataFrame, path: Path, label: str | None) -> None:
    frame.to_parquet(path, index=False)


def _excel(frame: pd.DataFrame, path: Path, label: str | None) -> None:
    if len(frame) > _SHEET_ROWS or len(frame.columns) > _SHEET_COLUMNS:
        raise InputError(
            _(
                "A sheet holds at most {rows:,} rows and {columns:,} columns; the table has {count:,} rows.",
                rows=_SHEET_ROWS,
                columns=_SHEET_COLUMNS,
                count=len(frame),
            ),
            fix=_("Choose Parquet or CSV."),
        )
    frame.to_excel(path, index=False, engine="openpyxl")


def _jsonl(frame: pd.DataFrame, path: Path, label: str | None) -> None:
    frame.to_json(path, orient="records", lines=True, date_format="iso", date_unit="us", force_ascii=False)


def _arff(frame: pd.DataFrame, path: Path, label: str | None) -> None:
    arff.write(frame, path)


EXPORTS: dict[str, Export] = {
    "csv": Export(".csv", _csv),
    "tsv": Export(".tsv", _tsv),
    "parquet": Export(".parquet", _parquet),
    "excel": Export(".xlsx", _excel),
    "jsonl": Export(".jsonl", _jsonl),
    "arff": Export(".arff", _arff),
    "svmlight": Export(".svmlight", svmlight.write),
}
"""The forms that a table can be written in."""
