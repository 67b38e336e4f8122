"""Endpoints monitored: their traffic, how far their rows have drifted, and how good their answers were."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import InputError
from pipelines.messages import _, enumerated
from pipelines.records import utc_now
from pipelines.serving.access_log import AccessLogs
from pipelines.serving.asking import AskedEndpoints
from pipelines.serving.endpoint import chosen_deployment
from pipelines.serving.monitoring.traffic import SPANS, Span, Traffic, traffic

if TYPE_CHECKING:
    from pipelines.serving.monitoring.report import Report
    from pipelines.serving.monitoring.truth import Live


class MonitoredEndpoints(AskedEndpoints):
    """Endpoints measured by their access logs, their samples and what was true."""

    def traffic(self, name: str, span: Span = "day") -> Traffic:
        """Requests, errors and latencies in the last ``hour``, ``day`` or ``week``, from the access log."""
        self.get(name)
        if span not in SPANS:
            raise InputError(_("Traffic is told for one of {spans}.", spans=enumerated(list(SPANS))))
        now = utc_now()
        return traffic(AccessLogs(self.home).since(name, now - SPANS[span][0]), span, now)

    def drift(self, name: str, deployment: str = "") -> Report:
        """How far what a deployment was asked and answered of late is from the rows its model was trained on.

        From the samples that the gateway keeps, as many as the setting ``SEKKEI_MONITOR_ROWS`` says.
        """
        from pipelines.serving.monitoring.report import report

        chosen = chosen_deployment(found := self.get(name), deployment)

        def answers(rows: list[dict[str, Any]]) -> list[Any]:
            return list(self.test(name, rows, deployment=chosen.name)["predictions"])

        return report(self.home, self.database, found, chosen, answers)

    def add_truth(
        self,
        name: str,
        path: Path | str,
        *,
        id_column: str = "",
        column: str = "",
        deployment: str = "",
        file_name: str | None = None,
    ) -> Live:
        """Take what was true of rows that a deployment was asked from a file, and measure its answers by that.

        Rows are told by ``request_id`` and, where a request had several, ``row`` from 1; or by an ``id_column`` that
        the requests have too. ``column`` has the true values: that of the label unless said.
        """
        from pipelines.serving.monitoring import truth

        chosen = chosen_deployment(found := self.get(name), deployment)
        options = {"id_column": id_column, "column": column, "file_name": file_name}
        truth.add(self.home, found, chosen, Path(path), **options)  # type: ignore[arg-type]
        return truth.live(self.home, found, chosen)

    def live_metrics(self, name: str, deployment: str = "") -> Live:
        """How good a deployment's sampled answers are by the true values given so far, and how good in training."""
        from pipelines.serving.monitoring import truth

        return truth.live(self.home, found := self.get(name), chosen_deployment(found, deployment))
