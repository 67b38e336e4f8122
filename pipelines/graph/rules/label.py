"""SK40x: the label, and the algorithm that learns it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.library import COUNTERPARTS
from pipelines.document.edits import SetParameter
from pipelines.errors import nearest
from pipelines.graph.diagnostic import Diagnostic, Severity
from pipelines.graph.order import Node
from pipelines.graph.rules.base import Context, Rule, listed
from pipelines.graph.rules.facts import label_values, per_table, spellings, spreads, training_rows
from pipelines.graph.rules.fixes import GROUP, inserted
from pipelines.messages import _, declared, ngettext
from pipelines.schema import ColumnType, TableSchema
from pipelines.settings import settings
from pipelines.table import Table

SUPERVISED = ("classification", "regression")
_TARGETS = ("label", "target", "class", "y", "outcome", "response", "price", "income", "risk", "churn", "quality")
_SET_LABEL, _CLEAN, _SCALE = "set_label", "clean_missing_data", "normalize_data"


class MissingLabel(Rule):
    """A supervised algorithm learns one column from the others, so it must know which.

    Bad: dataset, split_data, train_model
    Good: dataset, set_label, split_data, train_model
    """

    code, name = "SK401", "missing label"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _parameter, algorithm in context.learners():
            schema = context.inputs.get(node.id)
            if algorithm.task not in SUPERVISED or schema is None or schema.label is not None:
                continue
            column = likely_label(schema)
            if column is None or _SET_LABEL not in context.types:
                yield self.at(
                    node,
                    _("it does not know which column to learn."),
                    _("Put {step} before it.", step=context.called(_SET_LABEL)),
                )
                continue
            edits = inserted(context, node, _SET_LABEL, {"column": column}, early=column)
            fix = _(
                "Put {step} before it; '{column}' looks like the label.",
                step=context.called(_SET_LABEL),
                column=column,
            )
            yield self.at(node, _("it does not know which column to learn."), fix, edits=edits)


class MissingValues(Rule):
    """Some algorithms cannot take missing numbers; they are filled in or dropped before.

    Bad: set_label, train_model with linear_regression on rows with gaps
    Good: set_label, clean_missing_data, train_model
    """

    code, name = "SK402", "missing values reach the algorithm"
    _NUMBERS = (ColumnType.INTEGER, ColumnType.FLOAT, ColumnType.BOOLEAN, ColumnType.DATETIME)

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _parameter, algorithm in context.learners():
            schema = context.inputs.get(node.id)
            if algorithm.takes_missing or schema is None:
                continue
            gaps = [n for n in schema.features if schema[n].missing and schema[n].type in self._NUMBERS]
            if not gaps:
                continue
            numeric = all(schema[n].type.is_numeric for n in gaps)
            rule = {"kind": "numeric"} if numeric else gaps
            params = {"strategy": "median" if numeric else "most_frequent", "columns": rule}
            edits = inserted(context, node, _CLEAN, params) if _CLEAN in context.types else ()
            message = ngettext(
                "{algorithm} takes no missing values, but {columns} has some.",
                "{algorithm} takes no missing values, but {columns} have some.",
                count=len(gaps),
                algorithm=declared(algorithm.title),
                columns=listed(gaps),
            )
            yield self.at(node, message, _("Put {step} before it.", step=context.called(_CLEAN)), edits=edits)


class ContinuousClasses(Rule):
    """A classifier takes each value of the label for a class of its own; on measured numbers that is senseless.

    Bad: ``{column: price}`` and ``{algorithm: {type: logistic_regression}}``
    Good: ``{column: price}`` and ``{algorithm: {type: linear_regression}}``
    """

    code, name = "SK403", "classifier on a number"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, parameter, algorithm, label, _values in _labels(context, "classification"):
            if is_continuous(context, node):
                message = _(
                    "{algorithm} sorts into classes, but '{label}' holds numbers of many values.",
                    algorithm=declared(algorithm.title),
                    label=label,
                )
                yield self.at(node, message, **_other(node, parameter, algorithm))


class WordsAsNumbers(Rule):
    """A regressor predicts a number, so the label must be one.

    Bad: ``{column: income}`` with the values ``<=50K`` and ``>50K``, and ``{algorithm: {type: linear_regression}}``
    Good: the same label and ``{algorithm: {type: logistic_regression}}``
    """

    code, name = "SK404", "regressor on text"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, parameter, algorithm, label, values in _labels(context, "regression"):
            schema = context.inputs[node.id]
            if schema is not None and schema[label].type in (ColumnType.TEXT, ColumnType.CATEGORY) and len(values):
                message = _(
                    "{algorithm} predicts a number, but '{label}' holds {type}.",
                    algorithm=declared(algorithm.title),
                    label=label,
                    type=declared(schema[label].type.value),
                )
                yield self.at(node, message, **_other(node, parameter, algorithm))


class MissingTarget(Rule):
    """Nothing can be learned from a row, or told of it, whose label is missing; training leaves such rows out.

    Bad: a label with gaps, and nobody knows that these rows are not used.
    Good: clean_missing_data with ``{strategy: drop_rows, columns: [price]}``
    """

    code, name, severity = "SK408", "label missing in some rows", "info"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        seen: set[int] = set()
        for node, _parameter, algorithm in context.learners():
            table = context.input_table(node)
            if algorithm.task not in SUPERVISED or table is None or table.label is None or id(table) in seen:
                continue
            seen.add(id(table))
            rows, known = len(training_rows(table)), len(label_values(table))
            if not 0 < known < rows:
                continue
            params = {"strategy": "drop_rows", "columns": [table.label]}
            edits = inserted(context, node, _CLEAN, params) if _CLEAN in context.types else ()
            message = _(
                "the label '{label}' is missing in {missing} of {rows} rows of the sample; such rows are left out.",
                label=table.label,
                missing=rows - known,
                rows=rows,
            )
            yield self.at(node, message, _("Fill them in at the source, or drop the rows yourself."), edits=edits)


class ClassesAlike(Rule):
    """Yes, yes and YES are one answer to a person and three classes to an algorithm.

    Bad: the label ``churned`` with ``Yes``, ``yes`` and ``No``
    Good: group_categories with ``{columns: [churned], groups: {Yes: [Yes, yes]}}`` before set_label
    """

    code, name, severity = "SK409", "one class written in several ways", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _parameter, _algorithm, label, values in _labels(context, "classification"):
            table = context.input_table(node)
            if table is None or table.schema[label].type not in (ColumnType.TEXT, ColumnType.CATEGORY):
                continue
            groups = spellings(table, label)
            if not groups:
                continue
            params = {"groups": {g: list(ways) for g, ways in groups.items()}, "columns": [label]}
            edits = inserted(context, node, GROUP, params, early=label)
            message = _(
                "the label '{label}' has {count} classes, of which some differ in capitals or spaces alone: {ways}.",
                label=label,
                count=values.nunique(),
                ways=listed([w for ways in groups.values() for w in ways]),
            )
            fix = _("Make one class of each with {step}.", step=context.called(GROUP))
            yield self.at(node, message, fix, edits=edits)


class OneClass(Rule):
    """With one class there is nothing to tell apart.

    Bad: a filter kept only the rows with the label ``good``
    Good: rows of both classes
    """

    code, name = "SK405", "one class"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _parameter, _algorithm, label, values in _labels(context, "classification"):
            classes = values.unique()
            if len(classes) == 1:
                message = _("the label '{label}' has one class only, {name!r}.", label=label, name=str(classes[0]))
                fix = _("Check the steps that choose rows, or choose another label.")
                yield self.at(node, message, fix, severity=_certain(context, node))


class RareClass(Rule):
    """Each fold needs rows of every class, so a class needs at least as many rows as there are folds.

    Bad: ``n_folds: 5`` where a class has 3 rows
    Good: ``n_folds: 3``, or the rare classes made one
    """

    code, name, severity = "SK406", "rare class", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _parameter, _algorithm, label, values in _labels(context, "classification"):
            folds = getattr(node.step, "n_folds", None)
            counts = values.value_counts()
            if not isinstance(folds, int) or is_continuous(context, node) or len(counts) < 2 or counts.min() >= folds:
                continue
            few, rows = str(counts.index[-1]), int(counts.min())
            message = ngettext(
                "the class {name!r} of '{label}' has {count} row for {folds} folds.",
                "the class {name!r} of '{label}' has {count} rows for {folds} folds.",
                count=rows,
                name=few,
                label=label,
                folds=folds,
            )
            edits = (SetParameter(node.id, "n_folds", rows),) if rows >= 2 else ()
            yield self.at(node, message, _("Take fewer folds, or join rare classes."), parameter="n_folds", edits=edits)


class NeedsScaling(Rule):
    """Some algorithms do better on numbers of one scale.

    Bad: income (thousands) and age (tens) into a neural network
    Good: normalize_data before it
    """

    code, name, severity = "SK407", "numbers of different scales", "info"
    _TIMES = 20.0  # how far apart the largest and smallest spread must be

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _parameter, algorithm in context.learners():
            schema, table = context.inputs.get(node.id), context.input_table(node)
            if not algorithm.needs_scaling or schema is None or table is None or len(table.frame) < 2:
                continue
            spread = spreads(table)
            if len(spread) < 2 or spread.max() / spread.min() < self._TIMES:
                continue
            message = _(
                "{algorithm} does better on numbers of one scale; '{wide}' spreads far wider than '{narrow}'.",
                algorithm=declared(algorithm.title),
                wide=spread.idxmax(),
                narrow=spread.idxmin(),
            )
            known = _SCALE in context.types
            edits = inserted(context, node, _SCALE, {}) if known else ()
            yield self.at(node, message, _("Put {step} before it.", step=context.called(_SCALE)), edits=edits)


def likely_label(schema: TableSchema) -> str | None:
    """The column most likely to be the label: one called like a target, else the last feature."""
    features = schema.features
    for target in _TARGETS:
        for name in features:
            words = name.casefold().replace("-", " ").replace("_", " ").split()
            if target in words:
                return name
    close = next((n for n in features if nearest(n, _TARGETS)), None)
    return close or (features[-1] if features else None)


def _labels(context: Context, task: str) -> Iterator[tuple[Node, str, Algorithm, str, pd.Series]]:
    """Every step that learns for this task, with the label's values present in the rows it learns from."""
    for node, parameter, algorithm in context.learners():
        table = context.input_table(node)
        if algorithm.task != task or table is None or table.label is None or not context.inputs.get(node.id):
            continue
        yield node, parameter, algorithm, table.label, label_values(table)


