"""A publication that is killed: the version is there whole or not at all, and the alias points to a whole one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from benchmarks.endpoints import ROWS
from benchmarks.kills.scene import Scene, shoot
from pipelines.errors import NotFoundError, SekkeiError
from pipelines.tracking import ModelVersion

NAME = "cars"
LASTS = 12.0
"""A publication takes about so long, in seconds; the kill falls into them."""


@dataclass
class Publishing:
    """The model of a scene's first run, published again and again."""

    scene: Scene
    count: int = 0

    @property
    def kinds(self) -> dict[str, Callable[[], tuple[str, list[str]]]]:
        return {"publication": self._publication}

    def _publication(self) -> tuple[str, list[str]]:
        scene, before = self.scene, self._versions()
        champion = self._champion()
        number = scene.chance.randrange(len(scene.uris))
        run_id = scene.workspace.models.get(scene.uris[number]).run_id
        command = [sys.executable, "-m", "pipelines", "publish", run_id, NAME, "--json"]
        log = (scene.folder / "publish.log").open("wb")
        process = subprocess.Popen(command, env=scene.studio.environment, stdout=log, stderr=log)
        wait = scene.chance.uniform(0, LASTS)
        victim = scene.chance.choice(["command", "command", "command", "mlflow"])
        time.sleep(wait)
        if victim == "command":
            process.kill()
        else:
            shoot(scene.service("mlflow"))
        code = process.wait()
        log.close()
        scene.studio.wait_up()
        told = f"{victim} + {wait:.1f} s" + (" (it was over)" if code == 0 and victim == "command" else "")
        return told, list(self._wrong(before, champion, number, code))

    def _wrong(self, before: list[ModelVersion], champion: int | None, number: int, code: int) -> Iterator[str]:
        models, found = self.scene.workspace.models, self._versions()
        made = [v for v in found if v.version not in {b.version for b in before}]
        if len(made) > 1 or (code == 0 and not made):
            yield f"{len(made)} versions were made, and the command ended with {code}"
        for version in made:
            if version.contract is None or not version.parity or not version.metrics:
                yield f"version {version.version} is not whole"
            yield from self._answers(version, number)
        now = self._champion()
        if now not in ({champion} | {v.version for v in made}) or (code == 0 and made and now != made[0].version):
            yield f"the alias points to {now}; it pointed to {champion}"
        back = models.before(NAME) if now is not None else None
        if now != champion and champion is not None and back != champion:
            yield f"a rollback would go to {back}, and not to {champion}"
        run = self.scene.workspace.runs.get(models.get(self.scene.uris[number]).run_id)
        if str(run.summary.status) != "done" and str(run.summary.status) != "finished":
            yield f"its run is {run.summary.status}"
        self.count += 1
        if self.count % 3 == 0:
            yield from self._again(run.run_id if hasattr(run, "run_id") else run.summary.run_id)

    def _again(self, run_id: str) -> Iterator[str]:
        """Whoever publishes again gets the next version, and the alias."""
        before = self._champion()
        newest = max((v.version for v in self._versions()), default=0)
        try:
            made = self.scene.workspace.models.publish(run_id, NAME)
        except SekkeiError as error:
            yield f"it cannot be published again: {error}"
            return
        if (made.version, self._champion()) != (newest + 1, made.version):
            yield f"published again it is version {made.version} after {newest}, the alias at {self._champion()}"
        if before is not None and self.scene.workspace.models.before(NAME) != before:
            yield f"a rollback would go to {self.scene.workspace.models.before(NAME)}, and not to {before}"

    def _answers(self, version: ModelVersion, number: int) -> Iterator[str]:
        folder = self.scene.folder
        try:
            self.scene.workspace.batch.score(version.model_uri, folder / "rows.parquet", folder / "again.parquet")
        except SekkeiError as error:
            yield f"version {version.version} does not answer: {error}"
            return
        found = pd.read_parquet(folder / "again.parquet")["Scored Labels"]
        wanted = self.scene.answers[self.scene.uris[number]]
        if len(found) != ROWS or any(abs(a - b) > 1e-6 * abs(b) for a, b in zip(found, wanted, strict=True)):
            yield f"version {version.version} answers otherwise"

    def _versions(self) -> list[ModelVersion]:
        try:
            return self.scene.workspace.models.versions(NAME)
        except NotFoundError:
            return []

    def _champion(self) -> int | None:
        try:
            return self.scene.workspace.models.get(f"models:/{NAME}@champion").version
        except NotFoundError:
            return None
