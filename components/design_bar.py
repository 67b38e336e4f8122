"""The designer's top bar: what is open, whether it is kept, and what can be done with it as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from components.markdown import escaped

Act = Literal["undo", "redo", "save", "validate", "run", "cancel"]

MENU = {
    "new": "New pipeline",
    "open": "Open",
    "sample": "New from a sample",
    "import": "Import YAML",
    "export": "Export YAML",
    "revisions": "Revisions",
    "rename": "Rename",
    "name_revision": "Save with a name",
    "settings": "Pipeline parameters",
    "duplicate": "Duplicate",
    "delete": "Delete",
    "keys": "Keyboard shortcuts",
    "close": "Close",
}


def show(
    name: str,
    revision: int,
    *,
    changed: bool,
    kept: bool,
    undo: str | None,
    redo: str | None,
    errors: int,
    running: bool,
    key: str,
    on_act: Callable[[Act], None],
    on_menu: Callable[[str], None],
    run_menu: Callable[[], None],
) -> None:
    """Draw the bar. ``changed``: the draft differs from revision ``revision``; ``kept``: the draft is saved.

    ``undo`` and ``redo`` say what they would do. A button gives ``on_act`` its name, the menu ``on_menu`` its entry;
    ``run_menu`` draws what stands beside Run.
    """

    def chosen() -> None:
        if picked := st.session_state.get(f"{key}.menu"):
            on_menu(picked)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=key):
        st.subheader(escaped(name), anchor=False, width="content")
        st.badge(f"Revision {revision}", color="gray")
        if not kept:
            st.badge("Not saved", icon=":material/warning:", color="red")
        elif changed:
            st.badge("Draft saved", icon=":material/edit:", color="orange")
        else:
            st.badge("Saved", icon=":material/check:", color="green")
        st.space("stretch")
        _button(
            "undo",
            "",
            ":material/undo:",
            f"Undo: {undo}" if undo else "Nothing to undo",
            key,
            on_act,
            shortcut="Ctrl+Z",
            disabled=undo is None,
        )
        _button(
            "redo",
            "",
            ":material/redo:",
            f"Redo: {redo}" if redo else "Nothing to redo",
            key,
            on_act,
            shortcut="Ctrl+Shift+Z",
            disabled=redo is None,
        )
        st.menu_button(
            "More", list(MENU), key=f"{key}.menu", format_func=MENU.__getitem__, type="tertiary", on_click=chosen
        )
        _button(
            "save",
            "Save",
            ":material/save:",
            "Keep this as a revision that can be restored",
            key,
            on_act,
            type="secondary",
            disabled=not changed,
        )
        _button("validate", "Validate", ":material/rule:", "Look at the problems found", key, on_act, type="secondary")
        if running:
            _button("cancel", "Cancel", ":material/stop:", "Stop the run", key, on_act, type="secondary")
        else:
            help = (
                f"{errors} problem{'' if errors == 1 else 's'} to mend first"
                if errors
                else "Save a revision and run it"
            )
            _button("run", "Run", ":material/play_arrow:", help, key, on_act, type="primary")
        run_menu()


def _button(
    act: Act,
    label: str,
    icon: str,
    help: str,
    key: str,
    on_act: Callable[[Act], None],
    *,
    type: Literal["primary", "secondary", "tertiary"] = "tertiary",
    shortcut: str | None = None,
    disabled: bool = False,
) -> None:
    st.button(
        label,
        icon=icon,
        help=help,
        key=f"{key}.{act}",
        on_click=on_act,
        args=(act,),
        type=type,
        shortcut=shortcut,
        disabled=disabled,
    )
