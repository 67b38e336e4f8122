"""Topics against scikit-learn on the messages."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.decomposition import LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps.text.topics import Topics
from pipelines.table import Table
from tests.pipelines.steps.cases import Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "text", "n_components": 2, "max_iter": 3}),
    Case({"column": "arrow", "n_components": 3, "n": 2, "max_iter": 2, "keep_column": False}),
]


def test_topics_are_those_of_scikit_learn() -> None:
    messages = sample("support_messages").iloc[:400]
    step = Topics(column="message", n_components=4, max_iter=5, min_df=2)
    link = fit_link(step, Table(messages))
    words = CountVectorizer(token_pattern=r"\b\w+\b", min_df=2)
    counts = words.fit_transform(messages["message"])
    reference = LatentDirichletAllocation(4, max_iter=5, random_state=0)
    found = link.transform(messages)[[f"message_topic_{i}" for i in (1, 2, 3, 4)]].to_numpy()
    np.testing.assert_allclose(found, reference.fit(counts).transform(counts), rtol=1e-9)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    report = step.report(link)
    assert report is not None
    top = words.get_feature_names_out()[reference.components_[1].argmax()]
    assert report.tables["message_topic_2"]["word"][0] == top


def test_a_column_without_words_is_told() -> None:
    with pytest.raises(InputError, match="leave no words"):
        fit_link(Topics(column="message"), Table(sample("support_messages").assign(message="!")))
