"""Gaussian mixture."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sklearn import mixture

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Task
from pipelines.parameters import Search


class GaussianMixture(Algorithm):
    """Groups of rows that are each a cloud of its own size and shape; tells how probable each group is for a row.

    The same as sklearn.mixture.GaussianMixture.
    """

    title: ClassVar[str] = "Gaussian Mixture"
    task: ClassVar[Task] = "clustering"
    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    synonyms: ClassVar[tuple[str, ...]] = ("EM", "expectation maximization", "soft clustering", "density")

    type: Literal["gaussian_mixture"] = "gaussian_mixture"
    n_components: Annotated[int, Search(2, 10)] = Field(
        2, ge=1, le=1000, description="Number of groups. scikit-learn's own default is 1, which groups nothing."
    )
    covariance_type: Annotated[
        Literal["full", "tied", "diag", "spherical"], Search(choices=("full", "tied", "diag", "spherical"))
    ] = Field("full", description="Shapes: any of its own; one for all; along the axes; round.")
    init_params: Literal["kmeans", "k-means++", "random", "random_from_data"] = Field(
        "kmeans", description="How the first groups are chosen."
    )
    n_init: int = Field(1, ge=1, le=1000, description="Starts to choose the best of.")
    reg_covar: float = Field(1e-6, ge=0, description="What is added to the spread, so that no group becomes a point.")
    max_iter: int = Field(100, ge=1, le=100_000, description="Most iterations of a start.")
    tol: fields.Tolerance = 1e-3
    random_state: fields.Seed = 0

    def estimator(self) -> Any:
        return mixture.GaussianMixture(**self.parameters())
