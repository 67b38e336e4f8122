"""Gaussian processes: what classifier and regressor share."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import Field
from sklearn.gaussian_process import kernels

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm


class GaussianProcess(Algorithm):
    """A smooth function, with how sure it is; its length scale is learned from the rows."""

    needs_scaling: ClassVar[bool] = True
    takes_weights: ClassVar[bool] = False
    most_rows: ClassVar[int | None] = 10_000

    kernel: Literal["rbf", "matern", "rational_quadratic", "dot_product"] = Field(
        "rbf", description="How likeness falls with distance: rbf is smoothest, matern rougher; dot_product is a line."
    )
    length_scale: fields.Positive = Field(
        1.0, description="The distance, in units of the columns, at which the search for the right one begins."
    )
    n_restarts_optimizer: int = Field(0, ge=0, le=100, description="Further searches, from other beginnings.")
    random_state: fields.Seed = 0

    def shape(self) -> Any:
        """The kernel, as scikit-learn has it."""
        if self.kernel == "dot_product":
            return kernels.DotProduct()
        if self.kernel == "rational_quadratic":
            return kernels.RationalQuadratic(length_scale=self.length_scale)
        if self.kernel == "matern":
            return kernels.Matern(length_scale=self.length_scale)
        return kernels.RBF(length_scale=self.length_scale)

    def parameters(self) -> dict[str, Any]:
        return {k: v for k, v in super().parameters().items() if k not in ("kernel", "length_scale", "noise")}
