"""Gaussian process, as a regressor."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn import gaussian_process
from sklearn.gaussian_process.kernels import ConstantKernel, WhiteKernel

from pipelines.algorithms.gaussian_process import GaussianProcess
from pipelines.chain.predictor import Task


class GaussianProcessRegressor(GaussianProcess):
    """A smooth curve through the rows, by Bayes' rule; for up to some thousand rows.

    The same as sklearn.gaussian_process.GaussianProcessRegressor, with noise of the label in the kernel.
    ``normalize_y`` is true where scikit-learn has false, which expects labels around 0.
    """

    title: ClassVar[str] = "Gaussian Process Regressor"
    task: ClassVar[Task] = "regression"
    synonyms: ClassVar[tuple[str, ...]] = ("GP", "kriging", "bayesian regression")

    type: Literal["gaussian_process_regressor"] = "gaussian_process_regressor"
    noise: bool = Field(True, description="Whether the label has noise, whose size is learned too.")
    alpha: float = Field(1e-10, gt=0, description="Variance of the noise that is taken for granted.")
    normalize_y: bool = Field(True, description="Whether the label is brought to mean 0 and spread 1 first.")

    def estimator(self) -> Any:
        kernel = ConstantKernel() * self.shape()
        kernel = kernel + WhiteKernel() if self.noise else kernel
        return gaussian_process.GaussianProcessRegressor(kernel, **self.parameters())
