"""Neural networks: the parameters that classifier and regressor share."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from pipelines.algorithms import fields
from pipelines.algorithms.base import Algorithm
from pipelines.parameters import Search


class Mlp(Algorithm):
    """A neural network with hidden layers."""

    needs_scaling: ClassVar[bool] = True
    sparse: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("multilayer perceptron", "MLP")

    hidden_layer_sizes: Annotated[tuple[fields.Width, ...], Search(choices=([50], [100], [200], [100, 50]))] = Field(
        (100,), min_length=1, max_length=20, description="Neurons of each hidden layer."
    )
    activation: Literal["relu", "tanh", "logistic", "identity"] = Field(
        "relu", description="What a neuron does with its sum."
    )
    solver: Literal["adam", "sgd", "lbfgs"] = Field(
        "adam", description="How weights are found; lbfgs suits small tables."
    )
    alpha: Annotated[float, Search(1e-6, 1e-1, log=True)] = Field(1e-4, ge=0, description="Strength of the L2 penalty.")
    batch_size: Literal["auto"] | fields.Width = Field(
        "auto", description="Rows of a step; auto: 200, or all when fewer."
    )
    learning_rate: Literal["constant", "invscaling", "adaptive"] = Field(
        "constant", description="How steps shrink, for sgd."
    )
    learning_rate_init: Annotated[float, Search(1e-4, 1e-1, log=True)] = Field(
        1e-3, gt=0, description="Length of the first steps."
    )
    momentum: float = Field(0.9, ge=0, le=1, description="How much of the step before goes into each, for sgd.")
    shuffle: bool = Field(True, description="Whether the rows are mixed anew for each pass, for sgd and adam.")
    max_iter: int = Field(200, ge=1, le=100_000, description="Most passes over the rows.")
    tol: float = Field(1e-4, gt=0, description="Smallest gain that counts.")
    early_stopping: bool = Field(False, description="Hold rows out and stop when they stop gaining.")
    validation_fraction: float = Field(0.1, gt=0, lt=1, description="Share of the rows held out for early stopping.")
    n_iter_no_change: int = Field(10, ge=1, description="Passes without a gain after which training stops.")
    random_state: fields.Seed = 0
