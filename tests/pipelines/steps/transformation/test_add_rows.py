"""Add rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import InputError
from pipelines.table import TRAIN, Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.trial import combined

CASES = [Case({}), Case({"columns": "shared"})]

BARE = [Bare({}, lambda t, o: pd.concat([t, o], ignore_index=True), ("adult", "adult"))]


def test_rows_are_added_as_by_concat(people: pd.DataFrame) -> None:
    first, second = people.iloc[:50], people.iloc[50:90].drop(columns="age").assign(extra=1)
    pd.testing.assert_frame_equal(
        combined("add_rows", first, second).frame, pd.concat([first, second], ignore_index=True)
    )
    shared = combined("add_rows", first, second, columns="shared").frame
    assert list(shared) == [c for c in people if c != "age"]
    assert len(shared) == 90


def test_columns_that_do_not_go_together_are_named() -> None:
    with pytest.raises(InputError, match="'a' holds whole numbers in one table and text in the other"):
        combined("add_rows", pd.DataFrame({"a": [1]}), pd.DataFrame({"a": ["x"]}))
    both = combined("add_rows", pd.DataFrame({"a": [np.nan]}), pd.DataFrame({"a": ["x"]})).frame
    assert str(both["a"].dtype) == "str"
    colours = [pd.DataFrame({"a": pd.Categorical([v])}) for v in ("red", "blue")]
    assert combined("add_rows", *colours).frame["a"].tolist() == ["red", "blue"]
    marks = pd.Series([TRAIN], index=[0])
    with pytest.raises(InputError, match="Only one of the tables is split"):
        combined("add_rows", Table(pd.DataFrame({"a": [1]}), {}, marks), pd.DataFrame({"a": [1]}))
