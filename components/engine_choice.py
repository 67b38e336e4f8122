"""What a batch job is scored by: the choice, and the words for it."""

from __future__ import annotations

import streamlit as st

from components.language import N_, _, said
from pipelines.batch.engines import offered

NAMES = {"": N_("The default"), "local": N_("This machine"), "spark": N_("Spark")}


def show(*, key: str) -> str:
    """Draw the choice; the engine's name, empty for the default."""
    found = offered()
    chosen = st.segmented_control(
        _("Scored by"),
        ["", *found],
        default="",
        format_func=name,
        required=True,
        key=key,
        help=_(
            "The default is the version's, else what SEKKEI_BATCH_ENGINE says. SEKKEI_SPARK_MASTER says where Spark is."
        )
        if "spark" in found
        else _("For Spark, pip install pyspark, and set SEKKEI_SPARK_MASTER."),
    )
    return str(chosen or "")


def name(engine: str) -> str:
    """An engine as visitors read it."""
    return said(NAMES.get(engine, engine))
