"""Prints what a step costs on a million rows beside the bare pandas or scikit-learn call of the same work.

    .venv/bin/python -m benchmarks.steps                    a million rows, worst ratio first
    .venv/bin/python -m benchmarks.steps --rows 200000 --only encode_categories

Both are run in turn in this process; seconds are printed for scale. Memory is the peak of what each allocates.
"""

from __future__ import annotations

import argparse
import gc
import logging
import statistics
import time
import tracemalloc
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, OneHotEncoder, OrdinalEncoder, RobustScaler, StandardScaler

import pipelines.samples
from pipelines.execution.apply import apply
from pipelines.execution.context import StepContext
from pipelines.execution.events import ignore
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.steps.base import Inputs
from pipelines.table import Table

SAMPLES = Path(pipelines.samples.__file__).parent / "datasets"
GOAL = 1.2
REPEATS = 3
NUMBERS = ["age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"]
WORDS = ["workclass", "education", "marital-status", "occupation", "relationship", "race", "sex", "native-country"]

Reference = Callable[[pd.DataFrame], Any]


@dataclass(frozen=True)
class Case:
    """A step type with parameters, and the same done by hand."""

    type: str
    by_hand: Reference
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        given = ", ".join(str(v) for v in self.params.values() if isinstance(v, str | int | float))
        return f"{self.type} {given}".strip()[:44]


def placed(table: pd.DataFrame, columns: list[str], values: Any) -> pd.DataFrame:
    """The table with these columns' values replaced, as an analyst by hand would go on with it."""
    return table.assign(**{c: values[:, i] for i, c in enumerate(columns)})


def one_hot(table: pd.DataFrame) -> pd.DataFrame:
    encoder = OneHotEncoder(sparse_output=False, handle_unknown="ignore")
    made = encoder.fit_transform(table[WORDS])
    made = pd.DataFrame(made, columns=encoder.get_feature_names_out(), index=table.index)
    return pd.concat([table.drop(columns=WORDS), made], axis=1)


def selected(table: pd.DataFrame) -> pd.DataFrame:
    chosen = SelectKBest(f_classif, k=3).fit(table[NUMBERS], table["income"]).get_support()
    return table.drop(columns=[c for c, keep in zip(NUMBERS, chosen, strict=True) if not keep])


CASES = [
    Case("select_columns", lambda t: t[[*NUMBERS, "income"]], {"columns": [*NUMBERS, "income"]}),
    Case("edit_metadata", lambda t: t.astype({"age": "float64"}), {"columns": ["age"], "data_type": "float"}),
    Case(
        "clean_missing_data",
        lambda t: placed(t, NUMBERS, SimpleImputer(strategy="median").fit_transform(t[NUMBERS])),
        {"strategy": "median", "columns": NUMBERS},
    ),
    Case(
        "clean_missing_data",
        lambda t: placed(t, WORDS, SimpleImputer(strategy="most_frequent").fit_transform(t[WORDS].astype(object))),
        {"strategy": "most_frequent", "columns": WORDS},
    ),
    Case("clean_missing_data", lambda t: t.dropna(), {"strategy": "drop_rows"}),
    Case(
        "normalize_data",
        lambda t: placed(t, NUMBERS, StandardScaler().fit_transform(t[NUMBERS])),
        {"method": "zscore", "columns": NUMBERS},
    ),
    Case(
        "normalize_data",
        lambda t: placed(t, NUMBERS, RobustScaler().fit_transform(t[NUMBERS])),
        {"method": "robust", "columns": NUMBERS},
    ),
    Case("encode_categories", one_hot, {"method": "onehot", "columns": WORDS}),
    Case(
        "encode_categories",
        lambda t: placed(t, WORDS, OrdinalEncoder().fit_transform(t[WORDS].astype(object))),
        {"method": "ordinal", "columns": WORDS},
    ),
    Case(
        "group_into_bins",
        lambda t: placed(
            t,
            NUMBERS[:3],
            KBinsDiscretizer(
                5, encode="ordinal", strategy="quantile", quantile_method="averaged_inverted_cdf", subsample=None
            ).fit_transform(t[NUMBERS[:3]]),
        ),
        {"strategy": "quantile", "n_bins": 5, "columns": NUMBERS[:3]},
    ),
    Case("clip_values", lambda t: t.assign(age=t["age"].clip(*t["age"].quantile([0.01, 0.99]))), {"columns": ["age"]}),
    Case(
        "apply_math",
        lambda t: t.assign(**{"log1p_capital-gain": np.log1p(t["capital-gain"])}),
        {"columns": ["capital-gain"], "function": "log1p"},
    ),
    Case(
        "filter_rows",
        lambda t: t[(t["age"] > 30) & (t["sex"] == "Male")],
        {"expression": "age > 30 and sex = 'Male'"},
    ),
    Case("remove_duplicate_rows", lambda t: t.drop_duplicates()),
    Case("split_data", lambda t: train_test_split(t, train_size=0.7, random_state=0), {"random_state": 0}),
    Case("select_features", selected, {"score": "f", "k": 3, "columns": NUMBERS}),
    Case("summarize_data", lambda t: t.describe(include="all")),
    Case("correlation", lambda t: t[NUMBERS].corr(), {"columns": NUMBERS}),
]


