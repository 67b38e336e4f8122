"""Importing a file: what was found in it is shown with its rows before it is kept, and can be corrected."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from components import error_box, page_header, row_columns, wording
from components.language import N_, _, ngettext, said, shown
from components.markdown import escaped
from pipelines.datasets import FORMATS, ReadOptions, preview, sheets, sniff
from pipelines.datasets.sniff import has_unclear_dates, unclear_commas
from pipelines.errors import SekkeiError
from pipelines.schema import schema_of
from pipelines.settings import settings

PREVIEW_ROWS = 100
DELIMITERS = {",": N_("Comma  ,"), ";": N_("Semicolon  ;"), "\t": N_("Tab"), "|": N_("Bar  |"), " ": N_("Space")}
DECIMALS = {".": N_("Point  1.5"), ",": N_("Comma  1,5")}
ENCODINGS = [
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "cp1252",
    "latin-1",
    "iso8859-15",
    "cp1250",
    "cp1251",
    "cp932",
    "gb18030",
    "big5",
    "euc_kr",
]
TITLES = {
    "csv": N_("Delimited text"),
    "parquet": "Parquet",
    "excel": N_("Excel workbook"),
    "jsonl": N_("JSON lines"),
    "arff": "ARFF",
    "svmlight": "SVMLight",
}
DATES = {
    "iso": N_("Year first  2022-03-08"),
    "day_first": N_("Day first  08.03.2022"),
    "month_first": N_("Month first  03/08/2022"),
}


@dataclass(frozen=True)
class ImportOrder:
    """What the visitor wants imported: the file at ``path``, known as ``file_name``, read with ``options``."""

    name: str
    path: Path
    file_name: str
    options: ReadOptions
    description: str | None


@dataclass
class Upload:
    """The uploaded file on disk, in a folder that goes with the session."""

    id: str
    path: Path
    name: str
    found: ReadOptions | None = None
    error: SekkeiError | None = None
    seen: tuple[ReadOptions, pd.DataFrame | SekkeiError] | None = None


def show(known: Collection[str], *, key: str, name: str = "") -> ImportOrder | None:
    """Draw the panel; the order when Import was pressed. ``known``: the datasets there are, to tell of a new version;
    ``name``: the one to propose, instead of the file's.
    """
    files = st.file_uploader(
        _("File to import"),
        type=[suffix.removeprefix(".") for suffix in FORMATS],
        max_upload_size=settings().max_upload_mib,
        accept_multiple_files=True,
        key=f"{key}_file",
        label_visibility="collapsed",
    )
    if not files:
        _forget(key)
        st.caption(
            _(
                "CSV, TSV, Parquet, Excel, JSON lines, ARFF or SVMLight; several files or a zip archive become one "
                "table. You see first how it is read."
            )
        )
        return None
    return show_file(_keep(files, key), known, key=key, name=name)


def show_file(upload: Upload, known: Collection[str], *, key: str, name: str = "") -> ImportOrder | None:
    """What was found in the file, with its rows; the order when Import was pressed."""
    if upload.error is not None or upload.found is None:
        error_box.show(upload.error or SekkeiError(N_("The file could not be read.")), key=f"{key}_bad")
        return None
    name, description, button = _naming(name or upload.name, upload.id, known, key)
    with st.container(border=True, gap="small"):
        options = _corrections(upload, key)
    frame = _preview(upload, options)
    if isinstance(frame, SekkeiError):
        error_box.show(frame, key=f"{key}_unreadable")
    else:
        _unclear(frame, options)
        _unclear_commas(upload, options)
        _rows(frame, key)
    if button.button(
        _("Import"),
        type="primary",
        icon=":material/upload:",
        key=f"{key}_go",
        disabled=isinstance(frame, SekkeiError) or not name.strip(),
        width="stretch",
    ):
        return ImportOrder(name, upload.path, upload.name, options, description or None)
    return None


def _keep(files: Sequence[Any], key: str) -> Upload:
    """The upload on disk, where readers can look at it more than once; found out about once."""
    given = "+".join(f.file_id for f in files)
    kept: Upload | None = st.session_state.get(f"{key}_upload")
    if kept is not None and kept.id == given:
        return kept
    _forget(key)
    folder = Path(tempfile.mkdtemp(prefix="sekkei-import-"))
    name = files[0].name if len(files) == 1 else f"{Path(files[0].name).stem}.zip"
    path = folder / f"upload{Path(name).suffix.lower()[:12]}"
    if len(files) == 1:
        files[0].seek(0)
        with path.open("wb") as file:
            shutil.copyfileobj(files[0], file)
    else:
        _pack(files, path)
    kept = opened(Upload(given, path, name))
    weakref.finalize(kept, shutil.rmtree, folder, ignore_errors=True)  # also when the session is forgotten
    st.session_state[f"{key}_upload"] = kept
    return kept


def opened(upload: Upload) -> Upload:
    """The upload, with how it is to be read, or why it cannot be."""
    try:
        upload.found = sniff(upload.path, upload.name)
    except SekkeiError as error:
        upload.error = error
    return upload


def _pack(files: Sequence[Any], path: Path) -> None:
    """Several files as one archive: their names stay names and never become paths."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for given in files:
            given.seek(0)
            with archive.open(Path(given.name).name, "w", force_zip64=True) as file:
                shutil.copyfileobj(given, file)


