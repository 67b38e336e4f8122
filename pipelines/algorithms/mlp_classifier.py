"""Neural network, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from sklearn import neural_network

from pipelines.algorithms.base import WeightedClassifier
from pipelines.algorithms.mlp import Mlp


class MlpClassifier(Mlp, WeightedClassifier):
    """A neural network with hidden layers.

    The same as sklearn.neural_network.MLPClassifier.
    """

    title: ClassVar[str] = "Neural Network Classifier"
    weighs_classes: ClassVar[bool] = False
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Neural Network", "Multiclass Neural Network")

    type: Literal["mlp_classifier"] = "mlp_classifier"

    def estimator(self) -> Any:
        return neural_network.MLPClassifier(**self.parameters())
