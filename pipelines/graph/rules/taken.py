"""SK44x: numbers that an algorithm does not take."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.algorithms.base import LabelValues
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.order import Node
from pipelines.graph.rules.base import Context, Rule, listed
from pipelines.graph.rules.facts import as_floats, label_values, per_table, training_rows
from pipelines.graph.rules.fixes import inserted
from pipelines.messages import _, declared
from pipelines.steps.base import Behaviour
from pipelines.table import Table

_SCALE = "normalize_data"


class NegativeValues(Rule):
    """Algorithms that count, such as naive Bayes of counts, take no numbers below 0.

    Bad: ``temperature`` from -20 to 35 into multinomial_nb
    Good: normalize_data with ``{method: minmax}`` before it, which brings the numbers between 0 and 1
    """

    code, name = "SK441", "negative values reach the algorithm"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _parameter, algorithm in context.learners():
            table = context.input_table(node)
            if algorithm.takes_negative or table is None:
                continue
            below = negative_columns(table)
            if not below:
                continue
            params = {"method": "minmax", "columns": list(below)}
            edits = inserted(context, node, _SCALE, params) if _SCALE in context.types else ()
            yield self.at(
                node,
                _(
                    "{title} takes no numbers below 0, but there are some in {columns}.",
                    title=declared(algorithm.title),
                    columns=listed(below),
                ),
                _("Put {step} with minmax before it.", step=context.called(_SCALE)),
                edits=edits,
            )


class LabelOutOfRange(Rule):
    """Regressions of counts and of amounts take only the numbers that a count or an amount can be.

    Bad: ``profit``, which can be below 0, as the label of poisson_regressor
    Good: ``visits`` as the label of poisson_regressor
    """

    code, name = "SK442", "label that the algorithm cannot learn"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, parameter, algorithm in context.learners():
            table = context.input_table(node)
            if algorithm.takes_label == "any" or table is None or table.label is None:
                continue
            if not table.schema[table.label].type.is_numeric or not _out_of_range(table, algorithm.takes_label):
                continue
            if algorithm.takes_label == "positive":
                message = _(
                    "{title} takes labels above 0 alone, but '{label}' holds others.",
                    title=declared(algorithm.title),
                    label=table.label,
                )
            else:
                message = _(
                    "{title} takes no labels below 0, but '{label}' holds some.",
                    title=declared(algorithm.title),
                    label=table.label,
                )
            fix = _("Take an algorithm for any number, such as Ridge Regression, or choose another label.")
            yield self.at(node, message, fix, parameter=f"{parameter}.type")


class TooManyRows(Rule):
    """Algorithms that compare every row with every other run out of memory and time on many rows.

    Bad: a dataset of 500,000 rows into dbscan
    Good: the same into mini_batch_k_means, or a part of the rows into dbscan
    """

    code, name, severity = "SK443", "more rows than the algorithm can take", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, parameter, algorithm in context.learners():
            if algorithm.most_rows is None:
                continue
            rows = _expected_rows(context, node)
            if rows <= algorithm.most_rows:
                continue
            message = _(
                "{title} compares every row with every other: about {rows:,} rows are too many for it "
                "({most:,} at most).",
                title=declared(algorithm.title),
                rows=rows,
                most=algorithm.most_rows,
            )
            fix = _("Take fewer rows, or another algorithm.")
            yield self.at(node, message, fix, parameter=f"{parameter}.type")


def _expected_rows(context: Context, node: Node) -> int:
    """About how many rows it learns from: the share that the sample keeps on its way, of the largest dataset before."""
    table = context.input_table(node)
    if table is None:
        return 0
    found = 0
    for source in context.graph.ancestors(node.id):
        dataset, wanted = getattr(source.step, "dataset", ""), getattr(source.step, "version", None)
        sample = context.tables.get(source.id)
        if source.behaviour is not Behaviour.SOURCE or not dataset or sample is None or not len(sample.frame):
            continue
        versions = [v for v in context.versions(dataset) if wanted in (None, v.version)]
        if versions:
            found = max(found, versions[-1].rows * len(training_rows(table)) // len(sample.frame))
    return found


@per_table
def negative_columns(table: Table) -> tuple[str, ...]:
    """The numeric features that go below 0 in the rows to learn from."""
    rows, schema = training_rows(table), table.schema
    return tuple(n for n in schema.features if schema[n].type.is_numeric and bool((as_floats(rows[n]) < 0).any()))


@per_table
def _out_of_range(table: Table, taken: LabelValues) -> bool:
    numbers = as_floats(label_values(table))
    return bool((numbers <= 0).any() if taken == "positive" else (numbers < 0).any())
