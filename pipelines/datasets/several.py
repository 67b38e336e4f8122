"""Several files of one schema, in a folder or a zip archive, as one table. Names inside never become paths."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
import pyarrow as pa

from pipelines.datasets import readers
from pipelines.datasets.normalise import frame_of, from_text
from pipelines.datasets.options import FORMATS, ReadOptions, check_size
from pipelines.datasets.sniff import sniff
from pipelines.errors import DatasetFileError, nearest
from pipelines.messages import Joined, _
from pipelines.settings import settings

MOST = 10_000


@dataclass(frozen=True)
class Member:
    """A file of a folder or archive: where it is on disk, and its name there."""

    name: str
    path: Path


def is_several(path: Path, name: str) -> bool:
    """Whether the path, which the user knows as ``name``, holds several files."""
    return path.is_dir() or Path(name).suffix.lower() == ".zip"


def sniff_several(path: Path, name: str) -> ReadOptions:
    """How the files are to be read: as the first, with the missing-value marks of all."""
    with _members(path, name) as members:
        found = [sniff(m.path, m.name) for m in members]
    marks = tuple(dict.fromkeys(mark for options in found for mark in options.missing))
    dates = next((options.dates for options in found if options.dates != "iso"), "iso")
    return found[0].model_copy(update={"missing": marks, "dates": dates})


def read_several(path: Path, options: ReadOptions | None, name: str, limit: int | None) -> pd.DataFrame:
    """The rows of all files, one file after the other in the order of their names.

    The columns may stand in another order. DatasetFileError says per file which columns differ. With ``limit`` the
    rows are the first file's, and of the others the columns are looked at.
    """
    options = options or sniff_several(path, name)
    with _members(path, name) as members:
        if options.format == "csv":
            return _read_texts(members, options, limit)
        frames = [
            readers.read_one(m.path, options, m.name, limit if i == 0 or limit is None else 1)
            for i, m in enumerate(members)
        ]
    _check(members, [list(f.columns) for f in frames])
    return frames[0] if limit is not None else _stacked(frames, members)


def _read_texts(members: Sequence[Member], options: ReadOptions, limit: int | None) -> pd.DataFrame:
    """CSV files: their cells are put together as text, so that types are found over all of them."""
    tables = [
        readers.csv_cells(m.path, options, m.name, limit if i == 0 or limit is None else 1)
        for i, m in enumerate(members)
    ]
    _check(members, [names for names, _cells in tables])
    names = tables[0][0]
    places = [[found.index(n) for n in names] for found, _cells in tables]
    used = tables if limit is None else tables[:1]

    def column(i: int) -> pd.Series:
        found = (cells[place[i]] for (_names, cells), place in zip(used, places, strict=False))
        chunks = [chunk for cells in found if cells is not None for chunk in cells.chunks]
        return from_text(pa.chunked_array(chunks, pa.string()), options)

    return frame_of(names, (column(i) for i in range(len(names))))


def _stacked(frames: Sequence[pd.DataFrame], members: Sequence[Member]) -> pd.DataFrame:
    names = list(frames[0].columns)
    columns = []
    for name in names:
        parts = [f[name] for f in frames]
        known = [p for p in parts if p.notna().any()] or parts[:1]
        kinds = {_kind(p) for p in known}
        if len(kinds) > 1:
            at = next(i for i, p in enumerate(parts) if p.notna().any() and _kind(p) != _kind(known[0]))
            raise DatasetFileError(
                _(
                    "Column {column!r} of {file!r} holds {found}, in the files before it {expected}.",
                    column=name,
                    file=members[at].name,
                    found=str(parts[at].dtype),
                    expected=str(known[0].dtype),
                ),
                fix=_("Give the column one type in all files, or export them as CSV."),
            )
        if kinds == {"category"}:
            united = pd.api.types.union_categoricals([p.astype("category") for p in known])
            columns.append(pd.concat([p.astype(united.dtype) for p in parts], ignore_index=True))
        else:
            dtype: Any = pd.concat(known, ignore_index=True).dtype
            gaps = len(known) < len(parts)
            dtype = {"int64": "float64", "bool": "boolean"}.get(str(dtype), dtype) if gaps else dtype
            columns.append(pd.concat([p.astype(dtype) for p in parts], ignore_index=True))
    return frame_of(names, columns)


def _kind(values: pd.Series) -> str:
    for kind, holds in (
        ("category", lambda d: isinstance(d, pd.CategoricalDtype)),
        ("boolean", pd.api.types.is_bool_dtype),
        ("number", pd.api.types.is_numeric_dtype),
        ("date", pd.api.types.is_datetime64_any_dtype),
    ):
        if holds(values.dtype):
            return kind
    return "text"


def _check(members: Sequence[Member], names: Sequence[Sequence[str]]) -> None:
    expected = names[0]
    wrong = []
    for member, found in zip(members, names, strict=True):
        lacking = [c for c in expected if c not in found]
        extra = [c for c in found if c not in expected]
        if lacking or extra:
            wrong.append(_difference(member.name, lacking, extra))
    if wrong:
        raise DatasetFileError(
            Joined([_("The files have not the columns of the first, {file!r}.", file=members[0].name), *wrong[:10]]),
            fix=_("Rename or drop these columns, or import the files apart."),
        )


def _difference(file: str, lacking: Sequence[str], extra: Sequence[str]) -> str:
    parts = []
    for column in lacking[:5]:
        near = nearest(column, list(extra))
        if near:
            parts.append(_("{file!r} has {near!r} where {column!r} is expected.", file=file, near=near, column=column))
            extra = [c for c in extra if c != near]
        else:
            parts.append(_("{file!r} has no column {column!r}.", file=file, column=column))
    parts += [_("{file!r} has a column {column!r} more.", file=file, column=column) for column in extra[:5]]
    return Joined(parts)


@contextmanager
def _members(path: Path, name: str) -> Iterator[list[Member]]:
    """The files by their names, an archive's unpacked for as long as they are looked at."""
    if path.is_dir():
        found = [p for p in sorted(path.rglob("*")) if p.is_file() and not p.is_symlink()]
        yield _chosen([Member(str(p.relative_to(path)), p) for p in found], name)
        return
    check_size(path, name)
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory(prefix="sekkei-zip-") as folder:
            yield _chosen(list(_unpacked(archive, Path(folder), name)), name)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise DatasetFileError(
            _("{file!r} is no zip archive, or is damaged: {cause}.", file=name, cause=str(error).rstrip(".")),
            fix=_("Pack it again."),
        ) from error


