"""The averaged perceptron."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import linear_model

from pipelines.algorithms import fields
from pipelines.algorithms.base import MarginCalibration, WeightedClassifier
from pipelines.parameters import Search


class AveragedPerceptron(WeightedClassifier):
    """A linear classifier that learns from its mistakes, averaged over all steps.

    The same as sklearn.linear_model.SGDClassifier with the loss perceptron and ``average``. ``max_iter`` is 1,000, with
    a stop where nothing is gained, where Azure makes 10 passes. It is calibrated unless told otherwise.
    """

    title: ClassVar[str] = "Averaged Perceptron"
    needs_scaling: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("perceptron", "online")
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Averaged Perceptron",)

    type: Literal["averaged_perceptron"] = "averaged_perceptron"
    eta0: Annotated[float, Search(1e-3, 10.0, log=True)] = Field(1.0, gt=0, description="Length of the steps.")
    max_iter: fields.Iterations = 1000
    tol: float | None = Field(1e-3, ge=0, description="Smallest gain that counts; none: every pass is made.")
    fit_intercept: fields.FitIntercept = True
    shuffle: bool = Field(True, description="Whether the rows are mixed before each pass.")
    n_iter_no_change: int = Field(5, ge=1, description="Passes without a gain after which training stops.")
    random_state: fields.Seed = 0
    calibration: MarginCalibration = "sigmoid"

    def estimator(self) -> Any:
        return linear_model.SGDClassifier(
            loss="perceptron", penalty=None, learning_rate="constant", average=True, **self.parameters()
        )
