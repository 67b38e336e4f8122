"""Prints what each step costs on a million rows beside the bare pandas, scikit-learn or scipy call of the same work.

    .venv/bin/python -m benchmarks.steps                    every step type, worst ratio first
    .venv/bin/python -m benchmarks.steps --rows 200000 --only encode_categories normalize_data
    .venv/bin/python -m benchmarks.steps --keep FILE        adds what is measured to a file; --show FILE prints it
    .venv/bin/python -m benchmarks.steps --show FILE --output docs/steps-speed.md

The calls are declared in each step type's own test module, as ``BARE``, and the contract test holds that both give the
same. Step and call are run in turn in this process, the first of them changing from pair to pair; the ratio is the
median of the pairs' ratios, and seconds are medians too. Memory is what each allocates at its height beyond what it is
given, with at most 200,000 rows, as NumPy, Python and Arrow count it (DuckDB does not), and a second copy is half of
the table more than the call makes. A step within 2 ms of its call is taken as even with it: so much is spent on
columns, roles and the index, whatever the rows. A figure is marked with * where more wanted to run than the machine
has cores.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import statistics
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
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
MEMORY_ROWS = 200_000
COPY = 0.5
PAIRS = 3, 9
ENOUGH_SECONDS = 12.0
HEAD = ("step", "ratio", "step s", "call s", "memory", "rows", "missed; the call has also")


@dataclass(frozen=True)
class Measured:
    """Median seconds and MiB of a step and of its call, with so many rows."""

    name: str
    rows: int
    ratio: float
    step: float
    call: float
    step_mib: float
    call_mib: float
    table_mib: float
    also: str
    busy: bool

    @property
    def memory(self) -> float:
        return max(self.step_mib, EVEN_MIB) / max(self.call_mib, EVEN_MIB)

    @property
    def verdict(self) -> str:
        slow = self.ratio > GOAL and self.step - self.call > EVEN
        large = bool(self.step_mib - self.call_mib > COPY * max(self.table_mib, self.call_mib))
        return ", ".join(["time"] * slow + ["a second copy"] * large)

    @property
    def cells(self) -> tuple[str, ...]:
        ratio = f"{self.ratio:.2f}" + "*" * self.busy
        said = "; ".join(filter(None, [self.verdict, self.also]))
        return (
            self.name,
            ratio,
            f"{self.step:.3f}",
            f"{self.call:.3f}",
            f"{self.memory:.2f}",
            f"{self.rows:,}",
            said,
        )


def measured(type: str, number: int, bare: Bare, rows: int) -> Measured:
    """The step and its call on the same rows, in turn, after one run of each that does not count."""
    rows = min(rows, bare.rows or rows)
    bench = Bench(type, bare, rows)
    pairs: list[tuple[float, float]] = []
    seconds(bench.step), seconds(bench.call)
    began, busy = time.perf_counter(), False
    while len(pairs) < PAIRS[0] or (len(pairs) < PAIRS[1] and time.perf_counter() - began < ENOUGH_SECONDS):
        if len(pairs) % 2:
            call, step = seconds(bench.call), seconds(bench.step)
        else:
            step, call = seconds(bench.step), seconds(bench.call)
        pairs.append((step, call))
        busy = busy or os.getloadavg()[0] > (os.cpu_count() or 1)
    name = type if len(bare_of(type)) == 1 else f"{type} {number + 1}"
    ratio = statistics.median(step / call for step, call in pairs)
    step, call = (statistics.median(times) for times in zip(*pairs, strict=True))
    few = Bench(type, bare, min(rows, MEMORY_ROWS))
    table = few.given[0].memory_usage().sum() / 2**20
    return Measured(name, rows, ratio, step, call, peak(few.step), peak(few.call), table, bare.also, busy)


def seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak(work: Callable[[], Any]) -> float:
    """MiB that the work allocates at its height, what it gives among them; Arrow has a height of its own, added."""
    gc.collect()
    usual = pa.default_memory_pool()
    counted = pa.proxy_memory_pool(usual)
    pa.set_memory_pool(counted)
    tracemalloc.start()
    try:
        work()
        return (tracemalloc.get_traced_memory()[1] + (counted.max_memory() or 0)) / 2**20
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(usual)
        gc.collect()


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
    line = "{:27} {:>6} {:>8} {:>8} {:>7} {:>10}  {}"
    print(line.format(*HEAD) + "\n" + "-" * 112)
    for m in worst_first(found):
        print(line.format(*m.cells))
    print(f"\n{summary(found)} Without a call beside them:")
    for type, reason in left_out().items():
        print(f"  {type}: {reason}")


def page(found: list[Measured]) -> str:
    """The same as a page of documentation."""
    rows = [HEAD, ("---", "--:", "--:", "--:", "--:", "--:", "---"), *(m.cells for m in worst_first(found))]
    table = "\n".join("| " + " | ".join(cell.replace("*", "\\*") for cell in row) + " |" for row in rows)
    without = "\n".join(f"| {type} | {reason} |" for type, reason in left_out().items())
    seen = {m.name.split()[0] for m in found} | set(left_out())
    waiting = ", ".join(t for t in library.BUILT_IN if t not in seen)
    notes = ["Figures with * were taken while others used the machine."] if any(m.busy for m in found) else []
    notes += [f"Not measured yet: {waiting}."] if waiting else []
    return f"""<!-- Written by benchmarks.steps; run it. -->

