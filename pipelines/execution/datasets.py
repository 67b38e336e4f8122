"""Where a run reads datasets from: whole versions, or at design time their samples."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipelines.datasets.catalogue import Catalogue
from pipelines.datasets.versions import DatasetVersion
from pipelines.errors import NotFoundError
from pipelines.execution.result import DatasetUse
from pipelines.messages import _


@dataclass(frozen=True)
class WholeDatasets:
    """The catalogue's versions, all rows."""

    catalogue: Catalogue

    def use(self, step: str, name: str, version: int | None) -> DatasetUse:
        """The version a step reads: the one given, or the newest."""
        found = self.catalogue.get(name, version)
        return DatasetUse(step, name, found.version, found.content_hash, found.rows)

    def versions(self, name: str) -> list[DatasetVersion]:
        """Every version of a dataset, oldest first; none where there is no such dataset."""
        try:
            return self.catalogue.versions(name)
        except NotFoundError:
            return []

    def read(self, name: str, version: int | None) -> pd.DataFrame:
        return self.catalogue.read(name, version)

    def save(self, name: str, frame: pd.DataFrame, source: str) -> str:
        made = self.catalogue.add_frame(name, frame, source=source)
        return _("{name}, version {version}", name=name, version=made.version)


@dataclass(frozen=True)
class SampleDatasets(WholeDatasets):
    """The samples kept beside the catalogue's versions."""

    def read(self, name: str, version: int | None) -> pd.DataFrame:
        return self.catalogue.sample(name, version)
