"""The algorithm contract: a scikit-learn estimator with typed parameters, named as scikit-learn names them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from sklearn.calibration import CalibratedClassifierCV
from sklearn.dummy import DummyClassifier, DummyRegressor

from pipelines.algorithms.equivalent import code_of
from pipelines.chain.predictor import Encoding, Predictor, Task
from pipelines.chain.weighted import ClassWeighted
from pipelines.parameters import Form, Search

FOLDS = 5
"""Folds of the calibration, and of what stacking learns from."""

CLASSES = "Classes and probabilities"
MarginCalibration = Annotated[
    Literal["sigmoid", "isotonic"] | None,
    Field(description="Makes probabilities of the margin, on five folds; none: labels alone, and quicker."),
    Form(group=CLASSES),
]
LabelValues = Literal["any", "not negative", "positive"]


class Algorithm(BaseModel):
    """Base of every algorithm. ``type`` is a field with one value, so that a parameter can hold any algorithm.

    What an algorithm takes is said by its class: see the comments. An algorithm made of others says it of itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: ClassVar[str]
    task: ClassVar[Task]
    synonyms: ClassVar[tuple[str, ...]] = ()
    known_as: ClassVar[tuple[str, ...]] = ()  # in the Azure Machine Learning designer and Studio (classic)
    encoding: ClassVar[Encoding] = "onehot"  # how text and categories that reach it unencoded are encoded for it
    takes_missing: ClassVar[bool] = False  # whether it accepts missing numbers
    takes_negative: ClassVar[bool] = True  # whether it accepts features below 0
    takes_label: ClassVar[LabelValues] = "any"  # the numbers that a label may hold
    needs_scaling: ClassVar[bool] = False  # whether it does better on numbers of one scale
    takes_weights: ClassVar[bool] = True  # whether fit() takes sample_weight
    sparse: ClassVar[bool] = False  # whether it learns the same from a sparse array, and faster
    runs_code: ClassVar[bool] = False  # whether it runs the analyst's own code
    most_rows: ClassVar[int | None] = None  # rows above which its memory, which grows with their square, runs out

    def estimator(self) -> Any:
        """The unfitted scikit-learn estimator, without the options that all classifiers share."""
        raise NotImplementedError

    def learner(self) -> Any:
        """The unfitted estimator with every option: what is fitted."""
        return self.estimator()

    def parameters(self) -> dict[str, Any]:
        """The parameters under scikit-learn's names."""
        return {k: v for k, v in self.model_dump().items() if k != "type"}

    def fewest_rows(self) -> int:
        """The fewest rows with which it can predict."""
        return 1

    def rows_of_a_class(self) -> int:
        """The fewest rows of each class that it can learn from."""
        return 1

    @property
    def is_supervised(self) -> bool:
        """Whether it learns to predict a label."""
        return self.task in ("classification", "regression")

    @property
    def equivalent(self) -> str:
        """The same in scikit-learn or LightGBM, as code; empty for an algorithm of our own or of the analyst's."""
        supervised = self.task in ("classification", "regression")
        return code_of(self.learner() if supervised else self.estimator())

    @classmethod
    def searches(cls) -> dict[str, Search]:
        """Where tuning looks, by parameter."""
        return {n: m for n, info in cls.model_fields.items() for m in info.metadata if isinstance(m, Search)}

    def predictor(self) -> Predictor:
        """The unfitted last link of a chain."""
        return Predictor(self.learner(), self.task, self.encoding, self.takes_missing, self.sparse)

    def stand_in(self) -> Predictor:
        """A predictor of the same kind that costs nothing, for the design-time sample."""
        dummy = (
            DummyClassifier()
            if self.task == "classification"
            else DummyRegressor()
            if self.task == "regression"
            else self.learner()
        )
        return Predictor(dummy, self.task, self.encoding, self.takes_missing)


class Classifier(Algorithm):
    """A classification algorithm. Its probabilities can be calibrated (sklearn.calibration.CalibratedClassifierCV)."""

    task: ClassVar[Task] = "classification"

    calibration: Annotated[Literal["sigmoid", "isotonic"] | None, Form(group=CLASSES)] = Field(
        None, description="Makes probabilities honest, on five folds: sigmoid, or isotonic with 1,000 rows and more."
    )

    def parameters(self) -> dict[str, Any]:
        return {k: v for k, v in super().parameters().items() if k != "calibration"}

    def learner(self) -> Any:
        made = self.weighted()
        return CalibratedClassifierCV(made, method=self.calibration, ensemble=False) if self.calibration else made

    def weighted(self) -> Any:
        """The unfitted estimator, with weights of the classes where it takes any."""
        return self.estimator()

    def rows_of_a_class(self) -> int:
        return FOLDS if self.calibration else 1


class WeightedClassifier(Classifier):
    """A classification algorithm whose classes can count for more or less than their rows.

    Where scikit-learn's own estimator has ``class_weight``, ``balanced`` is left to it; the rest is done by weighing
    the rows, which is the same.
    """

    weighs_classes: ClassVar[bool] = True  # whether scikit-learn's own estimator has class_weight

    class_weight: Annotated[
        Literal["balanced"] | dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] | None, Form(group=CLASSES)
    ] = Field(None, description="balanced: rare classes count as much as common ones. Or weights: {good: 1, bad: 5}.")

    @property
    def _natively(self) -> bool:
        return self.weighs_classes and not isinstance(self.class_weight, dict)

    def parameters(self) -> dict[str, Any]:
        return {k: v for k, v in super().parameters().items() if k != "class_weight" or self._natively}

    def weighted(self) -> Any:
        made = self.estimator()
        return made if self.class_weight is None or self._natively else ClassWeighted(made, self.class_weight)
