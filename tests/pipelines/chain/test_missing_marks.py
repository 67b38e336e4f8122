"""What meant "missing" in the file that training read means it when rows are scored, however they come."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.chain.contract import Contract
from pipelines.errors import ContractError
from pipelines.schema import keep_missing_marks


@pytest.fixture
def contract() -> Contract:
    rows = pd.DataFrame({"work": ["state", None, "?", "none"], "age": [39.0, np.nan, 50.0, 20.0]})
    keep_missing_marks(rows, ["??", "?"])
    return Contract.of(rows, ["work", "age"])


@pytest.mark.parametrize("count", [1, 100])
def test_a_mark_is_missing_unless_training_had_it_as_a_value(contract: Contract, count: int) -> None:
    rows = pd.DataFrame({"work": ["??", "?", "none"] * count, "age": ["??", "NA", "39"] * count})
    found = contract.conform(rows)
    assert found["work"].isna().tolist() == [True, False, False] * count
    assert found["age"].isna().tolist() == [True, True, False] * count


def test_a_word_among_numbers_that_is_no_mark_is_refused(contract: Contract) -> None:
    with pytest.raises(ContractError, match="old"):
        contract.conform(pd.DataFrame({"work": ["state"], "age": ["old"]}))
