from __future__ import annotations

import pytest

from pipelines.document.codec import loads
from pipelines.document.difference import difference
from pipelines.document.edits import (
    AddStep,
    DuplicateStep,
    EnableStep,
    MoveStep,
    PlaceStep,
    RemoveStep,
    RenamePipeline,
    RenameStep,
    ReplaceColumn,
    ResetParameter,
    SetInput,
    SetNote,
    SetParameter,
    SetTitle,
)
from pipelines.errors import ConflictError, DocumentError, NotFoundError

CARS = loads(
    """
name: cars
steps:
  - {id: cars, type: dataset, params: {dataset: automobile-price}}
  - {id: label, type: set_label, params: {column: price}}
  - {id: split, type: split_data, params: {train_fraction: 0.7}}
  - {id: clean, type: clean_missing_data, params: {strategy: median}}
  - {id: train, type: train_model, inputs: {table: clean.train}, params: {algorithm: {type: ridge, alpha: 2.0}}}
  - {id: score, type: score_model, inputs: {table: clean.test, model: train}}
"""
)


def test_a_new_step_goes_behind_the_one_named_or_to_the_end_with_an_id_from_its_type():
    document = AddStep("clean_missing_data", "label", {"strategy": "mean"}).apply(CARS)
    assert document.ids == ["cars", "label", "clean_2", "split", "clean", "train", "score"]
    assert document.step("clean_2").params == {"strategy": "mean"}
    assert AddStep("filter_rows").apply(CARS).ids[-1] == "filter"
    assert AddStep("my own type!").apply(CARS).ids[-1] == "my_own_type_"
    assert AddStep("dataset", id="prices").apply(CARS).ids[-1] == "prices"
    assert AddStep("3d").apply(CARS).ids[-1] == "_3d"


def test_an_id_that_is_taken_or_cannot_be_is_refused():
    with pytest.raises(ConflictError, match="already a step 'cars'"):
        AddStep("dataset", id="cars").apply(CARS)
    with pytest.raises(DocumentError, match="cannot be the id of a step"):
        AddStep("dataset", id="../x").apply(CARS)
    with pytest.raises(DocumentError, match="cannot be the id"):
        RenameStep("cars", "a b").apply(CARS)
    with pytest.raises(ConflictError):
        RenameStep("cars", "train").apply(CARS)


def test_a_step_that_is_not_there_is_told_with_the_nearest():
    with pytest.raises(NotFoundError, match=r"There is no step 'trian'\. Did you mean 'train'\?"):
        RemoveStep("trian").apply(CARS)


def test_removing_heals_what_read_the_step():
    document = RemoveStep("clean").apply(CARS)
    assert document.step("train").inputs == {"table": "split.train"}
    assert document.step("score").inputs == {"table": "split.test", "model": "train"}


def test_removing_a_split_drops_the_parts_asked_of_it():
    document = SetInput("train", "table", "split.train").apply(CARS)
    document = RemoveStep("split").apply(document)
    assert document.step("train").inputs == {"table": "label"}
    document = RemoveStep("clean").apply(document)
    assert document.step("train").inputs == {"table": "label"}


def test_removing_drops_what_the_step_would_read_anyway():
    document = SetInput("split", "table", "label").apply(CARS)
    assert RemoveStep("label").apply(document).step("split").inputs == {}


def test_removing_a_source_leaves_nothing_to_read():
    document = SetInput("label", "table", "cars").apply(CARS)
    assert RemoveStep("cars").apply(document).step("label").inputs == {}


def test_renaming_is_followed():
    document = RenameStep("clean", "fill").apply(CARS)
    assert document.step("train").inputs == {"table": "fill.train"}
    assert document.step("score").inputs == {"table": "fill.test", "model": "train"}


def test_moving_keeps_inputs_but_not_those_from_a_later_step():
    document = MoveStep("train", 2).apply(CARS)
    assert document.ids == ["cars", "label", "train", "split", "clean", "score"]
    assert document.step("train").inputs == {}
    assert document.step("score").inputs == {"table": "clean.test", "model": "train"}
    assert MoveStep("clean", 99).apply(CARS).ids[-1] == "clean"
    assert MoveStep("clean", 99).apply(CARS).step("score").inputs == {"model": "train"}


def test_a_copy_reads_the_same():
    document = DuplicateStep("train").apply(PlaceStep("train", 1, 2).apply(CARS))
    assert document.ids[4:6] == ["train", "train_2"]
    assert document.step("train_2").inputs == {"table": "clean.train"}
    assert document.step("train_2").position is None