def _forget(key: str) -> None:
    st.session_state.pop(f"{key}_upload", None)


def _naming(file_name: str, upload: str, known: Collection[str], key: str) -> tuple[str, str, Any]:
    """Name and description, and the place of the button, which is drawn when the preview is known to be possible."""
    left, right, button = st.columns([4, 5, 2], gap="small", vertical_alignment="bottom")
    proposed = re.sub(r"[^\w.-]+", "-", Path(file_name).stem, flags=re.UNICODE).strip("-_.") or "dataset"
    name = left.text_input(_("Dataset name"), value=proposed, max_chars=100, key=f"{key}_{upload}_name") or ""
    about = right.text_input(_("Description"), placeholder=_("Optional"), key=f"{key}_{upload}_description") or ""
    if name.strip() in known:
        st.caption(
            _(":orange[:material/history:] This name exists. The file becomes its next version; earlier ones stay.")
        )
    return name, about, button


def _corrections(upload: Upload, key: str) -> ReadOptions:
    """The widgets of the file's format, beginning with what was found."""
    found = upload.found
    assert found is not None
    prefix = f"{key}_{upload.id}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(("**" + _("How the file is read") + "**"), width="content")
        st.badge(shown(TITLES[found.format]), color="gray")
        st.caption(wording.size(upload.path.stat().st_size), width="content")
    changes: dict[str, Any] = {}
    if found.format == "csv":
        changes = _text_options(found, prefix)
    elif found.format == "excel":
        changes = _sheet_options(upload, found, prefix)
    if found.format in ("csv", "excel"):
        changes["missing"] = _missing(found, prefix)
        changes["dates"] = _dates(found, prefix)
    else:
        st.caption(_("This format tells its columns and types itself; there is nothing to correct."))
    return found.model_copy(update=changes)


def _text_options(found: ReadOptions, prefix: str) -> dict[str, Any]:
    a, b, c, d = st.columns(4, gap="small", vertical_alignment="bottom")
    delimiters = [*DELIMITERS] if found.delimiter in DELIMITERS else [found.delimiter, *DELIMITERS]
    encodings = list(dict.fromkeys([found.encoding, *ENCODINGS]))
    return {
        "delimiter": a.selectbox(
            _("Delimiter"),
            delimiters,
            index=delimiters.index(found.delimiter),
            format_func=lambda x: shown(DELIMITERS.get(x, x)),
            key=f"{prefix}_delimiter",
        ),
        "encoding": b.selectbox(_("Encoding"), encodings, accept_new_options=True, key=f"{prefix}_encoding"),
        "decimal": c.selectbox(
            _("Decimal point"),
            list(DECIMALS),
            index=list(DECIMALS).index(found.decimal),
            format_func=lambda x: said(DECIMALS[x]),
            key=f"{prefix}_decimal",
        ),
        "header": d.toggle(_("First row is names"), value=found.header, key=f"{prefix}_header"),
        "trim": d.toggle(_("Trim spaces"), value=found.trim, key=f"{prefix}_trim"),
    }


