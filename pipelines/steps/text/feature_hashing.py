"""Feature Hashing."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field
from sklearn.feature_extraction.text import HashingVectorizer

from pipelines.chain.transformer import Transformer
from pipelines.parameters import ColumnName
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.text.words import WORD, Vectors, require_text


class Hashed(Vectors):
    """How often words that share a number are in a text."""

    def __init__(self, column: str, bits: int, n: int, norm: bool, keep_column: bool = False) -> None:
        super().__init__(column, keep_column)
        self.bits = bits
        self.n = n
        self.norm = norm

    def learn_from(self, texts: list[str]) -> list[str]:
        return [f"{self.column}_hash_{i}" for i in range(2**self.bits)]

    def vectors(self, texts: list[str]) -> Any:
        vectorizer = HashingVectorizer(
            n_features=2**self.bits,
            ngram_range=(1, self.n),
            token_pattern=WORD,
            norm="l2" if self.norm else None,
            alternate_sign=False,
        )
        return vectorizer.transform(texts)


class FeatureHashing(Step):
    """Make a fixed number of columns of a text: each word and sequence of words is counted in one by its hash.

    The same as sklearn.feature_extraction.text.HashingVectorizer(alternate_sign=False). Nothing is learned, so a new
    word counts too; but different words can share a column, and no column can be read. Extract N-Gram Features is
    easier to understand.
    """

    type: ClassVar[str] = "feature_hashing"
    title: ClassVar[str] = "Feature Hashing"
    category: ClassVar[str] = "Text"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = ("hashing trick", "bag of words", "hash words", "vectorize text")
    known_as: ClassVar[tuple[str, ...]] = ("Feature Hashing",)
    equivalent: ClassVar[str] = 'HashingVectorizer(n_features=2**10, alternate_sign=False).transform(table["text"])'
    example: ClassVar[Example | None] = Example(
        params={"column": "message", "bits": 3, "n": 1, "norm": False},
        table="message,stars\ngood lamp,5\nlamp broke,1\ngood good light,5\nlight broke again,2\n",
    )

    column: ColumnName = Field(title="Text column", description="The column of text to make numbers of.")
    bits: int = Field(10, ge=1, le=14, title="Bits", description="There are 2 to the power of this columns.")
    n: int = Field(2, ge=1, le=10, title="Longest n-gram", description="Sequences of one up to so many words.")
    norm: bool = Field(
        True, title="Normalise", description="Make each row's vector 1 long (L2), so that long texts count no more."
    )
    keep_column: bool = Field(False, title="Keep the text", description="Off: the column of text leaves.")

    def build(self, schema: TableSchema) -> Transformer:
        return Hashed(require_text(schema, self.column), self.bits, self.n, self.norm, self.keep_column)
