"""SK5xx: what only running the sample shows."""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.errors import ParameterError
from pipelines.graph.diagnostic import Diagnostic
from pipelines.graph.rules.base import Context, Rule


class FailedStep(Rule):
    """A step fails on the sample of the data, and would fail on all of it. Told only where no other rule says why.

    Bad: ``{type: apply_sql, params: {query: selct * from t}}``
    Good: ``{type: apply_sql, params: {query: select * from t}}``
    """

    code, name = "SK501", "fails on the sample"

    def check(self, context: Context) -> Iterable[Diagnostic]:
        told = {d.step for d in context.found if d.severity == "error"}
        for node in context.graph.nodes:
            failure = context.failures.get(node.id)
            if failure is not None and node.id not in told:
                parameter = failure.parameter if isinstance(failure, ParameterError) else None
                yield self.at(node, failure.message, failure.fix, parameter=parameter or None)
