"""A studio to kill: its workspace, three versions of a model, what they answer, and which of its processes live."""

from __future__ import annotations

import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from benchmarks.endpoints import expected, published
from pipelines.addresses import status
from pipelines.sdk import Workspace
from tests import postgres
from tests.journeys.studio import Studio

REPEATS = 20
"""So often the rows of the sample are scored in one job."""
BATCH_ROWS = 400
PATIENCE = 120.0


@dataclass
class Scene:
    """What every kill finds: ``elsewhere`` is a folder on another disk, ``databases`` the connections to write to."""

    studio: Studio
    workspace: Workspace
    chance: random.Random
    folder: Path
    elsewhere: Path
    databases: tuple[str, ...]
    uris: list[str]
    rows: list[dict[str, Any]]
    answers: dict[str, list[float]]

    def processes(self) -> list[psutil.Process]:
        """Every living process of the workspace, of whatever parent."""
        root, found = str(self.studio.root), []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                mine = process.pid != os.getpid() and process.environ().get("SEKKEI_HOME") == root
                if mine and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def named(self, *words: str) -> list[psutil.Process]:
        """Living processes of the workspace whose command line has these words."""
        found = []
        for process in self.processes():
            with suppress(psutil.Error):
                if all(word in " ".join(process.cmdline()) for word in words):
                    found.append(process)
        return found

    def service(self, name: str) -> list[psutil.Process]:
        found = status(self.workspace.home)[name].process
        return [psutil.Process(found.pid)] if found is not None and found.is_alive else []

    def jobs(self) -> list[psutil.Process]:
        """The processes of jobs, also of one that has just been forked and has not begun."""
        found = []
        for process in self.named("forkserver"):
            with suppress(psutil.Error):
                if os.getsid(process.pid) == process.pid or process.ppid() in self._warm():
                    found.append(process)
        return found

    def warm(self) -> list[psutil.Process]:
        """The warm parent of the worker's jobs."""
        found = self._warm()
        return [p for p in self.named("forkserver") if p.pid in found]

    def _warm(self) -> set[int]:
        found: set[int] = set()
        for worker in self.service("worker"):
            with suppress(psutil.Error):
                found |= {c.pid for c in worker.children() if "forkserver" in " ".join(c.cmdline())}
        return found

    def shoot_studio(self, victim: str) -> int:
        """Kill what started the services, with which they end, or ``everything`` at once; how many processes."""
        assert self.studio.process is not None
        count = shoot(self.processes() if victim == "everything" else [psutil.Process(self.studio.process.pid)])
        self.studio.process.wait()
        return count

    def recover(self) -> None:
        """As its user would: whoever finds the studio down starts it again."""
        if self.studio.process is not None and self.studio.process.poll() is not None:
            self.studio.up()

    def wait(self, condition: Callable[[], Any]) -> Any:
        """What ``condition`` gives; None when it gave nothing for two minutes."""
        until = time.monotonic() + PATIENCE
        while not (found := condition()) and time.monotonic() < until:
            time.sleep(0.05)
        return found or None


def shoot(processes: list[psutil.Process]) -> int:
    """Kill these at once; how many there were."""
    count = 0
    for process in processes:
        with suppress(psutil.Error):
            process.send_signal(signal.SIGKILL)
            count += 1
    return count


@contextmanager
def opened(chance: random.Random) -> Iterator[Scene]:
    """A studio of its own in a temporary folder, with its services."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sekkei-kills-")))
        root, elsewhere = folder / "workspace", _elsewhere(folder)
        stack.callback(shutil.rmtree, elsewhere, ignore_errors=True)
        databases = {"sales": f"sqlite:///{folder}/sales.db"}
        with suppress(AssertionError):
            databases["ledger"] = stack.enter_context(postgres.server())
        os.environ.update(
            {f"SEKKEI_CONNECTION_{name.upper()}": url for name, url in databases.items()}
            | {"SEKKEI_HOME": str(root), "SEKKEI_BATCH_FOLDERS": str(elsewhere)}
            | {"SEKKEI_BATCH_ROWS": str(BATCH_ROWS), "SEKKEI_BATCH_PROCESSES": "2", "SEKKEI_PARITY_SPARK": "false"}
        )
        root.mkdir()
        studio = Studio(root)
        workspace = Workspace.open(root)
        uris = published(workspace)
        rows, answers = expected(workspace, uris, folder)
        stack.callback(studio.down)
        studio.up()
        yield Scene(studio, workspace, chance, folder, elsewhere, tuple(databases), uris, rows, answers)


def _elsewhere(folder: Path) -> Path:
    """A folder on another disk than ``folder``, where this machine has one."""
    memory = Path("/dev/shm")
    other = memory.is_dir() and memory.stat().st_dev != folder.stat().st_dev
    return Path(tempfile.mkdtemp(prefix="sekkei-kills-", dir=memory if other else folder))


def numbered(workspace: Workspace) -> pd.DataFrame:
    """The rows of a job: those of the sample again and again, each with a number; two of them cannot be scored."""
    cars = workspace.datasets.read("automobile-price").drop(columns="price")
    rows = pd.concat([cars] * REPEATS, ignore_index=True)
    rows = rows.astype({"horsepower": object})
    rows.loc[[7, len(rows) - 3], "horsepower"] = "many"
    return rows.assign(number=range(len(rows)))
