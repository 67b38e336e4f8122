"""Pipeline parameters: made, used, taken away, and written down."""

from __future__ import annotations

import pytest

from pipelines.document.codec import dumps, loads
from pipelines.document.difference import difference
from pipelines.document.edits import ReplaceColumn, SetParameter
from pipelines.document.history import History
from pipelines.document.parameter_edits import (
    DescribePipelineParameter,
    DetachParameter,
    PromoteParameter,
    RemovePipelineParameter,
    RenamePipelineParameter,
    SetPipelineParameter,
    with_values,
)
from pipelines.document.references import users
from pipelines.errors import ConflictError, DocumentError, NotFoundError

CARS = loads("""
format: 1
name: cars
steps:
- {id: cars, type: dataset, params: {dataset: automobile-price}}
- {id: label, type: set_label, params: {column: price}}
- {id: split, type: split_data, params: {train_fraction: 0.6}}
- {id: train, type: train_model, params: {algorithm: {type: boosted_trees_regressor, max_iter: 50}}}
- {id: again, type: train_model, params: {algorithm: {type: boosted_trees_regressor, max_iter: 60}}}
""")


def test_a_promoted_parameter_keeps_its_value_and_can_feed_several_fields():
    made = PromoteParameter("train", "algorithm.max_iter", "trees").apply(CARS)
    made = PromoteParameter("again", "algorithm.max_iter", "trees").apply(made)
    assert made.defaults == {"trees": 50}
    assert users(made, "trees") == [("train", "algorithm.max_iter"), ("again", "algorithm.max_iter")]
    text = dumps(made)
    assert "parameters:\n  - {name: trees, default: 50}\nsteps:\n" in text
    assert "max_iter: {$parameter: trees}" in text
    assert loads(text) == made


def test_a_parameter_that_is_not_written_is_promoted_with_its_types_default():
    made = PromoteParameter("train", "algorithm.learning_rate", "rate").apply(CARS)
    assert made.defaults == {"rate": 0.1}
    made = PromoteParameter("split", "random_state", "seed").apply(made)
    assert made.defaults["seed"] == 0


def test_a_whole_group_can_come_from_a_parameter_and_be_reached_into_again():
    made = PromoteParameter("train", "algorithm", "algorithm").apply(CARS)
    assert made.step("train").params == {"algorithm": {"$parameter": "algorithm"}}
    own = SetParameter("train", "algorithm.max_iter", 7).apply(made)
    assert own.step("train").params["algorithm"] == {**CARS.step("train").params["algorithm"], "max_iter": 7}
    deeper = PromoteParameter("train", "algorithm.max_iter", "trees").apply(made)
    assert deeper.defaults["trees"] == 50
    assert deeper.step("train").params["algorithm"]["max_iter"] == {"$parameter": "trees"}


def test_detaching_and_removing_write_the_value_back():
    made = PromoteParameter("split", "train_fraction", "share").apply(CARS)
    assert DetachParameter("split", "train_fraction").apply(made).steps == CARS.steps
    assert RemovePipelineParameter("share").apply(made) == CARS
    lost = SetParameter("split", "train_fraction", {"$parameter": "gone"}).apply(CARS)
    assert DetachParameter("split", "train_fraction").apply(lost).step("split").params == {}


def test_references_follow_a_new_name():
    made = PromoteParameter("split", "train_fraction", "share").apply(CARS)
    renamed = RenamePipelineParameter("share", "training_share").apply(made)
    assert users(renamed, "training_share") == [("split", "train_fraction")]
    assert renamed.defaults == {"training_share": 0.6}
    two = SetPipelineParameter("other", 1).apply(renamed)
    with pytest.raises(ConflictError):
        RenamePipelineParameter("other", "training_share").apply(two)
    with pytest.raises(NotFoundError, match=r"training_share"):
        RemovePipelineParameter("training_shar").apply(two)


def test_replacing_a_column_reaches_the_parameter_that_names_it_and_no_reference():
    made = PromoteParameter("label", "column", "price").apply(CARS)
    found = ReplaceColumn("label", "column", "price", "cost").apply(made)
    assert found.defaults == {"price": "cost"}
    assert found.step("label").params == {"column": {"$parameter": "price"}}


def test_values_for_a_run_replace_defaults_and_an_unknown_name_is_told():
    made = PromoteParameter("split", "train_fraction", "share").apply(CARS)
    assert with_values(made, {"share": 0.9}).defaults == {"share": 0.9}
    with pytest.raises(NotFoundError, match="Did you mean 'share'"):
        with_values(made, {"shares": 0.9})


def test_changes_are_told_in_words():
    made = PromoteParameter("split", "train_fraction", "share").apply(CARS)
    assert difference(CARS, made) == [
        "Pipeline parameter 'share': added, 0.6.",
        "split: train_fraction 0.6 to the parameter 'share'.",
    ]
    described = DescribePipelineParameter("share", "rows to learn from").apply(made)
    assert difference(made, SetPipelineParameter("share", 0.8).apply(described)) == [
        "Pipeline parameter 'share': 0.6 to 0.8.",
        "Pipeline parameter 'share': its description changed.",
    ]
    assert difference(made, CARS)[0] == "Pipeline parameter 'share': removed."


def test_undo_takes_back_promoting():
    history = History(CARS)
    history.apply(PromoteParameter("split", "train_fraction", "share"))
    assert history.undo_text == "Take split.train_fraction from the pipeline parameter share"
    assert history.undo() == CARS


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("parameters: 3", "Line 2: 'parameters' must be a list"),
        ("parameters:\n- {name: a b, default: 1}", "Line 3: 'a b' cannot be the name"),
        ("parameters:\n- {name: a}", "Line 3: Pipeline parameter 'a' has no default"),
        ("parameters:\n- {name: a, default: 1}\n- {name: a, default: 2}", "Line 4: Pipeline parameters 1 and 2 have"),
        ("parameters:\n- {name: a, default: 1, defalt: 2}", "Line 3: Pipeline parameter 'a' cannot have 'defalt'"),
        ("parameters:\n- {name: a, default: {$parameter: b}}", "the default refers to another parameter"),
    ],
)
def test_mistakes_in_the_section_are_told_with_their_line(section, message):
    with pytest.raises(DocumentError) as caught:
        loads(f"name: test\n{section}\nsteps: []")
    assert message in str(caught.value)


def test_a_document_without_parameters_is_written_as_before():
    assert "parameters" not in dumps(CARS)
