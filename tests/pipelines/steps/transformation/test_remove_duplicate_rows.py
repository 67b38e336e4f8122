"""Remove duplicate rows."""

from __future__ import annotations

import pandas as pd

from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import changed

CASES = [Case({}), Case({"columns": ["text", "bool"], "keep": "last"})]

BARE = [Bare({}, lambda t: t.drop_duplicates())]


def test_duplicates_are_those_of_pandas(people: pd.DataFrame) -> None:
    twice = pd.concat([people, people.iloc[::7]], ignore_index=True)
    pd.testing.assert_frame_equal(changed("remove_duplicate_rows", twice), twice.drop_duplicates())
    by = ["workclass", "age"]
    found = changed("remove_duplicate_rows", twice, columns=by, keep="last")
    pd.testing.assert_frame_equal(found, twice.drop_duplicates(by, keep="last"))
