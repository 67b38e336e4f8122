"""Finding out how a file is to be read: delimiter, encoding, header and what marks a missing value."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pipelines.datasets.excel import excel_rows
from pipelines.datasets.normalise import CURRENCIES, GROUPING
from pipelines.datasets.options import ReadOptions, check_file
from pipelines.errors import DatasetFileError
from pipelines.messages import _
from pipelines.schema import NUMBER_WORDS

SAMPLE_BYTES = 1 << 20
_CHUNK = 1 << 22
_CELLS = 200_000  # at most this many cells of the sample are looked at, so that wide files cost no more than long ones
_DELIMITERS = ("\t", ";", "|", ",")  # of two that fit equally, the one that is rarer inside text comes first
_SIGN = rf"\s?[{CURRENCIES}]?\s?"
_NUMBER = re.compile(
    rf"\s*[+-]?{_SIGN}(\d+\.?\d*|\.\d+|\d{{1,3}}([{GROUPING['.']}]\d{{3}})+\.\d+)([eE][+-]?\d+)?{_SIGN}\s*"
)
_THOUSANDS = re.compile(rf"\s*[+-]?{_SIGN}[1-9]\d{{0,2}}(,\d{{3}})+{_SIGN}\s*")
_POINT_NUMBER = re.compile(r"\s*[+-]?\d*\.\d+\s*")
LOCAL_DATE = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2\d{4}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_COMMA_NUMBER = re.compile(rf"\s*[+-]?{_SIGN}(\d*,?\d+|\d{{1,3}}([{GROUPING[',']}]\d{{3}})+,\d+){_SIGN}\s*")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A cell of a CSV file may be a whole text; the csv module's own limit, of the process, is 128 KiB.
csv.field_size_limit(2**31 - 1)
# Tried in this order where the bytes are not UTF-8 and the detector finds nothing.
_FALLBACKS = ("cp1252", "latin-1")


def sniff(path: Path, file_name: str | None = None) -> ReadOptions:
    """How to read the file at ``path``, which the user knows as ``file_name``.

    A cell that is exactly ``?`` is proposed as a missing value. ``NA``, ``None`` and the like never are: in a
    column of numbers they mean missing anyway, in a column of words they may be a word.
    DatasetFileError when the file cannot be a table.
    """
    if path.is_dir() or (file_name or path.name).lower().endswith(".zip"):
        from pipelines.datasets.several import sniff_several

        return sniff_several(path, file_name or path.name)
    format = check_file(path, file_name)
    if format == "csv":
        return _sniff_csv(path, file_name or path.name)
    if format == "excel":
        sheet, rows = excel_rows(path, None, limit=1000, file_name=file_name)
        cells = [["" if c is None else str(c) for c in row] for row in rows]
        return ReadOptions(
            format="excel", sheet=sheet, header=_has_header(cells), missing=_marks(cells), dates=_dates(cells)
        )
    if format == "arff":
        return ReadOptions(format="arff", encoding=detect_encoding(path, file_name))
    return ReadOptions.model_validate({"format": format})


def detect_encoding(path: Path, file_name: str | None = None) -> str:
    """The encoding of a text file: its byte order mark, else UTF-8 where every byte fits, else the likeliest.

    DatasetFileError when the file is no text.
    """
    with path.open("rb") as file:
        start = file.read(1 << 16)
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    zeros = (start[::2].count(0), start[1::2].count(0))
    if max(zeros) > 0.3 * (len(start) / 2) and min(zeros) < 0.05 * (len(start) / 2):
        return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    control = sum(start.count(bytes((code,))) for code in range(32) if code not in (9, 10, 12, 13, 26, 27))
    if control > 0.01 * len(start) or 0 in start:
        raise DatasetFileError(
            _("{file!r} is no text: it holds bytes that no letter has.", file=file_name or path.name),
            fix=_("Export the table as CSV, Parquet or Excel."),
        )
    if undecodable(path, "utf-8") is None:
        return "utf-8"
    return _likeliest(path)


def undecodable(path: Path, encoding: str) -> int | None:
    """The line, counted from 1, where the file stops being ``encoding``; None when all of it is."""
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    with path.open("rb") as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return line + error.object[: error.start].count(b"\n")
            line += text.count("\n")
            if not chunk:
                return None


def _likeliest(path: Path) -> str:
    from charset_normalizer import from_bytes

    with path.open("rb") as file:
        lines = [line for line in file.read(_CHUNK).splitlines() if not line.isascii()]
        if not lines:  # the first four MiB are plain; look where they are not
            lines = [line for line in file if not line.isascii()][:200]
    sample = b"\n".join(lines)[: 1 << 16]
    japanese = _japanese(sample)
    if japanese and undecodable(path, japanese) is None:
        return japanese
    found = from_bytes(sample, steps=5, chunk_size=4096).best()
    # Single-byte guesses (a Turkish, a Baltic code page) are little better than chance on a few accents.
    guesses = [found.encoding] if found and not found.encoding.startswith(("cp", "mac", "iso8859", "latin")) else []
    for encoding in (*guesses, *_FALLBACKS):
        if undecodable(path, encoding) is None:
            return encoding
    raise DatasetFileError(_("The encoding of {file!r} was not found.", file=path.name), fix=_("Save it as UTF-8."))


def _japanese(sample: bytes) -> str | None:
    """Shift-JIS or EUC-JP where the text decodes to kana or common ideographs and hardly anything else."""
    for encoding in ("cp932", "euc_jp"):
        try:
            text = sample[: sample.rfind(b"\n") if len(sample) == 1 << 16 else None].decode(encoding)
        except UnicodeDecodeError:
            continue
        wide = [(before, c) for before, c in pairwise(" " + text) if c > "\x7f"]
        full = sum("\u3000" <= c <= "\u30ff" or "\u4e00" <= c <= "\u9fff" for _before, c in wide)
        # Western accents and curly quotes also decode to ideographs or half-width kana, but rare ones, that begin
        # with a byte from 0xE0 on, or right after a Latin letter.
        rare = encoding == "cp932" and sum(c.encode(encoding, "replace")[0] >= 0xE0 for _before, c in wide)
        odd = sum((before.isascii() and before.isalpha()) or "\uff61" <= c <= "\uff9f" for before, c in wide)
        if full > 0.6 * len(wide) and rare < 0.3 * len(wide) and odd < 0.3 * len(wide):
            return encoding
    return None


def head_text(path: Path, encoding: str, size: int = SAMPLE_BYTES) -> str:
    """The first lines of a text file, about ``size`` bytes, cut at the end of a line."""
    with path.open("rb") as file:
        raw = file.read(size)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    text = decoder.decode(raw, final=False)
    return text[: text.rfind("\n") + 1] or text if len(raw) == size else text


def _sniff_csv(path: Path, file_name: str) -> ReadOptions:
    encoding = detect_encoding(path, file_name)
    text = head_text(path, encoding)
    if not text.strip("\ufeff\r\n\t ;,|"):
        raise DatasetFileError(
            _("{file!r} holds no cell with anything in it.", file=file_name), fix=_("Export it again.")
        )
    if re.match(r"\s*(<!doctype|<html|<\?xml|<table)", text, re.IGNORECASE):
        raise DatasetFileError(
            _("{file!r} is a web page or XML, not a table of text.", file=file_name), fix=_("Export it as CSV.")
        )
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    later = [cell for row in rows[1:] for cell in row[1:] if cell]
    trim = bool(later) and sum(cell[0] == " " for cell in later) > 0.9 * len(later)
    decimal = "," if delimiter != "," and _has_decimal_comma(rows, delimiter) else "."
    missing = _marks(rows) or (("?",) if _has_question_mark(path, encoding, delimiter) else ())
    return ReadOptions(
        delimiter=delimiter,
        encoding=encoding,
        header=_has_header(rows),
        missing=missing,
        decimal="," if decimal == "," else ".",
        trim=trim,
        dates=_dates(rows),
    )


def _rows(text: str, delimiter: str, limit: int = 1000) -> list[list[str]]:
    """The first rows that are not blank; fewer when they are wide."""
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter):
            if row:
                rows.append(row)
                cells += len(row)
            if len(rows) >= limit or cells >= _CELLS:
                break
    except csv.Error:  # what is wrong shows when the file is read
        pass
    return rows


def _delimiter(text: str) -> str:
    best, best_score = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = Counter(len(row) for row in _rows(text, delimiter, limit=200))
        if not counts:
            continue
        fields, lines = counts.most_common(1)[0]
        score = lines / counts.total()
        if fields > 1 and score > best_score:
            best, best_score = delimiter, score
    return best


def _is_number(cell: str, decimal: str = ".") -> bool:
    return (_NUMBER if decimal == "." else _COMMA_NUMBER).fullmatch(cell) is not None


def _columns(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    width = len(rows[0]) if rows else 0
    return [[row[i] for row in rows if len(row) > i] for i in range(width)]


def unclear_commas(path: Path, options: ReadOptions) -> list[str]:
    """The columns of a CSV file with numbers such as 30,072, of which only the analyst knows what the comma stands for.

    There are none where commas part the cells, or where other numbers of the file tell.
    """
    if options.format != "csv" or options.delimiter == ",":
        return []
    rows = _rows(head_text(path, options.encoding), options.delimiter)
    columns = _columns(rows[1:] if options.header else rows)
    if _commas_tell(columns) is not None:
        return []
    names = rows[0] if rows and options.header else [str(i + 1) for i in range(len(columns))]
    return [n for n, cells in zip(names, columns, strict=False) if _commas(_present(cells)) == "either"]


def _has_decimal_comma(rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    """Whether numbers are written 1,5. Where nothing tells, semicolons do: they part cells where commas are decimal."""
    columns = _columns(rows[1:])
    told = _commas_tell(columns)
    unclear = any(_commas(_present(cells)) == "either" for cells in columns)
    return told == "decimal" or (told is None and unclear and delimiter == ";")


def _commas_tell(columns: Sequence[Sequence[str]]) -> str | None:
    """What the commas in numbers stand for: ``decimal``, ``thousands``, or None where no column tells."""
    found = {_commas(_present(cells)) for cells in columns}
    if "decimal" in found:
        return "decimal"
    points = any(_POINT_NUMBER.fullmatch(c) for cells in columns for c in cells)
    return "thousands" if "thousands" in found or points else None


def _commas(cells: Sequence[str]) -> str:
    """What the commas in a column of numbers mean: ``decimal``, ``thousands`` or ``either``; empty: it has none."""
    commas = [c for c in cells if "," in c]
    if commas and all(_THOUSANDS.fullmatch(c) if "," in c else _is_number(c) for c in cells):
        return "thousands" if any(c.count(",") > 1 for c in commas) else "either"
    return "decimal" if commas and all(_is_number(c, ",") for c in cells) else ""


def _present(cells: Sequence[str]) -> list[str]:
    return [c for c in cells if c.strip() and c.strip() not in NUMBER_WORDS]


def _has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: it has words where the others have numbers, or no value of theirs."""
    if len(rows) < 2:
        return not any(_is_number(cell) or _is_number(cell, ",") for cell in (rows[0] if rows else []))
    names, votes = rows[0], 0
    if _are_years([name for name in names if _is_number(name)]):
        return True
    for name, cells in zip(names, _columns(rows[1:]), strict=False):
        present = _present(cells)
        numeric = bool(present) and all(_is_number(c) or _is_number(c, ",") for c in present)
        if numeric:
            votes += -1 if _is_number(name) or _is_number(name, ",") else 1
        elif present and name.strip() and name in present:
            votes -= 1
    return votes >= 0


