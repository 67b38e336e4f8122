"""Batch jobs that are killed: what they leave where their result goes, against what they leave when nobody kills."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from benchmarks.kills.scene import BATCH_ROWS, PATIENCE, Scene, numbered, shoot
from pipelines import connections
from pipelines.datasets import databases
from pipelines.errors import SekkeiError
from pipelines.records import JobState
from pipelines.serving.batch_endpoints import BatchJob

ENDPOINT = "nightly"
LABELS = ["number", "Scored Labels"]
MOMENTS = ("filed", "log.txt", "batch/plan.json", "batch/parts/", "batch/.writing-staged", "batch/staged.json")
MOMENTS += ("batch/loaded.json", "batch/delivered.json")
"""What a job has got to, by the files in its folder; a table's delivery is loaded first."""
VICTIMS = {"job": 5, "worker": 1, "job and worker": 2, "warm parent": 1, "studio": 1, "everything": 2}


@dataclass
class Batch:
    """The batch jobs of a scene. ``tables`` is what each table should hold."""

    scene: Scene
    rows: pd.DataFrame = field(init=False)
    scored: pd.DataFrame = field(init=False)
    rejected: pd.DataFrame = field(init=False)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    first: int = 0

    def __post_init__(self) -> None:
        workspace = self.scene.workspace
        self.rows = numbered(workspace)
        workspace.batch_endpoints.create(ENDPOINT, self.scene.uris[0], connections=self.scene.databases)
        self._write_rows(0)
        job = self._over(self._submit({"file": "whole.csv"}).id)
        if job is None or job.job.state is not JobState.DONE:
            raise SystemExit(f"The job that nobody killed: {job and job.job.error}")
        self.scored = pd.read_csv(workspace.home.files / "whole.csv")
        self.rejected = pd.read_csv(job.job.result["rejected_file"])

    @property
    def kinds(self) -> dict[str, Callable[[], tuple[str, list[str]]]]:
        """Each kind of result, and what kills a job that writes it: gives what was killed when, and what is wrong."""
        found: dict[str, Callable[[], tuple[str, list[str]]]] = {
            "file": partial(self._file, self.scene.workspace.home.files),
            "file on another disk": partial(self._file, self.scene.elsewhere),
            "folder by a column": partial(self._partitioned, self.scene.workspace.home.files),
            "folder on another disk": partial(self._partitioned, self.scene.elsewhere),
            "dataset": self._dataset,
        }
        for database in self.scene.databases:
            system = connections.connection(database, "database").system
            for mode in ("append", "replace", "upsert"):
                found[f"{system} table, {mode}"] = partial(self._table, database, mode)
        return found

    # Kinds of results

    def _file(self, folder: Path) -> tuple[str, list[str]]:
        target = folder / "scores.csv"
        target.write_text("the last one\n")

        def now() -> Iterator[str]:
            if target.read_text() != "the last one\n":
                yield from self._differs(pd.read_csv(target))

        def then() -> Iterator[str]:
            yield from self._differs(pd.read_csv(target))
            yield from _besides(folder, target.name)

        return self._killed({"file": str(target)}, now, then)

    def _partitioned(self, folder: Path) -> tuple[str, list[str]]:
        target = folder / "by-make"
        first = self.first

        def read() -> pd.DataFrame:
            parts = [pd.read_csv(path) for path in target.rglob("*.csv")]
            return pd.concat(parts).sort_values("number", ignore_index=True)[LABELS]

        def now() -> Iterator[str]:
            if target.exists():
                found = read()
                yield from self._differs(found, since=int(found["number"].min()))

        def then() -> Iterator[str]:
            yield from self._differs(read(), since=first)
            yield from _besides(folder, target.name)

        wanted = {"file": str(target), "partition_by": ["make"], "format": "csv"}
        first = self._next()
        return self._killed(wanted, now, then, columns=["number", "make"])

    def _dataset(self) -> tuple[str, list[str]]:
        catalogue = self.scene.workspace.datasets
        self._next()
        before = [v.content_hash for v in catalogue.versions("scores")] if "scores" in _names(catalogue) else []

        def now() -> Iterator[str]:
            """A version is read whole whenever it is read."""
            for version in catalogue.versions("scores") if "scores" in _names(catalogue) else []:
                if len(catalogue.read("scores", version.version)) != len(self.scored):
                    yield f"version {version.version} has not all rows"

        def then() -> Iterator[str]:
            yield from self._differs(catalogue.read("scores"))
            versions = [v.content_hash for v in catalogue.versions("scores")]
            if versions[:-1] != before:
                yield f"{len(before)} versions became {len(versions)}"
            yield from self._orphans()

        return self._killed({"dataset": "scores"}, now, then)

    def _orphans(self) -> Iterator[str]:
        """Files of the catalogue that no version has, once somebody has opened it again."""
        catalogue = type(self.scene.workspace.datasets)(self.scene.workspace.home, self.scene.workspace.database)
        known = {v.path.stem for d in catalogue.list() for v in catalogue.versions(d.name)}
        known_folders = {v.path.parent.name for d in catalogue.list() for v in catalogue.versions(d.name)}
        for path in self.scene.workspace.home.datasets.rglob("*"):
            strange = path.name not in known_folders if path.is_dir() else path.name.split(".")[0] not in known
            if strange:
                yield f"{path.name} was left in the catalogue"

    def _table(self, database: str, mode: str) -> tuple[str, list[str]]:
        name = f"{mode}ed"
        wanted = {"database": database, "table": name, "mode": mode, "key": ["number"] if mode == "upsert" else []}
        before = self.tables.get(f"{database}.{name}", self.scored.head(0))
        made = self._mine(self._next())
        after = {
            "append": pd.concat([before, made]),
            "replace": made,
            "upsert": pd.concat([before[~before["number"].isin(made["number"])], made]),
        }[mode].sort_values(LABELS, ignore_index=True)
        self.tables[f"{database}.{name}"] = after

        def read() -> pd.DataFrame:
            if name not in databases.tables(database):
                return self.scored.head(0)
            found = databases.read(database, table=name)
            return _numbers(found).sort_values(LABELS, ignore_index=True)

        def now() -> Iterator[str]:
            found = read()
            if len(found) != len(before) or (len(before) and _unlike(found, before)):
                yield from _told(_unlike(found, after), "the table is neither the old nor the new one: ")

        def then() -> Iterator[str]:
            yield from _told(_unlike(read(), after))
            with connections.database(database) as made:
                names = set(sa.inspect(made).get_table_names())
            strange = names - {t.partition(".")[2] for t in self.tables if t.startswith(f"{database}.")}
            yield from (f"the table {s} was left" for s in sorted(strange))

        return self._killed(wanted, now, then)

    # One kill

    def _killed(
        self,
        output: dict[str, Any],
        now: Callable[[], Iterator[str]],
        then: Callable[[], Iterator[str]],
        columns: list[str] | None = None,
    ) -> tuple[str, list[str]]:
        chance = self.scene.chance
        self._write_rows(self.first)
        job = self._submit(output, columns)
        victim = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        moments = [m for m in MOMENTS if m != "batch/loaded.json" or "database" in output]
        moment = self._reach(job.id, chance.choice(moments))
        count = self._shoot(victim)
        wrong = [f"right after the kill: {w}" for w in _asked(now)]
        self.scene.recover()
        ended = self._over(job.id)
        told = f"{victim} ({count}) at {moment}"
        if ended is None:
            found = self.scene.workspace.jobs.get(job.id)
            return told, [*wrong, f"two minutes later the job is {found.state}, {found.text!r}"]
        if ended.job.state is not JobState.DONE:
            wrong.append(f"the job is {ended.job.state}: {(ended.job.error or {}).get('message')}")
        else:
            wrong += _asked(then) + _asked(partial(self._told, ended))
        return told, wrong + _asked(self._left)

    def _reach(self, job_id: str, moment: str) -> str:
        """Wait until the job has got so far, and then a little."""
        chance, folder = self.scene.chance, self.scene.workspace.home.runs / job_id
        wait = chance.uniform(0, 0.3) if moment in ("filed", "log.txt") else chance.expovariate(50)
        piece = chance.randrange(1 + len(self.rows) // BATCH_ROWS)
        name = f"{moment}{piece:08}.rows.arrow" if moment.endswith("/") else moment
        until = time.monotonic() + PATIENCE
        while moment != "filed" and not any(folder.glob(f"{name}*")) and time.monotonic() < until:
            if (folder / "batch" / "delivered.json").exists():
                break
            time.sleep(0.001)
        time.sleep(wait)
        return f"{name.rpartition('/')[2]} + {wait * 1000:.0f} ms"

    def _shoot(self, victim: str) -> int:
        scene = self.scene
        if victim in ("everything", "studio"):
            return scene.shoot_studio(victim)
        found = scene.jobs() if "job" in victim else []
        found += scene.service("worker") if "worker" in victim else []
        found += scene.warm() if victim == "warm parent" else []
        return shoot(found)

    def _told(self, job: BatchJob) -> Iterator[str]:
        """What the record says, and the rejected rows."""
        if (job.rows, job.rejected) != (len(self.scored), len(self.rejected)):
            yield f"the record tells of {job.rows} rows and {job.rejected} rejected"
        found = pd.read_csv(job.job.result["rejected_file"])
        mine = self.rejected.assign(number=self.rejected["number"] + self.first)
        yield from _told(_unlike(found, mine), "rejected: ")
        yield from _besides(Path(job.job.result["rejected_file"]).parent, "rejected.csv")
        work = self.scene.workspace.home.runs / job.id / "batch"
        strange = [p.name for p in work.glob("*") if p.suffix != ".json"]
        if strange:
            yield f"left in the job's folder: {', '.join(strange)}"

    def _left(self) -> Iterator[str]:
        """Once a job is over, nothing of it runs."""
        for job in self.scene.workspace.jobs.list():
            if not job.state.is_final:
                yield f"a job says that it is {job.state}"
        if not self.scene.wait(lambda: not self.scene.jobs()):
            yield "a process of the job goes on"

    # Rows

    def _write_rows(self, first: int) -> None:
        rows = self.rows.assign(number=self.rows["number"] + first)
        rows.to_csv(self.scene.workspace.home.files / "rows.csv", index=False)

    def _next(self) -> int:
        """Rows of other numbers than before, half of them."""
        self.first += len(self.rows) // 2
        return self.first

    def _mine(self, first: int) -> pd.DataFrame:
        return self.scored.assign(number=self.scored["number"] + first)

    def _differs(self, found: pd.DataFrame, since: int | None = None) -> Iterator[str]:
        yield from _told(_unlike(found, self._mine(self.first if since is None else since)))

    def _submit(self, output: dict[str, Any], columns: list[str] | None = None) -> BatchJob:
        parameters = {"columns": columns or ["number"], "reject_limit": 10}
        batch = self.scene.workspace.batch_endpoints
        return batch.submit(ENDPOINT, {"file": "rows.csv"}, output, parameters=parameters)

    def _over(self, job_id: str) -> BatchJob | None:
        batch = self.scene.workspace.batch_endpoints

        def over() -> BatchJob | None:
            found = batch.job(ENDPOINT, job_id)
            return found if found.job.state.is_final else None

        found = self.scene.wait(over)
        return found if isinstance(found, BatchJob) else None


def _names(catalogue: Any) -> list[str]:
    return [d.name for d in catalogue.list()]


def _asked(check: Callable[[], Iterator[str]]) -> list[str]:
    """What is wrong; that it cannot be read is wrong as well."""
    found: list[str] = []
    try:
        found.extend(check())
    except (OSError, ValueError, KeyError, SekkeiError) as error:
        found.append(f"{type(error).__name__}: {error}")
    return found


def _besides(folder: Path, *known: str) -> Iterator[str]:
    """Files beside the result that nobody asked for."""
    given = {"rows.csv", "whole.csv", "scores.csv", "by-make"}
    for path in sorted(folder.iterdir()):
        if path.name not in known and path.name not in given:
            yield f"{path.name} was left beside the result"


def _told(what: str, before: str = "") -> Iterator[str]:
    if what:
        yield f"{before}{what}"


def _numbers(found: pd.DataFrame) -> pd.DataFrame:
    """Columns of a CSV file that the model does not have stay text where the result has types."""
    return found.assign(number=found["number"].astype("int64"))


def _unlike(found: pd.DataFrame, wanted: pd.DataFrame) -> str:
    """How a result is unlike the one that was not interrupted; "" when it is the same row for row."""
    if len(found) != len(wanted):
        twice = int(found.duplicated().sum())
        return f"{len(found)} rows instead of {len(wanted)}, {twice} of them twice"
    found, wanted = _numbers(found).reset_index(drop=True), wanted.reset_index(drop=True)
    try:
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False, rtol=1e-12)
    except AssertionError as error:
        return " ".join(str(error).split())[:200]
    return ""
