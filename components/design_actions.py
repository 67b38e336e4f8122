"""What the designer's bar, menu and dialogs do, on this session's workspace and open design."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from components import (
    diagnostics_list,
    error_box,
    pipeline_dialogs,
    publish_run,
    run_dialog,
    session,
    step_acts,
    step_clipboard,
    wording,
)
from components.design import Design, close, current, open_design, tell_address
from components.language import _, ngettext, said
from components.pipeline_canvas import Intent
from pipelines.document.edits import AddStep, Edit
from pipelines.document.model import PipelineDocument
from pipelines.document.store import PipelineInfo, RevisionInfo
from pipelines.errors import NotFoundError, SekkeiError
from pipelines.samples.gallery import Sample
from pipelines.templates import Question

DIALOG = "designer.dialog"
PANEL = "designer.panel"
PALETTE = "palette.open"
PUBLISHED = "designer.publish"


def act(name: str) -> None:
    """Do what a button of the bar asks for."""
    design = current()
    if design is None:
        return
    match name:
        case "undo":
            design.undo()
        case "redo":
            design.redo()
        case "save":
            try:
                session.tell(_("Saved as revision {number}.", number=design.commit()))
            except SekkeiError as error:
                design.error = error
        case "validate":
            found = design.inspect().diagnostics
            session.tell(_("Checked: {problems}.", problems=diagnostics_list.headline(found)), ":material/rule:")
            st.session_state[PANEL] = "problems"
        case "run":
            _run(design)
        case "run_to":
            _run(design, until=design.selected)
        case "run_from":
            _run(design, fresh_from=design.selected)
        case "cancel":
            design.cancel()
        case "keys" | "run_with":
            menu(name)
        case "add":
            st.session_state[PALETTE] = True
        case "next" | "previous":
            ids = design.document.ids
            place = ids.index(design.selected) + (1 if name == "next" else -1) if design.selected in ids else 0
            if 0 <= place < len(ids):
                design.select(ids[place])
        case _:
            step_act(name, design.chosen, None)


def step_act(name: str, steps: list[str], to: int | None) -> None:
    """Do what was asked for with steps, in the list or by a key."""
    design = current()
    if design is None:
        return
    match name:
        case "insert":
            design.select(steps[0])
            st.session_state[PALETTE] = True
        case "copy" | "cut" if steps:
            step_clipboard.put(step_clipboard.copied(design.document, steps))
            session.tell(
                ngettext("{count} step copied.", "{count} steps copied.", len(steps)), ":material/content_copy:"
            )
            if name == "cut":
                design.apply(*filter(None, [step_acts.edit_of("remove", steps, design.document)]))
        case "paste":
            _paste(design)
        case _:
            edit = step_acts.edit_of(name, steps, design.document, to=to)
            if edit is not None:
                design.apply(edit)


def _paste(design: Design) -> None:
    text = step_clipboard.held()
    if not text:
        session.tell(_("Nothing is copied yet."), ":material/content_paste_off:")
        return
    after = design.chosen[-1] if design.chosen else None
    try:
        edits = step_clipboard.pasted(design.document, text, after)
    except SekkeiError as error:
        design.error = error
        return
    added = sum(isinstance(e, AddStep) for e in edits)
    design.apply(step_acts.Together(tuple(edits), step_acts.paste_text(added)))


def menu(entry: str) -> None:
    """Do what an entry of the menu asks for: mostly, open its dialog."""
    if entry == "close":
        close()
    else:
        pipeline_dialogs.ask(entry, key=DIALOG)


def handle(intent: Intent) -> None:
    """Do what was done on the canvas."""
    design = current()
    if design is None:
        return
    if intent.select:
        design.select(intent.select)
    if intent.edit is not None:
        design.apply(intent.edit)


def open_pipeline(pipeline: str) -> None:
    """Open a pipeline by its id."""
    _told(lambda: Actions().open(pipeline))


def start_from_sample(name: str) -> None:
    """A new pipeline from a sample."""
    _told(lambda: Actions().create_from_sample(name))


def start_from_dataset(dataset: str | None) -> None:
    """A new pipeline that begins with a dataset, or empty, at once under a name that is free."""
    actions = Actions()
    _told(lambda: actions.create(pipeline_dialogs.new_document(actions.free_name(dataset or "pipeline"), dataset)))


def start_from_question(dataset: str, question: Question, label: str | None) -> None:
    """A new pipeline drafted for a question on a dataset; its sentences are the steps' notes."""
    actions = Actions()

    def create() -> None:
        made = session.workspace().draft(dataset, question, label)
        reasons = dict(made.explanations)
        steps = tuple(s.model_copy(update={"note": s.note or said(reasons.get(s.id, ""))}) for s in made.document.steps)
        name = actions.free_name(said(made.name))
        told = {"steps": steps, "name": name, "description": said(made.description)}
        actions.create(made.document.model_copy(update=told))

    _told(create)


