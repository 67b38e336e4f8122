"""What each behaviour means: one step applied to its inputs. The only place where behaviours are told apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from pipelines.chain.transformer import Transformer
from pipelines.errors import InputError
from pipelines.execution.cache import output_key
from pipelines.messages import _, declared
from pipelines.steps.base import Behaviour, Context, Inputs, Output, Step
from pipelines.table import TEST, TRAIN, Applied, Table


def apply(step: Step, inputs: Inputs, context: Context, key: str) -> Output:
    """Run ``step``. The output's table knows its history: what was done to it since its head."""
    return BEHAVIOURS[step.acts_as](step, inputs, context, key)


def fit_link(step: Step, table: Table) -> Transformer:
    """The link of a row-wise or fitted step, fitted on the training rows of ``table`` and on no other."""
    link, training, y = _unfitted(step, table)
    return link.fit(training, y)


def _unfitted(step: Step, table: Table) -> tuple[Transformer, pd.DataFrame, pd.Series | None]:
    """The link of a step, with the rows and the label to fit it on."""
    training = table.training
    if step.acts_as is Behaviour.FITTED and not len(training):
        raise InputError(
            _("There are no training rows to learn from."), fix=_("Check the steps before that drop rows.")
        )
    y = training[table.label] if table.label else None
    return step.build(table.schema), training, y


def pass_through(step: Step, table: Table) -> tuple[Transformer, Table]:
    """The link as ``fit_link`` gives it, and ``table`` with it applied to every row and the roles the step gives.

    Where the link cross-fits, the training rows are those that a model may learn from, not what ``transform`` gives.
    """
    link, training, y = _unfitted(step, table)
    if table.partition is None:
        frame = link.fit_transform(training, y)
    elif link.cross_fits:
        frame = link.fit_transform(training, y)
        frame = pd.concat([frame, link.transform(table.rows(TEST))]).reindex(table.frame.index)
    else:
        frame = link.fit(training, y).transform(table.frame)
    return link, table.with_frame(frame, step.roles(table.schema))


def change_rows(step: Step, table: Table) -> Table:
    """``table`` after a row-changing step, which acts on the training rows only and leaves the others as they are."""
    kept = step.kept(table.narrow(step.tells_by(table.schema)).training, table.schema)
    if kept is not None:
        every = np.ones(len(table.frame), dtype=bool)
        every[slice(None) if table.partition is None else table.marked(TRAIN)] = kept
        return table.with_frame(table.frame if every.all() else table.frame[every], step.roles(table.schema))
    changed = step.change(table.training, table.schema)
    if table.partition is not None:
        changed = pd.concat([changed, table.rows(TEST)]).sort_index(kind="stable")
    return table.with_frame(changed, step.roles(table.schema))


def _link(step: Step, inputs: Inputs, context: Context, key: str) -> Output:
    link, table = pass_through(step, inputs.table)
    return Output(table=_applied(table, inputs, context, key), transformer=link, report=step.report(link))


def _rows(step: Step, inputs: Inputs, context: Context, key: str) -> Output:
    return Output(table=_applied(change_rows(step, inputs.table), inputs, context, key))


def _split(step: Step, inputs: Inputs, context: Context, key: str) -> Output:
    table = inputs.table
    if table.partition is not None:
        raise InputError(_("These rows are split already."), fix=_("Keep one Split data on the way to a model."))
    partition = step.assign(table.frame, table.schema)
    for part in (TRAIN, TEST):
        if not (partition == part).any():
            raise InputError(
                _("The split leaves no {part} rows of {rows}.", part=declared(part), rows=len(partition)),
                fix=_("Look at what the split goes by: its share, condition, pattern or moment."),
            )
    return Output(table=replace(table, partition=partition))


def _folds(step: Step, inputs: Inputs, context: Context, key: str) -> Output:
    """Folds for the training rows; a test row is in none."""
    table = inputs.table
    folds = step.assign(table.training, table.schema)
    return Output(table=replace(table, folds=folds.reindex(table.frame.index, fill_value=0).astype("int64")))


def _new_head(step: Step, inputs: Inputs, context: Context, key: str) -> Output:
    return as_head(step.run(inputs, context), key)


def as_head(output: Output, key: str) -> Output:
    """What a source gave, as the head of a chain; each of its further tables begins one too."""
    assert output.table is not None
    others = {n: replace(t, head=output_key(key, n), history=()) for n, t in output.others.items()}
    return replace(output, table=replace(output.table, head=key, history=()), others=others)


def _run(step: Step, inputs: Inputs, context: Context, key: str) -> Output:
    return step.run(inputs, context)


def _evaluation(step: Step, inputs: Inputs, context: Context, key: str) -> Output:
    """A table of results begins anew: it has no way back to the rows it was made from."""
    output = step.run(inputs, context)
    own = output.table is not None and not output.table.head and any(p.aside for p in step.outputs)
    return replace(output, table=replace(output.table, head=key)) if own and output.table is not None else output


def _applied(table: Table, inputs: Inputs, context: Context, key: str) -> Table:
    source = next(iter(inputs.keys.values()))
    return replace(table, history=(*inputs.table.history, Applied(context.step, key, source)))


BEHAVIOURS: dict[Behaviour, Callable[[Step, Inputs, Context, str], Output]] = {
    Behaviour.SOURCE: _new_head,
    Behaviour.ROW_WISE: _link,
    Behaviour.FITTED: _link,
    Behaviour.ROW_CHANGING: _rows,
    Behaviour.COMBINE: _new_head,
    Behaviour.SPLIT: _split,
    Behaviour.FOLDS: _folds,
    Behaviour.TRAIN: _run,
    Behaviour.SCORE: _run,
    Behaviour.EVALUATE: _evaluation,
    Behaviour.SINK: _run,
}
