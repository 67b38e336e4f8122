"""What would change the answer to a row: the smallest changes in a table, and the target to get to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import streamlit as st

from components import error_box, row_columns, wording
from components.answer_reasons import signed, value
from components.language import _
from pipelines.chain.explain import NUMBERS
from pipelines.chain.predictor import LABELS
from pipelines.errors import SekkeiError
from pipelines.serving.counterfactuals import Counterfactual, Counterfactuals

Look = Callable[[float | str | None], Counterfactuals]


def show(
    answer: Mapping[str, Any],
    classes: tuple[str, ...],
    look: Look,
    *,
    task: str,
    label: Callable[[Any], str],
    key: str,
) -> None:
    """Draw what changes ``answer``; ``look`` finds it for a target, which is asked for where there is a choice."""
    st.markdown("**" + _("What would change the answer") + "**")
    is_number = task in NUMBERS
    target = _target(answer, classes, is_number, key)
    found = _kept(look, target, key)
    if found is None:
        return
    if not found.found:
        st.caption(_("No change of one or two columns to values that training saw is enough."))
        return
    if is_number and target is None:
        st.caption(_("The strongest change up and down for each column, with values that training saw."))
    else:
        st.caption(_("The smallest changes that are enough, with values that training saw."))
    table = pd.DataFrame([_line(one, answer, is_number, label) for one in found.found])
    st.dataframe(
        table,
        hide_index=True,
        height="content",
        placeholder=row_columns.MISSING,
        key=f"{key}_table",
        alt=_("Changes and their answers"),
    )


def _target(answer: Mapping[str, Any], classes: tuple[str, ...], is_number: bool, key: str) -> float | str | None:
    if is_number:
        target: float | None = st.number_input(
            _("Prediction to reach"),
            value=None,
            format="%g",
            placeholder=wording.number(answer.get(LABELS)),
            width=220,
            help=_("Left empty, the strongest changes are shown."),
            key=f"{key}_number",
        )
        return target
    others = [c for c in classes if c != str(answer.get(LABELS))]
    if len(others) < 2:
        return None
    chosen: str | None = st.selectbox(
        _("Class to get to"), others, index=None, placeholder=_("any other"), width=220, key=f"{key}_class"
    )
    return chosen


def _kept(look: Look, target: float | str | None, key: str) -> Counterfactuals | None:
    """What was found for the target; asked for once."""
    place = f"{key}_found"
    kept: dict[Any, Counterfactuals] = st.session_state.setdefault(place, {})
    if target not in kept:
        try:
            with st.spinner(_("Other values are tried …")):
                kept[target] = look(target)
        except SekkeiError as error:
            error_box.show(error, key=f"{key}_refused")
            return None
    return kept[target]


def forget(key: str) -> None:
    """Have everything looked for anew, as there is another row."""
    st.session_state.pop(f"{key}_found", None)


def _line(
    found: Counterfactual, answer: Mapping[str, Any], is_number: bool, label: Callable[[Any], str]
) -> dict[str, str]:
    changes = ", ".join(f"{c.column} {value(c.before)} → {value(c.after)}" for c in found.changes)
    line = {_("Change"): changes}
    if is_number:
        line[_("Prediction")] = wording.number(found.label)
        line[_("Difference")] = signed(float(found.label) - float(answer[LABELS]))
        return line
    line[_("Prediction")] = label(found.label)
    if found.value is not None:
        line[_("Probability")] = f"{found.value:.3f}"
    return line
