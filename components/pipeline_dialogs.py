"""The designer's dialogs: everything that is done with a pipeline as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol

import streamlit as st

from components import error_box, pipeline_settings, run_dialog, shortcuts
from components.design_bar import MENU
from components.language import N_, _, said
from components.wording import ago
from pipelines.document import codec
from pipelines.document.difference import difference
from pipelines.document.edits import Edit
from pipelines.document.model import PipelineDocument
from pipelines.document.store import PipelineInfo, RevisionInfo
from pipelines.errors import SekkeiError
from pipelines.samples.gallery import Sample


class Actions(Protocol):
    """What the dialogs ask for and do; a SekkeiError is drawn in the dialog, which then stays open."""

    def document(self) -> PipelineDocument | None: ...
    def pipelines(self) -> Sequence[PipelineInfo]: ...
    def samples(self) -> Sequence[Sample]: ...
    def datasets(self) -> Sequence[str]: ...
    def revisions(self) -> Sequence[RevisionInfo]: ...
    def revision(self, number: int) -> PipelineDocument: ...
    def open(self, pipeline: str) -> None: ...
    def create(self, document: PipelineDocument) -> None: ...
    def create_from_sample(self, name: str) -> None: ...
    def restore(self, number: int) -> None: ...
    def rename(self, name: str) -> None: ...
    def delete(self) -> None: ...
    def free_name(self, name: str) -> str: ...
    def run(self, wanted: run_dialog.Wanted) -> None: ...
    def experiments(self) -> Sequence[str]: ...
    def name_revision(self, name: str) -> None: ...
    def apply(self, *edits: Edit) -> None: ...
    def refused(self) -> SekkeiError | None: ...


TITLES = MENU | {"run_with": N_("Run with")}


def ask(kind: str, *, key: str) -> None:
    """Open a dialog of ``MENU`` in the next run."""
    st.session_state[key] = kind


def show(actions: Actions, *, key: str) -> None:
    """Draw the dialog asked for, if there is one."""
    kind = st.session_state.get(key)
    if kind not in _BODIES or (actions.document() is None and kind not in _ALWAYS):
        return
    width: Literal["small", "medium"] = (
        "medium" if kind in ("revisions", "export", "import", "keys", "settings") else "small"
    )

    @st.dialog(said(TITLES[kind]), width=width, on_dismiss=lambda: _close(key))
    @error_box.guarded(f"{key}.error")
    def body() -> None:
        # Drawn again without the page, after an edit of its own: the document is always the one that is open now.
        _BODIES[kind](actions.document(), actions, key)

    body()


def _close(key: str) -> None:
    st.session_state.pop(key, None)


def _submit(label: str, act: Callable[[], None], key: str, *, disabled: bool = False) -> None:
    """The dialog's own button: does it and closes, or draws why not."""
    if st.button(label, type="primary", key=f"{key}.submit", disabled=disabled):
        try:
            act()
        except SekkeiError as error:
            error_box.show(error, key=f"{key}.refused")
        else:
            _close(key)
            st.rerun()


