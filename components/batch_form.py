"""Scoring many rows: which model, which rows, and where the predictions go."""

from __future__ import annotations

import re
import shutil
import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from components import engine_choice, model_picker, page_header
from components.language import N_, _, said
from pipelines.datasets import FORMATS
from pipelines.settings import settings
from pipelines.tracking import RegisteredModel

SOURCES = {"dataset": N_("Dataset"), "file": N_("File")}
OUTPUTS = {"csv": N_("CSV file"), "parquet": N_("Parquet file"), "dataset": N_("New dataset")}


@dataclass(frozen=True)
class BatchOrder:
    """What is to be scored. ``file`` is an upload on its way; else ``dataset``.

    ``engine``: what scores; empty: as set up.
    """

    model_uri: str
    output: str
    dataset: str | None = None
    file: Path | None = None
    engine: str = ""

    def source(self, uploads: Path) -> str:
        """What the job reads: the dataset's name, or the file, moved to where the job finds it."""
        if self.file is None:
            return self.dataset or ""
        folder = uploads / uuid.uuid4().hex
        folder.mkdir()
        return str(shutil.move(self.file, folder / self.file.name))


def show(models: Sequence[RegisteredModel], datasets: Sequence[str], *, wanted: str, key: str) -> BatchOrder | None:
    """Draw the form; the order when Score was pressed."""
    page_header.section(_("Score rows"))
    with st.container(border=True, gap="small"):
        uri = model_picker.show(models, wanted=wanted, key=f"{key}_model")
        source = st.segmented_control(
            _("Rows from"),
            list(SOURCES),
            default="dataset",
            format_func=lambda s: said(SOURCES[s]),
            required=True,
            key=f"{key}_source",
            width="stretch",
        )
        dataset, given = None, None
        if source == "file":
            given = st.file_uploader(
                _("File"),
                type=[s.removeprefix(".") for s in FORMATS],
                max_upload_size=settings().max_upload_mib,
                key=f"{key}_file",
                label_visibility="collapsed",
            )
        else:
            dataset = st.selectbox(
                _("Dataset"), datasets, index=None, placeholder=_("Choose a dataset"), key=f"{key}_dataset"
            )
        output = st.segmented_control(
            _("Predictions to"),
            list(OUTPUTS),
            default="csv",
            required=True,
            format_func=lambda o: said(OUTPUTS[o]),
            key=f"{key}_output",
            width="stretch",
        )
        target = ""
        if output == "dataset":
            proposed = f"{dataset or (Path(given.name).stem if given else 'rows')}-scored"
            target = st.text_input(_("Dataset name"), value=proposed, max_chars=100, key=f"{key}_target_{proposed}")
        engine = engine_choice.show(key=f"{key}_engine")
        ready = bool(uri and (dataset or given) and (output != "dataset" or target.strip()))
        sent = st.button(
            _("Score rows"), type="primary", icon=":material/play_arrow:", key=f"{key}_go", disabled=not ready
        )
        st.caption(
            _("The rows need the columns that the model asks for; others are passed through. Files may be long.")
        )
    if not sent or not uri:
        return None
    goes_to = f"dataset:{target.strip()}" if output == "dataset" else str(output)
    if given is not None:
        return BatchOrder(uri, goes_to, file=_on_disk(given), engine=engine)
    return BatchOrder(uri, goes_to, dataset=dataset, engine=engine)


def _on_disk(given: Any) -> Path:
    """The upload as a file; who gets the order moves it to where the job finds it."""
    stem = re.sub(r"[^\w-]+", "-", Path(given.name).stem).strip("-")[:80] or "rows"
    path = Path(tempfile.mkdtemp(prefix="sekkei-batch-")) / f"{stem}{Path(given.name).suffix.lower()[:12]}"
    given.seek(0)
    with path.open("wb") as file:
        shutil.copyfileobj(given, file)
    return path
