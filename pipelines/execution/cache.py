"""Content-addressed results: what a step gave, kept under the hash of all that it depends on.

The folder is safe to delete at any time. An entry is written beside its place and moved there whole, so that a killed
process leaves no half entry.

    <key>/meta.json            roles, history, counts, where the rows are
    <key>/table.parquet        the rows, unless another entry has the same ones (``rows_at``)
    <key>/partition.parquet    train or test for each row
    <key>/folds.parquet        the number of each row's fold
    <key>/transformer.skops    the fitted link
    <key>/model.skops          the trained chain
    <key>/report.json          metrics, curves, tables
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from pipelines.chain import storage
from pipelines.chain.chain import Chain
from pipelines.errors import NotFoundError, SekkeiError, storage_in_words
from pipelines.messages import _, from_plain, to_plain
from pipelines.schema import Role
from pipelines.steps.base import Bars, Curve, HeatMap, Output, Report, Step
from pipelines.table import Applied, Scored, Table

ENGINE = 1  # raised when results of the same step and inputs change
HOUR = 3600


class LostResultError(NotFoundError):
    """A kept result is gone, or was damaged and has been removed; running again makes it anew."""

    def __init__(self, key: str) -> None:
        super().__init__("kept result", key)
        self.message, self.fix = _("A kept result is gone or damaged."), _("Run the pipeline again.")


def result_key(step: Step, inputs: Iterable[tuple[str, str, str | None]], extra: str = "") -> str:
    """The hash of a step's type, version and parameters, of its inputs (port, key, part), and of ``extra``."""
    parts = [ENGINE, step.type, step.release, step.model_dump(mode="json"), sorted(map(list, inputs), key=str), extra]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()[:40]


def output_key(key: str, name: str) -> str:
    """The key of a further table of the result ``key``."""
    return hashlib.sha256(f"{key}.{name}".encode()).hexdigest()[:40]


