"""The SDK: one facade over the engine. Pages, command line and REST call this and nothing below it."""

from pipelines.sdk.builder import Pipeline
from pipelines.sdk.workspace import Workspace

__all__ = ["Pipeline", "Workspace"]
