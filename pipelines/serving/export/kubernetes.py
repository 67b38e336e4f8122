"""Kubernetes: a Deployment and a Service around the model's image."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import yaml

from pipelines.serving.export.base import PORT, Exported, Target
from pipelines.serving.export.container import write_context

README = """\
# {name}, version {version}, on Kubernetes

    docker build -t {image} image
    docker push {image}
    kubectl apply -f {manifest}
"""


class Kubernetes(Target):
    """Manifest and build context."""

    name: ClassVar[str] = "kubernetes"
    title: ClassVar[str] = "Kubernetes"
    help: ClassVar[str] = "A Deployment and a Service, and the folder to build their image from."

    def write(self, model: Exported, folder: Path) -> None:
        write_with_image(model, folder, "deployment.yaml", [deployment(model), service(model)])


def write_with_image(model: Exported, folder: Path, manifest: str, objects: list[dict[str, Any]]) -> None:
    """Manifest, build context and what to do with them into ``folder``."""
    write_context(model, folder / "image")
    (folder / manifest).write_text(yaml.safe_dump_all(objects, sort_keys=False), "utf-8")
    text = README.format(name=model.name, version=model.version, image=model.image, manifest=manifest)
    (folder / "README.md").write_text(text, "utf-8")


def container(model: Exported) -> dict[str, Any]:
    """The container as a pod runs it: told ready when the model answers, restarted when it no longer does."""
    return {
        "name": "model",
        "image": model.image,
        "ports": [{"containerPort": PORT, "protocol": "TCP"}],
        "startupProbe": _ping(every=5, misses=60),
        "readinessProbe": _ping(every=5, misses=3),
        "livenessProbe": _ping(every=10, misses=6),
        "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        "securityContext": {"allowPrivilegeEscalation": False},
    }


def _ping(*, every: int, misses: int) -> dict[str, Any]:
    return {"httpGet": {"path": "/ping", "port": PORT}, "periodSeconds": every, "failureThreshold": misses}


def labels(model: Exported) -> dict[str, str]:
    return {"app.kubernetes.io/name": model.label, "app.kubernetes.io/version": model.version}


def deployment(model: Exported) -> dict[str, Any]:
    chosen = {"app.kubernetes.io/name": model.label}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": model.label, "labels": labels(model)},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": chosen},
            "template": {"metadata": {"labels": labels(model)}, "spec": {"containers": [container(model)]}},
        },
    }


def service(model: Exported) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": model.label, "labels": labels(model)},
        "spec": {
            "selector": {"app.kubernetes.io/name": model.label},
            "ports": [{"name": "http", "port": 80, "targetPort": PORT, "protocol": "TCP"}],
        },
    }
