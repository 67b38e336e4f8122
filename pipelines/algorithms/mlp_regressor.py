"""Neural network, as a regressor."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import neural_network

from pipelines.algorithms.mlp import Mlp
from pipelines.chain.predictor import Task


class MlpRegressor(Mlp):
    """A neural network with hidden layers.

    The same as sklearn.neural_network.MLPRegressor.
    """

    title: ClassVar[str] = "Neural Network Regressor"
    task: ClassVar[Task] = "regression"
    known_as: ClassVar[tuple[str, ...]] = ("Neural Network Regression",)

    type: Literal["mlp_regressor"] = "mlp_regressor"

    def estimator(self) -> Any:
        return neural_network.MLPRegressor(**self.parameters())
