"""Every page in a language in which each text stands between brackets: what can be read outside them was missed."""

from __future__ import annotations

import gettext
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message as Proto
from streamlit.testing.v1 import AppTest

from components import language, session, step_palette
from pipelines.sdk import Pipeline, Workspace
from pipelines.settings import settings

APP = Path(__file__).parents[2] / "app.py"
READ = {"label", "help", "placeholder", "body", "options", "content", "alt", "captions", "text", "title"}  # of elements
SAID = {"label", "title", "hint", "note", "empty", "text", "category", "help", "summary", "detail", "state", "insert"}
NAMES = [
    "MLflow",
    "Sekkei",
    "CSV",
    "TSV",
    "Parquet",
    "YAML",
    "JSON",
    "REST",
    "API",
    "Python",
    "SQL",
    "SEKKEI_KEY",
    "curl",
    "Ctrl",
    "Shift",
    "Enter",
    "Alt",
    "Esc",
    "UTC",
    "KiB",
    "MiB",
    "English",
    "Language",
    "champion",
    "Scored",
    "Labels",
    "Probabilities",
    "utf",
    "sig",
    "cp",
    "gb",
    "big",
    "euc_kr",
    "latin",
    "iso",
    "ms",
    "min",
]
EXAMPLES = {"customer-churn", "format: 1\nname: ..."}
MARKUP = re.compile(r":material/\w+:|:[a-z]+(?:-badge|-background)?\[|`[^`]*`|</?[a-z]+[^>]*>|&#?\w+;|\\")


class Bracketed(gettext.NullTranslations):
    """Every text between brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with two runs, one of them failed, a model and an endpoint; its pages in brackets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEKKEI_HOME", str(tmp_path_factory.mktemp("language") / "workspace"))
        patch.setattr(language, "catalogue", lambda code: Bracketed())
        patch.setattr(language, "current", lambda: "ja")
        settings.cache_clear()
        session.workspace.clear()
        step_palette._entries.cache_clear()
        made = Workspace.open()
        yield made
    settings.cache_clear()
    session.workspace.clear()
    step_palette._entries.cache_clear()


@pytest.fixture(scope="module")
def address(workspace: Workspace) -> dict[str, str]:
    """What the pages' addresses name."""
    good = workspace.run(workspace.sample("german-credit"))
    again = workspace.run(workspace.sample("german-credit"))
    code = "def run(table):\n    if len(table) > 2000:\n        raise ValueError('too many rows')\n    return table"
    bad = workspace.run(Pipeline("fails").add("dataset", dataset="wine-quality").add("execute_python", code=code))
    workspace.models.publish(str(good.run_id), "credit", "champion", "logistic")
    return {"run": str(good.run_id), "runs": f"{good.run_id},{again.run_id}", "failed": str(bad.run_id)}


@pytest.fixture(scope="module")
def words(workspace: Workspace, address: dict[str, str]) -> set[str]:
    """What the visitor's own data says, in words: it stays as it is in every language."""
    said = {*NAMES, "execute", "python"}  # the step of the run that fails
    for sample in workspace.samples():
        document = workspace.sample(sample.name)  # which brings its datasets along
        texts = [document.name, document.description, sample.known_as]
        texts += [f"{s.id} {s.title} {s.note} {s.type}" for s in document.steps]
        said |= set(re.findall(r"[A-Za-z]{2,}", " ".join(texts)))
    for dataset in workspace.datasets.list():
        frame = workspace.datasets.read(dataset.name)
        texts = [dataset.name, dataset.source, dataset.description, *map(str, frame.columns)]
        texts += [str(v) for c in frame.select_dtypes(exclude="number") for v in frame[c].unique()]
        said |= set(re.findall(r"[A-Za-z]{2,}", " ".join(map(str, texts))))
    for run in workspace.runs.list(limit=100):
        said |= set(re.findall(r"[A-Za-z]{2,}", f"{run.name} {run.pipeline} {run.run_id}"))
    return said


