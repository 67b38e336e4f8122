"""Text made plain in languages that put spaces between words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.steps.text.cleaning import NUMBER, SPECIAL, Clean

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
        if self.on("expand_contractions") and self.language == "en":
            text = CONTRACTION.sub(_whole, text)
        if self.on("remove_numbers"):
            text = NUMBER.sub(" ", text)
        special = self.on("remove_special_characters")
        for word in TOKEN.findall(text):
            lemma = self._lemma(word) if self.on("lemmatize") else word
            if word.lower() in self.stopped or lemma.lower() in self.stopped:
                continue
            if special:
                yield from SPECIAL.sub(" ", lemma).split()
            else:
                yield lemma

    def _lemma(self, word: str) -> str:
        from simplemma import lemmatize

        found = lemmatize(word, lang=self.language)
        return found.lower() if self.on("lowercase") else found


def _whole(found: re.Match[str]) -> str:
    text = found.group().lower()
    return IRREGULAR.get(text) or ENDINGS[text]
