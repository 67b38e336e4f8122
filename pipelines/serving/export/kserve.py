"""KServe: an InferenceService around the model's image."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from pipelines.serving.export.base import Exported, Target
from pipelines.serving.export.kubernetes import container, labels, write_with_image


class KServe(Target):
    """Manifest and build context."""

    name: ClassVar[str] = "kserve"
    title: ClassVar[str] = "KServe"
    help: ClassVar[str] = "An InferenceService, and the folder to build its image from."

    def write(self, model: Exported, folder: Path) -> None:
        write_with_image(model, folder, "inference-service.yaml", [inference_service(model)])


def inference_service(model: Exported) -> dict[str, Any]:
    """A custom predictor: MLflow's own container answers, so nothing of KServe's runtimes is needed."""
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": model.label, "labels": labels(model)},
        "spec": {"predictor": {"minReplicas": 1, "containers": [container(model) | {"name": "kserve-container"}]}},
    }
