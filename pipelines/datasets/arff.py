"""ARFF, the file format of Weka and OpenML, read and written with liac-arff; dates, which it lacks, are added here."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import arff
import pandas as pd

from pipelines.datasets.normalise import column_names, frame_of, from_objects
from pipelines.datasets.options import ReadOptions
from pipelines.errors import DatasetFileError
from pipelines.messages import _

_DATE = re.compile(r"""(@attribute\s+(?:'[^']*'|"[^"]*"|\S+)\s+)date(?:\s+["']?(.*?)["']?)?\s*$""", re.IGNORECASE)
_JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_ISO = "yyyy-MM-dd'T'HH:mm:ss"


def read(path: Path, options: ReadOptions, name: str, limit: int | None) -> pd.DataFrame:
    """The table of an ARFF file: nominal attributes become categories, ``?`` a missing value, dates dates."""
    lines = _Lines(())
    try:
        with path.open(encoding=options.encoding, newline=None) as file:
            sparse = _is_sparse(path, options.encoding)
            kind = arff.LOD_GEN if sparse else arff.DENSE_GEN
            lines = _Lines(file)
            found = arff.load(iter(lines), return_type=kind)
            attributes: list[tuple[str, Any]] = found["attributes"]
            rows = list(itertools.islice(found["data"], limit))
    except UnicodeDecodeError as error:
        raise DatasetFileError(
            _("{file!r} is not {encoding}.", file=name, encoding=options.encoding), fix=_("Choose its encoding.")
        ) from error
    except arff.ArffException as error:
        raise DatasetFileError(
            _(
                "Line {line} of {file!r} is no proper ARFF: {cause}.",
                line=lines.number,
                file=name,
                cause=str(error).partition(", at line")[0].strip().rstrip("."),
            ),
            fix=_("Correct that line, or export the table as CSV."),
        ) from error
    if sparse:
        rows = [[row.get(i, _zero(kind)) for i, (_name, kind) in enumerate(attributes)] for row in rows]
    names = column_names([attribute for attribute, _kind in attributes])
    columns = [
        _column([row[i] for row in rows], attributes[i][1], lines.dates.get(i), names[i]) for i in range(len(names))
    ]
    return frame_of(names, columns)


def write(frame: pd.DataFrame, path: Path, relation: str = "table") -> None:
    """Write a table as ARFF; categories and true/false become nominal attributes."""
    kinds = {name: _attribute(frame[name]) for name in frame.columns}
    dates = [i for i, name in enumerate(frame.columns) if pd.api.types.is_datetime64_any_dtype(frame[name])]
    data = zip(*(_cells(frame[name]) for name in frame.columns), strict=True)
    document = {
        "description": "",
        "relation": relation,
        "attributes": list(kinds.items()),
        "data": [list(row) for row in data],
    }
    declared = itertools.count()
    with path.open("w", encoding="utf-8") as file:
        for line in arff.ArffEncoder().iter_encode(document):
            if line.startswith("@ATTRIBUTE") and next(declared) in dates:
                line = f'{line.removesuffix("STRING")}DATE "{_ISO}"'
            file.write(f"{line}\n")


class _Lines:
    """The lines with each date attribute declared as text, and its format noted by the attribute's place."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = lines
        self.number = 0
        self.dates: dict[int, str] = {}

    def __iter__(self) -> Iterator[str]:
        position, header = 0, True
        for line in self.lines:
            self.number += 1
            bare = line.strip().lower() if header else ""
            header = header and not bare.startswith("@data")
            if bare.startswith("@attribute"):
                if match := _DATE.match(line.strip()):
                    self.dates[position] = match.group(2) or _ISO
                    line = f"{match.group(1)}STRING\n"
                position += 1
            yield line


def _is_sparse(path: Path, encoding: str) -> bool:
    with path.open(encoding=encoding) as file:
        rows = itertools.dropwhile(lambda line: not line.strip().lower().startswith("@data"), file)
        next(rows, None)
        return next((line.lstrip()[0] == "{" for line in rows if line.strip() and line.strip()[0] != "%"), False)


def _zero(kind: Any) -> Any:
    """What a sparse row means by leaving an attribute out."""
    return kind[0] if isinstance(kind, list) else 0.0


def _column(values: Sequence[Any], kind: Any, date: str | None, name: str) -> pd.Series:
    if isinstance(kind, list):
        return pd.Series(pd.Categorical(values, categories=kind))
    if date is not None:
        try:
            return pd.to_datetime(pd.Series(values, dtype=object), format=_strptime(date)).dt.as_unit("us")
        except ValueError as error:
            raise DatasetFileError(
                _("The dates of column {column!r} are not written as {format!r}.", column=name, format=date),
                fix=_("Declare the attribute's date format, or declare it as a string."),
            ) from error
    if kind == "STRING":
        return pd.Series(values, dtype=pd.StringDtype(na_value=float("nan")))
    return from_objects(values, ReadOptions(), parse=False)


def _strptime(java: str) -> str:
    pattern = re.sub("|".join(_JAVA), lambda match: _JAVA[match.group()], java)
    return pattern.replace("''", "\0").replace("'", "").replace("\0", "'")


def _attribute(values: pd.Series) -> Any:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [str(c) for c in values.cat.categories]
    if pd.api.types.is_bool_dtype(values.dtype):
        return ["false", "true"]
    if pd.api.types.is_numeric_dtype(values.dtype):
        return "INTEGER" if pd.api.types.is_integer_dtype(values.dtype) else "REAL"
    return "STRING"


def _cells(values: pd.Series) -> list[Any]:
    if pd.api.types.is_bool_dtype(values.dtype):
        values = values.map({True: "true", False: "false"})
    elif pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = values.dt.strftime("%Y-%m-%dT%H:%M:%S")
    elif not pd.api.types.is_numeric_dtype(values.dtype):
        values = values.astype(object).map(str, na_action="ignore")
    return [None if pd.isna(v) else v for v in values]