def is_continuous(context: Context, node: Node) -> bool:
    """Whether the label a step learns holds measured numbers rather than classes."""
    table = context.input_table(node)
    return table is not None and table.label is not None and _is_continuous(table)


@per_table
def _is_continuous(table: Table) -> bool:
    values = label_values(table)
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values) or not len(values):
        return False
    numbers, distinct = values.astype("float64"), values.nunique()
    if bool((numbers % 1 != 0).any()):
        return bool(distinct > 10 or distinct == len(numbers) > 2)
    return bool(distinct > 20 and distinct > 0.1 * len(numbers))


def _other(node: Node, parameter: str, algorithm: Algorithm) -> dict[str, Any]:
    """The fix for an algorithm of the wrong task: its counterpart."""
    written = getattr(algorithm, "type", "")
    better = COUNTERPARTS.get(written)
    if better is None:
        return {"fix": _("Choose an algorithm for this kind of label."), "parameter": f"{parameter}.type"}
    edit = SetParameter(node.id, f"{parameter}.type", better)
    return {"fix": _("Take '{better}' instead.", better=better), "parameter": f"{parameter}.type", "edits": (edit,)}


def _certain(context: Context, node: Node) -> Severity:
    """An error where the sample holds all rows; of a larger dataset it may show less than there is."""
    sizes = [len(t.frame) for t in _upstream(context, node)]
    return "error" if sizes and max(sizes) < settings().sample_rows else "warning"


def _upstream(context: Context, node: Node) -> Sequence[Table]:
    return [context.tables[n.id] for n in context.graph.ancestors(node.id) if n.id in context.tables]
