"""Extract N-Gram Features."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.preprocessing import normalize

from pipelines.chain.transformer import Transformer
from pipelines.messages import _
from pipelines.parameters import ColumnName, Form
from pipelines.schema import TableSchema
from pipelines.steps.base import Bars, Behaviour, Example, Report, Step
from pipelines.steps.text.words import Vectors, nothing_left, require_text

Weighting = Literal["tfidf", "tf", "idf", "binary"]
SHOWN = 200
BARS = 30
PLAIN: dict[str, Any] = {"dtype": np.float64}


class NGrams(Vectors):
    """How often each of the learned n-grams is in a text, or how much it weighs there."""

    def __init__(
        self, words: dict[str, Any], idf: bool, norm: bool, rarity: dict[str, Any], column: str, keep_column: bool
    ) -> None:
        super().__init__(column, keep_column)
        self.words = words
        self.idf = idf
        self.norm = norm
        self.rarity = rarity

    def learn_from(self, texts: list[str]) -> list[str]:
        counts = CountVectorizer(**self.words, **self.rarity, **PLAIN)
        try:
            counted = counts.fit_transform(texts)
        except ValueError as error:
            raise nothing_left(error) from None
        self.n_grams_: list[str] = counts.get_feature_names_out().tolist()
        self.documents_ = np.bincount(counted.indices, minlength=counted.shape[1])
        self.idf_ = TfidfTransformer().fit(counted).idf_ if self.idf else None
        self.counted = counted
        return [f"{self.column}_{n}" for n in self.n_grams_]

    def counter(self) -> CountVectorizer:
        return CountVectorizer(**self.words, **PLAIN, vocabulary=self.n_grams_)

    def of_counts(self, counts: Any) -> Any:
        found = counts
        if self.idf_ is not None:
            found.data *= self.idf_[found.indices]
        return normalize(found, copy=False) if self.norm else found


class ExtractNGrams(Step):
    """Make columns of the words and word sequences (n-grams) of a text, weighted by how much they tell.

    The same as sklearn.feature_extraction.text.TfidfVectorizer, and CountVectorizer with weighting tf and no norm. The
    vocabulary is that of the training rows and travels with the model. Japanese goes through Preprocess Text before,
    which puts spaces between words; or choose characters. Azure's defaults are binary weights, words of 3 to 25
    characters and at least 5 rows.
    """

    type: ClassVar[str] = "extract_n_grams"
    title: ClassVar[str] = "Extract N-Gram Features"
    category: ClassVar[str] = "Text"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = (
        "bag of words", "TF-IDF", "tfidf", "word counts", "vocabulary", "vectorize text", "bigrams", "tokens",
    )  # fmt: skip
    known_as: ClassVar[tuple[str, ...]] = ("Extract N-Gram Features from Text",)
    equivalent: ClassVar[str] = 'TfidfVectorizer(ngram_range=(1, 1)).fit_transform(table["text"])'
    example: ClassVar[Example | None] = Example(
        params={"column": "message", "n": 1, "weighting": "tf", "norm": False},
        table="message,stars\ngood lamp,5\nlamp broke,1\ngood good light,5\nlight broke again,2\n",
    )

    column: ColumnName = Field(title="Text column", description="The column of text to make numbers of.")
    analyzer: Literal["word", "char"] = Field(
        "word", title="Made of", description="word: sequences of words. char: of characters, within words."
    )
    n: int = Field(2, ge=1, le=10, title="Longest n-gram", description="Sequences of one up to so many words.")
    weighting: Weighting = Field(
        "tfidf",
        title="Weighting",
        description="binary: is it there. tf: how often. idf, tfidf: that, times more the fewer rows have it.",
    )
    min_word_length: Annotated[int, Form(when={"analyzer": ("word",)})] = Field(
        1, ge=1, le=100, title="Shortest word", description="Shorter words are left out. In Japanese, 1 is a word too."
    )
    max_word_length: Annotated[int, Form(when={"analyzer": ("word",)})] = Field(
        25, ge=1, le=1000, title="Longest word", description="Longer words are left out."
    )
    min_df: int = Field(1, ge=1, title="Fewest rows", description="N-grams that fewer training rows have are left out.")
    max_df: float = Field(
        1.0, gt=0, le=1, title="Largest share of rows", description="N-grams that more of the rows have are left out."
    )
    max_features: int = Field(
        500, ge=1, le=20_000, title="Most columns", description="Only so many n-grams, the commonest, become columns."
    )
    norm: bool = Field(
        True, title="Normalise", description="Make each row's vector 1 long (L2), so that long texts count no more."
    )
    keep_column: bool = Field(False, title="Keep the text", description="Off: the column of text leaves.")

    @model_validator(mode="after")
    def _lengths_in_order(self) -> Self:
        if self.min_word_length > self.max_word_length:
            raise ValueError(_("min_word_length is more than max_word_length"))
        return self

    def build(self, schema: TableSchema) -> Transformer:
        words = self.analyzer == "word"
        how = {
            "analyzer": "word" if words else "char_wb",
            "ngram_range": (1, self.n),
            "token_pattern": rf"(?u)\b\w{{{self.min_word_length},{self.max_word_length}}}\b" if words else None,
            "binary": self.weighting in ("binary", "idf"),
        }
        rarity = {"min_df": self.min_df, "max_df": self.max_df, "max_features": self.max_features}
        idf = self.weighting in ("idf", "tfidf")
        return NGrams(how, idf, self.norm, rarity, require_text(schema, self.column), self.keep_column)

    def report(self, link: Any) -> Report | None:
        order = np.argsort(-link.documents_, kind="stable")[:SHOWN]
        names, rows = [link.n_grams_[i] for i in order], [int(link.documents_[i]) for i in order]
        table: dict[str, list[Any]] = {"n-gram": names, "training rows": rows}
        if link.idf_ is not None:
            table["idf"] = [float(link.idf_[i]) for i in order]
        return Report(
            tables={"vocabulary": table},
            bars=(Bars("commonest n-grams", names[:BARS], [float(r) for r in rows[:BARS]], "Training rows"),),
        )
