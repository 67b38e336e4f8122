"""A model version as files that run elsewhere."""

from pipelines.serving.export.export import export, is_image
from pipelines.serving.export.library import TARGETS

__all__ = ["TARGETS", "export", "is_image"]
