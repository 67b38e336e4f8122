"""Two models asked about the same rows, and how sure one can be of the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from pipelines.chain.conform import as_text, is_missing
from pipelines.chain.predictor import LABELS, PROBABILITIES
from pipelines.errors import InputError
from pipelines.execution.cache import ResultStore, output_key
from pipelines.graph.order import leak_proof, resolve
from pipelines.inference.of_run import RunModel
from pipelines.messages import _
from pipelines.table import TEST, Table

RESAMPLES = 500
MOST_ROWS = 20_000
LEVEL = 0.95
NUMBERS = ("regression", "recommendation")


class Asked(Protocol):
    """A model as far as it is compared: rows in, answers out."""

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame: ...


@dataclass(frozen=True)
class KnownRows:
    """Rows as a source gives them, with their labels, that the model was not trained on."""

    rows: pd.DataFrame
    labels: pd.Series
    source: str


@dataclass(frozen=True)
class Difference:
    """Two models' scores on the same rows. ``gain``: by how much the first is better, with a bootstrap interval.

    For measures where less is better, as the error of a number, ``gain`` is by how much less the first has.
    """

    metric: str
    first: float
    second: float
    gain: float
    low: float
    high: float
    rows: int

    @property
    def is_worse(self) -> bool:
        """Whether the first is worse beyond what chance explains."""
        return self.high < 0


def held_out(model: RunModel, store: ResultStore) -> KnownRows:
    """The test rows of the model's run. InputError when it kept none back; LostResultError when they are not kept."""
    key = _trained_from(model)
    table = store.table(key)
    split = _as_split(table, key, store)
    if split is None or split.label is None:
        raise InputError(
            _("The run kept no rows back to measure the model on."),
            fix=_("Put Split Data into the pipeline, or name a dataset with the label."),
        )
    test = split.rows(TEST)
    known = test[test[split.label].notna()]
    head = store.table(split.head or table.head).frame
    known = known[known.index.isin(head.index)]
    return KnownRows(head.loc[known.index], known[split.label], _("the test rows of the run"))


def _trained_from(model: RunModel) -> str:
    """The key of the table that the training step read."""
    edge = leak_proof(resolve(model.document)).node(model.ref.step).main
    keys = {s.id: s.key for s in model.run.steps}
    if edge is None:
        raise InputError(_("The model was trained on no rows that could be split."))
    return output_key(keys[edge.step], edge.output) if edge.output else keys[edge.step]


def _as_split(table: Table, key: str, store: ResultStore) -> Table | None:
    """The first table on the way to ``table`` that is split and has the label: rows that were made come later."""
    for at in (*(a.input_key for a in table.history), key):
        found = store.table(at)
        if found.partition is not None and found.label is not None and (found.partition == TEST).any():
            return found
    return None


def trained_on(model: RunModel, store: ResultStore) -> pd.DataFrame:
    """The rows that the model was trained on, as their source gave them. LostResultError when they are not kept."""
    key = _trained_from(model)
    table = store.table(key)
    split = _as_split(table, key, store)
    head = store.table(table.head).frame
    return head if split is None else head[head.index.isin(split.training.index)]


def without(known: KnownRows, seen: pd.DataFrame) -> KnownRows:
    """The rows of ``known`` that are not among ``seen``, by all the columns that both have."""
    columns = [c for c in known.rows.columns if c in seen.columns]
    if not columns or not len(seen):
        return known
    given = pd.DataFrame({c: known.rows[c] for c in columns})
    for column in columns:
        if given[column].dtype != seen[column].dtype:
            given[column], seen = given[column].astype("str"), seen.assign(**{column: seen[column].astype("str")})
    hashes = set(pd.util.hash_pandas_object(seen[columns], index=False).tolist())
    new = ~pd.util.hash_pandas_object(given, index=False).isin(hashes).to_numpy()
    return KnownRows(known.rows[new], known.labels[new], known.source)


