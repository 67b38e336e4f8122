"""Answers of a model in a process of its own: run as a script, where nothing of Sekkei can be imported but what the
model brings along. It loads the model as anybody would, and asks it in process and through the scoring server that lies
beside this script.

    python -I answers.py MODEL_FOLDER WORK_FOLDER

WORK_FOLDER holds ``rows-<n>.parquet``, ``rows-<n>.json`` (records) and, where the gateway's reading of CSV is proven
too, ``csv-<n>.json`` (what it sends); ``answers.json`` is written there.
"""

from __future__ import annotations

import json
import logging
import math
import runpy
import sys
import time
import warnings
from pathlib import Path
from typing import Any

Records = list[dict[str, Any]]
ASKED = 15  # times that one row is asked for, to know how long it takes


def main(model_folder: str, work_folder: str) -> None:
    """Ask the model about every set of rows in ``work_folder``."""
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    import mlflow.pyfunc
    import pandas as pd
    from starlette.testclient import TestClient

    scoring_app = runpy.run_path(str(Path(__file__).with_name("scoring_app.py")))["scoring_app"]
    model = mlflow.pyfunc.load_model(model_folder)
    server = TestClient(scoring_app(model), raise_server_exceptions=False)
    work = Path(work_folder)
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(work.glob("rows-*.parquet")):
        number = file.stem.removeprefix("rows-")
        reloaded = model.predict(pd.read_parquet(file))
        body = json.loads((work / f"rows-{number}.json").read_text("utf-8"))
        found[number] = {
            "reloaded": [{k: _plain(v) for k, v in row.items()} for row in reloaded.to_dict("records")],
            "records": _asked(server, {"dataframe_records": body}),
            "split": _asked(server, {"dataframe_split": _split(body)}),
        }
        if (sent := work / f"csv-{number}.json").exists():
            found[number]["csv"] = _asked(server, json.loads(sent.read_text("utf-8")))
    engine = sys.modules["pipelines"].__file__ if "pipelines" in sys.modules else ""
    content = {
        "answers": found,
        "engine": engine,
        "python": sys.version.split()[0],
        "mlflow": mlflow.__version__,
        "milliseconds": _one_row(model, pd.read_parquet(work / "rows-0.parquet").head(1)),
    }
    (work / "answers.json").write_text(json.dumps(content), "utf-8")


def _one_row(model: Any, row: Any) -> float:
    """The middle of what one row takes of a processor, in milliseconds; what others do meanwhile does not count."""
    taken = []
    for _number in range(ASKED):
        began = time.process_time()
        model.predict(row)
        taken.append(1000 * (time.process_time() - began))
    return sorted(taken)[ASKED // 2]


def _asked(server: Any, body: dict[str, Any]) -> Records | str:
    answer = server.post("/invocations", json=body)
    return (
        answer.json()["predictions"]
        if answer.status_code == 200
        else f"status {answer.status_code}: {answer.text[:500]}"
    )


def _split(records: Records) -> dict[str, Any]:
    columns = list(records[0])
    return {"columns": columns, "data": [[row[c] for c in columns] for row in records]}


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isnan(value) else value


if __name__ == "__main__":
    main(*sys.argv[1:3])
