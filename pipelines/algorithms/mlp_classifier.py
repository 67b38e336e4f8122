"""Neural Network, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import neural_network

from pipelines.algorithms.mlp import Mlp
from pipelines.chain.predictor import Task


class MlpClassifier(Mlp):
    """A neural network with hidden layers.

    The same as sklearn.neural_network.MLPClassifier.
    """

    title: ClassVar[str] = "Neural Network Classifier"
    task: ClassVar[Task] = "classification"

    type: Literal["mlp_classifier"] = "mlp_classifier"

    def estimator(self) -> Any:
        return neural_network.MLPClassifier(**self.parameters())
