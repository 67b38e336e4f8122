"""The workspace: everything a page, the command line or a caller can ask for or do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pipelines import connections
from pipelines.addresses import Services
from pipelines.datasets import Catalogue, ReadOptions, databases, web
from pipelines.datasets.sniff import sniff
from pipelines.document import codec
from pipelines.document.model import PipelineDocument
from pipelines.document.parameter_edits import with_values
from pipelines.document.store import Pipelines
from pipelines.errors import DiagnosticsError, DocumentError, NotFoundError
from pipelines.execution.cache import ResultStore
from pipelines.execution.datasets import SampleDatasets, WholeDatasets
from pipelines.execution.leak_price import LeakPrice, leak_price
from pipelines.execution.plan import reusable, typical_seconds
from pipelines.execution.preview import Inspection, Inspector
from pipelines.execution.result import StepResult
from pipelines.graph.mending import mended
from pipelines.graph.order import leak_proof, resolve
from pipelines.jobs import Job, Jobs
from pipelines.messages import _
from pipelines.records import Database
from pipelines.samples import install_sample_datasets
from pipelines.samples.gallery import SAMPLES, Sample, sample
from pipelines.sdk.builder import Pipeline
from pipelines.sdk.inference import Inference
from pipelines.sdk.models import Models
from pipelines.sdk.running import Finished, Order, assigned, execute, planned
from pipelines.sdk.runs import Runs
from pipelines.sdk.scoring import Batch
from pipelines.serving.batch_endpoints import BatchEndpoints
from pipelines.serving.endpoints import Endpoints
from pipelines.settings import settings
from pipelines.steps import custom
from pipelines.templates import Draft, Question, draft, likely_labels
from pipelines.tracking import Tracking
from pipelines.workspace import Home

Document = PipelineDocument | Pipeline | str
Assignments = Sequence[str] | Mapping[str, Any]
MAX_DOCUMENT_BYTES = 2**20
EARLIER = 5  # runs that an estimate is made from


class Workspace:
    """One workspace folder and what is in it. Any number may be open at once, in any number of processes."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.database = Database(home.database_url)
        custom.follow(home.root)

    @classmethod
    def open(cls, path: Path | str | None = None) -> Self:
        """Open the workspace at ``path`` (default: ``SEKKEI_HOME``), making it with its samples if it is new."""
        workspace = cls(Home.open(path))
        workspace.database.upgrade()
        workspace._furnish()
        return workspace

    @staticmethod
    def library() -> dict[str, Any]:
        """Every step type and algorithm with its parameters as JSON schema."""
        from pipelines.algorithms import library as algorithms
        from pipelines.steps import library as steps

        custom.follow(settings().home.expanduser().resolve())
        return {"steps": steps.describe(), "algorithms": algorithms.describe()}

    @cached_property
    def datasets(self) -> Catalogue:
        return Catalogue(self.home, self.database)

    @cached_property
    def pipelines(self) -> Pipelines:
        return Pipelines(self.database)

    @cached_property
    def jobs(self) -> Jobs:
        return Jobs(self.database, self.home)

    @cached_property
    def runs(self) -> Runs:
        return Runs(self.home, self._tracking, self.jobs)

    @cached_property
    def models(self) -> Models:
        return Models(self.home, self._tracking, self.database, self.jobs, self._retrain)

    @cached_property
    def inference(self) -> Inference:
        return Inference(self.home, self._tracking, self.database, self.pipelines)

    @cached_property
    def endpoints(self) -> Endpoints:
        return Endpoints(self.home, self.database)

    @cached_property
    def batch(self) -> Batch:
        return Batch(self.home, self.datasets, self.jobs)

    @cached_property
    def batch_endpoints(self) -> BatchEndpoints:
        return BatchEndpoints(self.home, self.database, self.jobs)

    @cached_property
    def services(self) -> Services:
        return Services(self.home)

    @cached_property
    def _tracking(self) -> Tracking:
        return Tracking(self.home)

    @cached_property
    def _inspector(self) -> Inspector:
        return Inspector(SampleDatasets(self.datasets))

    # Documents

    def read_document(self, path: Path | str) -> PipelineDocument:
        """The pipeline in a YAML or JSON file."""
        file = Path(path)
        try:
            if file.stat().st_size > MAX_DOCUMENT_BYTES:
                raise DocumentError(_("{path!r} is larger than a pipeline can be (1 MiB).", path=str(path)))
            return codec.loads(file.read_bytes())
        except OSError as error:
            raise NotFoundError("pipeline file", str(path)) from error

    def inspect(self, document: Document) -> Inspection:
        """Columns, sample rows and diagnostics of every step, without running anything."""
        return self._inspector.inspect(_document(document))

    def mend(self, document: Document, code: str) -> PipelineDocument:
        """The document with every problem of the kind ``code`` fixed that has a fix."""
        return mended(_document(document), code, lambda changed: self.inspect(changed).diagnostics)

    def leak_price(self, document: Document, step: str, column: str) -> LeakPrice:
        """The score that a training step reaches with a suspect column and without it; takes as long as two runs."""
        return leak_price(_document(document), step, column, WholeDatasets(self.datasets))

    def samples(self) -> Sequence[Sample]:
        """The sample pipelines."""
        return SAMPLES

    def sample(self, name: str) -> PipelineDocument:
        """The document of a sample pipeline, its datasets put into the catalogue."""
        found = sample(name)
        install_sample_datasets(self.datasets, found.datasets)
        return found.document

    def draft(self, dataset: str, question: Question, label: str | None = None) -> Draft:
        """A starting pipeline for a question on a dataset, with its choices explained; see ``pipelines.templates``.

        ``question`` is ``number``, ``category``, ``groups`` or ``outliers``; without a ``label`` the likeliest.
        """
        profile = self.datasets.profile(dataset)
        chosen = label or (next(iter(likely_labels(profile, question)), None) if question == "category" else None)
        known = question == "category" and any(c.name == chosen for c in profile)
        labels = self.datasets.read(dataset, columns=[chosen])[chosen] if known and chosen else None
        return draft(dataset, profile, question, label, labels)

    def likely_labels(self, dataset: str, question: Question) -> list[str]:
        """The columns that could be predicted, the likeliest first."""
        return likely_labels(self.datasets.profile(dataset), question)

    # Running

    def submit(
        self,
        document: Document,
        *,
        pipeline_id: str | None = None,
        revision: int | None = None,
        overrides: Assignments = (),
        author: str = "",
        until: str | None = None,
        fresh_from: str | None = None,
        experiment: str = "",
    ) -> Job:
        """File a run as a job and return at once. DiagnosticsError when what is to be run has errors.

        ``overrides`` are ``STEP.PARAM=VALUE`` or, for the pipeline's own parameters, ``NAME=VALUE``; or the same as a
        mapping. With ``until`` only that step and what it needs are run; from ``fresh_from`` on nothing is reused.
        MLflow files the run in ``experiment``, or in the pipeline's own, which has the pipeline's name.
        """
        order = self._order(document, overrides, pipeline_id, revision, author, until, fresh_from, experiment)
        return self.jobs.submit("run", order.payload(), title=order.document.name, pipeline_id=pipeline_id)

    def run(
        self,
        document: Document,
        *,
        overrides: Assignments = (),
        until: str | None = None,
        fresh_from: str | None = None,
        experiment: str = "",
    ) -> Finished:
        """Run here and now, and return when it has ended; see ``submit``."""
        order = self._order(document, overrides, None, None, "", until, fresh_from, experiment)
        return execute(self.home, self.database, order)

    def _retrain(self, document: PipelineDocument, pipeline_id: str | None, model: str) -> Job:
        known = {p.id for p in self.pipelines.list()}
        pipeline_id = pipeline_id if pipeline_id in known else None
        order = replace(self._order(document, (), pipeline_id, None, "", None, None, ""), retrains=model)
        return self.jobs.submit("run", order.payload(), title=document.name, pipeline_id=pipeline_id)

    def estimate(
        self,
        document: Document,
        pipeline_id: str | None = None,
        *,
        overrides: Assignments = (),
        until: str | None = None,
        fresh_from: str | None = None,
    ) -> dict[str, float | None]:
        """How long each step of such a run would take, in seconds, judged by earlier runs of the pipeline.

        0 for a step whose result is kept and would be reused; None for one that was never run.
        """
        made, values = assigned(_document(document), overrides)
        written = leak_proof(resolve(with_values(made, values)))
        graph, fresh = planned(written, until, fresh_from)
        kept = reusable(graph, WholeDatasets(self.datasets), ResultStore(self.home.cache), fresh)
        seconds = typical_seconds(self._earlier(made.name, pipeline_id))
        return {n.id: 0.0 if n.id in kept else seconds.get((n.id, n.node.type)) for n in graph.nodes}

    def _earlier(self, name: str, pipeline_id: str | None) -> Iterator[Iterable[StepResult]]:
        """The steps of the last runs of a pipeline, newest first."""
        if pipeline_id is not None:
            for job in self.jobs.list("run", limit=EARLIER, pipeline_id=pipeline_id):
                yield [StepResult.from_dict(s) for s in job.result.get("steps", [])]
        else:
            for run in self.runs.list(pipeline=name, limit=EARLIER):
                yield self.runs.get(run.run_id).steps

    def _order(
        self,
        document: Document,
        overrides: Assignments,
        pipeline_id: str | None,
        revision: int | None,
        author: str,
        until: str | None,
        fresh_from: str | None,
        experiment: str,
    ) -> Order:
        made, values = assigned(_document(document), overrides)
        order = Order(made, pipeline_id, revision, author, values, until, fresh_from, experiment.strip())
        inspection = self.inspect(order.as_run)
        graph, _ = planned(inspection.graph, until, fresh_from)
        errors = [d for d in inspection.errors if until is None or d.step is None or d.step in graph]
        if errors:
            raise DiagnosticsError(errors)
        return order

    # Datasets, as plain values

    def import_file(
        self, name: str, path: Path | str, *, missing: Sequence[str] | None = None, options: ReadOptions | None = None
    ) -> dict[str, Any]:
        """Import a file, or a folder of files of one schema; ``missing`` adds marks of a missing value."""
        file = Path(path)
        if not file.exists():
            raise NotFoundError(
                "file", str(path), [p.name for p in file.parent.glob("*")] if file.parent.is_dir() else []
            )
        options = options or sniff(file)
        if missing:
            options = options.model_copy(update={"missing": tuple(dict.fromkeys([*options.missing, *missing]))})
        made = self.datasets.add(name, file, options=options)
        return self.show_dataset(made.name, made.version)

    def import_address(
        self, name: str, address: str, *, options: ReadOptions | None = None, description: str | None = None
    ) -> dict[str, Any]:
        """Import the file at an HTTP(S) address, where the settings allow its host."""
        with web.downloaded(address) as (path, file_name):
            made = self.datasets.add(name, path, file_name=file_name, options=options, description=description)
        return self.show_dataset(made.name, made.version)

    def import_database(
        self,
        name: str,
        connection: str,
        *,
        table: str = "",
        query: str = "",
        limit: int | None = None,
        description: str | None = None,
    ) -> dict[str, Any]:
        """Import a table, or the rows that a query gives, from the database of a connection."""
        frame = databases.read(connection, table=table, query=query, limit=limit)
        source = f"{connection}: {table or ' '.join(query.split())}"[:200]
        made = self.datasets.add_frame(name, frame, source=source, description=description)
        return self.show_dataset(made.name, made.version)

    @staticmethod
    def connections() -> list[dict[str, str]]:
        """The named connections: their names and what they lead to, never their addresses."""
        return [{"name": c.name, "kind": c.kind, "system": c.system} for c in connections.connections()]

    def list_datasets(self) -> list[dict[str, Any]]:
        """Every dataset in its newest version."""
        return [self.show_dataset(d.name) for d in self.datasets.list()]

    def show_dataset(self, name: str, version: int | None = None) -> dict[str, Any]:
        """A dataset version's name, rows and columns."""
        found = self.datasets.get(name, version)
        columns = [{"name": c.name, "type": c.type, "missing": c.missing} for c in found.columns]
        return {"name": found.name, "version": found.version, "rows": found.rows, "columns": columns}

    def _furnish(self) -> None:
        """Put the samples into a new workspace, once."""
        done = self.home.root / ".furnished"
        if done.exists():
            return
        with self.home.lock("furnish"):
            if done.exists():
                return
            install_sample_datasets(self.datasets)
            known = {p.name for p in self.pipelines.list()}
            for each in SAMPLES:
                if each.at_start and each.name not in known:
                    self.pipelines.create(each.document)
            done.touch()


def _document(given: Document) -> PipelineDocument:
    if isinstance(given, Pipeline):
        return given.document
    return codec.loads(given) if isinstance(given, str) else given
