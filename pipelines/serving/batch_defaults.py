"""What a batch job reads and writes when nobody says it: as the batch pipeline has it that was derived from the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from pipelines.batch.order import Format
from pipelines.datasets import stores
from pipelines.errors import InputError, SekkeiError
from pipelines.inference.derive import DATASET
from pipelines.inference.of_run import model_of
from pipelines.messages import _
from pipelines.steps.data_output.export_data import ExportData
from pipelines.tracking import Tracking
from pipelines.workspace import Home


@dataclass(frozen=True)
class Defaults:
    """``export`` are the parameters of the batch pipeline's Export Data; None where there is no such pipeline."""

    dataset: str | None = None
    export: ExportData | None = None

    @property
    def output(self) -> dict[str, Any] | None:
        """The output of a batch job that is meant by Export Data."""
        step = self.export
        if step is None:
            return None
        kept: Format = "parquet" if step.format == "parquet" else "csv"
        if step.to == "dataset" and step.dataset:
            return {"dataset": step.dataset}
        if step.to == "store" and step.store:
            return {
                "store": step.store,
                "path": stores.place(step.folder, _named(step.file_name, kept)),
                "format": kept,
            }
        if step.to == "database" and step.connection and step.table:
            if step.if_exists == "fail":
                raise InputError(
                    _("The batch pipeline writes to {table!r} only where there is no such table.", table=step.table),
                    fix=_("Have it add to the table or replace it, or name an output."),
                )
            return {"database": step.connection, "table": step.table, "mode": step.if_exists}
        return {"format": kept}


def defaults_of(home: Home, model_uri: str) -> Defaults:
    """The defaults of a version in the registry, by the edits that it was published with; none for other models."""
    try:
        version = Tracking(home).model_version(model_uri)
        batch = model_of(home, version.run_id, version.step or None).derive(version.edits).batch
    except SekkeiError:  # made elsewhere, or its run is gone
        return Defaults()
    dataset = next((str(p.default) for p in batch.parameters if p.name == DATASET), None)
    found = next((s.params for s in batch.steps if s.type == ExportData.type), None)
    return Defaults(dataset, None if found is None else ExportData.model_validate(found))


def _named(name: str, kept: Format) -> str:
    return name if name.lower().endswith(tuple(f".{f}" for f in get_args(Format))) else f"{name}.{kept}"
