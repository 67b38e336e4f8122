"""The model, its contract and a short script: all that a machine with Python needs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import ClassVar

from pipelines.serving.export.base import Exported, Target

SCRIPT = Path(__file__).with_name("score.py")

README = """\
# {name}, version {version}

A model with all it needs, on any machine with Python:

    python -m venv .venv
    .venv/bin/pip install -r requirements.txt
    .venv/bin/python score.py rows.csv scored.csv

`contract.json` says which columns `rows.csv` must have, and of which kind. `model/` is an MLflow model: everything that
loads one (`mlflow.pyfunc.load_model("model")`) runs it.
"""


class Archive(Target):
    """Model, contract, requirements and a scoring script."""

    name: ClassVar[str] = "archive"
    title: ClassVar[str] = "Files and a script"
    help: ClassVar[str] = "The model, its contract and a short Python script that scores a CSV anywhere."
    has_image: ClassVar[bool] = False

    def write(self, model: Exported, folder: Path) -> None:
        shutil.copytree(model.folder, folder / "model")
        if model.contract is not None:
            (folder / "contract.json").write_text(model.contract.model_dump_json(indent=1), "utf-8")
        wanted = folder / "model" / "requirements.txt"
        if wanted.is_file():
            shutil.copy(wanted, folder / "requirements.txt")
        shutil.copy(SCRIPT, folder / "score.py")
        (folder / "README.md").write_text(README.format(name=model.name, version=model.version), "utf-8")
