"""Importing a file: what was found in it is shown with its rows before it is kept, and can be corrected."""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from components import error_box, page_header, row_columns, wording
from components.language import N_, _, ngettext, said, shown
from pipelines.datasets import FORMATS, ReadOptions, preview, sheets, sniff
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
TITLES = {"csv": N_("Delimited text"), "parquet": "Parquet", "excel": N_("Excel workbook"), "jsonl": N_("JSON lines")}


@dataclass(frozen=True)
class ImportOrder:
    """What the visitor wants imported: the file at ``path``, known as ``file_name``, read with ``options``."""

    name: str
    path: Path
    file_name: str
    options: ReadOptions
    description: str | None


@dataclass
class _Upload:
    """The uploaded file on disk, in a folder that goes with the session."""

    id: str
    path: Path
    found: ReadOptions | None = None
    error: SekkeiError | None = None
    seen: tuple[ReadOptions, pd.DataFrame | SekkeiError] | None = None


def show(known: Collection[str], *, key: str, name: str = "") -> ImportOrder | None:
    """Draw the panel; the order when Import was pressed. ``known``: the datasets there are, to tell of a new version;
    ``name``: the one to propose, instead of the file's.
    """
    given = st.file_uploader(
        _("File to import"),
        type=[suffix.removeprefix(".") for suffix in FORMATS],
        max_upload_size=settings().max_upload_mib,
        key=f"{key}_file",
        label_visibility="collapsed",
    )
    if given is None:
        _forget(key)
        st.caption(_("CSV, TSV, Parquet, Excel or JSON lines. You see first how the file is read."))
        return None
    upload = _keep(given, key)
    if upload.error is not None or upload.found is None:
        error_box.show(upload.error or SekkeiError(N_("The file could not be read.")), key=f"{key}_bad")
        return None
    name, description, button = _naming(name or given.name, upload.id, known, key)
    with st.container(border=True, gap="small"):
        options = _corrections(upload, key)
    frame = _preview(upload, options, given.name)
    if isinstance(frame, SekkeiError):
        error_box.show(frame, key=f"{key}_unreadable")
    else:
        _rows(frame, key)
    if button.button(
        _("Import"),
        type="primary",
        icon=":material/upload:",
        key=f"{key}_go",
        disabled=isinstance(frame, SekkeiError) or not name.strip(),
        width="stretch",
    ):
        return ImportOrder(name, upload.path, given.name, options, description or None)
    return None


def _keep(given: Any, key: str) -> _Upload:
    """The upload on disk, where readers can look at it more than once; found out about once."""
    kept: _Upload | None = st.session_state.get(f"{key}_upload")
    if kept is not None and kept.id == given.file_id:
        return kept
    _forget(key)
    folder = Path(tempfile.mkdtemp(prefix="sekkei-import-"))
    path = folder / f"upload{Path(given.name).suffix.lower()[:12]}"
    given.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(given, file)
    kept = _Upload(given.file_id, path)
    weakref.finalize(kept, shutil.rmtree, folder, ignore_errors=True)  # also when the session is forgotten
    try:
        kept.found = sniff(path, given.name)
    except SekkeiError as error:
        kept.error = error
    st.session_state[f"{key}_upload"] = kept
    return kept


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


def _corrections(upload: _Upload, key: str) -> ReadOptions:
    """The widgets of the file's format, beginning with what was found."""
    found = upload.found
    assert found is not None
    prefix = f"{key}_{upload.id}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{_('How the file is read')}**", width="content")
        st.badge(shown(TITLES[found.format]), color="gray")
        st.caption(wording.size(upload.path.stat().st_size), width="content")
    changes: dict[str, Any] = {}
    if found.format == "csv":
        changes = _text_options(found, prefix)
    elif found.format == "excel":
        changes = _sheet_options(upload, found, prefix)
    if found.format in ("csv", "excel"):
        changes["missing"] = _missing(found, prefix)
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


def _sheet_options(upload: _Upload, found: ReadOptions, prefix: str) -> dict[str, Any]:
    a, b = st.columns(2, gap="small", vertical_alignment="bottom")
    names = list(sheets(upload.path))
    place = names.index(found.sheet) if found.sheet in names else 0
    return {
        "sheet": a.selectbox(_("Sheet"), names, index=place, key=f"{prefix}_sheet"),
        "header": b.toggle(_("First row is names"), value=found.header, key=f"{prefix}_header"),
    }


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


def _preview(upload: _Upload, options: ReadOptions, file_name: str) -> pd.DataFrame | SekkeiError:
    if upload.seen is None or upload.seen[0] != options:
        try:
            made: pd.DataFrame | SekkeiError = preview(upload.path, options, PREVIEW_ROWS, file_name=file_name)
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
    page_header.section(_("Preview"), ", ".join(seen))
    st.dataframe(
        frame,
        height=300,
        hide_index=True,
        placeholder="",
        key=f"{key}_preview",
        alt=_("The first rows of the file, as they would be imported"),
        column_config=row_columns.named(frame, types=True),
    )