def likely_labels(dataset: str, question: Question) -> list[str]:
    """The columns of a dataset that could be predicted, the likeliest first."""
    return session.workspace().likely_labels(dataset, question)


def mend(code: str) -> None:
    """Fix every problem of a kind, as one act to undo."""
    design = current()
    if design is None:
        return
    try:
        fixed = session.workspace().mend(design.document, code)
    except SekkeiError as error:
        design.error = error
        return
    found = sum(d.code == code for d in design.inspect().diagnostics)
    design.apply(step_acts.Replaced(fixed, ngettext("Fix {count} problem", "Fix {count} problems", found)))


def price(step: str, column: str) -> str:
    """What a suspect column adds to the score, in words."""
    design = current()
    if design is None:
        return ""
    graph = design.graph()
    after = [graph.node(step), *graph.descendants(step)] if step in graph else []
    learner = next((n.id for n in after if hasattr(n.step, "algorithm")), step)
    try:
        found = session.workspace().leak_price(design.document, learner, column)
    except SekkeiError as error:
        return error_box.words(error)
    names = wording.metric(found.metric)
    return _(
        "{metric} {with_it} with {column}, {without_it} without it ({where}, {rows}).",
        metric=names,
        with_it=wording.number(found.with_column),
        without_it=wording.number(found.without_column),
        column=column,
        where=_("on the test rows") if found.split else _("cross-validated"),
        rows=wording.rows(found.n_rows),
    )


def publish(run_id: str) -> None:
    """Open the dialog that publishes a run's model, when the page is drawn."""
    st.session_state[PUBLISHED] = run_id


def show_publication() -> None:
    """Draw what ``publish`` asked for, once."""
    if run_id := st.session_state.pop(PUBLISHED, ""):
        with error_box.shown(f"{PUBLISHED}.failed"):
            publish_run.ask(run_id, key=PUBLISHED)


def _told(act: Callable[[], None]) -> None:
    """Do it; tell why when it cannot be done."""
    try:
        act()
    except SekkeiError as error:
        session.tell(error_box.words(error), ":material/error:")


def _run(design: Design, *, until: str | None = None, fresh_from: str | None = None) -> None:
    errors = [d for d in design.inspect().errors if until is None or _before(design, d.step, until)]
    if errors:
        st.session_state[PANEL] = "problems"
        session.tell(_("Mend {problems} first.", problems=diagnostics_list.headline(errors)), ":material/error:")
        return
    design.run(until=until, fresh_from=fresh_from)
    if design.error is None:
        st.session_state[PANEL] = "run"


def _before(design: Design, step: str | None, until: str) -> bool:
    """Whether a run to ``until`` comes by ``step``."""
    graph = design.graph()
    return step is None or until not in graph or step in graph.until(until)


