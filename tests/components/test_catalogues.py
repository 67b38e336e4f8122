"""The catalogues: complete, and of one form with the texts they translate."""

from __future__ import annotations

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from components.language import LANGUAGES, LOCALE, catalogue
from pipelines.document import codec
from pipelines.errors import DocumentError
from tests.test_wrong_inputs import DOCUMENTS
from tests.texts import assert_can_be_translated

OTHERS = [code for code in LANGUAGES if code != "en"]
TEMPLATE = LOCALE / "sekkei.pot"


def entries(file: Path, language: str | None = None) -> list[Message]:
    with file.open("rb") as source:
        return [m for m in read_po(source, locale=language, abort_invalid=True) if m.id]


def of(language: str) -> list[Message]:
    return entries(LOCALE / language / "LC_MESSAGES" / "sekkei.po", language)


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def fields(template: str) -> set[tuple[str, str, str]]:
    """What fills a template: each name with its format and conversion."""
    return {(name, spec or "", how or "") for _, name, spec, how in string.Formatter().parse(template) if name}


def filled(message: Message) -> Iterator[tuple[set[tuple[str, str, str]], str]]:
    """Each translation with the fields it must have; a form for one thing may say the number in words."""
    wanted = fields(forms(message.id)[-1])
    yield from ((wanted, translation) for translation in forms(message.string) if translation)


@pytest.mark.parametrize("language", OTHERS)
def test_it_loads_and_has_the_texts_of_the_template(language: str) -> None:
    assert catalogue(language).gettext("Split Data") is not None
    assert [m.id for m in of(language)] == [m.id for m in entries(TEMPLATE)]


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_the_originals_placeholders(language: str) -> None:
    for message in of(language):
        if not any(fields(form) for form in forms(message.id)):
            continue  # a text without values is shown as it stands, braces and all
        for wanted, translation in filled(message):
            assert fields(translation) == wanted, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    missing = [m.id for m in of(language) if not all(forms(m.string)) or m.fuzzy]
    assert not missing, f"{len(missing)} texts are not translated, such as {missing[:5]}"


@pytest.mark.parametrize("wrong", [text for text, _ in DOCUMENTS.values()], ids=list(DOCUMENTS))
def test_what_is_wrong_with_a_document_can_be_said_in_another_language(wrong: str) -> None:
    with pytest.raises(DocumentError) as raised:
        codec.loads(wrong)
    assert_can_be_translated(raised.value.message)
    assert_can_be_translated(raised.value.fix)
