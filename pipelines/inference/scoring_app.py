"""MLflow's scoring server for one model, as an endpoint's processes and the proof before publishing run it.

Run by its path, and importing nothing of this package: a model brings the engine's code it was made with, which must
not meet the engine's code of today in one process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

CONTRACT = "sekkei_contract"
SHORT = 64 * 1024


def scoring_app(model: Any) -> Any:
    """The application that answers for ``model``, MLflow's ``PyFuncModel``.

    A model that checks its rows itself gets them as they are: MLflow looking at every value before would take longer
    than the prediction. Seconds are counted by who asks: MLflow's own limit leaves the thread it gave up running.
    """
    import pandas as pd
    from mlflow.pyfunc import scoring_server

    asked = model
    own: Any = model.unwrap_python_model() if CONTRACT in (model.metadata.metadata or {}) else None
    if getattr(own, "checks_rows", False):

        def predict(data: Any, params: dict[str, Any] | None = None) -> Any:
            return own.predict(None, data, params) if isinstance(data, pd.DataFrame) else model.predict(data, params)

        asked = SimpleNamespace(metadata=model.metadata, predict=predict)
    app = scoring_server.init(asked)
    app.user_middleware.clear()
    if few := getattr(own, "answer_few", None):
        _ask_first(app, few)
    return app


def _ask_first(app: Any, few: Callable[[bytes], str | None]) -> None:
    """Have requests of a few rows answered by ``few``, and by MLflow where it gives None."""
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    theirs = next(r for r in app.routes if getattr(r, "path", "") == "/invocations")

    async def invocations(request: Request) -> Any:
        body = await request.body()
        if len(body) <= SHORT and request.headers.get("content-type") == "application/json":
            found = await asyncio.to_thread(few, body)
            if found is not None:
                return Response(found, media_type="application/json")
        return await theirs.endpoint(request)

    app.router.routes.insert(0, Route("/invocations", invocations, methods=["POST"]))
