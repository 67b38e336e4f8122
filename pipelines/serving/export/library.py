"""The export targets. Adding one: its file, and its line here."""

from __future__ import annotations

from pipelines.serving.export.archive import Archive
from pipelines.serving.export.base import Target
from pipelines.serving.export.container import Container
from pipelines.serving.export.kserve import KServe
from pipelines.serving.export.kubernetes import Kubernetes

TARGETS: dict[str, Target] = {t.name: t for t in (Archive(), Container(), Kubernetes(), KServe())}
