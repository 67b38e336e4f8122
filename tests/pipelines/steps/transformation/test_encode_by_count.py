"""Encode by Count against pandas, on real data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.execution.apply import fit_link
from pipelines.steps import library
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import made

CASES = [
    Case({}),
    Case({"method": "frequency", "append": True, "columns": ["Int64", "object", "time"]}),
]

BARE = [
    Bare(
        {"columns": ["education", "sex"]},
        lambda t: t.assign(**{c: t[c].map(t[c].value_counts()).fillna(0) for c in ("education", "sex")}),
    )
]


def test_counts_are_those_of_pandas(people: pd.DataFrame) -> None:
    names = ["native-country", "occupation", "age"]
    found = made("encode_by_count", people, columns=names)
    shares = made("encode_by_count", people, columns=names, method="frequency", append=True)
    pd.testing.assert_frame_equal(shares[list(people)], people)
    for name in names:
        counts = people.groupby(name, dropna=False)[name].transform("size").astype(float)
        pd.testing.assert_series_equal(found[name], counts, check_names=False)
        np.testing.assert_allclose(shares[f"{name}_frequency"], counts / len(people))


def test_a_new_category_has_no_rows(people: pd.DataFrame) -> None:
    link = fit_link(library.get("encode_by_count").model_validate({"columns": ["race", "workclass"]}), Table(people))
    found = link.transform(pd.DataFrame({"race": ["Martian", "White"], "workclass": [None, "Private"]}))
    assert found["race"].tolist() == [0, (people["race"] == "White").sum()]
    assert found["workclass"].tolist() == [people["workclass"].isna().sum(), (people["workclass"] == "Private").sum()]
