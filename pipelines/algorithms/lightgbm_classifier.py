"""LightGBM, as a classifier."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import lightgbm

from pipelines.algorithms.base import WeightedClassifier
from pipelines.algorithms.lightgbm import LightGbm


class LightgbmClassifier(LightGbm, WeightedClassifier):
    """Trees that each correct the ones before, by LightGBM; takes missing values and categories as they are.

    The same as lightgbm.LGBMClassifier, which Azure's boosted decision trees are made of (with 20 leaves of 10 rows or
    more and a learning rate of 0.2).
    """

    title: ClassVar[str] = "LightGBM Classifier"
    known_as: ClassVar[tuple[str, ...]] = ("Two-Class Boosted Decision Tree", "Multiclass Boosted Decision Tree")

    type: Literal["lightgbm_classifier"] = "lightgbm_classifier"

    def estimator(self) -> Any:
        return lightgbm.LGBMClassifier(**self.arguments())
