"""A classifier whose class the analyst writes."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

from pydantic import Field, JsonValue, model_validator

from pipelines.algorithms.base import Classifier
from pipelines.chain import python_model
from pipelines.chain.predictor import Task
from pipelines.parameters import PythonCode


class PythonClassifier(Classifier):
    """A model of your own: a Python class that learns and predicts.

    The code defines a class: fit(X, y) and predict(X) get arrays, as in any scikit-learn estimator, and
    predict_proba(X) gives probabilities. The
    constructor gets the arguments, so that they can be tuned; pd and np are there. What fit keeps on self is stored
    with the model: numbers, text, arrays, lists, dicts and scikit-learn estimators. Azure's AzureMLModel, with train
    and predict on DataFrames, is taken too.
    """

    title: ClassVar[str] = "Python Classifier"
    task: ClassVar[Task] = "classification"
    runs_code: ClassVar[bool] = True
    synonyms: ClassVar[tuple[str, ...]] = ("custom model", "own algorithm", "script", "scikit-learn estimator")
    known_as: ClassVar[tuple[str, ...]] = ("Create Python Model",)

    type: Literal["python_classifier"] = "python_classifier"
    code: PythonCode = Field(
        python_model.CLASSIFIER,
        min_length=1,
        max_length=100_000,
        description="Defines a class with fit and predict; predict_proba, if it can.",
    )
    arguments: dict[str, JsonValue] | None = Field(
        None, description="What the class's constructor is given: {name: value}; none: its own defaults."
    )

    @property
    def takes_weights(self) -> bool:  # type: ignore[override]
        return python_model.takes_weights(self.code)

    @model_validator(mode="after")
    def _defines_a_class(self) -> Self:
        python_model.require_arguments(self.code, self.arguments or {})
        return self

    def estimator(self) -> Any:
        return python_model.PythonClassifier(**self.parameters())