class ResultStore:
    """Step outputs on disk, with those of the current run also in memory until ``release``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._live: dict[str, Output] = {}
        self._read: dict[str, Table] = {}
        self._frames: dict[int, str] = {}
        self._writer: ThreadPoolExecutor | None = None
        self._pending: list[Future[None]] = []

    def __contains__(self, key: str) -> bool:
        if key in self._live:
            return True
        try:
            meta = self.meta(key)
        except NotFoundError:
            return False
        held = meta.get("rows_at")
        whole = held is None or held == key or (self._entry(held) / "table.parquet").exists()
        return whole and all(output_key(key, name) in self for name in meta.get("others", ()))

    def put(self, key: str, output: Output, *, replace: bool = False) -> None:
        """Keep ``output``; it is written in the background, ``flush`` waits for that.

        Its further tables are results of their own, under their ``output_key``.

        With ``replace`` it takes the place of an output kept under this key, which else stays.
        """
        rows_at = None
        if output.table is not None:
            rows_at = self._frames.setdefault(id(output.table.frame), key)
        self._live[key] = output
        for name, table in output.others.items():
            self.put(output_key(key, name), Output(table=table), replace=replace)
        self._writer = self._writer or ThreadPoolExecutor(1, thread_name_prefix="results")
        self._pending.append(self._writer.submit(self._write, key, output, rows_at, replace))

    def flush(self) -> None:
        """Wait until nothing is being written any more; then the first error in writing is raised."""
        pending, self._pending = self._pending, []
        if self._writer is not None:
            self._writer.shutdown()
            self._writer = None
        for future in pending:
            future.result()

    def release(self, keys: Iterable[str]) -> None:
        """Forget outputs in memory; they are read from disk when asked for again. An error in writing is raised."""
        if any(f.done() and f.exception() for f in self._pending):
            self.flush()
        self._pending = [f for f in self._pending if not f.done()]
        if self._pending:
            return
        for key in keys:
            output = self._live.pop(key, None)
            table = output.table if output is not None else self._read.pop(key, None)
            if table is not None:
                self._frames.pop(id(table.frame), None)

    def meta(self, key: str) -> dict[str, Any]:
        """The facts of an entry. LostResultError when it is gone."""
        if key in self._live:
            output = self._live[key]
            return _meta(output, self._frames.get(id(output.table.frame), key) if output.table else None)
        with self._reading(key):
            return json.loads((self._entry(key) / "meta.json").read_bytes())

    def output(self, key: str) -> Output:
        """All that a step gave."""
        if key in self._live:
            return self._live[key]
        meta = self.meta(key)
        entry = self._entry(key)
        self._touch(entry)
        return Output(
            table=self.table(key) if meta["table"] else None,
            transformer=self.transformer(key),
            model=self.model(key),
            report=self.report(key),
            notes=tuple(from_plain(n) for n in meta["notes"]),
            others={name: self.table(output_key(key, name)) for name in self.further(key)},
        )

    def table(self, key: str) -> Table:
        """The table a step gave, or NotFoundError."""
        if key in self._live and (table := self._live[key].table) is not None:
            return table
        if key not in self._read:
            meta = self.meta(key)
            if not meta["table"]:
                raise NotFoundError("table at", key)
            self._touch(self._entry(key))
            with self._reading(key, meta["rows_at"]):
                self._read[key] = self._read_table(self._entry(key), meta)
            self._frames[id(self._read[key].frame)] = meta["rows_at"]
        return self._read[key]

    def further(self, key: str) -> list[str]:
        """The names of the further tables that a step gave."""
        return list(self.meta(key).get("others", ()))

    def transformer(self, key: str) -> Any:
        """The link a step fitted, or None."""
        if key in self._live:
            return self._live[key].transformer
        return self._part(key, "transformer.skops", storage.load)

    def model(self, key: str) -> Chain | None:
        """The model a step trained, or None."""
        if key in self._live:
            return self._live[key].model
        return self._part(key, "model.skops", storage.load)

    def report(self, key: str) -> Report | None:
        """What a step found out, or None."""
        if key in self._live:
            return self._live[key].report
        return self._part(key, "report.json", lambda path: report_from_dict(json.loads(path.read_bytes())))

    def rows_path(self, key: str) -> Path:
        """The Parquet file with the rows of a step's table, to be paged through."""
        path = self._entry(self.meta(key).get("rows_at") or key) / "table.parquet"
        if not path.exists():
            raise LostResultError(key)
        return path

    def partition(self, key: str) -> pd.Series | None:
        """Train or test for each row of a kept table, None before a split."""
        path = self._entry(key) / "partition.parquet"
        return pd.read_parquet(path)["partition"] if path.exists() else None

    def attach(self, key: str, folder: str, files: Mapping[str, bytes]) -> None:
        """Keep files with an entry that were made from it alone, so that they need not be made again."""
        entry = self._entry(key)
        part = entry / f"{folder}.{uuid.uuid4().hex[:8]}"
        with contextlib.suppress(OSError):  # the entry is gone, or another process attached the same
            part.mkdir()
            for name, content in files.items():
                (part / name).write_bytes(content)
            part.rename(entry / folder)
        shutil.rmtree(part, ignore_errors=True)

    def attached(self, key: str, folder: str) -> dict[str, bytes] | None:
        """What ``attach`` kept, or None."""
        place = self._entry(key) / folder
        return {f.name: f.read_bytes() for f in sorted(place.iterdir())} if place.is_dir() else None

    def trim(self, limit: int) -> None:
        """Remove the entries not used for longest until at most ``limit`` bytes are left, and writings given up on."""
        entries = []
        for entry in self.folder.glob("*/*"):
            if entry.name.endswith(".part"):
                if time.time() - entry.stat().st_mtime > HOUR:
                    shutil.rmtree(entry, ignore_errors=True)
                continue
            size = sum(f.stat().st_size for f in entry.rglob("*"))
            entries.append((entry.stat().st_mtime, size, entry))
        total = sum(size for _, size, _ in entries)
        for _used, size, entry in sorted(entries, key=lambda e: e[0]):
            if total <= limit:
                return
            shutil.rmtree(entry, ignore_errors=True)
            total -= size

    def forget(self) -> None:
        """Let go of all that is in memory, so that only what is on disk counts."""
        self.flush()
        for held in (self._live, self._read, self._frames):
            held.clear()

    def _part(self, key: str, name: str, read: Callable[[Path], Any]) -> Any:
        """A file of an entry; None when the entry is there and has no such file."""
        path = self._entry(key) / name
        with self._reading(key):
            if path.exists():
                return read(path)
        self.meta(key)
        return None

    @contextmanager
    def _reading(self, *keys: str) -> Iterator[None]:
        """What cannot be read in the block is lost: these entries are removed, so that they are made anew."""
        try:
            yield
        except (MemoryError, NotFoundError):
            raise
        except Exception as error:
            for key in keys:
                shutil.rmtree(self._entry(key), ignore_errors=True)
            raise LostResultError(keys[0]) from error

    def _entry(self, key: str) -> Path:
        if not key.isalnum():
            raise NotFoundError("kept result", key)
        return self.folder / key[:2] / key

    def _touch(self, entry: Path) -> None:
        if entry.exists():
            os.utime(entry)

    def _write(self, key: str, output: Output, rows_at: str | None, replace: bool) -> None:
        entry = self._entry(key)
        if entry.exists() and not replace:
            return
        part = entry.with_name(f"{key}.{uuid.uuid4().hex[:8]}.part")
        try:
            with storage_in_words():
                part.mkdir(parents=True)
                self._write_files(part, key, output, rows_at)
                if replace:
                    self._set_aside(entry, part)
                part.rename(entry)
        except SekkeiError:
            raise
        except OSError:
            if part.exists() and not entry.exists():
                raise
            # Another process wrote the same result first, or the folder was deleted meanwhile.
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def _write_files(self, part: Path, key: str, output: Output, rows_at: str | None) -> None:
        table = output.table
        if table is not None:
            if rows_at == key:
                table.frame.to_parquet(part / "table.parquet", compression="lz4")
            if table.partition is not None:
                table.partition.astype("category").to_frame("partition").to_parquet(part / "partition.parquet")
            if table.folds is not None:
                table.folds.to_frame("folds").to_parquet(part / "folds.parquet")
        if output.transformer is not None:
            storage.dump(output.transformer, part / "transformer.skops")
        if output.model is not None:
            storage.dump(output.model, part / "model.skops")
        if output.report is not None:
            (part / "report.json").write_text(json.dumps(report_to_dict(output.report), default=str))
        (part / "meta.json").write_text(json.dumps(_meta(output, rows_at)))

    def _set_aside(self, entry: Path, part: Path) -> None:
        """Take an entry away for another; with it those that have their rows here, where the rows are not the same."""
        if not entry.exists():
            return
        old, new = entry / "table.parquet", part / "table.parquet"
        if old.exists() and (not new.exists() or old.read_bytes() != new.read_bytes()):
            for meta in self.folder.glob("*/*/meta.json"):
                if meta.parent.name.isalnum() and meta.parent != entry and self._rows_at(meta) == entry.name:
                    shutil.rmtree(meta.parent, ignore_errors=True)
        aside = entry.with_name(f"{entry.name}.{uuid.uuid4().hex[:8]}.part")
        entry.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)

    def _rows_at(self, meta: Path) -> str | None:
        try:
            return str(json.loads(meta.read_bytes()).get("rows_at"))
        except (OSError, ValueError):
            return None

    def _read_table(self, entry: Path, meta: dict[str, Any]) -> Table:
        facts = meta["table"]
        holder = self._entry(meta["rows_at"])
        partition, folds = entry / "partition.parquet", entry / "folds.parquet"
        scored = facts["scored"]
        frame = pd.read_parquet(holder / "table.parquet")
        return Table(
            frame=frame,
            roles={n: Role(r) for n, r in facts["roles"].items()},
            partition=pd.read_parquet(partition)["partition"].astype("str") if partition.exists() else None,
            history=tuple(Applied(**a) for a in facts["history"]),
            head=facts["head"],
            scored=Scored(**scored | {"classes": tuple(scored["classes"])}) if scored else None,
            folds=pd.read_parquet(folds)["folds"] if folds.exists() else None,
        )


