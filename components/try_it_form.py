"""Trying a model: a form made from what it asks for, filled with a real row; it never asks for the label."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from components import charts, contract_table, theme, wording
from components.language import _, said
from components.markdown import escaped
from pipelines.chain.anomalies import ANOMALY
from pipelines.chain.contract import Contract, ContractColumn
from pipelines.schema import ColumnType
from pipelines.serving.measure import shares as shares_of

LABELS, SHARES = "Scored Labels", "Scored Probabilities"
ABREAST, TALL = 3, 470
MENU = 200  # values seen in training; a contract holds no more


def show(contract: Contract, example: Mapping[str, Any], *, key: str) -> dict[str, Any] | None:
    """Draw the form; the row when Predict was pressed. An empty field is a missing value, where that may be."""
    with st.form(f"{key}_form", border=True):
        with st.container(height=TALL if len(contract.columns) > 18 else "content", border=False):
            row = _fields(contract.columns, example, key)
        sent = st.form_submit_button(_("Predict"), type="primary", icon=":material/bolt:", key=f"{key}_send")
    return row if sent else None


def _fields(columns: Sequence[ContractColumn], example: Mapping[str, Any], key: str) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for start in range(0, len(columns), ABREAST):
        places = st.columns(ABREAST, gap="small", vertical_alignment="bottom")
        for i, (place, c) in enumerate(zip(places, columns[start : start + ABREAST], strict=False), start):
            row[c.name] = _field(place, c, example.get(c.name, c.example), f"{key}_{i}")
    return row


def answer(prediction: Mapping[str, Any], task: str = "", *, contract: Contract | None = None, key: str) -> None:
    """Draw a prediction: its label large, its probabilities as bars; of an anomaly the score.

    A ``contract`` that tells the two classes has the threshold between them marked.
    """
    with st.container(border=True, gap="small", key=f"{key}_answer"):
        if LABELS in prediction:
            name = contract.label if contract is not None else ""
            title = _("Prediction of {label}", label=escaped(name)) if name else _("Prediction")
            st.metric(title, label_words(prediction[LABELS], task))
        shares = probabilities(prediction, contract) if task != "anomaly" else {}
        if task == "anomaly" and prediction.get(SHARES) is not None:
            st.metric(
                _("Score"),
                wording.number(prediction[SHARES]),
                help=_("From 0 to 1, above 0.5 for anomalies; it is no probability."),
            )
        if shares:
            least = _thresholds(contract, shares)
            charts.draw(_share_bars(shares, least), key=f"{key}_shares", alt_text=_("Probability of each class"))
            if contract is not None and least:
                second = contract.classes[1]
                st.caption(
                    _("From a probability of {least:g} (the line): {label}", label=escaped(second), least=least[second])
                )
        with st.expander(_("The answer as it is"), key=f"{key}_raw"):
            st.code(json.dumps(dict(prediction), indent=1, ensure_ascii=False, default=str), language="json")


def _thresholds(contract: Contract | None, shares: Mapping[str, float]) -> dict[str, float]:
    """The probability from which each of two classes is the answer; none for more, where the likeliest is."""
    if contract is None or len(contract.classes) != 2 or set(shares) != set(contract.classes):
        return {}
    least = 0.5 if contract.threshold is None else contract.threshold
    return {contract.classes[0]: 1 - least, contract.classes[1]: least}


def _share_bars(shares: Mapping[str, float], least: Mapping[str, float]) -> Any:
    """Bars with their numbers, and a line where a class becomes the answer."""
    colours, height = theme.palette(), 60 + 32 * len(shares)
    rows = [{"label": c, "share": v, "text": f"{v:.3f}", "least": least.get(c)} for c, v in shares.items()]
    base = alt.Chart(pd.DataFrame(rows), height=height).encode(
        y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(labelLimit=160, grid=False, labelOverlap=False))
    )
    scale, axis = alt.Scale(domain=[0, 1.4]), alt.Axis(values=[0, 0.5, 1])
    share = alt.X("share:Q", title=_("Probability"), scale=scale, axis=axis)
    told = [alt.Tooltip("label:N", title=_("value")), alt.Tooltip("share:Q", title=_("Probability"))]
    bars = base.mark_bar(color=colours.blue, opacity=0.85).encode(x=share, tooltip=told)
    numbers = base.mark_text(align="left", dx=5, color=colours.text).encode(x=share, text="text:N")
    if not least:
        return bars + numbers
    return bars + numbers + base.mark_tick(color=colours.orange, thickness=3, size=28).encode(x="least:Q")


def label_words(label: Any, task: str) -> str:
    """A label as a person reads it."""
    if task == "anomaly" and label is not None:
        return _("anomaly") if label == ANOMALY else _("normal")
    return wording.number(label) if isinstance(label, float) else str(label)


def probabilities(prediction: Mapping[str, Any], contract: Contract | None = None) -> dict[str, float]:
    """The probability of each class, the likeliest first. Of two classes a model tells only the second's."""
    if contract is not None and contract.classes and (told := shares_of(contract, prediction)):
        return dict(sorted(told.items(), key=lambda pair: -pair[1]))
    found = {
        k.removeprefix(SHARES).removeprefix("_"): v
        for k, v in prediction.items()
        if k.startswith(SHARES) and v is not None
    }
    if list(found) == [""]:
        label, share = prediction.get(LABELS), found[""]
        own = share if share > 0.5 else 1 - share
        return {str(label): own, _("not {label}", label=label): 1 - own}
    return dict(sorted(found.items(), key=lambda pair: -pair[1]))


def example_row(contract: Contract, example: Mapping[str, Any]) -> dict[str, Any]:
    """A row to show callers: the real one, with its gaps filled from the contract."""
    return {c.name: example.get(c.name, c.example) for c in contract.columns}


def _field(place: Any, c: ContractColumn, value: Any, key: str) -> Any:
    value = None if isinstance(value, float) and pd.isna(value) else value
    note = contract_table.seen(c)
    parts = [
        said(c.type.value),
        _("in training {values}", values=note) if note else "",
        "" if c.required else _("may be left empty"),
    ]
    told = "; ".join(filter(None, parts))
    if c.type is ColumnType.BOOLEAN:
        options = [True, False] if c.required else [True, False, None]
        place_of = options.index(value) if value in options else len(options) - 1
        words = {True: _("true"), False: _("false"), None: _("missing")}
        return place.selectbox(c.name, options, index=place_of, format_func=words.__getitem__, key=key, help=told)
    if c.type.is_numeric:
        return _number(place, c, value, told, key)
    if c.categories and len(c.categories) < MENU:
        options = [str(v) for v in c.categories]
        place_of = options.index(str(value)) if value is not None and str(value) in options else None
        return place.selectbox(
            c.name, options, index=place_of, accept_new_options=True, placeholder=_("missing"), key=key, help=told
        )
    plain = "" if value is None else str(value)
    if c.type is ColumnType.DATETIME:
        plain = plain.removesuffix("T00:00:00")  # a day
    text = place.text_input(c.name, value=plain, key=key, help=told)
    return text if text or c.required else None


def _number(place: Any, c: ContractColumn, value: Any, told: str, key: str) -> int | float | None:
    whole = c.type is ColumnType.INTEGER
    given = None if value is None else int(value) if whole else float(value)
    shown: Any = place.number_input(
        c.name,
        value=given,
        step=1 if whole else None,
        format="%d" if whole else "%g",
        placeholder=None if c.required else _("missing"),
        key=key,
        help=told,
    )
    return shown
