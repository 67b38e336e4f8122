"""Topics against scikit-learn on the messages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.steps.text.topics import Topics
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "text", "n_components": 2, "max_iter": 3}),
    Case({"column": "arrow", "n_components": 3, "n": 2, "max_iter": 2, "keep_column": False}),
    Case({"column": "text", "n_components": 2, "max_iter": 2, "learning_method": "online", "batch_size": 20}),
]


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    counts = CountVectorizer(token_pattern=r"(?u)\b\w+\b", max_features=5000).fit_transform(frame["message"])
    made = LatentDirichletAllocation(5, random_state=0).fit(counts).transform(counts)
    return frame.assign(**{f"message_topic_{i + 1}": made[:, i] for i in range(5)})


BARE = [Bare({"column": "message"}, lambda t: (by_hand(t),), ("messages",), rows=2_000)]


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


def test_priors_are_those_of_scikit_learn() -> None:
    messages = sample("support_messages").iloc[:200]
    step = Topics(column="message", n_components=3, max_iter=2, doc_topic_prior=0.01, topic_word_prior=0.5)
    found = fit_link(step, Table(messages)).topics_.components_
    counts = CountVectorizer(token_pattern=r"\b\w+\b").fit_transform(messages["message"])
    priors = {"doc_topic_prior": 0.01, "topic_word_prior": 0.5}
    reference = LatentDirichletAllocation(3, max_iter=2, random_state=0, **priors).fit(counts)
    np.testing.assert_allclose(found, reference.components_, rtol=1e-9)


def test_learning_from_some_at_a_time_is_scikit_learns() -> None:
    messages = sample("support_messages").iloc[:200]
    how = {"learning_method": "online", "batch_size": 50, "learning_decay": 0.5001, "learning_offset": 2.0}
    found = fit_link(Topics.model_validate({"column": "message", "max_iter": 2, **how}), Table(messages)).topics_
    counts = CountVectorizer(token_pattern=r"\b\w+\b").fit_transform(messages["message"])
    reference = LatentDirichletAllocation(5, max_iter=2, random_state=0, **how).fit(counts)
    np.testing.assert_allclose(found.components_, reference.components_, rtol=1e-9)


def test_a_column_without_words_is_told() -> None:
    with pytest.raises(InputError, match="leave no words"):
        fit_link(Topics(column="message"), Table(sample("support_messages").assign(message="!")))
