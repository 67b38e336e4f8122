"""SK42x: what makes the scores look better than they will be."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from pipelines.document.edits import Edit, MoveStep
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.order import Node, hoisting
from pipelines.graph.rules.agreement import suspects
from pipelines.graph.rules.base import Context, Rule
from pipelines.graph.rules.facts import ENOUGH, per_table
from pipelines.graph.rules.fixes import by_column, inserted, left_out
from pipelines.graph.rules.looked_at import features
from pipelines.messages import _
from pipelines.schema import ColumnType, Role
from pipelines.steps.base import Behaviour
from pipelines.table import TRAIN, Table

_DISTINCT = "remove_duplicate_rows"


class LeakingLabel(Rule):
    """A feature gives the label away: a copy of it, a recoding, or something only known once the label is.

    What is found is equal, has one value for each value of the label, or reaches 0.995 in correlation, AUC or
    Cramér's V on the sample.

    Bad: the label ``churned`` and the feature ``reason_for_leaving``
    Good: ``{type: select_columns, params: {columns: {kind: all, exclude: [reason_for_leaving]}}}`` before training
    """

    code, name, severity = "SK421", "label leaks in", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for place in features(context):
            if place.label is None:
                continue
            for found in suspects(place.table, place.label, place.columns, place.classes):
                message = _(
                    "'{column}' gives the label '{label}' away: it {how}.",
                    column=found.column,
                    label=place.label,
                    how=found.how,
                )
                fix = _("Leave it out, unless it is known before the label is.")
                edits = left_out(context, place.node, [found.column], place.also)
                yield self.at(place.node, message, fix, edits=edits)


class SameRows(Rule):
    """Rows that are alike, on both sides of the split: the model is tested on what it has learned by heart.

    Rows that may well be alike by chance, as in a table of few categories, are not meant.

    Where rows that are alike have an id in common, such as that of a customer, whole groups are to be split.

    Bad: dataset (with every row twice), split_data
    Good: dataset, remove_duplicate_rows, split_data
    """

    code, name, severity = "SK422", "same rows in train and test", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, _step in context.parsed(Behaviour.SPLIT):
            table = context.tables.get(node.id)
            if table is None or table.partition is None:
                continue
            twins, tested = shared_rows(table)
            if twins < 2 or twins < 0.01 * tested:
                continue
            message = _(
                "{twins} of the {tested} test rows in the sample are among the training rows too, value for value.",
                twins=twins,
                tested=tested,
            )
            group = group_of_twins(table)
            edits = by_column(context, node, "group", group) if group else ()
            if edits:
                fix = _("Split by group, so that all rows of one '{column}' are on the same side.", column=group)
                yield self.at(node, message, fix, parameter="mode", edits=edits)
            else:
                fix = _("Remove duplicate rows before the split.")
                yield self.at(node, message, fix, edits=self._edits(context, node))

    def _edits(self, context: Context, split: Node) -> tuple[Edit, ...]:
        if _DISTINCT not in context.types:
            return ()
        # Before the fitted steps as well: a step that drops rows would keep the split from being moved before them.
        first = hoisting(context.graph, split.id)
        place = split if first is None else context.graph.node(first)
        schema = context.inputs.get(place.id)
        ids = [c.name for c in schema or () if c.role is Role.ID]
        params = {"columns": [n for n in schema.names if n not in ids]} if schema and ids else {}
        return inserted(context, place, _DISTINCT, params)


class TimeIgnored(Rule):
    """Rows that follow each other in time are split at random: the model learns from what came after its test rows.

    Bad: rows in the order of ``date``, and ``{type: split_data}``
    Good: ``{type: split_data, params: {mode: time, column: date}}``, which tests on what comes last
    """

    code, name, severity = "SK423", "time order ignored", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for node, step in context.parsed(Behaviour.SPLIT):
            table = context.tables.get(node.id)
            if table is None or step.marks_by_value or getattr(step, "shuffle", None) is not True:
                continue
            column = time_order(table)
            if column is None:
                continue
            message = _(
                "the rows are in the order of '{column}', and a split at random lets the model look ahead.",
                column=column,
            )
            fix = _("Split by time, so that the rows with the last '{column}' are for testing.", column=column)
            yield self.at(node, message, fix, parameter="mode", edits=by_column(context, node, "time", column))


class MadeRowsBeforeTarget(Rule):
    """A step such as SMOTE makes rows out of others; an encoding by target behind it learns from copied labels.

    A made row and those it was made from stand in different folds of the encoder, which then sees their label.

    Bad: split_data, smote, encode_by_target, train_model
    Good: split_data, encode_by_target, smote, train_model
    """

    code, name, severity = "SK424", "made rows before an encoding by target", "warning"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        for encoder in context.graph.nodes:
            if encoder.step_type is None or not encoder.step_type.cross_fits:
                continue
            for made in context.graph.ancestors(encoder.id):
                if made.step_type is not None and made.step_type.makes_rows:
                    message = _("it stands before {step}, which then learns from rows made up.", step=encoder.title)
                    edits = context.offered([MoveStep(made.id, context.document.index(encoder.id))])
                    yield self.at(made, message, _("Move it behind '{step}'.", step=encoder.id), edits=edits)


@per_table
def shared_rows(table: Table) -> tuple[int, int]:
    """How many test rows have a training row like them, and how many test rows there are.

    Ids do not count. None are found where rows may well be alike by chance.
    """
    assert table.partition is not None
    training = (table.partition == TRAIN).to_numpy()
    tested = int((~training).sum())
    names = [c.name for c in table.schema if c.role is not Role.ID and c.type is not ColumnType.OTHER]
    if not names or not tested or len(training) < ENOUGH:
        return 0, tested
    hashes = pd.util.hash_pandas_object(table.frame[names], index=False).to_numpy()
    twins = int(np.isin(hashes[~training], hashes[training]).sum())
    if not twins:
        return 0, tested
    alike = _alike_by_chance(table.frame.loc[~pd.Series(hashes, table.frame.index).duplicated(), names])
    return (twins, tested) if alike * training.sum() < 0.01 else (0, tested)


@per_table
def group_of_twins(table: Table) -> str | None:
    """The id that rows have in common where they are alike in all else, so that it names what belongs together."""
    names = [c.name for c in table.schema if c.role is not Role.ID and c.type is not ColumnType.OTHER]
    hashes = pd.Series(pd.util.hash_pandas_object(table.frame[names], index=False).to_numpy(), table.frame.index)
    twins = hashes.duplicated(keep=False)
    for column in table.schema:
        if column.role is Role.ID and not column.missing and table.frame[column.name].nunique() > 1:
            ids = table.frame.loc[twins, column.name].groupby(hashes[twins]).nunique()
            if len(ids) and (ids == 1).all():
                return column.name
    return None


def _alike_by_chance(rows: pd.DataFrame) -> float:
    """How often two of these rows, all different, would be alike if their columns had nothing to do with each other."""
    pairs = len(rows) * (len(rows) - 1)
    counts = (rows[n].value_counts(dropna=False).to_numpy(dtype=np.float64) for n in rows.columns)
    return float(np.prod([(c * (c - 1)).sum() / pairs for c in counts])) if pairs else 1.0


@per_table
def time_order(table: Table) -> str | None:
    """The column of moments that the rows are in the order of, (nearly) each with a moment of its own."""
    for column in table.schema:
        if column.type is not ColumnType.DATETIME:
            continue
        moments = table.frame[column.name].dropna()
        ordered = moments.is_monotonic_increasing or moments.is_monotonic_decreasing
        if len(moments) >= ENOUGH and ordered and moments.nunique() >= 0.9 * len(moments):
            return column.name
    return None