def _sheet_options(upload: Upload, found: ReadOptions, prefix: str) -> dict[str, Any]:
    a, b = st.columns(2, gap="small", vertical_alignment="bottom")
    names = list(sheets(upload.path))
    place = names.index(found.sheet) if found.sheet in names else 0
    return {
        "sheet": a.selectbox(_("Sheet"), names, index=place, key=f"{prefix}_sheet"),
        "header": b.toggle(_("First row is names"), value=found.header, key=f"{prefix}_header"),
    }


def _dates(found: ReadOptions, prefix: str) -> str:
    return st.segmented_control(
        _("Dates in text"),
        list(DATES),
        default=found.dates,
        required=True,
        format_func=lambda x: said(DATES[x]),
        key=f"{prefix}_dates",
        help=_(
            "How dates are written besides those with the year first, such as 2022-03-08 or 2022/3/8, which are always "
            "read. A column where one is not written so stays text."
        ),
    )


def _unclear(frame: pd.DataFrame, options: ReadOptions) -> None:
    """Ask about columns of dates that can be read both ways."""
    if options.dates != "iso" or options.format not in ("csv", "excel"):
        return
    names = [str(n) for n in frame.columns if has_unclear_dates(frame[n].head(PREVIEW_ROWS))]
    if names:
        st.warning(
            _(
                "{columns}: is the day first, or the month? Choose under Dates in text; else the column stays text.",
                columns=", ".join(f"**{n}**" for n in names[:5]),
            ),
            icon=":material/event:",
        )


def _unclear_commas(upload: Upload, options: ReadOptions) -> None:
    """Say how numbers such as 30,072 are taken, where they can be read both ways."""
    names = unclear_commas(upload.path, options) if upload.path.suffix != ".zip" else []
    if not names:
        return
    columns = ", ".join(f"**{escaped(n)}**" for n in names[:5])
    taken = (
        _("{columns}: 30,072 is taken for 30.072. Choose Point where the comma parts thousands.", columns=columns)
        if options.decimal == ","
        else _("{columns}: 30,072 is taken for 30072. Choose Comma where the comma is decimal.", columns=columns)
    )
    st.warning(taken, icon=":material/decimal_increase:")


def _missing(found: ReadOptions, prefix: str) -> tuple[str, ...]:
    marks = st.multiselect(
        _("Cells that mean a missing value, besides empty ones"),
        list(dict.fromkeys([*found.missing, *found.missing_in_numbers])),
        default=list(found.missing),
        accept_new_options=True,
        placeholder=_("None: type or choose one"),
        key=f"{prefix}_missing",
        help=_("In columns of numbers the marks offered count as missing anyway; in columns of words those chosen do."),
    )
    return tuple(marks)


def _preview(upload: Upload, options: ReadOptions) -> pd.DataFrame | SekkeiError:
    if upload.seen is None or upload.seen[0] != options:
        try:
            made: pd.DataFrame | SekkeiError = preview(upload.path, options, PREVIEW_ROWS, file_name=upload.name)
        except SekkeiError as error:
            made = error
        upload.seen = (options, made)
    return upload.seen[1]


def _rows(frame: pd.DataFrame, key: str) -> None:
    schema = schema_of(frame)
    missing = int(frame.isna().to_numpy().sum())
    seen = [
        wording.columns(len(schema)),
        ngettext("the first row", "the first {count:,} rows", len(frame)),
        ngettext("{count} missing value among them", "{count:,} missing values among them", missing),
    ]
    page_header.section(_("Preview"), wording.listed(seen))
    st.dataframe(
        frame,
        height=300,
        hide_index=True,
        placeholder=row_columns.MISSING,
        key=f"{key}_preview",
        alt=_("The first rows of the file, as they would be imported"),
        column_config=row_columns.named(frame, types=True),
    )
