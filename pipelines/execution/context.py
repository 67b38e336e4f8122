"""What the engine offers a running step: datasets, the chain so far, replays, exports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from pipelines.chain.chain import Link
from pipelines.errors import InputError
from pipelines.execution.events import Progress, Sink
from pipelines.execution.replay import StepReplay
from pipelines.execution.result import DatasetUse
from pipelines.messages import _
from pipelines.steps.base import Behaviour, Step
from pipelines.table import Table
from pipelines.workspace import write_atomic


class Results(Protocol):
    """Where outputs are found by key."""

    def table(self, key: str) -> Table: ...

    def transformer(self, key: str) -> Any: ...


class Datasets(Protocol):
    """Where datasets are read from: the catalogue, or its samples."""

    def use(self, step: str, name: str, version: int | None) -> DatasetUse: ...

    def read(self, name: str, version: int | None) -> pd.DataFrame: ...

    def save(self, name: str, frame: pd.DataFrame, source: str) -> str: ...


@dataclass
class StepContext:
    """The context of one step; see ``pipelines.steps.base.Context``."""

    step: str
    steps: Mapping[str, Step]
    results: Results
    datasets: Datasets
    sink: Sink
    exports: Path | None = None
    preview: bool = False
    exported: dict[str, str] = field(default_factory=dict)

    def dataset(self, name: str, version: int | None) -> pd.DataFrame:
        """The rows of a dataset; of its sample at design time."""
        return self.datasets.read(name, version)

    def links(self, table: Table) -> list[Link]:
        """The fitted links that ``table`` went through since its head, in order."""
        found = ((a.step, self.results.transformer(a.key)) for a in table.history)
        return [(name, link) for name, link in found if link is not None]

    def head(self, table: Table) -> Table:
        """The rows as they were at the head of the chain."""
        return self.results.table(table.head)

    def replay(self, table: Table) -> StepReplay:
        """The steps since nothing had been learned yet, ready to be refitted on other rows."""
        behaviours = [self.steps[a.step].acts_as for a in table.history]
        if Behaviour.FITTED not in behaviours:
            return StepReplay(table, ())
        first = behaviours.index(Behaviour.FITTED)
        since = table.history[first:]
        base = self.results.table(since[0].input_key)
        if base.folds is None and table.folds is not None:
            changing = next((a for a in since if self.steps[a.step].acts_as is Behaviour.ROW_CHANGING), None)
            if changing is not None:
                title = self.steps[changing.step].title
                raise InputError(
                    _("The folds were dealt after {title}, which changes the rows.", title=title),
                    fix=_("Put the step that deals the folds before the steps that learn or change rows."),
                )
            base = replace(base, folds=table.folds)
        return StepReplay(base, [(a.step, self.steps[a.step]) for a in since])

    def export(self, name: str, write: Callable[[Any], None]) -> str:
        """Write a file of the run's own, whole or not at all; gives the path."""
        if self.preview or self.exports is None:
            return ""
        if Path(name).name != name or name.startswith(".") or not name.strip():
            raise InputError(
                _("{name!r} is no file name.", name=name), fix=_("Give a name without folders, such as scores.csv.")
            )
        folder = self.exports / self.step
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / name, write)
        self.exported[self.step] = str(folder / name)
        return str(folder / name)

    def save_dataset(self, name: str, frame: pd.DataFrame) -> str:
        """Keep rows as a dataset version; gives its name and version."""
        return name if self.preview else self.datasets.save(name, frame, f"step {self.step}")

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call code of the analyst's own."""
        return function(*arguments)

    def progress(self, done: float, text: str = "") -> None:
        self.sink(Progress(self.step, done, text))
