"""Collects every text that people read: the template ``sekkei.pot``, and each language's catalogue brought up to it.

Texts stand in two places: as literals in calls such as ``_("…")``, found by Babel, and as declarations (a step's title,
a parameter's description), read off the libraries. Files hold no dates and no places in the code, and are sorted, so
that a change of a text is all that a difference shows.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from pydantic import BaseModel

from components import parameters
from components.language import LANGUAGES, LOCALE
from components.library_entry import paragraphs
from pipelines.algorithms.library import ALGORITHMS
from pipelines.inference.steps import ONLY_HERE
from pipelines.samples import SAMPLE_DATASETS
from pipelines.samples.gallery import SAMPLES
from pipelines.schema import ColumnType
from pipelines.serving.export import TARGETS
from pipelines.steps.library import STEP_TYPES

ROOT = Path(__file__).parents[1]
TEMPLATE = LOCALE / "sekkei.pot"
SOURCES = [
    ("app.py", "python"),
    ("pages/**.py", "python"),
    ("components/**.py", "python"),
    ("pipelines/**.py", "python"),
]
KEYWORDS = {"_": None, "NotFoundError": None, "N_": None, "declared": None, "ngettext": (1, 2)}


def main() -> int:
    template = collected()
    wanted = {TEMPLATE: written(template)} | {f: written(updated(f, template)) for f in catalogues()}
    stale = [f for f, text in wanted.items() if not f.is_file() or f.read_bytes() != text]
    if "--check" in sys.argv[1:]:
        for file in stale:
            print(f"{file.relative_to(ROOT)} is not current. Run .ci/messages.", file=sys.stderr)  # noqa: T201
        return int(bool(stale))
    for file in stale:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(wanted[file])
    return 0


def collected() -> Catalog:
    """Every text, without translations."""
    found = Catalog(project="Sekkei", charset="utf-8", header_comment="# Texts of Sekkei.", fuzzy=False)
    for *_, text, _, _ in extract_from_dir(ROOT, SOURCES, keywords=KEYWORDS, directory_filter=_holds_sources):
        found.add(text)
    for text in declarations():
        if text:
            found.add(text)
    return found


def _holds_sources(folder: str) -> bool:
    return Path(folder).relative_to(ROOT).parts[:1] in ((), ("pages",), ("components",), ("pipelines",))


def declarations() -> Iterator[str]:
    """The texts that stand as data and that pages show."""
    for step in (*STEP_TYPES.values(), *ONLY_HERE):
        yield from (step.title, step.category, _first_line(step), *paragraphs(step), *step.synonyms)
        yield from (port.name.replace("_", " ") for port in (*step.inputs, *step.outputs))
        yield from _parameters(step)
    for target in TARGETS.values():
        yield from (target.title, target.help)
    for algorithm in ALGORITHMS.values():
        yield from (
            algorithm.title,
            algorithm.task,
            _first_line(algorithm),
            *paragraphs(algorithm),
            *algorithm.synonyms,
        )
        yield from _parameters(algorithm)
    for sample in SAMPLES:
        yield from (sample.title, sample.sentence, sample.task, sample.document.description)
        yield from (step.title for step in sample.document.steps if step.title)
    yield from (dataset.description for dataset in SAMPLE_DATASETS.values())
    yield from (kind.value for kind in ColumnType)


def _parameters(model: type[BaseModel]) -> Iterator[str]:
    for each in parameters.parameters(model):
        yield from (each.label, each.help, each.form.group)
        yield from (c for c in each.choices if isinstance(c, str))
        for variant in each.variants:
            yield from (_first_line(variant), getattr(variant, "title", ""))
            yield from _parameters(variant)


def _first_line(declared: Any) -> str:
    return (declared.__doc__ or "").strip().partition("\n")[0]


def catalogues() -> list[Path]:
    """The file of every language but English, which is the texts themselves."""
    return [LOCALE / language / "LC_MESSAGES" / "sekkei.po" for language in LANGUAGES if language != "en"]


def updated(file: Path, template: Catalog) -> Catalog:
    """A language's catalogue with the template's texts; it keeps the translations of those that are still there."""
    language = file.parts[-3]
    if file.is_file():
        with file.open("rb") as source:
            found = read_po(source, locale=language)
    else:
        found = Catalog(locale=language, project="Sekkei", charset="utf-8", fuzzy=False)
    found.header_comment, found.fuzzy = template.header_comment, False
    found.update(template, no_fuzzy_matching=True)
    return found


def written(catalogue: Catalog) -> bytes:
    """The file's bytes, without the dates of its header."""
    made = BytesIO()
    write_po(made, catalogue, width=120, no_location=True, sort_output=True, ignore_obsolete=True)
    dated = (
        b'"POT-Creation-Date',
        b'"PO-Revision-Date',
        b'"Last-Translator',
        b'"Language-Team',
        b'"Report-Msgid',
        b'"Generated-By',
    )
    return b"".join(line for line in made.getvalue().splitlines(keepends=True) if not line.startswith(dated))


if __name__ == "__main__":
    sys.exit(main())
