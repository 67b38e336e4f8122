"""The algorithm contract: a scikit-learn estimator with typed parameters, named as scikit-learn names them."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict
from sklearn.dummy import DummyClassifier, DummyRegressor

from pipelines.chain.predictor import Encoding, Predictor, Task


class Algorithm(BaseModel):
    """Base of every algorithm. ``type`` is a field with one value, so that a parameter can hold any algorithm.

    ``takes_missing``: it accepts missing numbers. ``encoding``: how text and categories that reach it unencoded are
    encoded for it. ``needs_scaling``: it does better on numbers of one scale.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    task: ClassVar[Task]
    takes_missing: ClassVar[bool] = False
    encoding: ClassVar[Encoding] = "onehot"
    needs_scaling: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ()
    known_as: ClassVar[tuple[str, ...]] = ()  # in the Azure Machine Learning designer and Studio (classic)
    weights: ClassVar[bool] = True  # whether fit() takes sample_weight
    sparse: ClassVar[bool] = False  # whether it learns the same from a sparse array, and faster

    def estimator(self) -> Any:
        """The unfitted scikit-learn estimator."""
        raise NotImplementedError

    def parameters(self) -> dict[str, Any]:
        """The parameters under scikit-learn's names."""
        return {k: v for k, v in self.model_dump().items() if k != "type"}

    def predictor(self) -> Predictor:
        """The unfitted last link of a chain."""
        return Predictor(self.estimator(), self.task, self.encoding, self.takes_missing, self.sparse)

    def stand_in(self) -> Predictor:
        """A predictor of the same kind that costs nothing, for the design-time sample."""
        dummy = (
            DummyClassifier()
            if self.task == "classification"
            else DummyRegressor()
            if self.task == "regression"
            else self.estimator()
        )
        return Predictor(dummy, self.task, self.encoding, self.takes_missing)
