"""Dates as people write them: the day or the month first."""

from __future__ import annotations

import pandas as pd
import pytest

from pipelines.datasets import read, sniff
from pipelines.datasets.sniff import has_unclear_dates


@pytest.mark.parametrize(
    ("cells", "dates", "first"),
    [
        (["08.03.2022", "1.4.2022"], "day_first", "2022-03-08"),
        (["08.03.2022 14:05", "09.03.2022 7:00"], "day_first", "2022-03-08 14:05"),
        (["28/03/2022", "01/04/2022"], "day_first", "2022-03-28"),
        (["03/28/2022", "04/01/2022"], "month_first", "2022-03-28"),
        (["28-03-2022", ""], "day_first", "2022-03-28"),
        (["2022/03/08", "2022/04/01"], "iso", "2022-03-08"),
        (["2022/3/8 7:05", "", "2022/12/31 23:59"], "iso", "2022-03-08 07:05"),
        (["2022-3-8", "2022-03-09"], "iso", "2022-03-08"),
        (["2022年3月8日", "2022年12月31日"], "iso", "2022-03-08"),
    ],
)
def test_the_order_is_found_and_dates_are_dates(write, cells, dates: str, first: str) -> None:
    path = write("name;seen\n" + "".join(f"n;{c}\n" for c in cells), "t.csv")
    options = sniff(path)
    assert options.dates == dates
    assert read(path, options)["seen"].tolist()[0] == pd.Timestamp(first)


def test_what_cannot_be_told_stays_text_until_the_analyst_says(write) -> None:
    path = write("seen,x\n03/04/2022,1\n05/06/2022,2\n")
    options = sniff(path)
    assert options.dates == "iso"
    found = read(path, options)["seen"]
    assert has_unclear_dates(found)
    month = read(path, options.model_copy(update={"dates": "month_first"}))["seen"]
    assert month.tolist()[0] == pd.Timestamp("2022-03-04")


def test_numbers_versions_and_impossible_dates_stay_what_they_are(write) -> None:
    rows = [
        "version;ip;price;seen;day",
        "1.2.2020;1.1.1.1;1,5;31.02.2022;2022/2/30",
        "40.2.2020;2.2.2.2;2,5;01.02.2022;2022/2/1",
    ]
    path = write("\n".join(rows) + "\n", "t.csv")
    frame = read(path, sniff(path))
    assert not any(pd.api.types.is_datetime64_any_dtype(frame[c]) for c in frame)
    assert frame["price"].tolist() == [1.5, 2.5]
