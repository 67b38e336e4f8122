from __future__ import annotations

import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.serving.schedules import next_time


def test_cron_expressions_and_time_zones() -> None:
    winter = next_time("30 6 * * *", "Europe/Berlin", pd.Timestamp("2026-01-10T12:00Z").to_pydatetime())
    summer = next_time("30 6 * * *", "Europe/Berlin", pd.Timestamp("2026-07-10T12:00Z").to_pydatetime())
    assert (winter.isoformat(), summer.isoformat()) == ("2026-01-11T05:30:00+00:00", "2026-07-11T04:30:00+00:00")
    # 02:30 does not exist on this day; as cron does, the job begins right after
    gap = next_time("30 2 * * *", "Europe/Berlin", pd.Timestamp("2026-03-29T00:00Z").to_pydatetime())
    assert gap.isoformat() == "2026-03-29T01:00:00+00:00"
    for cron, zone in (("* * *", "UTC"), ("61 * * * *", "UTC"), ("0 0 30 2 *", "UTC"), ("* * * * *", "Mars/Base")):
        with pytest.raises(InputError):
            next_time(cron, zone)
    with pytest.raises(InputError):
        next_time("0 0 * * * *", "UTC")
