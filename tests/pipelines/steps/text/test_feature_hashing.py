"""Hashed words against scikit-learn on the messages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import HashingVectorizer

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps.text.feature_hashing import FeatureHashing
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "text", "bits": 4}),
    Case({"column": "category", "bits": 3, "n": 1, "norm": False, "keep_column": True}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    counter = HashingVectorizer(n_features=2**7, alternate_sign=False, ngram_range=(1, 2), token_pattern=r"(?u)\b\w+\b")
    made = counter.transform(frame["message"]).toarray()
    columns = [f"message_hash_{i}" for i in range(2**7)]
    return pd.concat([frame.drop(columns="message"), pd.DataFrame(made, frame.index, columns)], axis=1)


BARE = [Bare({"column": "message", "bits": 7}, by_hand, ("messages",), rows=50_000)]


@pytest.mark.parametrize("norm", [False, True])
def test_hashes_are_those_of_scikit_learn(norm: bool) -> None:
    messages = sample("support_messages").iloc[:300]
    link = fit_link(FeatureHashing(column="message", bits=8, norm=norm), Table(messages.iloc[:1]))
    reference = HashingVectorizer(
        n_features=256, ngram_range=(1, 2), token_pattern=r"\b\w+\b", alternate_sign=False, norm="l2" if norm else None
    )
    found = link.transform(messages)
    assert list(found) == ["message_id", "channel", "category", *(f"message_hash_{i}" for i in range(256))]
    expected = reference.transform(messages["message"]).toarray()
    np.testing.assert_allclose(found[link.outputs_].to_numpy(), expected, rtol=1e-12)


def test_numbers_are_no_text() -> None:
    with pytest.raises(InputError, match="not text"):
        fit_link(FeatureHashing(column="message_id"), Table(sample("support_messages")))