def table_of(rows: int) -> Table:
    """The adult census, repeated to ``rows`` rows."""
    frame = pd.read_csv(SAMPLES / "adult_income_train.csv", na_values="?")
    frame = pd.concat([frame] * (rows // len(frame) + 1), ignore_index=True).iloc[:rows]
    return Table(frame, {"income": Role.LABEL}, head="head")


def by_step(case: Case, table: Table) -> Callable[[], Any]:
    step = library.get(case.type).model_validate(case.params)
    context = StepContext("step", {}, None, None, ignore)  # type: ignore[arg-type]
    inputs = Inputs({step.inputs[0].name: table}, {}, {step.inputs[0].name: "head"})
    return lambda: apply(step, inputs, context, "key")


def seconds(works: tuple[Callable[[], Any], Callable[[], Any]]) -> tuple[float, float]:
    """Median seconds of two works, run in turn after one run that does not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(REPEATS + 1):
        for work, kept in zip(works, times, strict=True):
            gc.collect()
            began = time.perf_counter()
            work()
            if turn:
                kept.append(time.perf_counter() - began)
    return statistics.median(times[0]), statistics.median(times[1])


def peak(work: Callable[[], Any]) -> float:
    """MiB that the work allocates at its height."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def one_row(rows: int) -> tuple[float, float]:
    """Milliseconds for one row through ten fitted steps and a model, and through a ColumnTransformer of the same."""
    from pipelines import Pipeline, Workspace

    table = table_of(rows)
    single = table.frame.drop(columns="income").iloc[[7]]
    import tempfile

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
    frame = table.frame.astype(dict.fromkeys(WORDS, object))
    by_hand = make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(frame, frame["income"])
    plain = single.astype(dict.fromkeys(WORDS, object))
    ours, hand = seconds(
        (lambda: [chain.predict(single) for _ in range(50)], lambda: [by_hand.predict(plain) for _ in range(50)])
    )
    return ours * 20, hand * 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", choices=sorted({c.type for c in CASES}), help="one step type alone")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    table = table_of(arguments.rows)
    found = []
    for case in CASES:
        if arguments.only in (None, case.type):
            work = by_step(case, table)
            ours, hand = seconds((work, lambda case=case: case.by_hand(table.frame)))  # type: ignore[misc]
            memory = peak(work) / max(peak(lambda case=case: case.by_hand(table.frame)), 1)  # type: ignore[misc]
            found.append((ours / hand, case.name, ours, hand, memory))
    print(f"{'step':46} {'ratio':>7} {'step s':>8} {'hand s':>8} {'memory':>8}    goal {GOAL}\n" + "-" * 92)
    for ratio, name, ours, hand, memory in sorted(found, reverse=True):
        note = "" if ratio <= GOAL else "missed"
        print(f"{name:46} {ratio:7.2f} {ours:8.3f} {hand:8.3f} {memory:8.2f}    {note}", flush=True)
    if arguments.only is None:
        ours, hand = one_row(20_000)
        print(
            f"\none row through ten fitted steps / ColumnTransformer: {ours / hand:.2f} ({ours:.2f} ms, {hand:.2f} ms)"
        )


if __name__ == "__main__":
    main()
