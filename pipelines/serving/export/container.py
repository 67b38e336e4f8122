"""A container image's build context, as MLflow makes it."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from pipelines.serving.export.base import PORT, Exported, Target
from pipelines.tracking.client import quiet

README = """\
# {name}, version {version}, as a container

    docker build -t {image} .
    docker run --rm -p 127.0.0.1:{port}:{port} {image}
    curl http://127.0.0.1:{port}/ping

It answers `POST /invocations` in MLflow's scoring protocol. It asks for no key: put it behind something that does.
"""


class Container(Target):
    """Dockerfile and model, by ``mlflow models generate-dockerfile``."""

    name: ClassVar[str] = "container"
    title: ClassVar[str] = "Container"
    help: ClassVar[str] = "A Dockerfile with the model: the folder to build an image from."

    def write(self, model: Exported, folder: Path) -> None:
        write_context(model, folder)
        text = README.format(name=model.name, version=model.version, image=model.image, port=PORT)
        (folder / "README.md").write_text(text, "utf-8")


def write_context(model: Exported, folder: Path) -> None:
    """Dockerfile and model into ``folder``."""
    with quiet():
        from mlflow.models.flavor_backend_registry import get_flavor_backend

        backend = get_flavor_backend(str(model.folder), docker_build=True, env_manager="local")
        backend.generate_dockerfile(str(model.folder), str(folder))
