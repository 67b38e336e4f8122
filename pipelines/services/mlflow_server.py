"""The MLflow server with its pages, on the workspace's own database."""

from __future__ import annotations

import os

from pipelines.errors import ConflictError
from pipelines.messages import _
from pipelines.settings import settings
from pipelines.tracking.client import open_client
from pipelines.workspace import Home


def serve(home: Home, host: str, port: int) -> None:
    """Answer on ``host:port`` until SIGTERM.

    What ``mlflow server -w 1 --no-serve-artifacts`` starts, without the process that would only wait for it: that one
    could be killed and leave a server nobody watches. Artifacts are read and written as files, not through the server.
    """
    if settings().tracking_uri:
        raise ConflictError(
            _("MLflow is somebody else's here: MLFLOW_TRACKING_URI is set."), fix=_("Unset it to start one.")
        )
    os.environ |= {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }
    from mlflow.server.constants import ARTIFACT_ROOT_ENV_VAR, BACKEND_STORE_URI_ENV_VAR

    os.environ |= {
        BACKEND_STORE_URI_ENV_VAR: f"sqlite:///{home.mlflow_db}",
        ARTIFACT_ROOT_ENV_VAR: home.artifacts.as_uri(),
    }
    open_client(home)
    import uvicorn

    uvicorn.run(
        "mlflow.server.fastapi_app:app",
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=3,
    )