def _meta(output: Output, rows_at: str | None) -> dict[str, Any]:
    table = output.table
    facts = None
    if table is not None:
        scored = table.scored
        classes = [c.item() if hasattr(c, "item") else c for c in scored.classes] if scored else []
        facts = {
            "roles": {n: r.value for n, r in table.roles.items()},
            "history": [asdict(a) for a in table.history],
            "head": table.head,
            "scored": asdict(scored) | {"classes": classes} if scored else None,
            "rows": len(table.frame),
            "columns": len(table.frame.columns),
        }
    return {
        "table": facts,
        "rows_at": rows_at,
        "notes": [to_plain(n) for n in output.notes],
        "others": list(output.others),
    }


def report_to_dict(report: Report) -> dict[str, Any]:
    """A report as plain JSON values."""
    return asdict(report) | {"conclusions": [to_plain(c) for c in report.conclusions]}


def report_from_dict(values: dict[str, Any]) -> Report:
    """The report that ``report_to_dict`` wrote."""
    return Report(
        metrics=values["metrics"],
        curves=tuple(Curve(**c) for c in values["curves"]),
        tables=values["tables"],
        confusion=values["confusion"],
        bars=tuple(Bars(**b) for b in values.get("bars", ())),
        heat_maps=tuple(HeatMap(**h) for h in values.get("heat_maps", ())),
        conclusions=tuple(from_plain(c) for c in values.get("conclusions", ())),
    )
