"""The command line, called often: each call is a process of its own, forked from one that has the libraries loaded.

That the interpreter starts and finds the command is left to the journeys; loading the libraries anew for every wrong
call would take longer than all that is tested.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pipelines.jobs.process import PRELOAD

ROOT = Path(__file__).parents[2]
Call = Callable[..., tuple[int, Any]]


@contextmanager
def command_line(folder: Path, environment: Mapping[str, str]) -> Iterator[Call]:
    """``call(*arguments)`` gives a command's exit code and its JSON, or its text with ``as_text``."""
    environment = {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)} | environment
    out, err = folder / "stdout", folder / "stderr"
    parent = subprocess.Popen(
        [sys.executable, __file__],
        env=os.environ | environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None

    def call(*arguments: str | Path, as_text: bool = False) -> tuple[int, Any]:
        words = [*map(str, arguments), *([] if as_text else ["--json"])]
        asked = {"arguments": words, "environment": os.environ | environment, "out": str(out), "err": str(err)}
        parent.stdin.write(json.dumps(asked) + "\n")
        parent.stdin.flush()
        code = int(parent.stdout.readline())
        said = err.read_text("utf-8")
        assert "Traceback" not in said, said[-2000:]
        return code, out.read_text("utf-8") if as_text else json.loads(out.read_text("utf-8"))

    try:
        yield call
    finally:
        parent.stdin.close()
        parent.wait(30)
        parent.stdout.close()


def main() -> None:
    """Fork a process for every line of standard input, and print its exit code."""
    from pipelines.cli import app

    for module in (*PRELOAD, "mlflow.store.tracking.sqlalchemy_store", "alembic.command"):
        importlib.import_module(module)

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            os.environ.clear()
            os.environ.update(asked["environment"])
            for number, name in ((1, "out"), (2, "err")):
                os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
            try:
                app(asked["arguments"], prog_name="sekkei")
            except SystemExit as end:
                os._exit(int(end.code or 0))  # what the parent loaded is not taken down piece by piece
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
