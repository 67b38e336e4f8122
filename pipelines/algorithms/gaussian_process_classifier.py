"""Gaussian process, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import gaussian_process
from sklearn.gaussian_process.kernels import ConstantKernel

from pipelines.algorithms.base import Classifier
from pipelines.algorithms.gaussian_process import GaussianProcess


class GaussianProcessClassifier(GaussianProcess, Classifier):
    """A smooth boundary between classes, by Bayes' rule; for up to some thousand rows.

    The same as sklearn.gaussian_process.GaussianProcessClassifier. It stands in for Azure's Bayes point machine, a
    linear Bayesian classifier, which the kernel dot_product comes nearest to.
    """

    title: ClassVar[str] = "Gaussian Process Classifier"
    synonyms: ClassVar[tuple[str, ...]] = ("GP", "kriging", "bayesian classifier")
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Bayes Point Machine",)

    type: Literal["gaussian_process_classifier"] = "gaussian_process_classifier"

    def estimator(self) -> Any:
        kernel = ConstantKernel() * self.shape()
        return gaussian_process.GaussianProcessClassifier(kernel, **self.parameters())
