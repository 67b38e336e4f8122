"""The pipeline open in this session: its document with undo and redo, the selected step, its draft, its latest run.

Edits come here from every piece of the designer; each is kept as a draft at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from components import session
from components.parameter_fields import Surroundings
from components.step_acts import Replaced, Together, joined
from pipelines.document import codec
from pipelines.document.edits import AddStep, DuplicateStep, Edit
from pipelines.document.history import History
from pipelines.document.merge import merge
from pipelines.document.model import PipelineDocument
from pipelines.errors import ConflictError, SekkeiError
from pipelines.execution.preview import Inspection
from pipelines.execution.result import Status, StepResult
from pipelines.graph.order import Graph, resolve
from pipelines.jobs import Job
from pipelines.messages import _

_KEY = "session.design"
_INSPECTING = threading.Lock()  # the inspector's memory is shared by all sessions of the server
HEIGHT = 500  # pixels, of the three panes
FRESH_SECONDS = 30.0  # after this an unchanged document is inspected again: its datasets may have new versions


@dataclass
class Design:
    """See the module. ``error``: why the last act could not be done; ``conflict``: the draft was changed elsewhere."""

    pipeline_id: str
    revision: int
    version: int
    changed: bool
    history: History
    selected: str | None = None
    marked: list[str] = field(default_factory=list)  # several steps chosen in the list
    job: Job | None = None
    error: SekkeiError | None = None
    conflict: ConflictError | None = None
    experiment: str = ""  # chosen for the pipeline's runs; empty: its own
    base: PipelineDocument | None = None  # the draft as it was last kept or read
    _inspected: tuple[PipelineDocument, float, Inspection] | None = field(default=None, repr=False)
    _estimated: dict[tuple[str, str | None], tuple[PipelineDocument, str, Mapping[str, float | None]]] = field(
        default_factory=dict, repr=False
    )
    _ran: tuple[str, PipelineDocument] | None = field(default=None, repr=False)
    _resolved: tuple[PipelineDocument, Graph] | None = field(default=None, repr=False)

    @property
    def document(self) -> PipelineDocument:
        return self.history.document

    @property
    def is_running(self) -> bool:
        return self.job is not None and not self.job.state.is_final

    def inspect(self) -> Inspection:
        """Columns, samples and diagnostics of the document as it is now."""
        known = self._inspected
        if known is None or known[0] is not self.document or time.monotonic() - known[1] > FRESH_SECONDS:
            with _INSPECTING:
                found = session.workspace().inspect(self.document)
            known = self._inspected = (self.document, time.monotonic(), found)
        return known[2]

    def graph(self) -> Graph:
        """What reads what, as written."""
        if self._resolved is None or self._resolved[0] is not self.document:
            self._resolved = (self.document, resolve(self.document))
        return self._resolved[1]

    def surroundings(self) -> Surroundings:
        """What the selected step's fields may offer."""
        step, inspection = self.selected or "", self.inspect()
        newest = session.workspace().datasets.newest()
        return Surroundings(lambda port: inspection.columns_at(step, port), newest)

    @property
    def chosen(self) -> list[str]:
        """The steps that an act is meant for: those marked, or the selected one."""
        return [s for s in self.document.ids if s in self.marked] or ([self.selected] if self.selected else [])

    def select(self, step: str | None) -> None:
        self.selected = step
        self.marked = []
        self.history.seal()

    def mark(self, steps: list[str], selected: str | None) -> None:
        """Choose several steps; ``selected`` is the one whose form is shown."""
        self.select(selected if selected in self.document.ids else self.selected)
        self.marked = steps if len(steps) > 1 else []

    def apply(self, *edits: Edit) -> None:
        """Make the edits, as one to undo, and keep the draft. What cannot be done is told on the page."""
        before = self.document
        try:
            edit = joined(edits)
            if edit is not None:
                self._follow(edit, self.history.apply(edit), before.ids)
        except SekkeiError as error:
            self.error = error
        if self.document is not before:
            self.save()

    def undo(self) -> None:
        before = self.document.ids
        self.history.undo()
        self._keep_selection(before)
        self.save()

    def redo(self) -> None:
        before = self.document.ids
        self.history.redo()
        self._keep_selection(before)
        self.save()

    def save(self) -> None:
        """Keep the draft. A draft changed elsewhere is left alone; the page then offers what to do."""
        try:
            self.version = session.workspace().pipelines.save_draft(self.pipeline_id, self.document, self.version)
            self.changed = True
            self.base = self.document
        except ConflictError as error:
            self.conflict = error
        except SekkeiError as error:
            self.error = error

    def merge(self) -> list[str]:
        """Bring what was changed elsewhere and what was changed here together, and keep it as the draft.

        What could not be brought together is told, a line each; there, what was changed here is kept.
        """
        stored = session.workspace().pipelines.open(self.pipeline_id)
        merged = merge(self.base or stored.document, self.document, stored.document)
        before = self.document.ids
        self.history.apply(Replaced(merged.document, _("Merge with what was changed elsewhere")))
        self._keep_selection(before)
        self.version, self.conflict = stored.version, None
        self.save()
        return merged.conflicts

    def commit(self, note: str = "") -> int:
        """Save the document as a revision; its number."""
        self.revision = session.workspace().pipelines.commit_revision(self.pipeline_id, self.document, note=note)
        self.changed = False
        return self.revision

    def run(
        self,
        *,
        until: str | None = None,
        fresh_from: str | None = None,
        note: str = "",
        description: str | None = None,
        values: Mapping[str, Any] | None = None,
        experiment: str | None = None,
    ) -> None:
        """Save a revision (``note``: its name) and file a run of it, with these values of pipeline parameters.

        ``description`` is the run's own; ``experiment``, once chosen, is that of the runs after it too, "": the
        pipeline's own.
        """
        document = self.document
        self.experiment = self.experiment if experiment is None else experiment
        if description is not None:
            document = document.model_copy(update={"description": description})
        try:
            number = self.commit(note)
            self.job = session.workspace().submit(
                document,
                pipeline_id=self.pipeline_id,
                revision=number,
                overrides=values or {},
                until=until,
                fresh_from=fresh_from,
                experiment=self.experiment,
            )
        except SekkeiError as error:
            self.error = error

    def estimate(self, part: str) -> Mapping[str, float | None]:
        """Seconds that each step of such a run would take: ``run``, ``run_to`` or ``run_from`` the selected step."""
        known = self._estimated.get((part, self.selected))
        if known is None or known[0] is not self.document or known[1] != (self.job.id if self.job else ""):
            try:
                found = session.workspace().estimate(
                    self.document,
                    self.pipeline_id,
                    until=self.selected if part == "run_to" else None,
                    fresh_from=self.selected if part == "run_from" else None,
                )
            except SekkeiError:  # a step that is off, or a draft with mistakes: nothing can be said
                found = {}
            known = self._estimated[part, self.selected] = (self.document, self.job.id if self.job else "", found)
        return known[2]

    def runs(self, limit: int) -> list[Job]:
        """The pipeline's latest runs, the newest first; several may go on at once."""
        return session.workspace().jobs.list("run", limit=limit, pipeline_id=self.pipeline_id)

    def look_at(self, job: str) -> None:
        """Show this run on the list, the canvas and below."""
        try:
            self.job = session.workspace().jobs.get(job)
        except SekkeiError as error:
            self.error = error

    def cancel(self) -> None:
        try:
            if self.job is not None:
                self.job = session.workspace().jobs.cancel(self.job.id)
        except SekkeiError as error:
            self.error = error

    def refresh_job(self) -> None:
        """Read the run's state again, while there is something to hear."""
        if self.is_running and self.job is not None:
            self.job = session.workspace().jobs.get(self.job.id)

    def ran(self) -> PipelineDocument | None:
        """The document that the latest run ran."""
        if self.job is None:
            return None
        if self._ran is None or self._ran[0] != self.job.id:
            self._ran = (self.job.id, codec.loads(self.job.payload["document"]))
        return self._ran[1]

    def results(self) -> dict[str, StepResult]:
        """What the latest run says of each step; before it says anything of one, that it waits."""
        found = {s.id: s for s in self.job.steps} if self.job else {}
        ran = self.ran() if self.is_running else None
        waiting = [s for s in ran.steps if s.enabled and s.id not in found] if ran else []
        return found | {s.id: StepResult(s.id, s.type, s.title, Status.QUEUED) for s in waiting}

    def _follow(self, edit: Edit, document: PipelineDocument, before: list[str]) -> None:
        """Keep a step selected: the new one, or the neighbour of the one removed."""
        self.marked = [s for s in self.marked if s in document.ids]
        if isinstance(edit, AddStep):
            self.selected = document.steps[-1 if edit.after is None else document.index(edit.after) + 1].id
        elif isinstance(edit, DuplicateStep):
            self.selected = document.steps[document.index(edit.id) + 1].id
        elif isinstance(edit, Together) and isinstance(edit.edits[0], AddStep):
            self.marked = [e.id for e in edit.edits if isinstance(e, AddStep) and e.id]
            self.selected = self.marked[0] if self.marked else self.selected
        else:
            self._keep_selection(before)

    def _keep_selection(self, before: list[str]) -> None:
        """A step that is gone leaves the selection to the one that stood behind it, else to the last."""
        ids = self.document.ids
        self.marked = [s for s in self.marked if s in ids]
        if self.selected not in ids:
            behind = before[before.index(self.selected) :] if self.selected in before else []
            self.selected = next((s for s in behind if s in ids), ids[-1] if ids else None)


