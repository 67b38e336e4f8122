"""Library: every step type and algorithm, what it does, an example, its parameters, the same in code."""

import streamlit as st

from components import error_box, guard, library_entry, page_header, session, step_palette
from components.language import _, said
from pipelines.algorithms.library import ALGORITHMS
from pipelines.steps.library import STEP_TYPES, problems

guard.require_user()
page_header.show(_("Library"), "menu_book")

entry = session.query("entry") or next(iter(STEP_TYPES))
for problem in problems():
    st.warning(said(problem.said), icon=":material/warning:")
left, right = st.columns([4, 9], gap="medium")
with left.container(border=True, key="library_list"):
    step_palette.browse(
        entry, key="library_palette", height=680, on_pick=lambda picked: session.set_query(entry=picked)
    )

step_type, _slash, algorithm = entry.partition("/")
with right, error_box.shown("library_entry"):
    if algorithm in ALGORITHMS:
        library_entry.show_algorithm(ALGORITHMS[algorithm], key=f"library_{algorithm}")
    elif step_type in STEP_TYPES:
        library_entry.show_step(STEP_TYPES[step_type], key=f"library_{step_type}")
    else:
        page_header.empty(_("There is no such entry in the library."), icon="menu_book")