def test_dotted_names_reach_into_groups_and_another_type_resets_the_group():
    document = SetParameter("train", "algorithm.alpha", 3).apply(CARS)
    assert document.step("train").params == {"algorithm": {"type": "ridge", "alpha": 3}}
    assert SetParameter("train", "algorithm.type", "ridge").apply(document) == document
    document = SetParameter("train", "algorithm.type", "linear_regression").apply(document)
    assert document.step("train").params == {"algorithm": {"type": "linear_regression"}}
    assert SetParameter("clean", "columns.kind", "text").apply(CARS).step("clean").params["columns"] == {"kind": "text"}
    assert CARS.step("train").params["algorithm"]["alpha"] == 2.0


def test_any_value_can_be_drafted_but_not_what_no_document_can_hold():
    assert SetParameter("clean", "strategy", ["wrong"]).apply(CARS).step("clean").params == {"strategy": ["wrong"]}
    with pytest.raises(DocumentError, match="cannot be kept in a document"):
        SetParameter("clean", "strategy", object()).apply(CARS)
    with pytest.raises(DocumentError, match="must be two numbers"):
        PlaceStep("clean", float("nan"), 0).apply(CARS)
    with pytest.raises(DocumentError, match="name is empty"):
        RenamePipeline(" ").apply(CARS)


def test_resetting_takes_the_value_out():
    assert ResetParameter("clean", "strategy").apply(CARS).step("clean").params == {}
    assert ResetParameter("train", "algorithm.alpha").apply(CARS).step("train").params == {
        "algorithm": {"type": "ridge"}
    }
    assert ResetParameter("train", "algorithm.none.here").apply(CARS) == CARS


def test_a_column_is_replaced_where_it_is_named_and_nowhere_else():
    document = SetParameter("clean", "columns", {"kind": "text", "pattern": "text", "exclude": ["text", "b"]}).apply(
        CARS
    )
    document = ReplaceColumn("clean", "columns", "text", "note").apply(document)
    assert document.step("clean").params["columns"] == {"kind": "text", "pattern": "text", "exclude": ["note", "b"]}
    assert ReplaceColumn("label", "column", "price", "cost").apply(CARS).step("label").params == {"column": "cost"}
    document = SetParameter("clean", "columns", ["a", "b"]).apply(CARS)
    assert ReplaceColumn("clean", "columns", "b", "c").apply(document).step("clean").params["columns"] == ["a", "c"]


def test_each_edit_says_what_it_does():
    edits = [
        AddStep("filter_rows", "cars"), RemoveStep("clean"), MoveStep("clean", 0), DuplicateStep("clean"),
        SetParameter("clean", "strategy", "mean"), ResetParameter("clean", "strategy"),
        SetInput("train", "table", None),
        RenameStep("clean", "fill"), SetTitle("clean", "Fill"), SetNote("clean", "why"), EnableStep("clean", False),
        PlaceStep("clean", 1, 2), RenamePipeline("other"), ReplaceColumn("label", "column", "price", "cost"),
    ]  # fmt: skip
    assert [e.describe() for e in edits] == [
        "Add filter_rows after cars",
        "Remove clean",
        "Move clean to place 1",
        "Duplicate clean",
        "Set clean.strategy to mean",
        "Reset clean.strategy",
        "Let train read table from the step before",
        "Rename clean to fill",
        "Call clean 'Fill'",
        "Write a note on clean",
        "Switch clean off",
        "Place clean",
        "Rename the pipeline to other",
        "Replace column price by cost in label.column",
    ]
    assert edits[4].to_dict() == {"edit": "SetParameter", "id": "clean", "name": "strategy", "value": "mean"}


def test_differences_are_told_in_words():
    new = CARS
    for edit in [
        RemoveStep("label"),
        AddStep("filter_rows", "cars"),
        SetParameter("clean", "strategy", "mean"),
        SetParameter("train", "algorithm.alpha", 5),
        SetInput("score", "table", "split.test"),
        EnableStep("split", False),
        MoveStep("split", 4),
        PlaceStep("clean", 1, 2),
        RenamePipeline("autos"),
    ]:
        new = edit.apply(new)
    assert difference(CARS, new) == [
        "The pipeline is called 'autos' instead of 'cars'.",
        "label: removed (set_label).",
        "filter: added (filter_rows).",
        "clean: strategy median to mean.",
        "train: algorithm.alpha 2.0 to 5.",
        "split: moved to place 5.",
        "split: switched off.",
        "score: table reads split.test.",
    ]
    assert difference(CARS, PlaceStep("clean", 1, 2).apply(CARS)) == []
