"""Unusual rows: detectors that give labels and scores alike, and the one by principal components."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, OutlierMixin, clone
from sklearn.utils.extmath import randomized_svd

NORMAL, ANOMALY = 0, 1


class AnomalyDetector(OutlierMixin, BaseEstimator):
    """A detector of scikit-learn whose answers read alike: 1 for an anomaly and 0 for a normal row, and a score.

    The score is between 0 and 1, 0.5 at the detector's own threshold, and rises with the distance z beyond it, counted
    in standard deviations of that distance over the training rows: (1 + z / (1 + |z|)) / 2. So it keeps the order of
    the detector's own scores and tells the most unusual rows apart. It is no probability.

    ``normal`` is the text of the label's value in normal rows, to be known when the model is measured; None: the
    commonest of the labels that it is fitted with.
    """

    def __init__(self, estimator: Any, normal: str | None = None) -> None:
        self.estimator = estimator
        self.normal = normal

    def fit(self, X: np.ndarray, y: np.ndarray | None = None, sample_weight: np.ndarray | None = None) -> Self:
        self.estimator_ = clone(self.estimator)
        self.estimator_.fit(X, **({} if sample_weight is None else {"sample_weight": sample_weight}))
        spread = float(np.std(self._training(X)))
        self.scale_ = spread if spread > 0 else 1.0
        self.classes_ = np.array([] if y is None else [self.normal or commonest(y)], dtype=str)
        return self

    def beyond(self, X: np.ndarray) -> np.ndarray:
        """How far each row is beyond the threshold, as the detector measures it; below 0 is normal."""
        return -np.asarray(self.estimator_.decision_function(X), dtype=np.float64).ravel()

    def score_anomaly(self, X: np.ndarray) -> np.ndarray:
        """The score of each row."""
        z = self.beyond(X) / self.scale_
        return np.asarray((1 + z / (1 + np.abs(z))) / 2)

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.where(self.score_anomaly(X) > 0.5, ANOMALY, NORMAL)

    def _training(self, X: np.ndarray) -> np.ndarray:
        """``beyond`` of the training rows, none of which is its own neighbour."""
        factors = getattr(self.estimator_, "negative_outlier_factor_", None)
        return self.beyond(X) if factors is None else np.asarray(self.estimator_.offset_ - factors)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = self.estimator.__sklearn_tags__().input_tags
        return tags


class PcaDetector(OutlierMixin, BaseEstimator):
    """Rows that a few principal components cannot tell well.

    The score is the normalised reconstruction error: of a row less the mean, the length of what the components leave
    over, as a share of its own length, as the randomised PCA trainer of ML.NET computes it (PcaTrainer, MIT licence).
    The components are found as in N. Halko, P. Martinsson and J. Tropp, "Finding structure with randomness", SIAM
    Review 53 (2011), with ``n_oversamples`` more random vectors than components. Anomalous are rows whose error is
    above that of a share of 1 - ``contamination`` of the training rows.
    """

    def __init__(
        self,
        n_components: int = 2,
        n_oversamples: int = 2,
        center: bool = True,
        contamination: float = 0.1,
        random_state: int = 0,
    ) -> None:
        self.n_components = n_components
        self.n_oversamples = n_oversamples
        self.center = center
        self.contamination = contamination
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: object = None) -> Self:
        if not np.isfinite(X).all():
            raise ValueError("Input X contains NaN or infinity.")
        if self.n_components > min(X.shape):
            raise ValueError(
                f"n_components={self.n_components} must be at most the rows and columns, {min(X.shape)} here."
            )
        self.mean_ = X.mean(axis=0) if self.center else np.zeros(X.shape[1])
        found = randomized_svd(
            X - self.mean_, self.n_components, n_oversamples=self.n_oversamples, random_state=self.random_state
        )
        self.components_ = np.ascontiguousarray(found[2])
        self.offset_ = -float(np.quantile(self.error(X), 1 - self.contamination))
        return self

    def error(self, X: np.ndarray) -> np.ndarray:
        """The normalised reconstruction error of each row, from 0 to 1."""
        from_mean = X - self.mean_
        own = np.einsum("ij,ij->i", from_mean, from_mean)
        told = np.zeros(len(X))
        for component in self.components_:
            told += np.einsum("ij,j->i", from_mean, component) ** 2
        share = np.divide(own - told, own, out=np.zeros(len(X)), where=own > 0)
        return np.asarray(np.sqrt(np.clip(share, 0, 1)))

    def score_samples(self, X: np.ndarray) -> np.ndarray:
        return -self.error(X)

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        return self.score_samples(X) - self.offset_

    def predict(self, X: np.ndarray) -> np.ndarray:
        return np.where(self.decision_function(X) < 0, -1, 1)


def commonest(labels: np.ndarray) -> str:
    """The value that most of the labels have; of two as common the first in order; empty where there is none."""
    names, counts = np.unique(labels[labels != ""], return_counts=True)
    return str(names[counts.argmax()]) if len(names) else ""
