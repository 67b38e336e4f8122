"""Writes docs/library from the declarations of the step library and the algorithm library."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from components import parameters
from components.library_entry import BEHAVIOURS, TASKS, paragraphs
from pipelines.algorithms.base import Algorithm
from pipelines.algorithms.library import ALGORITHMS
from pipelines.execution.examples import demonstrate
from pipelines.steps.base import Step
from pipelines.steps.library import CATEGORIES

NOISE = 1e-5
ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "library"
NOTE = "<!-- Written by .ci/library from the declarations; edit those. -->"


def main() -> int:
    wanted = {FOLDER / name: text for name, text in pages().items()}
    stale = [f for f, text in wanted.items() if not f.is_file() or f.read_text("utf-8") != text]
    gone = [f for f in FOLDER.glob("*.md") if f not in wanted]
    if "--check" in sys.argv[1:]:
        for file in (*stale, *gone):
            print(f"{file.relative_to(ROOT)} is not current. Run .ci/library.", file=sys.stderr)  # noqa: T201
        return int(bool(stale or gone))
    FOLDER.mkdir(exist_ok=True)
    for file in stale:
        file.write_text(wanted[file], "utf-8")
    for file in gone:
        file.unlink()
    return 0


def pages() -> dict[str, str]:
    """The text of every page by its file name."""
    found = {_file(category): _page(category, map(_step, types)) for category, types in CATEGORIES.items()}
    found["algorithms.md"] = _page("Algorithms", map(_algorithm, ALGORITHMS.values()))
    found["azure.md"] = _azure()
    found["README.md"] = _index()
    return found


PICTURES = "Out of scope: pictures. Use torchvision or timm, and serve the model with MLflow beside Sekkei."
SEQUENCES = "Out of scope. *Stochastic gradient descent* learns alike; or Vowpal Wabbit's own tools."
WIDE = "Out of scope. *Train Recommender* for ratings; with features of users and items, a model in Keras."
INSTEAD = {
    "Web Service Input, Web Service Output": "None needed: a published model's inputs are the columns it uses, and "
    "its answer the scores. The inputs never have the label.",
    "Apply Transformation": "None needed: what a step learned travels with the model, and is applied to test rows and "
    "to new rows by itself.",
    "Convert Word to Vector (GloVe)": "*Convert Word to Vector* trains word2vec or fastText on the data. Vectors "
    "trained elsewhere are gigabytes from the network: join them by *Import from Database* or a step of your own.",
    "Train Vowpal Wabbit Model, Score Vowpal Wabbit Model": SEQUENCES,
    "Train Wide and Deep Recommender, Score Wide and Deep Recommender": WIDE,
    "Train PyTorch Model, Score Image Model, DenseNet, ResNet": PICTURES,
    "Apply Image Transformation, Init Image Transformation": PICTURES,
    "Convert to Image Directory, Split Image Directory, Import Images": PICTURES,
    "Pretrained Cascade Image Classification": PICTURES,
    "Load Trained Model": "Models are published and used on the *Models* page, or with `workspace.models` in Python.",
    "Create R Model": "*Python Classifier* or *Python Regressor*; *Execute R* before Split Data for tables.",
    "Named Entity Recognition": "*Extract Key Phrases*, or *Execute Python* with a library such as spaCy.",
    "Clean Missing Data (probabilistic PCA)": "*Clean Missing Data* with the strategy iterative, which predicts each "
    "column of numbers from the others.",
    "K-Means Clustering (cosine)": "*Normalize Data* with the method unit before *K-Means Clustering*.",
    "Score Matchbox Recommender (related items)": "*Pivot* the ratings to a row for each user, then *Correlation*.",
    "Import Data (web address or store)": "A dataset that is imported from there; a new import makes a new version.",
    "Execute Python Script (script bundle)": "A step type of your own, kept in the workspace, for code that many use.",
    "Threshold Filter": "*Clip Values*, which can replace what lies beyond a limit, or *Filter Rows*.",
}
"""Components without a step of their own: several names, and what to use in their place."""


def _index() -> str:
    lines = [
        NOTE,
        "",
        "# The library",
        "",
        "What a pipeline is made of. The studio's *Library* page shows the same.",
        "",
    ]
    for category, types in CATEGORIES.items():
        lines += [f"**[{category}]({_file(category)})**: {', '.join(t.title for t in types)}", ""]
    lines += [f"**[Algorithms](algorithms.md)**: {', '.join(a.title for a in ALGORITHMS.values())}", ""]
    lines += ["By the names of the Azure Machine Learning designer: [azure.md](azure.md).", ""]
    return "\n".join(lines)


def _azure() -> str:
    rows = [
        (name, f"[{t.title}]({_file(c)}#{_anchor(t.title)})")
        for c, ts in CATEGORIES.items()
        for t in ts
        for name in t.known_as
    ]
    rows += [
        (name, f"[{a.title}](algorithms.md#{_anchor(a.title)})") for a in ALGORITHMS.values() for name in a.known_as
    ]
    lines = [
        NOTE,
        "",
        "# By Azure's names",
        "",
        "Components of the Azure Machine Learning designer and modules of Studio (classic).",
        "",
    ]
    lines += [
        "| there | here |",
        "|---|---|",
        *(f"| {_cell(a)} | {b} |" for a, b in sorted(rows, key=lambda r: (r[0].casefold(), r[1]))),
    ]
    lines += ["", "## Without a step of their own", "", "| there | instead |", "|---|---|"]
    lines += [f"| {name} | {instead} |" for names, instead in INSTEAD.items() for name in names.split(", ")]
    return "\n".join([*lines, ""])


def _page(title: str, entries: Iterator[list[str]]) -> str:
    return "\n".join([NOTE, "", f"# {title}", "", *(line for entry in entries for line in entry)])


def _step(step: type[Step]) -> list[str]:
    return [
        *_head(step, step.type, BEHAVIOURS[step.behaviour]),
        *_parameters(step),
        *_example(step),
        *_code(step.equivalent),
    ]


def _algorithm(algorithm: type[Algorithm]) -> list[str]:
    name = algorithm.model_fields["type"].default
    kind = TASKS.get(algorithm.task, algorithm.task.capitalize())
    return [
        *_head(algorithm, name, kind),
        *_parameters(algorithm),
        *_code(algorithm().equivalent),
    ]


def _head(declared: Any, name: str, kind: str) -> list[str]:
    lines = [f"## {declared.title}", "", f"`{name}` · {kind.lower()}", ""]
    for paragraph in paragraphs(declared):
        lines += [_plain(paragraph), ""]
    if declared.known_as:
        lines += [f"In Azure: {', '.join(declared.known_as)}.", ""]
    return lines


def _parameters(model: type[Any]) -> list[str]:
    rows = [
        f"| `{p.name}` | {_cell('needed' if p.required else _written(p.default))} | {_cell(_meaning(p))} |"
        for p in parameters.parameters(model)
    ]
    return ["| parameter | default | |", "|---|---|---|", *rows, ""] if rows else []


def _meaning(parameter: parameters.Parameter) -> str:
    choices = ", ".join(map(str, parameter.choices))
    return f"{parameter.help} One of: {choices}." if choices else parameter.help


def _example(step: type[Step]) -> list[str]:
    found = demonstrate(step)
    if found is None or step.example is None:
        return []
    given = ", ".join(f"{name}: {value!r}" for name, value in step.example.params.items())
    lines = [f"Example: `{given}`" if given else "Example:", ""]
    for frame in found.given.values():
        lines += [*_table(frame), ""]
    if found.output.table is not None:
        lines += ["becomes", "", *_table(found.output.table.frame), ""]
    if found.roles:
        lines += [f"with {', '.join(f'`{name}` as {role.value}' for name, role in found.roles.items())}.", ""]
    for sentence in found.output.report.conclusions if found.output.report else ():
        lines += [f"> {_plain(sentence)}", ""]
    return lines


def _table(frame: pd.DataFrame) -> list[str]:
    rows = [[_value(v) for v in row] for row in frame.itertuples(index=False)]
    return [
        f"| {' | '.join(_cell(str(c)) for c in frame.columns)} |",
        "|" + "---|" * len(frame.columns),
        *(f"| {' | '.join(row)} |" for row in rows),
    ]


def _value(value: Any) -> str:
    if value is None or (not isinstance(value, list | dict) and pd.isna(value)):
        return ""
    if not isinstance(value, float):
        return _cell(str(value))
    # An optimizer's remainder around 1e-6 differs between machines, and says nothing.
    return f"{0.0 if abs(value) < NOISE else value:.6g}"


def _code(text: str) -> list[str]:
    return ["```python", inspect.cleandoc(text), "```", ""] if text else []


def _written(value: Any) -> str:
    return "" if value is None or value in ([], {}) else f"{value}"


def _plain(text: str) -> str:
    return text.replace("``", "`").replace("<", "&lt;").replace("*", "\\*")


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|").replace("\n", " ")


def _file(category: str) -> str:
    return f"{category.lower().replace(' ', '_')}.md"


def _anchor(title: str) -> str:
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")


if __name__ == "__main__":
    raise SystemExit(main())
