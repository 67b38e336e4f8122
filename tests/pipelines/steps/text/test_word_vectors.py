"""Word vectors against gensim on the messages."""

from __future__ import annotations

import re

import gensim
import numpy as np
import pandas as pd
import pytest
from gensim.models import FastText, Word2Vec

from pipelines.errors import InputError
from pipelines.execution.apply import fit_link
from pipelines.inference.code import closure
from pipelines.steps.text.word_vectors import WordVectors
from pipelines.table import Table
from tests.pipelines.steps.cases import Bare, Case
from tests.pipelines.steps.samples import sample

CASES = [
    Case({"column": "text", "vector_size": 4, "min_count": 1}),
    Case({"column": "text", "method": "fasttext", "vector_size": 3, "min_count": 1, "epochs": 1}),
    Case({"column": "object", "vector_size": 3, "min_count": 2, "algorithm": "cbow", "keep_column": True}),
]


def by_hand(frame: pd.DataFrame) -> np.ndarray:
    words = [re.findall(r"\w+", t.lower()) for t in frame["message"]]
    learned = gensim.models.Word2Vec(words, vector_size=100, sg=1, workers=1, seed=0, max_final_vocab=10_000).wv
    return np.array([np.mean([learned[w] for w in t if w in learned] or [np.zeros(100)], axis=0) for t in words])


BARE = [Bare({"column": "message"}, by_hand, ("messages",), rows=5_000)]


@pytest.mark.parametrize("algorithm", ["skip_gram", "cbow"])
def test_a_text_is_the_mean_of_gensims_vectors(algorithm: str) -> None:
    messages = sample("support_messages").iloc[:400]
    step = WordVectors.model_validate({"column": "message", "vector_size": 10, "algorithm": algorithm})
    link = fit_link(step, Table(messages))
    sentences = messages["message"].str.lower().str.findall(r"\b\w+\b").tolist()
    reference = Word2Vec(sentences, vector_size=10, sg=int(algorithm == "skip_gram"), workers=1, seed=0).wv
    found = link.transform(messages)[link.outputs_].to_numpy()
    for words, vector in zip(sentences, found, strict=True):
        expected = np.mean([reference[w] for w in words if w in reference], axis=0)
        np.testing.assert_allclose(vector, expected, rtol=1e-4, atol=1e-6)


def test_vectors_from_the_parts_of_words_are_gensims() -> None:
    messages = sample("support_messages").iloc[:200]
    step = WordVectors.model_validate({"column": "message", "vector_size": 8, "method": "fasttext"})
    link = fit_link(step, Table(messages))
    sentences = messages["message"].str.lower().str.findall(r"\b\w+\b").tolist()
    reference = FastText(sentences, vector_size=8, sg=1, workers=1, seed=0, bucket=100_000).wv
    assert link.vocabulary_ == reference.index_to_key
    np.testing.assert_allclose(link.vectors_, reference.vectors, rtol=1e-4, atol=1e-6)


def test_unknown_words_give_zeros_and_the_report_names_neighbours() -> None:
    messages = sample("support_messages").iloc[:400]
    step = WordVectors(column="message", vector_size=10)
    link = fit_link(step, Table(messages))
    assert (link.transform(messages.iloc[:1].assign(message="zzz"))[link.outputs_].to_numpy() == 0).all()
    report = step.report(link)
    assert report is not None
    assert report.tables["nearest words"]["word"][0] == link.vocabulary_[0]


def test_a_model_with_vectors_asks_for_no_gensim() -> None:
    assert "gensim" not in closure({WordVectors.__module__})[1]


def test_words_that_are_too_rare_are_told() -> None:
    with pytest.raises(InputError, match="No word is in the training rows 999 times"):
        fit_link(WordVectors(column="message", min_count=999), Table(sample("support_messages").iloc[:50]))
