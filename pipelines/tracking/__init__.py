"""Runs and models as MLflow keeps them: with inference and serving, the only door to MLflow."""

from pipelines.tracking.facts import Comparison, ModelRef, ModelVersion, RegisteredModel, RunDetail, RunSummary
from pipelines.tracking.tracking import Tracking

__all__ = ["Comparison", "ModelRef", "ModelVersion", "RegisteredModel", "RunDetail", "RunSummary", "Tracking"]
