"""The last link of a chain that recommends: what a user thinks of an item, learned from what users said of items."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator

from pipelines.chain.conform import as_text
from pipelines.chain.features import codes_of
from pipelines.chain.predictor import LABELS

Answer = Literal["rating", "items"]


class Recommender(BaseEstimator):
    """Matrix factorisation with biases (Koren, Bell, Volinsky, "Matrix factorization techniques", 2009).

    A rating is the mean, plus a bias of the user and one of the item, plus the product of their factors; factors and
    biases are learned by alternating least squares, ``regularization`` weighing with each rating. A user or item that
    training did not have has no factors and no bias: the rest answers. Users and items are known by their text.

    ``answer`` rating: ``Scored Labels`` is the rating that the row's user would give the row's item, within the range
    of those seen. items: ``Item 1`` and so on are the items with the highest ratings for the row's user, ``Rating 1``
    and so on those ratings, and ``Scored Labels`` the first item; ``unrated``: none that the user rated in training.
    """

    task: str = "recommendation"

    def __init__(
        self,
        user: str,
        item: str,
        n_factors: int = 20,
        n_epochs: int = 15,
        regularization: float = 0.1,
        random_state: int = 0,
        answer: Answer = "rating",
        n_items: int = 5,
        unrated: bool = True,
    ) -> None:
        self.user = user
        self.item = item
        self.n_factors = n_factors
        self.n_epochs = n_epochs
        self.regularization = regularization
        self.random_state = random_state
        self.answer = answer
        self.n_items = n_items
        self.unrated = unrated

    @property
    def classes_(self) -> list[Any]:
        """It has none."""
        return []

    @property
    def columns(self) -> list[str]:
        """The columns it takes."""
        return [self.user, self.item] if self.answer == "rating" else [self.user]

    def fit(self, X: pd.DataFrame, y: pd.Series) -> Self:
        rating = y.to_numpy(dtype=np.float64)
        self.users_, u = _numbered(X[self.user])
        self.items_, i = _numbered(X[self.item])
        self.mean_, self.low_, self.high_ = float(rating.mean()), float(rating.min()), float(rating.max())
        by_user, by_item = _Ratings(u, i, len(self.users_)), _Ratings(i, u, len(self.items_))
        self.starts_, self.rated_ = by_user.starts, by_user.others
        # The last column is the bias, the last row stands for whoever is not known.
        users = np.zeros((len(self.users_) + 1, self.n_factors + 1))
        items = np.zeros((len(self.items_) + 1, self.n_factors + 1))
        items[:-1, :-1] = np.random.default_rng(self.random_state).normal(0, 0.1, (len(self.items_), self.n_factors))
        self.loss_curve_: list[float] = []
        away = rating - self.mean_
        for _ in range(self.n_epochs):
            by_user.solve(users, items, away, self.regularization)
            by_item.solve(items, users, away, self.regularization)
            error = away - users[u, -1] - items[i, -1] - _products(users[:, :-1], items[:, :-1], u, i)
            self.loss_curve_.append(float(np.sqrt((error**2).mean())))
        self.user_factors_, self.user_bias_ = np.ascontiguousarray(users[:, :-1]), users[:, -1].copy()
        self.item_factors_, self.item_bias_ = np.ascontiguousarray(items[:, :-1]), items[:, -1].copy()
        return self

    def score(self, X: pd.DataFrame) -> pd.DataFrame:
        """One row of results for each row."""
        if not hasattr(self, "lookups"):
            self.lookups = _lookup(self.users_), _lookup(self.items_)
        users = codes_of(X[self.user], self.lookups[0])
        if self.answer == "items":
            return self._best(users, X.index)
        items = codes_of(X[self.item], self.lookups[1])
        found = self.mean_ + self.user_bias_[users] + self.item_bias_[items]
        found += _products(self.user_factors_, self.item_factors_, users, items)
        return pd.DataFrame({LABELS: found.clip(self.low_, self.high_)}, index=X.index)

    def empty(self) -> pd.DataFrame:
        """The results of no rows."""
        return self.score(pd.DataFrame({c: pd.array([], dtype="str") for c in (self.user, self.item)}))

    def answering(self, answer: Answer, n_items: int, unrated: bool) -> Recommender:
        """This recommender with another kind of answer; what it has learned is shared."""
        made = Recommender(**(self.get_params() | {"answer": answer, "n_items": n_items, "unrated": unrated}))
        made.__dict__ |= {k: v for k, v in self.__dict__.items() if k.endswith("_")}
        return made

    def _best(self, users: np.ndarray, index: pd.Index) -> pd.DataFrame:
        known, count = len(self.items_), self.n_items
        places = np.full((len(users), count), -1)
        ratings = np.full((len(users), count), np.nan)
        for row, user in enumerate(users.tolist()):
            worth = self.item_factors_[:known] @ self.user_factors_[user] + self.item_bias_[:known]
            if self.unrated and user >= 0:
                worth[self.rated_[self.starts_[user] : self.starts_[user + 1]]] = -np.inf
            best = np.argsort(-worth, kind="stable")[:count]
            best = best[np.isfinite(worth[best])]
            places[row, : len(best)] = best
            ratings[row, : len(best)] = self.mean_ + self.user_bias_[user] + worth[best]
        ratings = ratings.clip(self.low_, self.high_)
        names = pd.array(self.items_.tolist(), dtype="str")
        found: dict[str, Any] = {LABELS: names.take(places[:, 0], allow_fill=True)}
        for k in range(count):
            found |= {f"Item {k + 1}": names.take(places[:, k], allow_fill=True), f"Rating {k + 1}": ratings[:, k]}
        return pd.DataFrame(found, index=index)

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "lookups"}


class _Ratings:
    """Ratings in the order of one side (users, say), with the others' numbers beside them."""

    def __init__(self, mine: np.ndarray, others: np.ndarray, count: int) -> None:
        self.order = np.argsort(mine, kind="stable")
        self.others = others[self.order]
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(mine, minlength=count))])

    def solve(self, mine: np.ndarray, others: np.ndarray, away: np.ndarray, regularization: float) -> None:
        """Set each of ``mine`` to what fits its ratings best, the others held fast: a ridge regression each."""
        given = away[self.order]
        extended = np.column_stack([others[:, :-1], np.ones(len(others))])
        identity = np.eye(extended.shape[1])
        for at, (start, end) in enumerate(zip(self.starts[:-1], self.starts[1:], strict=True)):
            rows = extended[self.others[start:end]]
            rest = given[start:end] - others[self.others[start:end], -1]
            mine[at] = np.linalg.solve(rows.T @ rows + regularization * (end - start) * identity, rows.T @ rest)


def _numbered(values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """The distinct texts of a column, in order, and the number of each row's."""
    texts, numbers = np.unique([as_text(v) for v in values.tolist()], return_inverse=True)
    return texts, numbers


def _lookup(texts: np.ndarray) -> dict[str | None, int]:
    return {str(text): number for number, text in enumerate(texts)}


def _products(users: np.ndarray, items: np.ndarray, u: np.ndarray, i: np.ndarray) -> np.ndarray:
    """The product of each pair's factors, added up one factor after the other: a row alone gives the same."""
    found = np.zeros(len(u))
    for k in range(users.shape[1]):
        found += users[u, k] * items[i, k]
    return found
