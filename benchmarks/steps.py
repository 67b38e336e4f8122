"""Prints what each step costs on a million rows beside the bare pandas, scikit-learn or scipy call of the same work.

    .venv/bin/python -m benchmarks.steps                    every step type, worst ratio first
    .venv/bin/python -m benchmarks.steps --rows 200000 --only encode_categories normalize_data
    .venv/bin/python -m benchmarks.steps --keep FILE        adds what is measured to a file; --show FILE prints it

The calls are declared in each step type's own test module, as ``BARE``, and the contract test holds that both give the
same. Step and call are run in turn in this process; seconds are those of the fastest run, memory is what each
allocates at its height beyond what it is given, as NumPy and Python count it (Arrow and DuckDB do not), and a second
copy is half of the table more than the call makes. A step within 2 ms of its call is taken as even with it: so much is
spent on columns, roles and the index, whatever the rows.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from pipelines import Pipeline, Workspace
from pipelines.steps import library
from tests.pipelines.steps.bench import Bench, bare_of
from tests.pipelines.steps.cases import Bare
from tests.pipelines.steps.many_rows import NUMBERS, WORDS, adult

GOAL = 1.2
EVEN = 0.002
EVEN_MIB = 1.0
COPY = 0.5
REPEATS = 3


@dataclass(frozen=True)
class Measured:
    """Seconds and MiB of a step and of its call, with so many rows."""

    name: str
    rows: int
    step: float
    call: float
    step_mib: float
    call_mib: float
    table_mib: float
    also: str

    @property
    def ratio(self) -> float:
        return self.step / self.call

    @property
    def memory(self) -> float:
        return self.step_mib / max(self.call_mib, EVEN_MIB)

    @property
    def verdict(self) -> str:
        slow = self.ratio > GOAL and self.step - self.call > EVEN
        large = bool(self.step_mib - self.call_mib > COPY * max(self.table_mib, self.call_mib))
        return ", ".join(["time"] * slow + ["a second copy"] * large)


def measured(type: str, number: int, bare: Bare, rows: int) -> Measured:
    """The step and its call on the same rows, in turn, after one run of each that does not count."""
    rows = min(rows, bare.rows or rows)
    bench = Bench(type, bare, rows)
    works = (bench.step, bench.call)
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(REPEATS + 1):
        for work, kept in zip(works, times, strict=True):
            gc.collect()
            began = time.perf_counter()
            work()
            if turn:
                kept.append(time.perf_counter() - began)
    name = type if len(bare_of(type)) == 1 else f"{type} {number + 1}"
    table = bench.given[0].memory_usage().sum() / 2**20
    return Measured(name, rows, min(times[0]), min(times[1]), peak(bench.step), peak(bench.call), table, bare.also)


def peak(work: Callable[[], Any]) -> float:
    """MiB that the work allocates at its height, what it gives among them."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def one_row(rows: int) -> tuple[float, float]:
    """Milliseconds for one row through ten fitted steps and a model, and through a ColumnTransformer of the same."""
    frame = adult(rows)
    single = frame.drop(columns="income").iloc[[7]]
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.open(folder)
        built = Pipeline("ten").add("dataset", dataset="adult-income").add("set_label", column="income")
        built = built.add("split_data").add("clean_missing_data", strategy="median", columns=NUMBERS)
        built = built.add("clean_missing_data", strategy="most_frequent", columns=WORDS)
        for column in NUMBERS:
            built = built.add("normalize_data", method="zscore", columns=[column])
        built = built.add("encode_categories", method="onehot", columns=WORDS[:4])
        built = built.add("encode_categories", method="ordinal", columns=WORDS[4:])
        built = built.add("train_model", algorithm={"type": "logistic_regression", "max_iter": 1000})
        chain = next(iter(workspace.run(built).result.models.values()))
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    words = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore"))
    codes = make_pipeline(
        SimpleImputer(strategy="most_frequent"), OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    )
    columns = ColumnTransformer([("n", numbers, NUMBERS), ("w", words, WORDS[:4]), ("c", codes, WORDS[4:])])
    plain = frame.astype(dict.fromkeys(WORDS, object))
    by_hand = make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(plain, plain["income"])
    alone = single.astype(dict.fromkeys(WORDS, object))
    ours, hand = [], []
    for _turn in range(5):
        for work, kept in ((lambda: chain.predict(single), ours), (lambda: by_hand.predict(alone), hand)):
            began = time.perf_counter()
            for _time in range(50):
                work()
            kept.append((time.perf_counter() - began) * 20)
    return min(ours), min(hand)


def show(found: list[Measured]) -> None:
    """The table, worst first, and the step types that have no call beside them."""
    print(f"{'step':27} {'ratio':>6} {'step s':>8} {'call s':>8} {'memory':>7} {'rows':>10}  missed; the call has also")
    print("-" * 112)
    for m in sorted(found, key=lambda m: -m.ratio):
        also = "; ".join(filter(None, [m.verdict, m.also]))
        print(f"{m.name:27} {m.ratio:6.2f} {m.step:8.3f} {m.call:8.3f} {m.memory:7.2f} {m.rows:10,}  {also}")
    reached = sum(not m.verdict for m in found)
    print(f"\n{reached} of {len(found)} within {GOAL} times and without a second copy. Without a call beside them:")
    for type in library.BUILT_IN:
        if isinstance(reason := bare_of(type), str):
            print(f"  {type}: {reason}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=sorted(library.BUILT_IN), help="these step types alone")
    parser.add_argument("--keep", type=Path, help="a file that what is measured is added to")
    parser.add_argument("--show", type=Path, help="print such a file, the latest of each, and measure nothing")
    parser.add_argument("--row", action="store_true", help="one row through ten fitted steps, and nothing else")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    if arguments.row:
        ours, hand = one_row(20_000)
        print(f"one row through ten fitted steps / ColumnTransformer: {ours / hand:.2f} ({ours:.2f} ms, {hand:.2f} ms)")
        return
    if arguments.show:
        lines = arguments.show.read_text("utf-8").splitlines()
        show(list({m.name: m for m in (Measured(**json.loads(line)) for line in lines)}.values()))
        return
    found = []
    for type in arguments.only or library.BUILT_IN:
        for number, bare in enumerate([] if isinstance(bare_of(type), str) else bare_of(type)):
            found.append(measured(type, number, bare, arguments.rows))
            if arguments.keep:
                with arguments.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(found[-1])) + "\n")
    show(found)


if __name__ == "__main__":
    main()
