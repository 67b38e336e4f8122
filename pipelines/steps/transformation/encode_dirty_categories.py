"""Encode Dirty Categories."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import skrub
from pydantic import Field
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from pipelines.chain.transformer import Columnwise, Transformer, array_of
from pipelines.columns import Columns
from pipelines.errors import InputError
from pipelines.messages import _
from pipelines.parameters import ColumnRule
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.names import free
from pipelines.steps.texts import distinct

Method = Literal["string", "gap", "minhash"]
Parts = dict[str, Any]
Encoder = Callable[[list[str]], np.ndarray]
TEXT = Columns(kind="text")


class EncodeText(Columnwise):
    """Texts as numbers that are near for texts with like letters, by an encoder of skrub for each column.

    Of each fitted encoder ``parts_`` keeps what its ``transform`` needs, as lists and arrays.
    """

    def __init__(self, columns: list[str], method: Method, n_components: int, append: bool, random_state: int) -> None:
        self.columns = columns
        self.method = method
        self.n_components = n_components
        self.append = append
        self.random_state = random_state

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        self.__dict__.pop("encoders", None)
        self.parts_: dict[str, Parts] = {}
        self.names_: dict[str, list[str]] = {}
        taken = {str(c) for c in frame.columns if self.append or c not in self.columns}
        for name in self.columns:
            codes, texts = distinct(array_of(frame[name]))
            values = pd.Series([texts[c] or "" for c in codes], dtype="str", name=name)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # fewer texts than components give fewer columns
                    self.parts_[name], names = FITTING[self.method](values, self.n_components, self.random_state)
            except ValueError:
                raise InputError(
                    _("Column {column!r} holds no text long enough to learn from.", column=name),
                    fix=_("Leave the column out, or use Encode Categories."),
                ) from None
            self.names_[name] = [free(n, taken) for n in names]

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in self.columns:
            codes, texts = distinct(columns[name])
            given = [t or "" for t in texts]
            values = self.encoders[name](given) if given else np.zeros((0, len(self.names_[name])))
            found |= {n: values[np.asarray(codes, dtype=np.int64), i] for i, n in enumerate(self.names_[name])}
        return found

    def gone(self) -> Collection[str]:
        return () if self.append else self.columns

    def requires(self, outputs: set[str]) -> set[str]:
        made = {n: name for name, names in self.names_.items() for n in names}
        return {made.get(n, n) for n in outputs}

    @cached_property
    def encoders(self) -> dict[str, Encoder]:
        """What encodes the texts of each column, made of the parts once."""
        return {name: ENCODING[self.method](parts) for name, parts in self.parts_.items()}

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "encoders"}


def _fit_string(values: pd.Series, n_components: int, seed: int) -> tuple[Parts, list[str]]:
    encoder = skrub.StringEncoder(n_components, random_state=seed)
    encoder.fit_transform(values)
    parts = {
        "n_grams": encoder.vectorizer_.get_feature_names_out().tolist(),
        "idf": encoder.vectorizer_.idf_,
        "components": encoder.tsvd_.components_ if hasattr(encoder, "tsvd_") else None,
        "width": int(encoder.n_components_),
        "scale": float(encoder.scaling_factor_),
    }
    return parts, list(encoder.all_outputs_)


def _string(parts: Parts) -> Encoder:
    vectorizer = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), vocabulary=parts["n_grams"])
    vectorizer.idf_ = parts["idf"]

    def encode(texts: list[str]) -> np.ndarray:
        counts = vectorizer.transform(texts).astype("float32")
        whole, width = parts["components"], parts["width"]
        found = counts[:, :width].toarray() if whole is None else counts @ whole.T
        return np.asarray(found, dtype=np.float64) / parts["scale"]

    return encode


def _fit_gap(values: pd.Series, n_components: int, seed: int) -> tuple[Parts, list[str]]:
    encoder = skrub.GapEncoder(min(n_components, int(values.nunique())), random_state=seed).fit(values)
    known = pd.Series(list(encoder.H_dict_), dtype="str", name=values.name)
    parts = {
        "n_grams": encoder.ngrams_count_.get_feature_names_out().tolist(),
        "topics": encoder.W_,
        "scale": float(encoder.scaling_factor_),
        "known": known.tolist(),
        "found": encoder.transform(known).to_numpy(),
    }
    return parts, list(encoder.get_feature_names_out())


def _gap(parts: Parts) -> Encoder:
    """Texts of the training rows as they were found then, others by the topics learned."""
    places = {text: place for place, text in enumerate(parts["known"])}
    encoder = skrub.GapEncoder(len(parts["topics"]))
    encoder.ngrams_count_ = CountVectorizer(
        analyzer="char", ngram_range=(2, 4), dtype=np.float64, vocabulary=parts["n_grams"]
    )
    encoder.W_ = parts["topics"]

    def encode(texts: list[str]) -> np.ndarray:
        found = np.zeros((len(texts), len(parts["topics"])))
        old = [i for i, text in enumerate(texts) if text in places]
        new = [i for i, text in enumerate(texts) if text not in places]
        found[old] = parts["found"][[places[texts[i]] for i in old]]
        if new:
            encoder.H_dict_ = {"": np.zeros(len(parts["topics"]))}  # no text is looked up there
            given = np.array([texts[i] for i in new], dtype=object)
            found[new] = encoder._transform(given, np.zeros(len(new), dtype=bool)) / parts["scale"]
        return found

    return encode


def _fit_minhash(values: pd.Series, n_components: int, seed: int) -> tuple[Parts, list[str]]:
    encoder = skrub.MinHashEncoder(n_components=n_components).fit(values)
    return {"width": n_components}, list(encoder.get_feature_names_out())


def _minhash(parts: Parts) -> Encoder:
    def encode(texts: list[str]) -> np.ndarray:
        encoder = skrub.MinHashEncoder(n_components=parts["width"])
        found = encoder.fit_transform(pd.Series(texts, dtype="str", name="text"))
        return np.asarray(found.to_numpy(dtype=np.float64))

    return encode


FITTING: dict[Method, Callable[[pd.Series, int, int], tuple[Parts, list[str]]]] = {
    "string": _fit_string,
    "gap": _fit_gap,
    "minhash": _fit_minhash,
}
ENCODING: dict[Method, Callable[[Parts], Encoder]] = {"string": _string, "gap": _gap, "minhash": _minhash}


class EncodeDirtyCategories(Step):
    """Turn text with many spellings into numbers, so that texts with like letters are near each other.

    Like StringEncoder, GapEncoder and MinHashEncoder in skrub, whose defaults are 30 components (10 for gap). Typing
    mistakes and new spellings need no cleaning, and there may be any number of categories. A missing text is as an
    empty one.
    """

    type: ClassVar[str] = "encode_dirty_categories"
    title: ClassVar[str] = "Encode Dirty Categories"
    category: ClassVar[str] = "Transformation"
    behaviour: ClassVar[Behaviour] = Behaviour.FITTED
    synonyms: ClassVar[tuple[str, ...]] = (
        *("dirty categories", "high cardinality", "similar text", "spelling", "typos", "text embedding", "skrub"),
        *("StringEncoder", "GapEncoder", "MinHashEncoder", "job titles"),
    )
    equivalent: ClassVar[str] = (
        "import skrub\n\n"
        'codes = skrub.StringEncoder(n_components=10, random_state=0).fit_transform(table["title"])\n'
        'table = table.drop(columns="title").join(codes)'
    )
    example: ClassVar[Example | None] = Example(
        params={"columns": ["title"], "n_components": 2, "append": True},
        table="title\ndata analyst\ndata analist\nsenior analyst\ncook\nhead cook\ncooks\n",
    )

    method: Method = Field(
        "string",
        title="Method",
        description="string: likeness of letters. gap: topics with names, slower. minhash: for trees, learns nothing.",
    )
    n_components: int = Field(10, ge=1, le=300, title="Columns of each", description="How many numbers a text becomes.")
    append: bool = Field(False, title="Append", description="Whether the columns stay, with the new ones at the end.")
    columns: ColumnRule = Field(TEXT, title="Columns", description="The columns of text to encode.")
    random_state: int = Field(0, ge=0, le=2**32 - 1, title="Seed", description="The same seed gives the same numbers.")

    def build(self, schema: TableSchema) -> Transformer:
        columns = list(dict.fromkeys(self.columns.select(schema)))
        return EncodeText(columns, self.method, self.n_components, self.append, self.random_state)
