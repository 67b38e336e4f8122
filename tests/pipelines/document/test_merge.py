"""Two people in one pipeline: what each changed is there, and what only one can have is told."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipelines.document.codec import dumps, loads
from pipelines.document.edits import (
    AddStep,
    EnableStep,
    MoveStep,
    RemoveStep,
    RenamePipeline,
    RenameStep,
    SetInput,
    SetNote,
    SetParameter,
    SetTitle,
)
from pipelines.document.merge import merge
from pipelines.document.model import PipelineDocument
from pipelines.document.parameter_edits import PromoteParameter, RemovePipelineParameter, SetPipelineParameter
from pipelines.errors import SekkeiError

BASE = loads("""
name: cars
parameters:
- {name: seed, default: 0}
steps:
- {id: cars, type: dataset, params: {dataset: automobile-price}}
- {id: label, type: set_label, params: {column: price}}
- {id: clean, type: clean_missing_data, params: {strategy: mean}}
- {id: split, type: split_data, params: {train_fraction: 0.7, random_state: {$parameter: seed}}}
- {id: train, type: train_model, params: {algorithm: {type: ridge, alpha: 1.0, tol: 0.001}}}
- {id: score, type: score_model, inputs: {table: split.test}}
""")
IDS = BASE.ids


def changed(*edits, document: PipelineDocument = BASE) -> PipelineDocument:
    for edit in edits:
        try:
            document = edit.apply(document)
        except SekkeiError:
            continue
    return document


def edits_of(ids: list[str]) -> st.SearchStrategy:
    """Edits that touch these steps alone, and no order."""
    step = st.sampled_from(ids)
    return st.one_of(
        st.builds(SetParameter, step, st.sampled_from(["a", "b", "group.x", "group.y"]), st.integers(0, 3)),
        st.builds(SetTitle, step, st.sampled_from(["", "one", "two"])),
        st.builds(SetNote, step, st.sampled_from(["", "note"])),
        st.builds(EnableStep, step, st.booleans()),
        st.builds(SetInput, step, st.sampled_from(["table", "x"]), st.sampled_from([None, "cars", "cars.test"])),
    )


any_id = st.sampled_from([*IDS, "new"])
any_edit = st.one_of(
    edits_of(IDS),
    st.builds(AddStep, st.sampled_from(["clean_missing_data", "nobody"]), st.none() | any_id),
    st.builds(RemoveStep, any_id),
    st.builds(MoveStep, any_id, st.integers(0, 7)),
    st.builds(RenameStep, any_id, any_id),
    st.builds(RenamePipeline, st.sampled_from(["cars", "vans"])),
    st.builds(SetPipelineParameter, st.sampled_from(["seed", "share"]), st.integers(0, 2)),
    st.builds(PromoteParameter, any_id, st.just("a"), st.sampled_from(["seed", "share"])),
    st.builds(RemovePipelineParameter, st.sampled_from(["seed", "share"])),
)
many = st.lists(any_edit, max_size=8)


@given(many)
@settings(max_examples=150, deadline=None)
def test_when_one_side_did_nothing_the_other_is_the_result(made):
    one = changed(*made)
    for found in (merge(BASE, one, BASE), merge(BASE, BASE, one), merge(BASE, one, one)):
        assert found.conflicts == []
        assert dumps(found.document) == dumps(one)


@given(st.lists(edits_of(IDS[:3]), max_size=8), st.lists(edits_of(IDS[3:]), max_size=8))
@settings(max_examples=150, deadline=None)
def test_edits_of_different_steps_are_both_there(here, there):
    found = merge(BASE, changed(*here), changed(*there))
    assert found.conflicts == []
    assert dumps(found.document) == dumps(changed(*here, *there))


@given(many, many)
@settings(max_examples=150, deadline=None)
def test_any_two_sides_give_a_document_with_the_steps_that_both_have(here, there):
    mine, theirs = changed(*here), changed(*there)
    found = merge(BASE, mine, theirs)
    assert loads(dumps(found.document)) == found.document
    assert {*mine.ids} & {*theirs.ids} <= {*found.document.ids}
    other = merge(BASE, theirs, mine, prefer="theirs")
    assume(mine.ids == theirs.ids == BASE.ids)
    assert dumps(other.document) == dumps(found.document)


def test_parameters_of_one_step_are_merged_one_by_one():
    found = merge(
        BASE,
        changed(SetParameter("train", "algorithm.alpha", 2.0)),
        changed(SetParameter("train", "algorithm.tol", 0.1), SetTitle("train", "Ridge")),
    )
    assert found.conflicts == []
    train = found.document.step("train")
    assert train.params["algorithm"] == {"type": "ridge", "alpha": 2.0, "tol": 0.1}
    assert train.title == "Ridge"


def test_what_both_changed_is_told_and_one_is_kept():
    mine = changed(SetParameter("clean", "strategy", "median"))
    theirs = changed(SetParameter("clean", "strategy", "drop_rows"))
    found = merge(BASE, mine, theirs)
    assert found.document.step("clean").params == {"strategy": "median"}
    assert found.conflicts == ["clean: strategy: median here, drop_rows there; kept median."]
    assert merge(BASE, mine, theirs, prefer="theirs").document.step("clean").params == {"strategy": "drop_rows"}


def test_another_algorithm_is_one_change():
    mine = changed(SetParameter("train", "algorithm", {"type": "linear_regression"}))
    theirs = changed(SetParameter("train", "algorithm.alpha", 5.0))
    found = merge(BASE, mine, theirs)
    assert found.document.step("train").params["algorithm"] == {"type": "linear_regression"}
    assert found.conflicts == ["train: algorithm: linear_regression here, ridge there; kept linear_regression."]


def test_a_step_that_one_removed_and_the_other_changed_is_kept():
    found = merge(BASE, changed(RemoveStep("clean")), changed(SetParameter("clean", "strategy", "median")))
    assert "clean" in found.document.ids
    assert found.conflicts == ["clean: changed there, removed here; kept."]


def test_a_renamed_step_is_found_by_the_others_changes():
    found = merge(BASE, changed(RenameStep("split", "parts")), changed(SetParameter("split", "train_fraction", 0.5)))
    assert found.conflicts == []
    assert found.document.step("parts").params["train_fraction"] == 0.5
    assert found.document.step("score").inputs == {"table": "parts.test"}
    assert "split" not in found.document.ids


def test_steps_added_on_both_sides_and_moves_are_both_there():
    found = merge(
        BASE,
        changed(AddStep("normalize_data", "split"), MoveStep("clean", 1)),
        changed(AddStep("remove_duplicate_rows", "cars"), AddStep("evaluate_model")),
    )
    assert found.conflicts == []
    ids = ["cars", "distinct", "clean", "label", "split", "normalize", "train", "score", "evaluate"]
    assert found.document.ids == ids


def test_different_steps_under_one_id_are_set_apart():
    found = merge(
        BASE, changed(AddStep("filter_rows", "cars", id="x")), changed(AddStep("encode_categories", "label", id="x"))
    )
    assert {s.type for s in found.document.steps} >= {"filter_rows", "encode_categories"}
    assert found.document.step("x").type == "encode_categories"
    assert found.conflicts == ["Both added a step 'x'; the one from here is called 'x_2' now."]


def test_a_parameter_still_used_on_one_side_is_kept():
    found = merge(
        BASE,
        changed(RemovePipelineParameter("seed")),
        changed(SetParameter("train", "algorithm.random_state", {"$parameter": "seed"})),
    )
    assert found.document.defaults == {"seed": 0}
    assert found.conflicts == ["Pipeline parameter seed: removed on one side, used on the other; kept."]


def test_an_input_that_lost_its_step_is_told():
    found = merge(BASE, changed(SetInput("train", "table", "clean")), changed(RemoveStep("clean")))
    assert found.conflicts == ["train: its input table reads clean, which was removed."]
