"""Registered models."""

from __future__ import annotations

import builtins
from dataclasses import dataclass

from pipelines.tracking import ModelVersion, RegisteredModel, Tracking
from pipelines.workspace import Home


@dataclass(frozen=True)
class Models:
    """The model registry of a workspace."""

    home: Home
    tracking: Tracking

    def publish(self, run_id: str, name: str, alias: str = "champion", step: str | None = None) -> ModelVersion:
        """Publish a run's model once it is proven to answer alike everywhere; see ``pipelines.inference.publish``."""
        from pipelines.inference.publish import publish

        return publish(self.home, run_id, name, alias=alias, step=step)

    def list(self) -> builtins.list[RegisteredModel]:
        """Every registered model."""
        return self.tracking.list_models()

    def versions(self, name: str) -> builtins.list[ModelVersion]:
        """The versions of a model, newest first."""
        return self.tracking.model_versions(name)

    def get(self, model_uri: str) -> ModelVersion:
        """The version behind ``models:/name/3`` or ``models:/name@alias``."""
        return self.tracking.model_version(model_uri)

    def set_alias(self, name: str, alias: str, version: int) -> None:
        """Point an alias at a version."""
        self.tracking.set_alias(name, alias, version)

    def delete_alias(self, name: str, alias: str) -> None:
        self.tracking.delete_alias(name, alias)

    def delete_version(self, name: str, version: int) -> None:
        self.tracking.delete_version(name, version)