DIALOGS = [
    "new",
    "open",
    "sample",
    "import",
    "revisions",
    "rename",
    "name_revision",
    "settings",
    "duplicate",
    "delete",
    "keys",
    "run_with",
]
PAGES: list[tuple[str, dict[str, str], dict[str, Any]]] = [
    ("home/home", {}, {}),
    ("build/datasets", {"view": "import"}, {}),
    *(
        ("build/datasets", {"dataset": "german-credit"}, {"data_detail_tab": f"⟦{tab}⟧"})
        for tab in ("Preview", "Columns", "Versions", "Use")
    ),
    ("build/designer", {}, {}),
    ("build/designer", {}, {"start.dataset": "german-credit"}),
    *(("build/designer", {"pipeline": "german-credit"}, {"designer.panel": p}) for p in ("columns", "problems", "log")),
    ("build/designer", {"pipeline": "german-credit"}, {"palette.open": True}),
    ("build/designer", {"pipeline": "german-credit"}, {"run_menu.open": True, "designer.panel": "run"}),
    *(("build/designer", {"pipeline": "german-credit"}, {"designer.dialog": d}) for d in DIALOGS),
    ("review/runs", {}, {}),
    *(
        ("review/run_detail", {"run": "{run}"}, {"run_tab": f"⟦{tab}⟧"})
        for tab in ("Results", "Steps", "Pipeline", "Log")
    ),
    ("review/run_detail", {"run": "{failed}"}, {}),
    ("review/compare_runs", {}, {}),
    ("review/compare_runs", {"runs": "{runs}"}, {}),
    *(
        ("deploy/models", {"model": "credit"}, {"model_credit_tab": f"⟦{tab}⟧"})
        for tab in ("Input", "Checked", "Origin", "Metrics", "Aliases")
    ),
    ("deploy/endpoints", {}, {}),
    ("deploy/endpoints", {"view": "create"}, {}),
    ("deploy/batch_jobs", {}, {}),
]


@pytest.mark.parametrize(("page", "query", "state"), PAGES)
def test_nothing_is_said_in_english_alone(
    workspace: Workspace,
    address: dict[str, str],
    words: set[str],
    page: str,
    query: dict[str, str],
    state: dict[str, Any],
) -> None:
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["language"] = "ja"
    at.run()
    for name, value in query.items():
        at.query_params[name] = value.format(**address)
    for key, value in state.items():
        at.session_state[key] = value
    at.switch_page(f"pages/{page}.py").run()
    assert not at.exception
    missed = {text for text in _texts(at._tree) if _english(text) - words} - EXAMPLES
    assert not missed


@pytest.mark.parametrize("step", ["credit", "columns", "clean", "split", "train", "evaluate"])
def test_no_form_is_in_english_alone(workspace: Workspace, address: dict[str, str], words: set[str], step: str) -> None:
    document = workspace.pipelines.open("german-credit").document
    found = next((s for s in document.ids if s.startswith(step)), document.ids[-1])
    test_nothing_is_said_in_english_alone(
        workspace, address, words, "build/designer", {"pipeline": "german-credit", "step": found}, {}
    )


def test_the_palette_finds_the_languages_words_and_the_english(workspace: Workspace) -> None:
    found = {e["id"]: e for e in step_palette.entries("ja")}["clean_missing_data"]
    assert found["title"] == "⟦Clean Missing Data⟧"
    assert "⟦clean missing data⟧" in found["words"]
    assert "impute" in found["words"]
    english = {e["id"]: e for e in step_palette.entries("en")}["clean_missing_data"]
    assert english["title"] == "Clean Missing Data"


def _english(text: str) -> set[str]:
    """The words outside the brackets, and outside code and markup."""
    while "⟦" in text:
        shorter = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
        if shorter == text:
            break
        text = shorter
    return set(re.findall(r"[A-Za-z]{2,}", MARKUP.sub(" ", text)))


def _texts(node: Any) -> Iterator[str]:
    """What is shown by a block of a page and all in it."""
    proto = getattr(node, "proto", None)
    if isinstance(proto, Proto) and type(node).__name__ not in ("Html", "Code"):
        yield from _of_proto(proto)
    for child in getattr(node, "children", {}).values():
        yield from _texts(child)


def _of_proto(proto: Proto) -> Iterator[str]:
    for field, value in proto.ListFields():
        values = value if field.is_repeated else [value]
        for each in values if not hasattr(values, "items") else values.values():
            if isinstance(each, Proto):
                yield from _of_proto(each)
            elif not isinstance(each, str):
                continue
            elif field.name in READ:
                yield each
            elif field.name in ("json", "columns") and each.startswith(("{", "[")):
                yield from _of_json(json.loads(each))


def _of_json(value: Any, name: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "hint" and "value" in value:
                continue  # a cell's full value, such as a run's id
            yield from _of_json(each, "label" if name == "words" else key)
    elif isinstance(value, list):
        for each in value:
            yield from _of_json(each, name)
    elif isinstance(value, str) and name in SAID:
        yield re.sub(r"\{\w+\}", "", value)


def test_a_sample_becomes_ones_own_pipeline_in_the_visitors_language(workspace: Workspace) -> None:
    before = {p.id for p in workspace.pipelines.list()}
    at = AppTest.from_file(str(APP), default_timeout=120)
    at.query_params["language"] = "ja"
    at.run()
    at.switch_page("pages/build/designer.py").run()
    at.button(key="start.use.automobile-compare").click().run()
    assert not at.exception
    (made,) = [p for p in workspace.pipelines.list() if p.id not in before]
    document = workspace.pipelines.open(made.id).document
    workspace.pipelines.delete(made.id)
    assert not _english(document.description)
    titles = [s.title for s in document.steps if s.title]
    assert titles
    assert not any(_english(t) for t in titles)
