"""Weights of classes for any classifier that takes weights of rows."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.utils.class_weight import compute_class_weight
from sklearn.utils.metaestimators import available_if

from pipelines.chain.conform import as_text
from pipelines.errors import InputError, nearest
from pipelines.messages import _


def _has(method: str) -> Any:
    return available_if(lambda self: hasattr(getattr(self, "estimator_", self.estimator), method))


class ClassWeighted(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """``estimator`` fitted with each row weighed by its class.

    ``class_weight`` is ``balanced``, or weights by the text of the class; classes it does not name have the weight 1.
    """

    def __init__(self, estimator: Any, class_weight: Any = None) -> None:
        self.estimator = estimator
        self.class_weight = class_weight

    def fit(self, X: Any, y: np.ndarray, sample_weight: np.ndarray | None = None) -> Self:
        classes, codes = np.unique(y, return_inverse=True)
        weight = self._weights(classes, y)[codes]
        self.estimator_ = clone(self.estimator)
        weight = weight if sample_weight is None else weight * sample_weight
        last = f"{self.estimator_.steps[-1][0]}__" if isinstance(self.estimator_, Pipeline) else ""
        self.estimator_.fit(X, y, **{f"{last}sample_weight": weight})
        self.classes_ = self.estimator_.classes_
        return self

    def predict(self, X: Any) -> np.ndarray:
        return np.asarray(self.estimator_.predict(X))

    @_has("predict_proba")  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> np.ndarray:
        return np.asarray(self.estimator_.predict_proba(X))

    @_has("decision_function")  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> np.ndarray:
        return np.asarray(self.estimator_.decision_function(X))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = self.estimator.__sklearn_tags__().input_tags
        return tags

    def _weights(self, classes: np.ndarray, y: np.ndarray) -> np.ndarray:
        if self.class_weight == "balanced":
            return np.asarray(compute_class_weight("balanced", classes=classes, y=y))
        names = [as_text(c) for c in classes.tolist()]
        for name in self.class_weight:
            if name not in names:
                best = nearest(name, names)
                raise InputError(
                    _("class_weight names {name!r}, which is no class of the label.", name=name),
                    fix=_("Did you mean {name!r}?", name=best)
                    if best
                    else _("The classes are {classes}.", classes=", ".join(names[:20])),
                )
        found = np.array([float(self.class_weight.get(n, 1.0)) for n in names])
        if not found.any():
            raise InputError(_("Every class has the weight 0."), fix=_("Give one of them a weight above 0."))
        return found
