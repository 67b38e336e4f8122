"""Text made plain in languages that put spaces between words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from pipelines.steps.text.cleaning import NUMBER, SPECIAL, Clean

MOST_KNOWN = 100_000
TOKEN = re.compile(r"\w+(?:'\w+)*|[^\w\s]")
IRREGULAR = {
    "won't": "will not", "can't": "can not", "shan't": "shall not", "ain't": "is not", "let's": "let us",
    "it's": "it is", "that's": "that is", "there's": "there is", "what's": "what is", "where's": "where is",
    "who's": "who is", "how's": "how is", "here's": "here is", "he's": "he is", "she's": "she is",
    "y'all": "you all", "cannot": "can not", "gonna": "going to", "wanna": "want to", "gotta": "got to",
}  # fmt: skip
ENDINGS = {"n't": " not", "'re": " are", "'ve": " have", "'ll": " will", "'m": " am", "'d": " would"}
CONTRACTION = re.compile(
    "|".join([rf"\b(?:{'|'.join(IRREGULAR)})\b", *(rf"(?<=[a-z]){e}\b" for e in ENDINGS)]), re.IGNORECASE
)


class CleanWords(Clean):
    """Words as they stand in the dictionary, by simplemma."""

    def words(self, text: str) -> Iterable[str]:
        text = text.replace("’", "'")
        if self.on("remove_numbers"):
            text = NUMBER.sub(" ", text)
        known = self.known
        for word in TOKEN.findall(text):
            if word not in known:
                if len(known) >= MOST_KNOWN:
                    known.clear()
                known[word] = self._kept(word)
            yield from known[word]

    @cached_property
    def known(self) -> dict[str, tuple[str, ...]]:
        """What has become of each word that was met: few words make up most of any text."""
        return {}

    def _kept(self, word: str) -> tuple[str, ...]:
        if self.on("expand_contractions") and self.language == "en":
            whole = CONTRACTION.sub(_whole, word)
            if whole != word:
                return tuple(form for part in TOKEN.findall(whole) for form in self._form(part))
        return self._form(word)

    def _form(self, word: str) -> tuple[str, ...]:
        lemma = self._lemma(word) if self.on("lemmatize") else word
        if word.lower() in self.stopped or lemma.lower() in self.stopped:
            return ()
        return tuple(SPECIAL.sub(" ", lemma).split()) if self.on("remove_special_characters") else (lemma,)

    def _lemma(self, word: str) -> str:
        from simplemma import lemmatize

        found = lemmatize(word, lang=self.language)
        return found.lower() if self.on("lowercase") else found

    def __getstate__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__getstate__().items() if k != "known"}


def _whole(found: re.Match[str]) -> str:
    text = found.group().lower()
    return IRREGULAR.get(text) or ENDINGS[text]
