"""SVMLight (libsvm) files, read and written with scikit-learn: a label, then ``column:value`` for what is not 0."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.datasets.options import ReadOptions
from pipelines.errors import DatasetFileError, InputError
from pipelines.messages import _

LABEL = "label"
_CELLS = 200_000_000  # a table has a cell for every 0 that the file leaves out


def read(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    """The table: ``label`` first, then ``feature_1`` and on; ``qid`` where the file groups rows by query."""
    from sklearn.datasets import load_svmlight_file

    with path.open("rb") as file:
        head = list(itertools.islice((line for line in file if line.strip() and line[:1] != b"#"), limit or 1))
    grouped = bool(head) and b" qid:" in head[0]
    source = str(path) if limit is None else io.BytesIO(b"".join(head))
    try:
        features, labels, *queries = load_svmlight_file(source, query_id=grouped)
    except ValueError as error:
        raise DatasetFileError(
            _("{file!r} is no proper SVMLight file: {cause}.", file=name, cause=str(error).strip().rstrip(".")),
            fix=_("Each line is a number, then column:value with rising columns."),
        ) from error
    if np.prod(features.shape, dtype=float) > _CELLS:
        raise DatasetFileError(
            _(
                "{file!r} has {rows:,} rows and {columns:,} columns: too many for a table.",
                file=name,
                rows=features.shape[0],
                columns=features.shape[1],
            ),
            fix=_("Keep fewer columns, or import part of the rows."),
        )
    frame = pd.DataFrame(features.toarray(), columns=[f"feature_{i}" for i in range(1, features.shape[1] + 1)])
    if queries:
        frame.insert(0, "qid", queries[0].astype("int64"))
    whole = bool(len(labels)) and bool((labels % 1 == 0).all())
    frame.insert(0, LABEL, labels.astype("int64") if whole else labels)
    return frame


def write(frame: pd.DataFrame, path: Path, label: str | None) -> None:
    """Write the numbers of a table, ``label`` in front, or 0 where it has none; a missing number is not written.

    InputError names a column that holds something else.
    """
    from sklearn.datasets import dump_svmlight_file

    features = [c for c in frame.columns if c != label]
    _check_numbers(frame, [*features, *([label] if label else [])])
    target = frame[label].astype("float64") if label else pd.Series(0.0, index=frame.index)
    values = frame[features].astype("float64").fillna(0.0).to_numpy()
    with path.open("wb") as file:
        dump_svmlight_file(values, target.to_numpy(), file, zero_based=False)


def _check_numbers(frame: pd.DataFrame, columns: Sequence[str]) -> None:
    for name in columns:
        if not pd.api.types.is_numeric_dtype(frame[name].dtype):
            raise InputError(
                _("The column {column!r} holds no numbers, and an SVMLight file holds nothing else.", column=name),
                fix=_("Encode it or leave it out before, or choose another format."),
            )