def _unpacked(archive: zipfile.ZipFile, folder: Path, name: str) -> Iterator[Member]:
    left = settings().max_upload_mib * 2**20
    inside = sorted((i for i in archive.infolist() if not i.is_dir() and _is_wanted(i.filename)), key=_by_name)
    if len(inside) > MOST:
        raise DatasetFileError(
            _(
                "{file!r} holds {count:,} files; at most {most:,} can be imported.",
                file=name,
                count=len(inside),
                most=MOST,
            )
        )
    for position, info in enumerate(inside):
        if info.flag_bits & 1:
            raise DatasetFileError(
                _("{file!r} is protected with a password.", file=name), fix=_("Pack it without one.")
            )
        # No more of an entry is unpacked than the archive says it has, so its own sizes may be counted.
        left -= info.file_size
        path = folder / f"{position}{PurePosixPath(info.filename).suffix.lower()[:12]}"
        if left >= 0:
            with archive.open(info) as source, path.open("wb") as target:
                shutil.copyfileobj(source, target)
        if left < 0:
            raise DatasetFileError(
                _(
                    "What is packed in {file!r} has more than {limit:,} MiB.",
                    file=name,
                    limit=settings().max_upload_mib,
                ),
                fix=_("Import fewer files, or raise SEKKEI_MAX_UPLOAD_MIB."),
            )
        yield Member(info.filename, path)


def _by_name(info: zipfile.ZipInfo) -> str:
    return info.filename


def _is_wanted(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    hidden = (p for p in parts if p.startswith((".", "__MACOSX")) and p.strip("."))
    return bool(parts) and not any(hidden)


def _chosen(members: list[Member], name: str) -> list[Member]:
    known = {s for s in FORMATS if s != ".zip"}
    chosen = [m for m in members if Path(m.name).suffix.lower() in known and _is_wanted(m.name)]
    if not chosen:
        raise DatasetFileError(
            _("{file!r} holds no file that Sekkei can read.", file=name),
            fix=_("Accepted are {endings}.", endings=", ".join(sorted(known))),
        )
    formats = {FORMATS[Path(m.name).suffix.lower()] for m in chosen}
    if len(formats) > 1:
        raise DatasetFileError(
            _("{file!r} holds files of several kinds: {kinds}.", file=name, kinds=", ".join(sorted(formats))),
            fix=_("Import each kind apart."),
        )
    return chosen
