"""Where a batch job is computed: the choice, and the words for it."""

from __future__ import annotations

import streamlit as st

from components.language import N_, _, said
from pipelines.batch.engines import offered
from pipelines.settings import settings

NAMES = {"": N_("The default"), "local": N_("This machine"), "spark": N_("Spark")}


def show(*, key: str) -> str:
    """Draw the choice; the engine's name, empty for the default."""
    found = offered()
    chosen = st.segmented_control(
        _("Computed on"),
        ["", *found],
        default="",
        format_func=name,
        required=True,
        key=key,
        help=_(
            "Where the rows are computed. The default is {engine}, unless the model's version says otherwise; "
            "SEKKEI_BATCH_ENGINE changes it. {spark}",
            engine=name(settings().batch_engine),
            spark=_("SEKKEI_SPARK_MASTER says where Spark is.")
            if "spark" in found
            else _("For Spark, pip install pyspark, and set SEKKEI_SPARK_MASTER."),
        ),
    )
    return str(chosen or "")


def name(engine: str) -> str:
    """An engine as visitors read it."""
    return said(NAMES.get(engine, engine))
