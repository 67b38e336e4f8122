"""How a file is to be read, and the check that it can be one of ours at all."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import DatasetFileError, nearest
from pipelines.messages import _
from pipelines.schema import NUMBER_WORDS
from pipelines.settings import settings

Format = Literal["csv", "parquet", "excel", "jsonl", "arff", "svmlight"]

FORMATS: dict[str, str] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".data": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xlsb": "excel",
    ".xls": "excel",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".arff": "arff",
    ".svmlight": "svmlight",
    ".libsvm": "svmlight",
    ".svm": "svmlight",
    ".zip": "zip",
}
"""The endings that are accepted, and the format each stands for; a zip archive holds files of the others."""


class ReadOptions(BaseModel):
    """How to read a file. ``sniff`` proposes one; ``model_copy(update=…)`` corrects it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Format = Field("csv", description="The kind of file.")
    delimiter: str = Field(",", min_length=1, max_length=1, description="What stands between two cells of a CSV line.")
    encoding: str = Field("utf-8", description="How the letters of a text file are encoded.")
    header: bool = Field(True, description="Whether the first row holds the column names.")
    missing: tuple[str, ...] = Field((), description="Cells that mean a missing value, in every column.")
    missing_in_numbers: tuple[str, ...] = Field(
        NUMBER_WORDS, description="Cells that mean a missing value where all others of the column are numbers."
    )
    decimal: Literal[".", ","] = Field(".", description="The decimal point of numbers in a CSV file.")
    trim: bool = Field(False, description="Whether spaces around a cell are dropped.")
    empty_text: bool = Field(False, description="Whether an empty cell in a text column is empty text, not missing.")
    dates: Literal["iso", "day_first", "month_first"] = Field(
        "iso",
        description="How dates in text are written besides 2022-03-08: 08.03.2022 with the day or the month first.",
    )
    sheet: str | None = Field(None, description="The sheet of an Excel file; none: the first that has cells.")


_SIGNATURES: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"PAR1\x15", _("a Parquet file"), ("parquet",)),
    (b"PK\x03\x04", _("a zip archive or an Excel workbook"), ("excel", "zip")),
    (b"PK\x05\x06", _("an empty zip archive"), ()),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _("an old Excel workbook"), ("excel",)),
    (b"\x1f\x8b", _("a gzip archive"), ()),
    (b"BZh91AY", _("a bzip2 archive"), ()),
    (b"7z\xbc\xaf\x27\x1c", _("a 7-Zip archive"), ()),
    (b"Rar!\x1a", _("a RAR archive"), ()),
    (b"%PDF-", _("a PDF document"), ()),
    (b"\x89PNG", _("a picture"), ()),
    (b"\xff\xd8\xff", _("a picture"), ()),
    (b"SQLite format 3\0", _("an SQLite database"), ()),
)


def check_file(path: Path, file_name: str | None = None) -> str:
    """The format of the file at ``path``, by the ending of ``file_name`` and by how the file begins.

    DatasetFileError when it is missing, empty, too large, of an unknown kind, or not what its name says.
    """
    name = file_name or path.name
    format = _format_of(name)
    check_size(path, name)
    with path.open("rb") as file:
        start = file.read(16)
    for signature, what, formats in _SIGNATURES:
        if start.startswith(signature) and format not in formats:
            raise _disguised(name, what)
    if format == "parquet" and not start.startswith(b"PAR1"):
        raise DatasetFileError(
            _("{file!r} is no Parquet file: it does not begin with PAR1.", file=name), fix=_("Export it again.")
        )
    return format


def check_size(path: Path, name: str) -> None:
    """DatasetFileError when the file is missing, empty or larger than may be imported."""
    if not path.is_file():
        raise DatasetFileError(_("There is no file {file!r}.", file=name), fix=_("Check the path."))
    size = path.stat().st_size
    limit = settings().max_upload_mib
    if size == 0:
        raise DatasetFileError(_("{file!r} is empty: it has 0 bytes.", file=name), fix=_("Export it again."))
    if size > limit * 2**20:
        raise DatasetFileError(
            _(
                "{file!r} has {size:,.0f} MiB; at most {limit:,} MiB can be imported.",
                file=name,
                size=size / 2**20,
                limit=limit,
            ),
            fix=_("Import fewer rows, or raise SEKKEI_MAX_UPLOAD_MIB."),
        )


def _disguised(name: str, what: str) -> DatasetFileError:
    suffix = Path(name).suffix
    return DatasetFileError(
        _("{file!r} is {what}, though its name ends in {suffix!r}.", file=name, what=what, suffix=suffix),
        fix=_("Give the file its proper ending, or unpack it and import what is inside."),
    )


def _format_of(name: str) -> str:
    suffix = Path(name).suffix.lower()
    if suffix in FORMATS:
        return FORMATS[suffix]
    accepted = ", ".join(FORMATS)
    near = nearest(suffix, list(FORMATS)) if suffix else None
    fix = (
        _("Did you mean {near!r}? Accepted are {endings}.", near=near, endings=accepted)
        if near
        else _("Accepted are {endings}.", endings=accepted)
    )
    if not suffix:
        raise DatasetFileError(_("{file!r} has no ending, which Sekkei cannot read.", file=name), fix=fix)
    raise DatasetFileError(
        _("{file!r} ends in {suffix!r}, which Sekkei cannot read.", file=name, suffix=suffix), fix=fix
    )