def current() -> Design | None:
    """The design open in this session."""
    found = st.session_state.get(_KEY)
    return found if found is not None else None


def open_design(pipeline: str, step: str = "") -> Design:
    """Open a pipeline's draft and make it this session's. NotFoundError when there is none."""
    workspace = session.workspace()
    opened = workspace.pipelines.open(pipeline)
    made = Design(opened.info.id, opened.info.revision, opened.version, opened.info.changed, History(opened.document))
    made.base = opened.document
    ids = opened.document.ids
    made.selected = step if step in ids else (ids[0] if ids else None)
    latest = next(iter(workspace.jobs.list("run", limit=1, pipeline_id=opened.info.id)), None)
    made.job = workspace.jobs.get(latest.id) if latest else None
    made.experiment = str(made.job.payload.get("experiment", "")) if made.job else ""  # as chosen for the last run
    st.session_state[_KEY] = made
    return made


def close() -> None:
    """Leave the pipeline; its draft is kept."""
    st.session_state.pop(_KEY, None)
    session.set_query(pipeline="", step="")


def follow_address() -> Design | None:
    """The design that the page's address asks for, or the session's own; None when neither is there.

    The address then tells both pipeline and step, so that a reload comes back to it. One that tells a dataset asks for
    a new pipeline: what was open is closed.
    """
    if session.query("dataset"):
        close()
    asked, step = session.query("pipeline"), session.query("step")
    found = current()
    if asked and (found is None or asked not in (found.pipeline_id, found.document.name)):
        found = open_design(asked, step)
    elif found is not None and asked and step in found.document.ids and step != st.session_state.get("session.step"):
        found.selected = step  # the visitor went back or followed a link
    return found


def tell_address(design: Design) -> None:
    """Put the open pipeline and step into the address."""
    session.set_query(pipeline=design.pipeline_id, step=design.selected or "", dataset="")
    st.session_state["session.step"] = design.selected or ""