class Actions:
    """What the designer's dialogs do, on this session's workspace and open design."""

    def document(self) -> PipelineDocument | None:
        """The open one, as it is now."""
        design = current()
        return design.document if design else None

    def pipelines(self) -> Sequence[PipelineInfo]:
        return session.workspace().pipelines.list()

    def samples(self) -> Sequence[Sample]:
        return session.workspace().samples()

    def datasets(self) -> Sequence[str]:
        return [d.name for d in session.workspace().datasets.list()]

    def revisions(self) -> Sequence[RevisionInfo]:
        return session.workspace().pipelines.revisions(self._open().pipeline_id)

    def revision(self, number: int) -> PipelineDocument:
        return session.workspace().pipelines.revision(self._open().pipeline_id, number)

    def open(self, pipeline: str) -> None:
        tell_address(open_design(pipeline))

    def create(self, document: PipelineDocument) -> None:
        self.open(session.workspace().pipelines.create(document).id)

    def create_from_sample(self, name: str) -> None:
        document = session.workspace().sample(name)
        steps = tuple(s.model_copy(update={"title": said(s.title)}) if s.title else s for s in document.steps)
        told = {"steps": steps, "name": self.free_name(document.name), "description": said(document.description)}
        self.create(document.model_copy(update=told))

    def restore(self, number: int) -> None:
        design = self._open()
        session.workspace().pipelines.restore(design.pipeline_id, number)
        open_design(design.pipeline_id, design.selected or "")
        session.tell(_("Revision {number} restored.", number=number))

    def rename(self, name: str) -> None:
        design = self._open()
        session.workspace().pipelines.rename(design.pipeline_id, name.strip())
        open_design(design.pipeline_id, design.selected or "")

    def delete(self) -> None:
        design = self._open()
        session.workspace().pipelines.delete(design.pipeline_id)
        close()
        session.tell(_("Pipeline {name} deleted.", name=design.document.name), ":material/delete:")

    def run(self, wanted: run_dialog.Wanted) -> None:
        """Run with what the dialog says. The design's error, if there is one, is raised."""
        design = self._open()
        design.run(note=wanted.name, description=wanted.description, values=wanted.values, experiment=wanted.experiment)
        if (error := self.refused()) is not None:
            raise error
        st.session_state[f"{PANEL}.next"] = "run"  # the panel is drawn already

    def experiments(self) -> Sequence[str]:
        """The experiments to choose from, the one chosen for the pipeline first."""
        design = self._open()
        own, chosen = design.document.name, design.experiment
        return list(dict.fromkeys([chosen or own, own, *session.workspace().runs.experiments()]))

    def name_revision(self, name: str) -> None:
        design = self._open()
        session.tell(_("Saved as revision {number}: {name}.", number=design.commit(name), name=name))

    def apply(self, *edits: Edit) -> None:
        self._open().apply(*edits)

    def refused(self) -> SekkeiError | None:
        """Why the last act could not be done; the page then does not tell it again."""
        design = self._open()
        error, design.error = design.error, None
        return error

    def free_name(self, name: str) -> str:
        """``name``, or with a number behind it that no pipeline has yet."""
        return wording.free_name(name[:94], {p.name for p in self.pipelines()})

    def merge(self) -> None:
        """Bring together what was changed here and elsewhere."""
        design = self._open()
        try:
            told = design.merge()
        except SekkeiError as error:
            design.error = error
            return
        lines = " ".join(said(line) for line in told[:3])
        session.tell(_("Merged. Yours was kept where both differ: {lines}", lines=lines) if told else _("Merged."))

    def keep_as_copy(self) -> None:
        """Make a pipeline of its own of what is open, when its draft was changed elsewhere."""
        document = self._open().document
        self.create(document.model_copy(update={"name": self.free_name(document.name)}))
        session.tell(_("Kept as a pipeline of its own."))

    def reload(self) -> None:
        """Take the draft as it was changed elsewhere; what was here is gone."""
        design = self._open()
        open_design(design.pipeline_id, design.selected or "")

    def stored(self) -> PipelineDocument:
        """The draft as it is kept now, whoever wrote it."""
        return session.workspace().pipelines.open(self._open().pipeline_id).document

    def _open(self) -> Design:
        found = current()
        if found is None:
            raise NotFoundError("open pipeline", "")
        return found
