"""Refitting: the steps a table went through, fitted again on other rows, for cross-validation and tuning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pipelines.chain.chain import Link
from pipelines.execution.apply import change_rows, pass_through
from pipelines.steps.base import Behaviour, Step
from pipelines.table import Table


@dataclass(frozen=True)
class StepReplay:
    """The steps since the last point where nothing had been learned. ``base`` is the table at that point."""

    base: Table
    steps: Sequence[tuple[str, Step]]

    def refit(self, rows: pd.Index) -> tuple[list[Link], Table]:
        """Every step fitted on ``rows`` of the base alone: the links, and these rows as they come out."""
        table = replace(self.base, frame=self.base.frame.loc[rows], partition=None, folds=None)
        links: list[Link] = []
        for name, step in self.steps:
            if step.acts_as.is_link:
                link, table = pass_through(step, table)
                links.append((name, link))
            elif step.acts_as is Behaviour.ROW_CHANGING:
                table = change_rows(step, table)
        return links, table
