"""The tab that tells how an endpoint fares, drawn from a report on real numbers."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def test_a_report_says_in_words_what_has_changed() -> None:
    def page() -> None:
        import numpy as np
        import pandas as pd

        from components import endpoint_monitoring
        from pipelines.serving.monitoring.drift import compare
        from pipelines.serving.monitoring.report import Report

        before = pd.DataFrame({"age_*": np.arange(200.0), "town": ["a", "b"] * 100})
        found = compare(before, before.assign(**{"age_*": before["age_*"] + 500}))
        report = Report("e", "v1", "models:/m/1", 200, source="rows", training_rows=200, columns=found)
        endpoint_monitoring.drift(report, key="drift")
        endpoint_monitoring.drift(Report("e", "v1", "models:/m/1", 0, reason="Nothing yet."), key="none")

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert len(at.warning) == 1
    assert "**age\\_\\***: Much has changed. The median was 99.5 and is 599.5." in at.warning[0].value


def test_live_metrics_stand_beside_those_of_training_and_what_belongs_to_nothing_is_told() -> None:
    def page() -> None:
        from components import endpoint_monitoring
        from pipelines.serving.monitoring.truth import Live

        metrics, training = {"accuracy": 0.75}, {"accuracy": 0.8}
        endpoint_monitoring.live(Live("e", "v1", "models:/m/1", 51, 50, 60, metrics, training), key="live")
        endpoint_monitoring.live(Live("e", "v1", "models:/m/1", reason="Nothing yet."), key="none")

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert "Nothing yet." in [c.value for c in at.caption]
