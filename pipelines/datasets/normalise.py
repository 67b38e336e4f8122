"""From what a file or a program holds to the seven column types: integer, float, boolean, text, category, datetime."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pandas.api import types as dtypes

from pipelines.datasets.options import ReadOptions
from pipelines.errors import DatasetFileError
from pipelines.messages import _, listed
from pipelines.schema import YEAR_FIRST

TEXT = pd.StringDtype(na_value=np.nan)
_NUMBER = re.compile(r"[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|inf|infinity)", re.IGNORECASE)
GROUPING = {".": ",'’\u00a0\u202f", ",": ".'’\u00a0\u202f"}
"""What may stand between thousands, by the decimal point: 1,234.5 and 1.234,5. Spaces do in telephone numbers too."""
CURRENCIES = "$€£¥₹"
_PADDED = r"^[+-]?0([0-9]+$|[xX])"
_LONG = r"^[+-]?[0-9]{19,}$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$"
_LOCAL_DATE = r"^([0-9]{1,2})([./-])([0-9]{1,2})[./-]([0-9]{4})[T ]?([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)?$"
_EXACT = 2**53  # the largest integer up to which a float tells each from its neighbour


def column_names(cells: Sequence[object]) -> list[str]:
    """Column names from the cells of a header: stripped, an empty one becomes ``column_3``.

    DatasetFileError when two columns have the same name.
    """
    names = [
        " ".join(str(cell).replace("\ufeff", "").replace("\0", "").split()) if _given(cell) else "" for cell in cells
    ]
    taken = {name for name in names if name}
    for position, name in enumerate(names, start=1):
        if not name:
            names[position - 1] = _free(f"column_{position}", taken)
    places: dict[str, list[int]] = defaultdict(list)
    for position, name in enumerate(names, start=1):
        places[name].append(position)
    twice = [
        _("{name!r} (columns {names})", name=name, names=listed([str(c) for c in at]))
        for name, at in places.items()
        if len(at) > 1
    ]
    if twice:
        raise DatasetFileError(
            _("The header gives a name to more than one column: {columns}.", columns="; ".join(twice[:5])),
            fix=_("Give every column a name of its own, or import without a header."),
        )
    return names


def _given(cell: object) -> bool:
    return cell is not None and not (isinstance(cell, float) and math.isnan(cell))


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def from_text(cells: pa.ChunkedArray | pa.Array, options: ReadOptions) -> pd.Series:
    """A column of a text file: what every cell present can be read as, else text.

    Numbers may be amounts with one currency's sign, which is dropped. Digits with leading zeros, and whole numbers too
    long for 64 bits, are identifiers and stay text.
    """
    stripped = pc.utf8_trim_whitespace(cells)
    kept = stripped if options.trim else cells
    empty = pc.equal(stripped, "")
    missing = (
        empty if not options.missing else pc.or_(empty, pc.is_in(stripped, pa.array(options.missing, pa.string())))
    )
    bare = pc.if_else(missing, pa.scalar(None, stripped.type), stripped)
    if bare.null_count == len(bare) and not options.empty_text:
        return pd.Series(np.full(len(bare), np.nan))
    for convert in (_numbers, _booleans, _moments):
        found = convert(bare, options)
        if found is not None:
            return found
    if options.empty_text:
        missing = pc.and_not(missing, empty)
    return _text(pc.if_else(missing, pa.scalar(None, kept.type), kept))


def to_series(cells: pa.ChunkedArray | pa.Array) -> pd.Series:
    """An Arrow column as pandas stores it, true/false with gaps as ``boolean``."""
    gaps = {pa.bool_(): pd.BooleanDtype()} if cells.null_count else {}
    frame: pd.DataFrame = pa.table({"": cells}).to_pandas(types_mapper=gaps.get)
    return frame[""]


def _text(cells: pa.ChunkedArray | pa.Array) -> pd.Series:
    return to_series(cells).astype(TEXT)


def _all(cells: Any, pattern: str) -> bool:
    return pc.all(pc.match_substring_regex(cells, pattern)).as_py() is not False


def _any(cells: Any, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(cells, pattern)).as_py())


def _numbers(cells: Any, options: ReadOptions) -> pd.Series | None:
    words = pa.array(options.missing_in_numbers, pa.string())
    cells = pc.if_else(pc.is_in(cells, words), pa.scalar(None, cells.type), cells) if len(words) else cells
    point, marks = options.decimal, GROUPING[options.decimal]
    # Most columns of words are told by one cell; only then is the whole column tried.
    first = next((c for chunk in getattr(cells, "chunks", [cells]) for c in pc.drop_null(chunk)[:1]), None)
    if first is None or not _NUMBER.fullmatch(re.sub(f"[{marks}]", "", _bare(first.as_py())).replace(point, ".")):
        return None
    if _any(cells, f"[{marks}{CURRENCIES}]"):
        amounts = _amounts(cells)
        cells = cells if amounts is None else amounts
        # 1,234 alone may also be 1.234; not $1,234, and not where commas part no cells and the point is decimal.
        chosen = point == "," or options.delimiter != ","
        told = chosen or amounts is not None or _any(cells, rf"[{marks}][0-9]{{3}}[{marks}.]")
        if not told or not _all(cells, rf"^[+-]?([0-9]*|[1-9][0-9]{{0,2}}([{marks}][0-9]{{3}})+)([{point}][0-9]*)?$"):
            return None
        cells = pc.replace_substring_regex(cells, f"[{marks}]", "")
    if point == ",":
        cells = pc.replace_substring(cells, ",", ".")
    if pc.any(pc.starts_with(cells, "+")).as_py():
        cells = pc.replace_substring_regex(cells, r"^\+([0-9.])", r"\1")
    found = _cast(cells, pa.int64())
    if found is None:
        found = _cast(cells, pa.float64())
        if found is None or pc.any(pc.is_nan(found)).as_py() or (_is_long(found) and _any(cells, _LONG)):
            return None
    elif found.null_count:
        found = found.cast(pa.float64()) if _is_exact(found) else None
    # Arrow reads 0x1A and 007 as numbers too.
    return None if found is None or _any(cells, _PADDED) else to_series(found)


def _bare(text: str) -> str:
    return re.sub(rf"^([+-]?)[{CURRENCIES}]\s?|\s?[{CURRENCIES}]$", r"\1", text, count=1)


def _amounts(cells: Any) -> Any:
    """Amounts such as $1,234.50 without their sign; None where there is none, or more than one kind of it."""
    texts = pc.drop_null(cells)
    signs = [s for s in CURRENCIES if pc.any(pc.match_substring(texts, s)).as_py()]
    if len(signs) != 1:
        return None
    sign = re.escape(signs[0])
    return pc.replace_substring_regex(cells, rf"^([+-]?){sign}\s?|\s?{sign}$", r"\1", max_replacements=1)


def _cast(cells: Any, kind: pa.DataType) -> Any:
    try:
        return cells.cast(kind)
    except pa.ArrowInvalid:
        return None


def _is_long(numbers: Any) -> bool:
    low, high = pc.min_max(numbers).values()
    return bool(low.as_py() <= -1e18 or high.as_py() >= 1e18)


def _is_exact(whole: Any) -> bool:
    low, high = pc.min_max(whole).values()
    return bool(low.as_py() >= -_EXACT and high.as_py() <= _EXACT)


def _booleans(cells: Any, options: ReadOptions) -> pd.Series | None:
    truth = pa.array(["true", "True", "TRUE"])
    known = pa.array(["true", "True", "TRUE", "false", "False", "FALSE"])
    present = pc.drop_null(cells)
    if not pc.all(pc.is_in(present, known)).as_py():
        return None
    return to_series(pc.if_else(pc.is_null(cells), pa.scalar(None, pa.bool_()), pc.is_in(cells, truth)))


def _moments(cells: Any, options: ReadOptions) -> pd.Series | None:
    if not _all(cells, _DATE):
        if _all(cells, YEAR_FIRST):
            return _ordered(cells, YEAR_FIRST, r"\1-\2-\3 \4")
        if options.dates == "iso" or not _all(cells, _LOCAL_DATE):
            return None
        return _ordered(cells, _LOCAL_DATE, r"\4-\3-\1 \5" if options.dates == "day_first" else r"\4-\1-\3 \5")
    zoned = _any(cells, r"(Z|[+-][0-9]{2}:?[0-9]{2})$") and _any(cells, ":")
    try:
        found = pd.to_datetime(_text(cells), format="ISO8601", utc=zoned)
    except (ValueError, OverflowError):  # it looks like a date but is none: 2024-02-30
        return None
    return _in_utc(found)


def _ordered(cells: Any, pattern: str, order: str) -> pd.Series | None:
    """Dates such as 08.03.2022 or 2022/3/8 14:05: what ``pattern`` finds in them, put in ``order``."""
    texts = _text(cells).str.replace(pattern, order, regex=True).str.strip()
    for time in ("", " %H:%M", " %H:%M:%S"):
        try:
            return pd.to_datetime(texts, format=f"%Y-%m-%d{time}").dt.as_unit("us")
        except (ValueError, OverflowError):  # the 13th month, or another form of time
            continue
    return None


def _in_utc(moments: pd.Series) -> pd.Series:
    """Without a zone, in microseconds: one unit whatever the file, but nanoseconds where there are any."""
    if moments.dt.tz is not None:
        moments = moments.dt.tz_convert("UTC").dt.tz_localize(None)
    return moments if (moments.dt.nanosecond > 0).any() else moments.dt.as_unit("us")


def from_objects(values: Sequence[Any], options: ReadOptions, *, parse: bool) -> pd.Series:
    """A column of Python values, of an Excel sheet or of JSON.

    With ``parse``, text is read as in a CSV file (a number typed as text is a number, an empty cell is missing);
    without, text stays text but for dates, and empty text stays a value.
    """
    marks = set(options.missing)
    blank = parse and not options.empty_text
    values = [None if _is_missing(v, marks, blank=blank) else v for v in values]
    present = [v for v in values if v is not None]
    kinds = {_kind(v) for v in present}
    if not present:
        return pd.Series(np.full(len(values), np.nan))
    if kinds == {"text"}:
        cells = pa.array(values, pa.string())
        if parse:
            return from_text(pc.fill_null(cells, ""), options)
        moments = _moments(cells, options)
        return _text(cells) if moments is None else moments
    if kinds == {"number", "text"} and parse:
        return from_text(pa.array([_as_text(v) or "" for v in values], pa.string()), options)
    if kinds == {"number"}:
        return _float_or_integer(values)
    if kinds == {"boolean"}:
        return pd.Series(values, dtype="boolean" if len(present) < len(values) else "bool")
    if kinds == {"moment"}:
        try:
            return _in_utc(pd.to_datetime(pd.Series(values, dtype=object), utc=True, format="mixed"))
        except (ValueError, OverflowError):
            pass
    return pd.Series([_as_text(v) for v in values], dtype=TEXT)


def _is_missing(value: Any, marks: set[str], *, blank: bool) -> bool:
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return True
    if isinstance(value, str):
        stripped = value.strip()
        return (blank and not stripped) or stripped in marks
    return False


def _kind(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "boolean"
    if isinstance(value, int | float | Decimal | np.number):
        return "number"
    if isinstance(value, dt.date):  # datetime and Timestamp are dates too
        return "moment"
    return "text" if isinstance(value, str) else "other"


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return str(int(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def _float_or_integer(values: list[Any]) -> pd.Series:
    if all(isinstance(v, int) and abs(v) < 2**63 for v in values):
        return pd.Series(values, dtype="int64")
    numbers = pd.Series([np.nan if v is None else float(v) for v in values], dtype="float64")
    whole = numbers.notna().all() and bool((numbers % 1 == 0).all()) and numbers.abs().max() <= _EXACT
    return numbers.astype("int64") if whole else numbers


def normalise(frame: pd.DataFrame, options: ReadOptions | None = None) -> pd.DataFrame:
    """``frame`` with the dtypes that Sekkei stores, its index dropped.

    int64; float64, also for integers with gaps; bool, or ``boolean`` with gaps; ``str``; category; datetime64 in
    UTC without a zone. DatasetFileError names a column that holds none of these.
    """
    options = options or ReadOptions()
    names = column_names(list(frame.columns))
    columns = [_normal(name, frame.iloc[:, i], options) for i, name in enumerate(names)]
    return frame_of(names, columns)


def frame_of(names: Sequence[str], columns: Iterable[pd.Series]) -> pd.DataFrame:
    """A frame of ``columns`` named ``names``, with a fresh index."""
    data = {name: column.array for name, column in zip(names, columns, strict=True)}
    return pd.DataFrame(data, columns=list(names), copy=False)


def _normal(name: str, values: pd.Series, options: ReadOptions) -> pd.Series:
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        categories = dtype.categories
        text = dtypes.is_string_dtype(categories.dtype) or categories.inferred_type in ("string", "empty")
        return _marked(values, options) if text else _normal(name, pd.Series(values.astype(categories.dtype)), options)
    if dtypes.is_bool_dtype(dtype):
        return values.astype("boolean") if values.isna().any() else values.astype(bool)
    if dtypes.is_integer_dtype(dtype):
        if values.isna().any():
            return values.astype("float64")
        return values.astype("int64") if not len(values) or values.max() < 2**63 else values.astype("float64")
    if dtypes.is_float_dtype(dtype) or (dtypes.is_numeric_dtype(dtype) and not dtypes.is_complex_dtype(dtype)):
        return values.astype("float64")
    if dtypes.is_datetime64_any_dtype(dtype):
        return _in_utc(values)
    if dtypes.is_object_dtype(dtype):
        return _from_object(name, values, options)
    if dtypes.is_string_dtype(dtype):
        return _marked(values.astype(TEXT), options)
    raise _unreadable(name, str(dtype))


def _from_object(name: str, values: pd.Series, options: ReadOptions) -> pd.Series:
    found = list(values)
    for value in found:
        if _kind(value) == "other" and not _is_missing(value, set(), blank=False) and not isinstance(value, dt.time):
            raise _unreadable(name, type(value).__name__)
    if any(_kind(v) == "text" for v in found):
        texts = [None if _is_missing(v, set(options.missing), blank=False) else _as_text(v) for v in found]
        return pd.Series(texts, dtype=TEXT)
    return from_objects(found, options, parse=False)


def _marked(values: pd.Series, options: ReadOptions) -> pd.Series:
    return values.mask(values.isin(options.missing)) if options.missing else values


def first_line(error: BaseException) -> str:
    """What a library says of an error, in one line without a full stop."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300].rstrip(".")


def _unreadable(name: str, what: str) -> DatasetFileError:
    return DatasetFileError(
        _(
            "Column {column!r} holds values of the kind {kind!r}; a column holds numbers, text, true/false or dates.",
            column=name,
            kind=what,
        ),
        fix=_("Leave the column out, or turn it into text first."),
    )