def _are_years(names: Sequence[str]) -> bool:
    """Whether the numbers of a first row are years one after the other, as the header of a table by year has them."""
    years = [int(name) for name in names if re.fullmatch(r"\s*(19|20)\d\d\s*", name)]
    return len(years) == len(names) > 1 and all(b - a == 1 for a, b in pairwise(years))


def _dates(rows: Sequence[Sequence[str]]) -> Literal["iso", "day_first", "month_first"]:
    """Which of day and month comes first in columns of dates such as 08.03.2022; ``iso`` where nothing tells.

    Between dots the day does. Between strokes or hyphens a number above 12 tells which place the day has.
    """
    for cells in _columns(rows[1:]):
        found = [LOCAL_DATE.fullmatch(c.strip()) for c in cells if c.strip() and c.strip() not in NUMBER_WORDS]
        parts = [match.groups() for match in found if match]
        if not parts or len(parts) < len(found):
            continue
        first, second = (max(int(p[i]) for p in parts) for i in (0, 2))
        if first <= 31 and second <= 12 and (first > 12 or all(p[1] == "." for p in parts)):
            return "day_first"
        if first <= 12 < second <= 31:
            return "month_first"
    return "iso"


def has_unclear_dates(values: Iterable[object]) -> bool:
    """Whether text is all dates such as 03/04/2022, of which only the analyst knows what comes first."""
    found = [LOCAL_DATE.fullmatch(v.strip()) is not None for v in values if isinstance(v, str)]
    return bool(found) and all(found)


def _marks(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return ("?",) if any(cell.strip() == "?" for row in rows[1:] for cell in row) else ()


def _has_question_mark(path: Path, encoding: str, delimiter: str) -> bool:
    """Whether a cell anywhere in the file is ``?``: the first lines need not have one."""
    if encoding.startswith(("utf-16", "utf-32")):
        return False
    mark = re.escape(delimiter).encode()
    cell = re.compile(rb"(?:^|[\n" + mark + rb"]) *\"?\?\"? *(?:[\r\n" + mark + rb"]|$)")
    tail = b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if b"?" in chunk and cell.search(tail + chunk):
                return True
            tail = chunk[-8:]
    return False
