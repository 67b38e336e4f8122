"""Detect Language."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from pipelines.chain.transformer import Columnwise, Transformer
from pipelines.messages import _
from pipelines.parameters import ColumnName
from pipelines.schema import TableSchema
from pipelines.steps.base import Behaviour, Example, Step
from pipelines.steps.names import free
from pipelines.steps.text.words import require_text
from pipelines.steps.texts import distinct

LANGUAGES = [
    "ace", "af", "am", "an", "ar", "ary", "arz", "as", "az", "ba", "bcl", "be", "bg", "bn", "br", "bs", "ca",
    "crh", "cs", "cy", "da", "de", "dz", "el", "en", "eo", "es", "et", "eu", "ext", "fa", "fi", "fo", "fr", "fuv",
    "fy", "ga", "gcf", "gcr", "gd", "gl", "gom", "grc", "gu", "gug", "guw", "ha", "hbo", "he", "hi", "hr", "ht",
    "hu", "hy", "id", "ig", "is", "it", "ja", "jv", "ka", "kab", "kik", "kk", "km", "kn", "ko", "ku", "ky", "la",
    "lb", "lg", "lij", "ln", "lo", "lt", "ltg", "lv", "mg", "mk", "ml", "mn", "mr", "ms", "mt", "my", "ne", "nl",
    "nn", "no", "nso", "oc", "om", "or", "pa", "pcm", "pl", "ps", "pt", "qu", "ro", "ru", "rw", "sa", "sdh", "se",
    "si", "sk", "sl", "sn", "so", "sq", "sr", "st", "sv", "sw", "ta", "te", "tg", "th", "tk", "tl", "tr", "tt",
    "ug", "uk", "ur", "uz", "uzs", "vec", "vi", "vo", "wa", "wuu", "xh", "yo", "yue", "zh", "zu", "zxx",
]  # fmt: skip


class LanguageOf(Columnwise):
    """The language of each text by its ISO 639 code, and how sure that is; nothing for a text without letters."""

    def __init__(self, column: str, languages: list[str], min_score: float) -> None:
        self.column = column
        self.languages = languages
        self.min_score = min_score

    def learn(self, frame: pd.DataFrame, y: pd.Series | None) -> None:
        taken = {str(c) for c in frame.columns}
        self.outputs_ = [free(f"{self.column}_{name}", taken) for name in ("language", "language_score")]

    def make(self, columns: Mapping[str, Any], rows: int) -> dict[str, Any]:
        codes, texts = distinct(columns[self.column])
        found = [self._found(t) for t in texts]
        languages = pd.array([language for language, _score in found], dtype="str")
        scores = np.array([score for _language, score in found], dtype=np.float64)
        if not isinstance(codes, range):
            languages, scores = languages.take(codes), scores[codes]
        return dict(zip(self.outputs_, (languages, scores[:rows]), strict=True))

    def _found(self, text: str | None) -> tuple[str | None, float]:
        if text is None or not any(c.isalpha() for c in text):
            return None, np.nan
        language, score = _identifier(tuple(self.languages)).classify(text)
        return (language if score >= self.min_score else None), float(score)

    def requires(self, outputs: set[str]) -> set[str]:
        made = set(self.outputs_)
        return (outputs - made) | ({self.column} if outputs & made else set())


@cache
def _identifier(languages: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if languages:
        found.set_languages(languages)
    return found


class DetectLanguage(Step):
    """Tell the language of each text, among 140, and how sure that is.

    The language as a code, such as en, de or ja, and the score from 0 to 1, by py3langid (naive Bayes over sequences
    of bytes; Lui and Baldwin 2012), without any network. A few words are often not enough: name the languages that can
    occur, and the others are not thought of. Studio (classic) gave the likeliest languages of a whole column too:
    count them with Group and Aggregate.
    """

    type: ClassVar[str] = "detect_language"
    title: ClassVar[str] = "Detect Language"
    category: ClassVar[str] = "Text"
    behaviour: ClassVar[Behaviour] = Behaviour.ROW_WISE
    synonyms: ClassVar[tuple[str, ...]] = ("language identification", "which language", "langid")
    known_as: ClassVar[tuple[str, ...]] = ("Detect Languages",)
    equivalent: ClassVar[str] = 'table["text"].map(py3langid.classify)'
    example: ClassVar[Example | None] = Example(
        {"column": "message", "languages": ["de", "en", "fr", "ja"]},
        "message\nWhere is my parcel?\nWo bleibt mein Paket?\nOù est mon colis ?\n荷物が届きません\n12345\n",
    )

    column: ColumnName = Field(title="Text column", description="The column of text.")
    languages: tuple[str, ...] = Field(
        (), title="Possible languages", description="The codes of those that can occur, such as en, ja. None: all."
    )
    min_score: float = Field(
        0.0, ge=0, le=1, title="Least score", description="With a lower score the language stays empty."
    )

    @field_validator("languages")
    @classmethod
    def _are_known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for code in value:
            if code not in LANGUAGES:
                raise ValueError(_("{code!r} is no language that is known; codes are those of ISO 639.", code=code))
        return value

    def build(self, schema: TableSchema) -> Transformer:
        return LanguageOf(require_text(schema, self.column), sorted(set(self.languages)), self.min_score)
