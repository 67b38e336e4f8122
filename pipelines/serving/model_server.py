"""One model behind HTTP: what ``mlflow models serve --env-manager local -w 1`` runs, in a single process.

Run as a script, by its path, and importing nothing of this package: a model brings the engine's code it was made with,
which must not meet the engine's code of today in one process.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import runpy
import signal
import sys
from pathlib import Path

APP = Path(__file__).parents[1] / "inference" / "scoring_app.py"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model-uri", required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--parent", type=int, required=True)
    given = parser.parse_args()
    _die_with(given.parent)

    import uvicorn
    from mlflow.pyfunc import scoring_server

    model = scoring_server.load_model_with_mlflow_config(given.model_uri)
    uvicorn.run(
        runpy.run_path(str(APP))["scoring_app"](model),
        host=given.host,
        port=given.port,
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=2,
    )


def _die_with(parent: int) -> None:
    if sys.platform.startswith("linux"):
        set_death_signal = 1
        ctypes.CDLL(None, use_errno=True).prctl(set_death_signal, int(signal.SIGKILL))
    if os.getppid() != parent:
        sys.exit("The gateway that started this server is gone.")


if __name__ == "__main__":
    main()
