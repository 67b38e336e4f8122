"""Drafts run as they are: on every sample dataset, and on tables with all that real ones have."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from components.language import catalogue
from pipelines.document.codec import dumps, loads
from pipelines.errors import ColumnMissingError, InputError
from pipelines.execution.result import RunResult, Status
from pipelines.messages import translated
from pipelines.sdk import Workspace
from pipelines.templates import Draft

DATASETS = ["adult-income", "adult-income-test", "automobile-price", "german-credit", "wine-quality"]


def ran(workspace: Workspace, made: Draft) -> RunResult:
    assert loads(dumps(made.document)) == made.document
    assert [step for step, _ in made.explanations] == made.document.ids
    assert all(sentence.endswith(".") for _, sentence in made.explanations)
    result = workspace.run(made.document).result
    assert result.failure is None, result.failure
    assert result.status is Status.DONE
    return result


def sentence(made: Draft, step: str) -> str:
    return dict(made.explanations)[step]


@pytest.mark.services
@pytest.mark.parametrize(
    "dataset", [pytest.param(d, marks=pytest.mark.services if d == "adult-income" else ()) for d in DATASETS]
)
@pytest.mark.parametrize("question", ["number", "category", "groups"])
def test_a_draft_runs_on_every_sample_dataset(furnished, dataset, question):
    made = furnished.draft(dataset, question)
    result = ran(furnished, made)
    assert result.metrics
    assert (made.label is None) == (question == "groups")


@pytest.mark.parametrize(
    ("dataset", "question", "label"),
    [
        ("adult-income", "category", "income"),
        ("german-credit", "category", "credit-risk"),
        ("automobile-price", "number", "price"),
        ("wine-quality", "number", "quality"),
        ("wine-quality", "category", "quality"),
    ],
)
def test_the_label_that_everybody_would_choose_is_guessed(furnished, dataset, question, label):
    assert furnished.draft(dataset, question).label == label


@pytest.mark.parametrize(
    ("question", "names", "label"),
    [
        ("number", ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"], "body_mass_g"),
        ("number", ["width", "height", "depth"], "depth"),
        ("number", ["price", "area", "rooms", "age"], "price"),
    ],
)
def test_of_numbers_the_last_is_guessed_unless_a_name_says_otherwise(workspace, question, names, label):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(60, len(names))), columns=names).assign(place=rng.choice(["a", "b"], 60))
    workspace.datasets.add_frame("measured", frame)
    assert workspace.likely_labels("measured", question)[0] == label


def test_what_a_draft_says_can_be_said_in_japanese(tables):
    made = tables.draft("messy", "groups")
    ja = catalogue("ja")
    assert translated(made.name, ja) == "messy のグループ"
    for text in (made.description, *(sentence for _, sentence in made.explanations)):
        assert re.search("[ぁ-ん]", translated(text, ja)), text
        assert not re.search("[a-z] (is|are|of|the|and) [a-z]", translated(text, ja)), translated(text, ja)


def test_a_draft_on_cars_predicts_well(furnished):
    assert ran(furnished, furnished.draft("automobile-price", "number")).metrics["r2"] > 0.8


def messy(rows: int = 240) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    size = rng.normal(50, 10, rows)
    size[::7] = np.nan
    colour = rng.choice(np.array(["red", "blue", None], dtype=object), rows)
    ratio = rng.normal(size=rows)
    ratio[3] = np.inf
    answer = np.where(np.nan_to_num(size, nan=50.0) + (colour == "red") * 8 > 52, "yes", "no").astype(object)
    answer[:5] = None
    answer[10] = "perhaps"
    return pd.DataFrame(
        {
            "row": np.arange(rows),
            "customer id": rng.permutation(rows) * 7 + 3,
            "size": size,
            "colour": pd.array(colour, dtype="str"),
            "remark": [f"note {i} of {rng.integers(9)}" for i in range(rows)],
            "same": "x",
            "nothing": np.full(rows, np.nan),
            "seldom": np.where(np.arange(rows) < 5, 1.0, np.nan),
            "ratio": ratio,
            "when": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 300, rows), unit="D"),
            "open": pd.array(rng.random(rows) < 0.5, dtype="boolean"),
            "pieces": pd.array(rng.integers(1, 6, rows), dtype="Int64"),
            "answer": pd.array(answer, dtype="str"),
            "worth": np.nan_to_num(size, nan=50.0) * 3 + rng.normal(size=rows),
        }
    )


@pytest.fixture
def tables(workspace: Workspace) -> Workspace:
    workspace.datasets.add_frame("messy", messy())
    return workspace


@pytest.mark.parametrize(("question", "label"), [("number", "worth"), ("category", "answer"), ("groups", None)])
def test_a_draft_runs_on_a_messy_table_and_says_what_it_left_out(tables, question, label):
    made = tables.draft("messy", question, label)
    assert made.label == label
    ran(tables, made)
    left = made.document.step("columns").params["columns"]["exclude"]
    assert {"row", "customer id", "remark", "same", "nothing", "seldom", "ratio"} <= set(left)
    assert not {"size", "pieces"} & set(left)
    said = sentence(made, "columns")
    assert "'row' (numbers the rows)" in said
    assert "'same'" in said
    assert "(has the same value in every row)" in said
    assert "'customer id'" in said


def test_rows_without_a_label_are_dropped_and_a_class_of_one_row_is_not_shared_out(tables):
    made = tables.draft("messy", "category", "answer")
    assert "5 rows without 'answer'" in sentence(made, "known")
    assert "stratify" not in made.document.step("split").params
    assert "too few rows" in sentence(made, "split")


def test_shares_of_classes_are_kept_where_they_can_be(furnished):
    made = furnished.draft("german-credit", "category")
    assert made.document.step("split").params["stratify"] is True
    assert "columns" not in made.document.ids


@pytest.mark.services
@pytest.mark.parametrize("rows", [10, 12, 30])
@pytest.mark.parametrize("question", ["number", "category", "groups"])
def test_a_draft_runs_on_few_rows(workspace, rows, question):
    workspace.datasets.add_frame("few", messy()[["size", "colour", "open", "worth"]].iloc[20 : 20 + rows])
    label = {"number": "worth", "category": "open", "groups": None}[question]
    ran(workspace, workspace.draft("few", question, label))


def test_groups_of_words_alone(workspace):
    workspace.datasets.add_frame("words", messy()[["colour", "open", "when"]])
    ran(workspace, workspace.draft("words", "groups"))


def test_many_columns(workspace):
    rng = np.random.default_rng(0)
    wide = pd.DataFrame(rng.normal(size=(120, 300)), columns=[f"c{i}" for i in range(300)])
    workspace.datasets.add_frame("wide", wide.assign(**{"label: y": wide["c0"] > 0}))
    made = workspace.draft("wide", "category")
    assert made.label == "label: y"
    ran(workspace, made)


def test_what_cannot_be_answered_is_told(tables):
    with pytest.raises(InputError, match="Ask for a number"):
        tables.draft("messy", "category", "worth")
    with pytest.raises(InputError, match="Ask for a category"):
        tables.draft("messy", "number", "colour")
    with pytest.raises(InputError, match="no two different"):
        tables.draft("messy", "category", "same")
    with pytest.raises(ColumnMissingError, match="Did you mean 'answer'"):
        tables.draft("messy", "category", "anser")
    tables.datasets.add_frame("short", messy().iloc[:4])
    with pytest.raises(InputError, match="4 rows, too few"):
        tables.draft("short", "number")
    tables.datasets.add_frame("empty", messy()[["same", "nothing", "worth"]])
    with pytest.raises(InputError, match="No column of 'empty' is left"):
        tables.draft("empty", "number", "worth")


def test_outliers_are_found_by_an_isolation_forest(tables):
    made = tables.draft("messy", "outliers")
    assert [s.params["algorithm"] for s in made.document.steps if s.type == "train_model"] == [
        {"type": "isolation_forest"}
    ]
    ran(tables, made)
