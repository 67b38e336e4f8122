"""The engine in memory of the steps' tests."""

from tests.pipelines.steps.conftest import engine

__all__ = ["engine"]
