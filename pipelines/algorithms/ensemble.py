"""Algorithms made of other algorithms: they take what every one of those takes."""

from __future__ import annotations

from typing import Any

from pipelines.algorithms.base import Algorithm
from pipelines.chain.predictor import Encoding
from pipelines.messages import _


class Ensemble(Algorithm):
    """An algorithm made of ``members``, which the parameters hold."""

    def members(self) -> tuple[Algorithm, ...]:
        """The algorithms that see the features."""
        raise NotImplementedError

    @property
    def encoding(self) -> Encoding:  # type: ignore[override]
        return "ordinal" if all(m.encoding == "ordinal" for m in self.members()) else "onehot"

    @property
    def takes_missing(self) -> bool:  # type: ignore[override]
        return all(m.takes_missing for m in self.members())

    @property
    def takes_negative(self) -> bool:  # type: ignore[override]
        return all(m.takes_negative for m in self.members())

    @property
    def takes_weights(self) -> bool:  # type: ignore[override]
        return all(m.takes_weights for m in self.members())

    @property
    def needs_scaling(self) -> bool:  # type: ignore[override]
        return any(m.needs_scaling for m in self.members())

    @property
    def sparse(self) -> bool:  # type: ignore[override]
        return all(m.sparse for m in self.members())

    @property
    def runs_code(self) -> bool:  # type: ignore[override]
        return any(m.runs_code for m in self.members())

    @property
    def most_rows(self) -> int | None:  # type: ignore[override]
        return min((m.most_rows for m in self.members() if m.most_rows is not None), default=None)

    def fewest_rows(self) -> int:
        return max(m.fewest_rows() for m in self.members())

    def rows_of_a_class(self) -> int:
        return max(super().rows_of_a_class(), *(m.rows_of_a_class() for m in self.members()))

    def named(self) -> list[tuple[str, Any]]:
        """The members' estimators, each under its type, with a number where there are several of one."""
        found: list[tuple[str, Any]] = []
        for member in self.members():
            kind = str(getattr(member, "type", ""))
            count = sum(n.partition(" ")[0] == kind for n, _ in found)
            found.append((f"{kind} {count + 1}" if count else kind, member.learner()))
        return found


def require_probabilities(members: tuple[Algorithm, ...], what: str) -> None:
    """ValueError for a member that gives labels alone."""
    for member in members:
        if not hasattr(member.learner(), "predict_proba"):
            raise ValueError(
                _(
                    "{what} needs probabilities, and {title} gives none as it is set. Give it a calibration.",
                    what=what,
                    title=member.title,
                )
            )
