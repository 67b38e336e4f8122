"""Convert Word to Vector."""

from __future__ import annotations

from importlib import import_module
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer

from pipelines.chain.transformer import Transformer
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnName
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Report, Step
from pipelines.steps.text.words import WORD, Vectors, require_text

Method = Literal["word2vec", "fasttext"]
SHOWN = 30
NEAREST = 5
BUCKETS = 100_000  # places for the parts of words; gensim's own two million are for the whole of Wikipedia


class MeanVector(Vectors):
    """The mean of the learned vectors of a text's words; nothing but zeros where it has no known word."""

    def __init__(self, column: str, training: dict[str, Any], keep_column: bool, method: Method = "word2vec") -> None:
        super().__init__(column, keep_column)
        self.training = training
        self.method = method

    def learn_from(self, texts: list[str]) -> list[str]:
        split = CountVectorizer(token_pattern=WORD).build_analyzer()
        sentences = [split(text) for text in texts]
        # By its name: a model looks words up in an array, and does not ask for the library where it is used.
        models, more = import_module("gensim.models"), {}
        if self.method == "fasttext":
            more = {"bucket": BUCKETS}
        learner = models.FastText if self.method == "fasttext" else models.Word2Vec
        try:
            found = learner(sentences, workers=1, **self.training, **more).wv
        except RuntimeError:
            raise InputError(
                _("No word is in the training rows {count} times.", count=self.training["min_count"]),
                fix=_("Allow rarer words with min_count, or use more rows."),
            ) from None
        self.vocabulary_: list[str] = list(found.index_to_key)
        self.vectors_ = np.asarray(found.vectors, dtype=np.float64)
        return [f"{self.column}_vector_{i + 1}" for i in range(self.vectors_.shape[1])]

    def counter(self) -> CountVectorizer:
        return CountVectorizer(token_pattern=WORD, vocabulary=self.vocabulary_)

    def of_counts(self, counts: Any) -> Any:
        counts.sort_indices()
        totals = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
        return (sparse.csr_matrix(counts) @ self.vectors_) / np.maximum(totals, 1)[:, None]


class WordVectors(Step):
    """Learn a vector for each word (word2vec, fastText), and give each text the mean of its words' vectors.

    The same as gensim.models.Word2Vec (Mikolov et al. 2013): words with like neighbours get like vectors. fastText
    (Bojanowski et al. 2017) also learns from the parts of words, which helps where words are rare or bent much. The
    vectors travel with the model, which needs no gensim. Vectors learned elsewhere (GloVe) are not loaded. It takes
    many thousand texts to learn good ones.
    """

    type: ClassVar[str] = "word_vectors"
    title: ClassVar[str] = "Convert Word to Vector"
    category: ClassVar[str] = "Text"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = (
        "word2vec",
        "fastText",
        "embeddings",
        "gensim",
        "skip-gram",
        "CBOW",
        "document vector",
    )
    known_as: ClassVar[tuple[str, ...]] = ("Convert Word to Vector",)
    equivalent: ClassVar[str] = 'gensim.models.Word2Vec(table["text"].str.split(), vector_size=100, sg=1, workers=1)'
    example: ClassVar[Example | None] = Example(
        params={"column": "message", "vector_size": 3, "min_count": 1},
        table="message\nparcel late delivery\ndelivery late again\nrefund card payment\npayment card refused\n",
    )

    column: ColumnName = Field(title="Text column", description="The column of text whose words get vectors.")
    method: Method = Field(
        "word2vec", title="Method", description="word2vec: whole words. fasttext: their parts as well; slower."
    )
    algorithm: Literal["skip_gram", "cbow"] = Field(
        "skip_gram", title="Algorithm", description="skip_gram: better for rare words. cbow: quicker."
    )
    vector_size: int = Field(100, ge=1, le=1000, title="Length", description="Numbers in a vector: so many columns.")
    window: int = Field(5, ge=1, le=50, title="Window", description="How many words on each side are neighbours.")
    epochs: int = Field(5, ge=1, le=200, title="Passes", description="How often to go through all texts.")
    min_count: int = Field(5, ge=1, title="Fewest times", description="Words that come less often get no vector.")
    max_vocabulary: int = Field(
        10_000, ge=10, le=1_000_000, title="Most words", description="Only so many words, the commonest, get a vector."
    )
    random_state: int = Field(0, ge=0, title="Random state", description="The same number gives the same again.")
    keep_column: bool = Field(False, title="Keep the text", description="Off: the column of text leaves.")

    def build(self, schema: TableSchema) -> Transformer:
        training = {
            "vector_size": self.vector_size,
            "window": self.window,
            "epochs": self.epochs,
            "min_count": self.min_count,
            "max_final_vocab": self.max_vocabulary,
            "sg": int(self.algorithm == "skip_gram"),
            "seed": self.random_state,
        }
        return MeanVector(require_text(schema, self.column), training, self.keep_column, self.method)

    def report(self, link: Any) -> Report | None:
        lengths = np.linalg.norm(link.vectors_, axis=1, keepdims=True)
        unit = link.vectors_ / np.where(lengths > 0, lengths, 1)
        likeness = unit[:SHOWN] @ unit.T
        near = np.argsort(-likeness, axis=1, kind="stable")[:, 1 : NEAREST + 1]
        words = link.vocabulary_
        nearest = [", ".join(words[j] for j in row) for row in near]
        return Report(tables={"nearest words": {"word": words[:SHOWN], "nearest": nearest}})
