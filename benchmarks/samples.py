"""Prints what the sample pipelines score over several seeds beside the published results of the designer's samples.

    .venv/bin/python -m benchmarks.samples               39 seeds of the split
    .venv/bin/python -m benchmarks.samples --seeds 3
    .venv/bin/python -m benchmarks.samples --write docs/samples.md     puts the table into that document

A published number comes from one split and another implementation: on the same data ours should lie near it. On other
data (marked) only the kind of result can be set beside it. Some of the designer's samples print no result.

The interval is that of order statistics: of n splits, the next one falls between the r-th lowest and the r-th highest
with a probability of 1 - 2r / (n + 1), however the results are spread. With 39 seeds the lowest and the highest hold
95 of 100.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipelines import Workspace
from pipelines.document.edits import AddStep, Edit, EnableStep, SetParameter
from pipelines.document.model import PipelineDocument
from pipelines.sdk.running import Order, execute

SEEDS = 39
SPREAD = 0.95
HEAD = """\
| sample | metric | published | ours, mean | 95 of 100 splits | |
|---|---|---:|---:|---:|---|"""
FIVE = ["relationship", "marital-status", "education", "education-num", "capital-gain"]

SMALL_TREES = {"type": "random_forest_regressor", "n_estimators": 8, "max_leaf_nodes": 20, "min_samples_leaf": 10}


@dataclass(frozen=True)
class Published:
    """A sample's metrics as published for its counterpart, by our metrics' names; None where none is printed.

    ``edits`` change the sample first, and ``variant`` says how. ``derived`` makes metrics of those of a run.
    """

    sample: str
    metrics: Mapping[str, float | None]
    other_data: bool = False
    variant: str = ""
    edits: tuple[Edit, ...] = ()
    derived: Callable[[Mapping[str, float]], Mapping[str, float]] = dict

    @property
    def name(self) -> str:
        return f"{self.sample}, {self.variant}" if self.variant else self.sample


def cost_accuracy(metrics: Mapping[str, float]) -> dict[str, float]:
    """The accuracy of both models with each bad loan counted five times, as the designer's sample measures it.

    Of the 300 test rows 210 are good and 90 are bad: 660 with the bad ones five times. ``recall`` is that of the good.
    """
    found = {}
    for model in ("machine", "boosted"):
        good = metrics[f"{model}.recall"]
        bad = 2 * metrics[f"{model}.balanced_accuracy"] - good
        found[f"{model}.cost_accuracy"] = (210 * good + 450 * bad) / 660
    return found


RESULTS = (
    Published(
        "automobile-price",
        {
            "mean_absolute_error": 1773.61,
            "root_mean_squared_error": 2461.70,
            "relative_absolute_error": 0.389362,
            "relative_squared_error": 0.131796,
            "r2": 0.868204,
        },
    ),
    Published(
        "automobile-compare",
        {
            "boosted.mean_absolute_error": 2029.46,
            "boosted.root_mean_squared_error": 3468.29,
            "boosted.relative_absolute_error": 0.3265,
            "boosted.relative_squared_error": 0.1729,
            "boosted.r2": 0.8271,
            "forest.mean_absolute_error": 2186.40,
            "forest.root_mean_squared_error": 4130.98,
            "forest.relative_absolute_error": 0.3517,
            "forest.relative_squared_error": 0.2453,
            "forest.r2": 0.7547,
        },
    ),
    Published(
        "automobile-compare",
        {"forest.mean_absolute_error": 2186.40, "forest.root_mean_squared_error": 4130.98, "forest.r2": 0.7547},
        variant="8 small trees",
        edits=(SetParameter("forest", "algorithm", SMALL_TREES),),
    ),
    Published(
        "income-features", {"accuracy": 0.848, "precision": 0.756, "recall": 0.535, "f1": 0.627, "roc_auc": 0.894}
    ),
    Published(
        "income-features",
        {"accuracy": 0.848, "precision": 0.756, "recall": 0.535, "f1": 0.627, "roc_auc": 0.894},
        variant="other five",
        edits=(EnableStep("select", False), AddStep("select_columns", after="encode", params={"columns": FIVE})),
    ),
    Published(
        "credit-cost",
        {"machine.cost_accuracy": 0.721212, "boosted.cost_accuracy": 0.706061},
        derived=cost_accuracy,
    ),
    Published(
        "credit-cost",
        {"machine.cost_accuracy": 0.571212, "boosted.cost_accuracy": 0.590909},
        variant="not repeated",
        edits=(EnableStep("repeat", False),),
        derived=cost_accuracy,
    ),
    Published(
        "customer-churn",
        {
            "boosted.accuracy": 0.931,
            "boosted.precision": 0.688,
            "boosted.recall": 0.011,
            "boosted.f1": 0.021,
            "boosted.roc_auc": 0.724,
            "boosted_smote.accuracy": None,
            "boosted_smote.recall": None,
            "boosted_smote.roc_auc": None,
        },
        other_data=True,
    ),
    Published(
        "flight-delay",
        {"accuracy": 0.831, "precision": 0.403, "recall": 0.034, "f1": 0.062, "roc_auc": 0.631},
        other_data=True,
    ),
    Published("support-messages", {"train_n_grams.accuracy": None, "train_hashes.accuracy": None}, other_data=True),
    Published(
        "movie-ratings",
        {"evaluate.mean_absolute_error": None, "evaluate.root_mean_squared_error": None, "evaluate.ndcg_at_5": None},
        other_data=True,
    ),
    Published("adult-cross-validation", {"accuracy": None, "roc_auc": None}),
    Published("adult-tuning", {"evaluate.accuracy": None, "evaluate.roc_auc": None}),
    Published("feature-importance", {"root_mean_squared_error": None, "r2": None}, other_data=True),
    Published("digit-recognition", {"accuracy": None}, other_data=True),
)


def measured(workspace: Workspace, result: Published, seeds: int) -> dict[str, list[float]]:
    """Every metric of the sample, once for each seed of its split or of its folds."""
    document = workspace.sample(result.sample)
    for edit in result.edits:
        document = edit.apply(document)
    found: dict[str, list[float]] = {}
    for seed in range(seeds):
        seeded = SetParameter(dealing(document), "random_state", seed).apply(document)
        metrics = execute(workspace.home, workspace.database, Order(seeded)).result.metrics
        for name, value in {**metrics, **result.derived(metrics)}.items():
            found.setdefault(name, []).append(value)
    return found


def dealing(document: PipelineDocument) -> str:
    """The id of the step that deals rows at random: the split, or the cross-validation."""
    return next(step.id for step in document.steps if step.type in ("split_data", "cross_validate_model"))


def interval(values: list[float]) -> tuple[float, float, float]:
    """The mean, and from where to where 95 of 100 splits fall; with fewer than 39 values fewer do."""
    rank = max(1, int((len(values) + 1) * (1 - SPREAD) / 2 + 1e-9))
    ordered = sorted(values)
    return statistics.fmean(values), ordered[rank - 1], ordered[-rank]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds of the split")
    parser.add_argument("--write", type=Path, help="a document whose table is replaced")
    parser.add_argument("--sample", choices=sorted({r.sample for r in RESULTS}), help="one sample alone")
    arguments = parser.parse_args()
    if arguments.write and arguments.sample:
        parser.error("--write replaces the whole table: leave --sample out")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace.open(Path(temporary) / "workspace")
        print(f"{'sample':30} {'metric':32} {'published':>10} {'mean':>10}  {'95 of 100 splits':>22}\n" + "-" * 120)
        lines: list[str] = []
        for result in RESULTS:
            if arguments.sample in (None, result.sample):
                lines += rows(result, measured(workspace, result, arguments.seeds))
    if arguments.write:
        before, start, rest = arguments.write.read_text("utf-8").partition(HEAD)
        _old, gap, after = rest.partition("\n\n")
        arguments.write.write_text(before + start + "\n".join(["", *lines]) + gap + after, encoding="utf-8")


def rows(result: Published, found: Mapping[str, list[float]]) -> list[str]:
    """A line of the document for each metric; the same is printed as it comes."""
    lines = []
    for metric, published in result.metrics.items():
        mean, low, high = interval(found[metric])
        digits = 1 if abs(mean) > 100 else 4
        span = f"{low:.{digits}f} to {high:.{digits}f}"
        printed = "-" if published is None else f"{published:.{digits}f}"
        texts = [result.name, metric, printed, f"{mean:.{digits}f}", span, verdict(result, published, low, high)]
        print(f"{texts[0]:30} {metric:32} {printed:>10} {texts[3]:>10}  {span:>22}  {texts[5]}", flush=True)
        lines.append(f"| {' | '.join(texts)} |")
    return lines


def verdict(result: Published, published: float | None, low: float, high: float) -> str:
    """Where the published number lies, if it can be set beside ours."""
    if result.other_data:
        return "other data"
    if published is None:
        return ""
    return "inside" if low <= published <= high else "outside"


if __name__ == "__main__":
    main()
