"""The command line, called often: each call is a process of its own, forked from one that has the libraries loaded.

Loading them anew for every wrong call would take longer than all that is tested. That the interpreter starts and finds
the command is seen where services and killed commands are.
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

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {"PYTHONWARNINGS": "ignore", "PYTHONPATH": str(ROOT)}
Call = Callable[..., tuple[int, Any]]


class CommandLine:
    """A parent of commands; ``folder`` keeps what the last one said."""

    def __init__(self, folder: Path) -> None:
        self.said = {"out": folder / "stdout", "err": folder / "stderr"}
        self.parent = subprocess.Popen(
            [sys.executable, __file__],
            env=os.environ | ENVIRONMENT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, *arguments: str | Path, environment: Mapping[str, str], as_text: bool = False) -> tuple[int, Any]:
        """A command's exit code and its JSON, or its text. It may not show a trace."""
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        asked = {
            "arguments": [*map(str, arguments), *([] if as_text else ["--json"])],
            "environment": os.environ | ENVIRONMENT | environment,
            **{name: str(file) for name, file in self.said.items()},
        }
        self.parent.stdin.write(json.dumps(asked) + "\n")
        self.parent.stdin.flush()
        code = int(self.parent.stdout.readline())
        out, err = (file.read_text("utf-8") for file in self.said.values())
        assert "Traceback" not in err, err[-3000:]
        return code, out if as_text else json.loads(out)


@contextmanager
def command_line(folder: Path) -> Iterator[CommandLine]:
    made = CommandLine(folder)
    with made.parent:
        yield made


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
