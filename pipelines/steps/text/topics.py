"""Topics (Latent Dirichlet Allocation)."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field
from sklearn.decomposition import LatentDirichletAllocation
from sklearn.feature_extraction.text import CountVectorizer

from pipelines.chain.transformer import Transformer
from pipelines.parameters import ColumnName, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Report, Step
from pipelines.steps.text.words import WORD, Vectors, nothing_left, require_text

TOP = 15


class TopicShares(Vectors):
    """How much each learned topic has in a text: shares that sum to 1."""

    def __init__(
        self,
        column: str,
        n_components: int,
        n: int,
        min_df: int,
        max_features: int,
        max_iter: int,
        random_state: int,
        keep_column: bool,
        doc_topic_prior: float | None = None,
        topic_word_prior: float | None = None,
        learning_method: str = "batch",
        batch_size: int = 128,
        learning_decay: float = 0.7,
        learning_offset: float = 10.0,
    ) -> None:
        super().__init__(column, keep_column)
        self.n_components = n_components
        self.n = n
        self.min_df = min_df
        self.max_features = max_features
        self.max_iter = max_iter
        self.random_state = random_state
        self.doc_topic_prior = doc_topic_prior
        self.topic_word_prior = topic_word_prior
        self.learning_method = learning_method
        self.batch_size = batch_size
        self.learning_decay = learning_decay
        self.learning_offset = learning_offset

    def learn_from(self, texts: list[str]) -> list[str]:
        words = CountVectorizer(**self._how(), min_df=self.min_df, max_features=self.max_features)
        try:
            counts = words.fit_transform(texts)
        except ValueError as error:
            raise nothing_left(error) from None
        self.words_: list[str] = words.get_feature_names_out().tolist()
        self.topics_ = LatentDirichletAllocation(
            self.n_components,
            doc_topic_prior=self.doc_topic_prior,
            topic_word_prior=self.topic_word_prior,
            max_iter=self.max_iter,
            learning_method=self.learning_method,
            batch_size=self.batch_size,
            learning_decay=self.learning_decay,
            learning_offset=self.learning_offset,
            random_state=self.random_state,
        ).fit(counts)
        self.counted = counts
        del self.topics_.random_state_  # where it stands now is of no use: nothing is drawn any more
        return [f"{self.column}_topic_{i + 1}" for i in range(self.n_components)]

    def counter(self) -> CountVectorizer:
        return CountVectorizer(**self._how(), vocabulary=self.words_)

    def of_counts(self, counts: Any) -> Any:
        return self.topics_.transform(counts)

    def _how(self) -> dict[str, Any]:
        return {"ngram_range": (1, self.n), "token_pattern": WORD}


class Topics(Step):
    """Find topics in a text: groups of words that come together, and each text's share of every topic (LDA).

    The same as CountVectorizer and sklearn.decomposition.LatentDirichletAllocation (Blei, Ng, Jordan 2003), learned
    from the training rows. The report has the words of each topic. Remove stop words with Preprocess Text
    before. Azure's step has priors of 0.01 (its rho and alpha); here they are one part in the number of topics.
    """

    type: ClassVar[str] = "topics"
    title: ClassVar[str] = "Topics (LDA)"
    category: ClassVar[str] = "Text"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = ("topic model", "LDA", "themes", "cluster texts")
    known_as: ClassVar[tuple[str, ...]] = ("Latent Dirichlet Allocation",)
    equivalent: ClassVar[str] = (
        'counts = CountVectorizer().fit_transform(table["text"])\n'
        "LatentDirichletAllocation(5, random_state=0).fit_transform(counts)"
    )
    example: ClassVar[Example | None] = Example(
        params={"column": "message", "n_components": 2},
        table="message\nparcel late delivery\ndelivery late again\nrefund card payment\npayment card refused\n"
        "late parcel\ncard refund\n",
    )

    column: ColumnName = Field(title="Text column", description="The column of text to find topics in.")
    n_components: int = Field(5, ge=1, le=200, title="Topics", description="How many topics to find.")
    n: int = Field(1, ge=1, le=5, title="Longest n-gram", description="Sequences of one up to so many words.")
    min_df: int = Field(1, ge=1, title="Fewest rows", description="Words that fewer training rows have are left out.")
    max_features: int = Field(
        5000, ge=10, le=100_000, title="Most words", description="Only so many words, the commonest, are looked at."
    )
    max_iter: int = Field(10, ge=1, le=1000, title="Passes", description="How often to go through all texts.")
    random_state: int = Field(0, ge=0, title="Random state", description="The same number gives the same topics again.")
    keep_column: bool = Field(True, title="Keep the text", description="Off: the column of text leaves.")
    doc_topic_prior: Annotated[float | None, Form(group="More")] = Field(
        None,
        gt=0,
        title="Prior of topics",
        description="Small: a text has few topics. Empty: 1 / the number of topics.",
    )
    topic_word_prior: Annotated[float | None, Form(group="More")] = Field(
        None, gt=0, title="Prior of words", description="Small: a topic has few words. Empty: 1 / the number of topics."
    )
    learning_method: Annotated[Literal["batch", "online"], Form(group="More")] = Field(
        "batch", title="Learning", description="batch: from all texts at once. online: from some at a time; sooner."
    )
    batch_size: Annotated[int, Form(group="More", when={"learning_method": ("online",)})] = Field(
        128, ge=1, le=1_000_000, title="Texts at a time", description="How many texts are learned from at once."
    )
    learning_decay: Annotated[float, Form(group="More", when={"learning_method": ("online",)})] = Field(
        0.7, gt=0.5, le=1, title="Decay", description="How soon later texts count less: the power of the count so far."
    )
    learning_offset: Annotated[float, Form(group="More", when={"learning_method": ("online",)})] = Field(
        10.0, gt=1, title="Offset", description="Large: the first texts count less."
    )

    def build(self, schema: TableSchema) -> Transformer:
        return TopicShares(
            require_text(schema, self.column),
            self.n_components,
            self.n,
            self.min_df,
            self.max_features,
            self.max_iter,
            self.random_state,
            self.keep_column,
            self.doc_topic_prior,
            self.topic_word_prior,
            self.learning_method,
            self.batch_size,
            self.learning_decay,
            self.learning_offset,
        )

    def report(self, link: Any) -> Report | None:
        words = np.array(link.words_)
        weights = link.topics_.components_ / link.topics_.components_.sum(axis=1, keepdims=True)
        tables: dict[str, dict[str, list[Any]]] = {}
        for name, shares in zip(link.outputs_, weights, strict=True):
            order = np.argsort(-shares, kind="stable")[:TOP]
            tables[name] = {"word": words[order].tolist(), "share of the topic": shares[order].tolist()}
        best = {"topic": link.outputs_, "words": [", ".join(t["word"][:8]) for t in tables.values()]}
        return Report(tables={"topics": best, **tables})
