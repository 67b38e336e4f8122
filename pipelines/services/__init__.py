"""The services behind the studio: worker, MLflow server and API, started, watched and taken down together."""

from pipelines.services.entry import ensure_up, main_service, main_up

__all__ = ["ensure_up", "main_service", "main_up"]
