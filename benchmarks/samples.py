"""Prints what the sample pipelines score over several seeds beside the published results of the designer's samples.

    .venv/bin/python -m benchmarks.samples               ten seeds of the split
    .venv/bin/python -m benchmarks.samples --seeds 3
    .venv/bin/python -m benchmarks.samples --write docs/samples.md     puts the table into that document

A published number comes from one split and another implementation: on the same data ours should lie near it. On other
data (marked) only the kind of result can be set beside it.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scipy import stats

from pipelines import Workspace
from pipelines.document.edits import SetParameter
from pipelines.sdk.running import Order, execute

SPREAD = 0.95
HEAD = """\
| sample | metric | published | ours, mean | 95 of 100 splits | |
|---|---|---:|---:|---:|---|"""


@dataclass(frozen=True)
class Published:
    """A sample's metrics as published for its counterpart, by our metrics' names."""

    sample: str
    metrics: Mapping[str, float]
    other_data: bool = False


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
            "boosted.r2": 0.8271,
            "forest.mean_absolute_error": 2186.40,
            "forest.root_mean_squared_error": 4130.98,
            "forest.r2": 0.7547,
        },
    ),
    Published(
        "income-features", {"accuracy": 0.848, "precision": 0.756, "recall": 0.535, "f1": 0.627, "roc_auc": 0.894}
    ),
    Published("customer-churn", {"accuracy": 0.931, "roc_auc": 0.724}, other_data=True),
    Published("flight-delay", {"accuracy": 0.831, "roc_auc": 0.631}, other_data=True),
)


def measured(workspace: Workspace, sample: str, seeds: int) -> dict[str, list[float]]:
    """Every metric of the sample, once for each seed of its split."""
    document = workspace.sample(sample)
    split = next(step.id for step in document.steps if step.type == "split_data")
    found: dict[str, list[float]] = {}
    for seed in range(seeds):
        seeded = SetParameter(split, "random_state", seed).apply(document)
        for name, value in execute(workspace.home, workspace.database, Order(seeded)).result.metrics.items():
            found.setdefault(name, []).append(value)
    return found


def interval(values: list[float]) -> tuple[float, float, float]:
    """The mean, and from where to where 95 of 100 splits lie if they spread as a t distribution does."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return mean, mean, mean
    reach = stats.t.ppf((1 + SPREAD) / 2, len(values) - 1) * statistics.stdev(values) * (1 + 1 / len(values)) ** 0.5
    return mean, mean - reach, mean + reach


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=10, help="seeds of the split")
    parser.add_argument("--write", type=Path, help="a document whose table is replaced")
    parser.add_argument("--sample", choices=[r.sample for r in RESULTS], help="one sample alone")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace.open(Path(temporary) / "workspace")
        print(f"{'sample':22} {'metric':32} {'published':>11} {'mean':>11}  {'95 of 100 splits':>25}\n" + "-" * 112)
        lines: list[str] = []
        for result in RESULTS:
            if arguments.sample in (None, result.sample):
                lines += rows(result, measured(workspace, result.sample, arguments.seeds))
    if arguments.write:
        before, start, rest = arguments.write.read_text("utf-8").partition(HEAD)
        _old, gap, after = rest.partition("\n\n")
        arguments.write.write_text(before + start + "\n".join(["", *lines]) + gap + after, encoding="utf-8")


def rows(result: Published, found: Mapping[str, list[float]]) -> list[str]:
    """A line of the document for each metric; the same is printed as it comes."""
    lines = []
    for metric, published in result.metrics.items():
        mean, low, high = interval(found[metric])
        where = "other data" if result.other_data else "inside" if low <= published <= high else "outside"
        digits = 1 if abs(published) > 100 else 4
        span = f"{low:.{digits}f} to {high:.{digits}f}"
        texts = [result.sample, metric, f"{published:.{digits}f}", f"{mean:.{digits}f}", span, where]
        print(f"{texts[0]:22} {metric:32} {texts[2]:>11} {texts[3]:>11}  {span:>25}  {where}", flush=True)
        lines.append(f"| {' | '.join(texts)} |")
    return lines


if __name__ == "__main__":
    main()
