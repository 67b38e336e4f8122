"""Folds of the training rows: dealt once, the steps before refitted in each, then any algorithm tried on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import KFold, StratifiedKFold

from pipelines.algorithms.base import Algorithm
from pipelines.chain.conform import as_text
from pipelines.errors import InputError
from pipelines.messages import _, ngettext
from pipelines.schema import Role
from pipelines.steps.base import Replay
from pipelines.steps.training.fit import fit, label_of
from pipelines.table import Scored, Table

FOLD = "Fold"


@dataclass(frozen=True)
class Fold:
    """One part of the rows held out: ``learned`` are the others as the steps before, fitted on them, give them.

    ``held_out`` are the rows held out as these steps give them, ``base`` as they came.
    """

    number: int
    learned: Table
    held_out: pd.DataFrame
    base: pd.DataFrame

    def scored(self, algorithm: Algorithm, model: str, preview: bool = False) -> tuple[Table, list[str]]:
        """The rows held out with what ``algorithm``, fitted on the others, predicts; and notes on the fit."""
        predictor, notes = fit(algorithm, self.learned, preview=preview)
        label = label_of(algorithm, self.learned)
        assert label is not None
        found = predictor.score(self.held_out)
        kept = self.base.drop(columns=[c for c in (label, FOLD, *found) if c in self.base])
        result = pd.concat([kept, self.held_out[[label]], found], axis=1).assign(**{FOLD: self.number})
        roles = self.learned.roles | dict.fromkeys((FOLD, *map(str, found.columns)), Role.SCORE)
        scored = Scored(algorithm.task, label, tuple(predictor.classes_), model)
        return Table(result, roles, scored=scored), notes


def prepare(replay: Replay, number: int, training: pd.Index, held_out: pd.Index) -> Fold:
    """The fold that learns from ``training`` and holds ``held_out`` out."""
    links, learned = replay.refit(training)
    base = replay.base.frame.loc[held_out]
    frame = base
    for _step, link in links:
        frame = link.transform(frame)
    return Fold(number, learned, frame, base)


def labelled(base: Table, table: Table, label: str) -> tuple[pd.Index, pd.Series, list[str]]:
    """The rows of ``base`` to be dealt into folds, with their labels; those without one are left out."""
    training = base.training
    values = training[label] if label in training else table.frame[label].reindex(training.index)
    known = values.notna().to_numpy()
    if not known.any():
        raise InputError(
            _("The label {label!r} is missing in every row.", label=label),
            fix=_("Choose another label, or check the steps before."),
        )
    lost = int((~known).sum())
    notes = [_("{count} of {rows} rows have no label and are left out.", count=lost, rows=len(values))] if lost else []
    return training.index[known], values[known], list(notes)


def deal(
    values: pd.Series, n_folds: int, random_state: int, *, by_class: bool, dealt: pd.Series | None = None
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The places of the rows to learn from and of those held out, for each fold.

    ``by_class`` gives every fold its share of each class. ``dealt`` are the folds of a table where it has some: these
    are used. InputError: there are too few rows.
    """
    if dealt is not None:
        return _as_dealt(dealt.reindex(values.index).to_numpy())
    if len(values) < n_folds:
        raise InputError(
            _("There are {rows} rows for {folds} folds.", rows=len(values), folds=n_folds),
            fix=_("Take fewer folds, or more rows."),
        )
    if not by_class:
        return iter(KFold(n_folds, shuffle=True, random_state=random_state).split(values))
    classes = np.array([as_text(v) for v in values.tolist()])
    names, counts = np.unique(classes, return_counts=True)
    fewest = int(counts.argmin())
    rows = int(counts[fewest])
    if rows < n_folds:
        raise InputError(
            ngettext(
                "The class {name!r} has {count} row for {folds} folds.",
                "The class {name!r} has {count} rows for {folds} folds.",
                rows,
                name=str(names[fewest]),
                folds=n_folds,
            ),
            fix=_("Set n_folds to {count}, or join rare classes.", count=rows)
            if rows >= 2
            else _("Join rare classes, or leave the class out."),
        )
    return iter(StratifiedKFold(n_folds, shuffle=True, random_state=random_state).split(classes, classes))


def _as_dealt(folds: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The folds as they are, as PredefinedSplit gives them: a row in none always trains."""
    numbers = [n for n in np.unique(folds) if n > 0]
    if len(numbers) < 2:
        raise InputError(
            ngettext(
                "Of the folds that a step before dealt, {count} has rows, and two are needed.",
                "Of the folds that a step before dealt, {count} have rows, and two are needed.",
                count=len(numbers),
            ),
            fix=_("Check the steps that drop rows, or deal the rows anew."),
        )
    for number in numbers:
        yield np.flatnonzero(folds != number), np.flatnonzero(folds == number)
