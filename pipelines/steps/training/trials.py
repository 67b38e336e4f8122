"""Trials of an algorithm with other values, each measured on the same folds."""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from pipelines.algorithms.base import Algorithm
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import Search
from pipelines.steps.training import ranges

if TYPE_CHECKING:
    import optuna

Sampler = Literal["tpe", "random", "grid"]
Measure = Callable[[Algorithm], Iterator[float]]
STARTED = 5
"""Trials that are measured on every fold before hopeless ones are given up."""
KEPT = 75.0
"""Percent of trials that go on; the others are hopeless. With fewer, near ties would be among those given up."""
MOST_POINTS = 1000


@dataclass(frozen=True)
class Trial:
    """What became of one set of values: ``scores`` are those of the folds it was measured on."""

    values: Mapping[str, Any]
    scores: tuple[float, ...]
    state: Literal["done", "given up", "failed"]
    seconds: float
    reason: str = ""

    @property
    def value(self) -> float:
        return float(np.mean(self.scores)) if self.scores else math.nan

    @property
    def spread(self) -> float:
        return float(np.std(self.scores)) if self.scores else math.nan


@dataclass(frozen=True)
class Plan:
    """How to search: by ``sampler``, ``n_trials`` at most (a grid tries all), for ``seconds`` at most."""

    sampler: Sampler
    n_trials: int
    random_state: int
    lower_is_better: bool
    give_up: bool = True
    seconds: float | None = None


def run(
    plan: Plan,
    algorithm: Algorithm,
    searches: Mapping[str, Search],
    measure: Measure,
    told: Callable[[int, int, Trial | None], None],
) -> list[Trial]:
    """Every trial, in order. The values that the algorithm has are the first, where they lie in the ranges.

    A trial whose mean after some folds is among the worst quarter of the earlier ones after as many is given up.
    ``told`` hears the trials done, all there are, and the best so far, before each.
    """
    study = _study(plan)
    grid = _grid(searches) if plan.sampler == "grid" else None
    count = plan.n_trials if grid is None else len(grid)
    own = ranges.as_drawn(searches, algorithm.model_dump())
    for values in grid if grid is not None else [own] if own is not None else []:
        study.enqueue_trial(values)
    done: list[Trial] = []
    begun = time.monotonic()
    for number in range(count):
        if plan.seconds is not None and done and time.monotonic() - begun >= plan.seconds:
            break
        told(number, count, best_of(done, plan.lower_is_better))
        done.append(_tried(study, algorithm, searches, measure, plan.give_up))
    return done


def best_of(trials: Sequence[Trial], lower_is_better: bool) -> Trial | None:
    """The first of the best trials that were measured on every fold."""
    whole = [t for t in trials if t.state == "done" and math.isfinite(t.value)]
    return (min if lower_is_better else max)(whole, key=lambda t: t.value) if whole else None


def _tried(
    study: optuna.Study, algorithm: Algorithm, searches: Mapping[str, Search], measure: Measure, give_up: bool
) -> Trial:
    from optuna.trial import TrialState

    begun = time.monotonic()
    asked = study.ask()
    values = ranges.drawn(asked, searches)
    scores: list[float] = []

    def ended(state: Literal["done", "given up", "failed"], reason: str = "") -> Trial:
        return Trial(values, tuple(scores), state, time.monotonic() - begun, reason)

    try:
        for score in measure(ranges.with_values(algorithm, values)):
            scores.append(score)
            asked.report(float(np.mean(scores)), len(scores))
            if give_up and asked.should_prune():
                study.tell(asked, state=TrialState.PRUNED)
                return ended("given up")
    except InputError as error:
        study.tell(asked, state=TrialState.FAIL)
        return ended("failed", error.message)
    study.tell(asked, float(np.mean(scores)))
    return ended("done")


def _study(plan: Plan) -> optuna.Study:
    import optuna  # takes its time, which only a run is to spend

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler: optuna.samplers.BaseSampler = (
        optuna.samplers.TPESampler(seed=plan.random_state)
        if plan.sampler == "tpe"
        else optuna.samplers.RandomSampler(seed=plan.random_state)
    )
    return optuna.create_study(
        direction="minimize" if plan.lower_is_better else "maximize",
        sampler=sampler,
        pruner=optuna.pruners.PercentilePruner(KEPT, n_startup_trials=STARTED),
    )


def _grid(searches: Mapping[str, Search]) -> list[dict[str, Any]]:
    axes = [ranges.points(s) for s in searches.values()]
    size = math.prod(len(a) for a in axes)
    if size > MOST_POINTS:
        raise InputError(
            _("The grid has {size:,} points, more than {most:,}.", size=size, most=MOST_POINTS),
            fix=_("Tune fewer parameters, give fewer values, or take another sampler."),
        )
    found = (dict(zip(searches, values, strict=True)) for values in itertools.product(*axes))
    return [v for values in found if (v := ranges.as_drawn(searches, values)) is not None]