def _new(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    name = st.text_input(_("Name"), key=f"{key}.name", max_chars=100, placeholder="customer-churn")
    dataset = st.selectbox(
        _("Begin with the dataset"), actions.datasets(), index=None, key=f"{key}.dataset", placeholder=_("None")
    )
    _submit(_("Create"), lambda: actions.create(new_document(name, dataset)), key, disabled=not name.strip())


def _open(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    found = {p.id: p for p in actions.pipelines()}
    chosen = st.selectbox(
        _("Pipeline"),
        list(found),
        index=None,
        key=f"{key}.pipeline",
        placeholder=_("Type to search"),
        format_func=lambda i: f"{found[i].name}  ·  {ago(found[i].updated_at)}",
    )
    _submit(_("Open"), lambda: actions.open(chosen or ""), key, disabled=chosen is None)


def _sample(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    found = {s.name: s for s in actions.samples()}
    chosen = st.radio(
        _("Sample"),
        list(found),
        key=f"{key}.sample",
        format_func=lambda n: said(found[n].title),
        captions=[f"{said(s.sentence)} ({said(s.task)})" for s in found.values()],
    )
    _submit(_("Create"), lambda: actions.create_from_sample(chosen or ""), key, disabled=chosen is None)


def _import(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    file = st.file_uploader(_("YAML or JSON file"), type=["yaml", "yml", "json"], key=f"{key}.file")
    text = st.text_area(_("or its text"), key=f"{key}.text", height=180, placeholder="format: 1\nname: ...")

    def create() -> None:
        given = codec.loads(file.getvalue() if file is not None else text)
        actions.create(given.model_copy(update={"name": actions.free_name(given.name)}))

    _submit(_("Import"), create, key, disabled=file is None and not text.strip())


def _export(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    assert document is not None
    text = codec.dumps(document)
    st.download_button(
        _("Download"),
        text,
        f"{document.name}.yaml",
        "application/yaml",
        icon=":material/download:",
        key=f"{key}.download",
        on_click="ignore",
    )
    st.code(text, language="yaml", height=420)


def _revisions(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    assert document is not None
    found = {r.number: r for r in actions.revisions()}

    def label(number: int) -> str:
        each = found[number]
        return "  ·  ".join(filter(None, [_("Revision {number}", number=number), ago(each.created_at), each.note]))

    numbers = list(found)
    says_the_same = bool(numbers) and not difference(document, actions.revision(numbers[0]))
    before = 1 if says_the_same and len(numbers) > 1 else 0
    chosen = st.selectbox(_("Revision"), numbers, index=before, key=f"{key}.number", format_func=label)
    if chosen is None:
        return
    then = actions.revision(chosen)
    changes = [said(line) for line in difference(document, then)]
    st.markdown(
        ("**" + _("What restoring it would change") + "**") if changes else _("It says the same as what is open.")
    )
    if changes:
        st.code("\n".join(changes), language=None, wrap_lines=True, height=150)
    with st.expander(_("Its YAML"), key=f"{key}.yaml"):
        st.code(codec.dumps(then), language="yaml", height=260)
    _submit(_("Restore"), lambda: actions.restore(chosen), key, disabled=not changes)


def _rename(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    assert document is not None
    name = st.text_input(_("Name"), document.name, key=f"{key}.name", max_chars=100)
    _submit(_("Rename"), lambda: actions.rename(name), key, disabled=not name.strip() or name == document.name)


def _duplicate(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    assert document is not None
    copied = document
    name = st.text_input(_("Name of the copy"), actions.free_name(document.name), key=f"{key}.name", max_chars=100)
    _submit(
        _("Duplicate"),
        lambda: actions.create(copied.model_copy(update={"name": name.strip()})),
        key,
        disabled=not name.strip(),
    )


def _delete(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    assert document is not None
    st.markdown(_("The pipeline and its draft go. Its runs and published models stay."))
    _submit(_("Delete"), actions.delete, key)


def new_document(name: str, dataset: str | None) -> PipelineDocument:
    """An empty document, or one that begins with a dataset."""
    steps = [{"id": "data", "type": "dataset", "params": {"dataset": dataset}}] if dataset else []
    return PipelineDocument.model_validate({"name": name.strip(), "steps": steps})


def _run_with(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    assert document is not None
    wanted = run_dialog.show(document, actions.experiments(), key=key)
    _submit(_("Run"), lambda: actions.run(wanted), key)


def _name_revision(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    name = st.text_input(
        _("Name of the revision"), key=f"{key}.revision", max_chars=100, placeholder=_("before tuning")
    )
    _submit(_("Save"), lambda: actions.name_revision(name.strip()), key, disabled=not name.strip())


def _settings(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    assert document is not None
    pipeline_settings.show(document, key=key, on_edit=actions.apply)
    if (error := actions.refused()) is not None:
        error_box.show(error, key=f"{key}.refused")


def _keys(document: PipelineDocument | None, actions: Actions, key: str) -> None:
    shortcuts.show_list()


_ALWAYS = {"new", "open", "sample", "import", "keys"}
_BODIES: dict[str, Callable[[PipelineDocument | None, Actions, str], None]] = {
    "new": _new,
    "open": _open,
    "sample": _sample,
    "import": _import,
    "export": _export,
    "revisions": _revisions,
    "rename": _rename,
    "duplicate": _duplicate,
    "delete": _delete,
    "keys": _keys,
    "run_with": _run_with,
    "name_revision": _name_revision,
    "settings": _settings,
}