def of_dataset(model: RunModel, frame: pd.DataFrame, source: str) -> KnownRows:
    """A dataset's rows with their labels. InputError when the label is not in it."""
    label = model.chain.label
    if label is None or label not in frame:
        raise InputError(
            _("The dataset {source} has no column {label!r} to compare answers with.", source=source, label=label),
            fix=_("Name a dataset with the label."),
        )
    known = frame[frame[label].notna()]
    return KnownRows(known, known[label], source)


def compare(first: Asked, second: Asked, known: KnownRows, task: str, classes: Sequence[object]) -> Difference:
    """``first`` and ``second`` on the same rows. InputError when the answers cannot be measured."""
    rows, labels = known.rows, known.labels
    if len(rows) > MOST_ROWS:
        chosen = np.sort(np.random.default_rng(0).choice(len(rows), MOST_ROWS, replace=False))
        rows, labels = rows.iloc[chosen], labels.iloc[chosen]
    if not len(rows):
        raise InputError(_("There are no rows with a label to compare on."))
    one, other = first.predict(rows), second.predict(rows)
    name, better, losses = _measure(task, classes, labels, one, other)
    return _bootstrapped(name, better, losses, len(rows))


Score = Callable[[np.ndarray], tuple[float, float]]


def _measure(
    task: str, classes: Sequence[object], labels: pd.Series, one: pd.DataFrame, other: pd.DataFrame
) -> tuple[str, int, Score]:
    """The measure's name, whether more (1) or less (-1) is better, and both scores on chosen rows."""
    if task in NUMBERS:
        truth = labels.to_numpy(dtype=np.float64, na_value=np.nan)
        errors = _both_known([np.square(_numbers(f) - truth) for f in (one, other)])
        return "RMSE", -1, lambda rows: (_root(errors[0][rows]), _root(errors[1][rows]))
    if task != "classification":
        raise InputError(_("Models of this kind are not compared by what is known of rows."))
    truth_texts = np.array([as_text(v) for v in labels.tolist()])
    if len(classes) == 2 and PROBABILITIES in one and PROBABILITIES in other and len(set(truth_texts)) == 2:
        positive = truth_texts == as_text(classes[1])
        shares = [_shares(f) for f in (one, other)]
        return "ROC AUC", 1, lambda rows: (_auc(positive[rows], shares[0][rows]), _auc(positive[rows], shares[1][rows]))
    right = [
        np.array(["" if is_missing(v) else as_text(v) for v in f[LABELS].tolist()]) == truth_texts for f in (one, other)
    ]
    return "Accuracy", 1, lambda rows: (float(right[0][rows].mean()), float(right[1][rows].mean()))


def _both_known(errors: list[np.ndarray]) -> list[np.ndarray]:
    """The errors, none where either model gives no answer: such rows are left out of both means."""
    gone = np.isnan(errors[0]) | np.isnan(errors[1])
    if gone.all():
        raise InputError(_("No row gets an answer from both models."))
    return [np.where(gone, np.nan, e) for e in errors]


def _bootstrapped(name: str, better: int, scores: Score, rows: int) -> Difference:
    everything = np.arange(rows)
    first, second = scores(everything)
    generator = np.random.default_rng(0)
    gains = []
    for _number in range(RESAMPLES):
        one, other = scores(generator.integers(0, rows, rows))
        gains.append(better * (one - other))
    found = np.array([g for g in gains if np.isfinite(g)] or [0.0])
    low, high = np.quantile(found, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Difference(name, first, second, better * (first - second), float(low), float(high), rows)


def _root(errors: np.ndarray) -> float:
    return float(np.sqrt(np.nanmean(errors))) if not np.isnan(errors).all() else float("nan")


def _auc(positive: np.ndarray, shares: np.ndarray) -> float:
    return float(roc_auc_score(positive, shares)) if 0 < positive.sum() < len(positive) else float("nan")


def _numbers(found: pd.DataFrame) -> np.ndarray:
    return np.asarray(found[LABELS].to_numpy(dtype=np.float64, na_value=np.nan))


def _shares(found: pd.DataFrame) -> np.ndarray:
    return np.nan_to_num(found[PROBABILITIES].to_numpy(dtype=np.float64, na_value=np.nan), nan=0.5)
