"""SK45x: a label where the algorithm learns none."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.algorithms.anomaly import AnomalyAlgorithm
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.rules.base import Context, Rule
from pipelines.graph.rules.facts import label_values
from pipelines.messages import _, declared
from pipelines.steps.training.normal import normal_value, tells_normal


class LabelNotLearned(Rule):
    """Groups are made without the label; in the search for anomalies it only tells which rows are normal.

    Bad: set_label with ``income``, k_means, and the wish to predict the income
    Good: the same with logistic_regression; or k_means, and the label kept out of the groups on purpose
    """

    code, name, severity = "SK451", "label that is not learned", "info"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, parameter, algorithm in context.learners():
            table = context.input_table(node)
            if algorithm.is_supervised or table is None or table.label is None:
                continue
            values = label_values(table)
            place = f"{parameter}.type"
            if not isinstance(algorithm, AnomalyAlgorithm) or not tells_normal(values):
                message = _(
                    "{title} does not use the label '{label}'.", title=declared(algorithm.title), label=table.label
                )
                fix = _("To predict it, take another algorithm; to group by it, take its role away.")
                yield self.at(node, message, fix, parameter=place)
            elif algorithm.normal is None:
                message = _(
                    "rows whose label '{label}' is '{value}' are taken for normal, as most are.",
                    label=table.label,
                    value=normal_value(values),
                )
                fix = _("Name the value of normal rows where it is another.")
                yield self.at(node, message, fix, parameter=f"{parameter}.normal")