# How fast each step is

Each step beside the bare pandas, scikit-learn or scipy call that does the same, worst first. Both run in turn in one \
process; the ratio is the median over the pairs, and memory is the step's height to the call's, with at most \
{MEMORY_ROWS:,} rows. What the call is [stands with the step's test](decisions/0019-what-a-step-is-measured-against.md)\
, as does how many rows it bears. The goal is {GOAL} times the call, or {1000 * EVEN:g} ms more than it, and no second \
copy of the table. {" ".join([summary(found), *notes]).replace("*", chr(92) + "*")}

{table}

## Without a call beside them

| step | because |
| --- | --- |
{without}
"""


def worst_first(found: list[Measured]) -> list[Measured]:
    return sorted(found, key=lambda m: -m.ratio)


def summary(found: list[Measured]) -> str:
    reached = sum(not m.verdict for m in found)
    return f"{reached} of {len(found)} are within {GOAL} times and without a second copy."


def left_out() -> dict[str, str]:
    """Why a step type has no call, by its type."""
    return {t: reason for t in library.BUILT_IN if isinstance(reason := bare_of(t), str)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", choices=sorted(library.BUILT_IN), help="these step types alone")
    parser.add_argument("--keep", type=Path, help="a file that what is measured is added to")
    parser.add_argument("--show", type=Path, help="print such a file, the latest of each, and measure nothing")
    parser.add_argument("--output", type=Path, help="write the table as a page of Markdown as well")
    parser.add_argument("--row", action="store_true", help="one row through ten fitted steps, and nothing else")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    if arguments.row:
        ours, hand = one_row(20_000)
        print(f"one row through ten fitted steps / ColumnTransformer: {ours / hand:.2f} ({ours:.2f} ms, {hand:.2f} ms)")
        return
    found = kept(arguments.show) if arguments.show else []
    for type in [] if arguments.show else arguments.only or library.BUILT_IN:
        for number, bare in enumerate([] if isinstance(bare_of(type), str) else bare_of(type)):
            found.append(measured(type, number, bare, arguments.rows))
            if arguments.keep:
                with arguments.keep.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(found[-1])) + "\n")
    show(found)
    if arguments.output:
        arguments.output.write_text(page(found), "utf-8")


def kept(file: Path) -> list[Measured]:
    """The latest of each step that the file has."""
    lines = file.read_text("utf-8").splitlines()
    return list({m.name: m for m in (Measured(**json.loads(line)) for line in lines)}.values())


if __name__ == "__main__":
    main()
