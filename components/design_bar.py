"""The designer's top bar: what is open, whether it is kept, and what can be done with it as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import streamlit as st

from components.language import N_, _, ngettext, said
from components.markdown import escaped

Act = Literal["undo", "redo", "save", "validate", "run", "cancel"]

MENU = {
    "new": N_("New pipeline"),
    "open": N_("Open"),
    "sample": N_("New from a sample"),
    "import": N_("Import YAML"),
    "export": N_("Export YAML"),
    "revisions": N_("Revisions"),
    "rename": N_("Rename"),
    "name_revision": N_("Save with a name"),
    "settings": N_("Pipeline parameters"),
    "duplicate": N_("Duplicate"),
    "delete": N_("Delete"),
    "keys": N_("Keyboard shortcuts"),
    "close": N_("Close"),
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
        st.badge(_("Revision {revision}", revision=revision), color="gray")
        if not kept:
            st.badge(_("Not saved"), icon=":material/warning:", color="red")
        elif changed:
            st.badge(_("Draft saved"), icon=":material/edit:", color="orange")
        else:
            st.badge(_("Saved"), icon=":material/check:", color="green")
        st.space("stretch")
        _button(
            "undo",
            "",
            ":material/undo:",
            _("Undo: {act}", act=said(undo)) if undo else _("Nothing to undo"),
            key,
            on_act,
            shortcut="Ctrl+Z",
            disabled=undo is None,
        )
        _button(
            "redo",
            "",
            ":material/redo:",
            _("Redo: {act}", act=said(redo)) if redo else _("Nothing to redo"),
            key,
            on_act,
            shortcut="Ctrl+Shift+Z",
            disabled=redo is None,
        )
        st.menu_button(
            _("More"),
            list(MENU),
            key=f"{key}.menu",
            format_func=lambda e: said(MENU[e]),
            type="tertiary",
            on_click=chosen,
        )
        _button(
            "save",
            _("Save"),
            ":material/save:",
            _("Keep this as a revision that can be restored"),
            key,
            on_act,
            type="secondary",
            disabled=not changed,
        )
        _button(
            "validate", _("Validate"), ":material/rule:", _("Look at the problems found"), key, on_act, type="secondary"
        )
        if running:
            _button("cancel", _("Cancel"), ":material/stop:", _("Stop the run"), key, on_act, type="secondary")
        else:
            help = (
                ngettext("{count} problem to mend first", "{count} problems to mend first", errors)
                if errors
                else _("Save a revision and run it")
            )
            _button("run", _("Run"), ":material/play_arrow:", help, key, on_act, type="primary")
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
