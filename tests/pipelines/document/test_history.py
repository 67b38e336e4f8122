from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.document.codec import dumps, loads
from pipelines.document.edits import (
    AddStep,
    DuplicateStep,
    Edit,
    EnableStep,
    MoveStep,
    RemoveStep,
    RenameStep,
    SetInput,
    SetParameter,
    SetTitle,
)
from pipelines.document.history import History
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.document.parameter_edits import (
    DescribePipelineParameter,
    DetachParameter,
    PromoteParameter,
    RemovePipelineParameter,
    RenamePipelineParameter,
    SetPipelineParameter,
)
from pipelines.errors import SekkeiError
from pipelines.samples.gallery import SAMPLES, sample_document

START = PipelineDocument(
    name="start",
    steps=(
        StepNode(id="a", type="dataset"),
        StepNode(id="b", type="split_data"),
        StepNode(id="c", type="train_model", inputs={"table": "b.train"}),
    ),
)

ids = st.sampled_from(["a", "b", "c", "d", "clean", "split"])
edits = st.one_of(
    st.builds(AddStep, st.sampled_from(["clean_missing_data", "split_data", "nobody"]), st.none() | ids),
    st.builds(RemoveStep, ids),
    st.builds(MoveStep, ids, st.integers(-1, 8)),
    st.builds(DuplicateStep, ids),
    st.builds(EnableStep, ids, st.booleans()),
    st.builds(RenameStep, ids, ids),
    st.builds(
        SetInput, ids, st.sampled_from(["table", "model", "x"]), st.none() | ids | ids.map(lambda i: f"{i}.test")
    ),
    st.builds(SetParameter, ids, st.sampled_from(["x", "y.z", "y.type"]), st.integers(0, 3)),
    st.builds(SetTitle, ids, st.sampled_from(["", "one", "two"])),
    st.builds(PromoteParameter, ids, st.sampled_from(["x", "y.z"]), st.sampled_from(["p", "q"])),
    st.builds(DetachParameter, ids, st.sampled_from(["x", "y", "y.z"])),
    st.builds(SetPipelineParameter, st.sampled_from(["p", "q"]), st.integers(0, 3)),
    st.builds(DescribePipelineParameter, st.sampled_from(["p", "q"]), st.sampled_from(["", "rows"])),
    st.builds(RemovePipelineParameter, st.sampled_from(["p", "q"])),
    st.builds(RenamePipelineParameter, st.sampled_from(["p", "q"]), st.sampled_from(["p", "q", "r"])),
)


@given(st.lists(edits, max_size=25))
@settings(max_examples=100, deadline=None)
def test_undoing_everything_gives_the_start_and_redoing_the_end(made):
    history = History(START)
    for edit in made:
        try:
            history.apply(edit)
        except SekkeiError:
            continue
        assert loads(dumps(history.document)) == history.document
    end = history.document
    while history.undo_text is not None:
        history.undo()
    assert history.document == START
    while history.redo_text is not None:
        history.redo()
    assert history.document == end


@given(st.lists(edits, min_size=200, max_size=200))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_two_hundred_edits_are_undone_to_the_letter(made):
    history, before = History(START), dumps(START)
    for edit in made:
        try:
            history.apply(edit)
        except SekkeiError:
            continue
    while history.undo_text is not None:
        history.undo()
    assert history.document == START
    assert dumps(history.document) == before


@pytest.mark.parametrize("sample", [s.name for s in SAMPLES])
def test_a_pipeline_made_by_edits_is_written_like_the_same_one_imported(sample):
    wanted = sample_document(sample)
    edits: list[Edit] = []
    for node in wanted.steps:
        edits.append(AddStep(node.type, id=node.id))
        for name, value in reversed(node.params.items()):
            nested = isinstance(value, dict) and "type" in value
            keys = [f"{name}.{key}" for key in value] if nested else [name]
            edits += [SetParameter(node.id, k, value[k.rpartition(".")[2]] if nested else value) for k in keys]
        edits += [SetInput(node.id, port, source) for port, source in reversed(node.inputs.items())]
        edits += [SetTitle(node.id, node.title)]
    history = History(PipelineDocument(name=wanted.name, description=wanted.description))
    for edit in edits:
        history.apply(edit)
    assert dumps(history.document) == dumps(wanted)


def test_edits_of_one_parameter_in_a_row_are_undone_together():
    history = History(START)
    for value in (1, 2, 3):
        history.apply(SetParameter("b", "train_fraction", value))
    assert history.undo_text == "Set b.train_fraction to 3"
    assert history.undo() == START
    assert history.redo().step("b").params == {"train_fraction": 3}
    history.apply(SetParameter("b", "train_fraction", 4))
    history.seal()
    history.apply(SetParameter("b", "train_fraction", 5))
    assert history.undo().step("b").params == {"train_fraction": 4}
    assert history.undo().step("b").params == {"train_fraction": 3}


def test_a_new_edit_forgets_what_was_undone_and_one_that_changes_nothing_does_not():
    history = History(START)
    history.apply(SetTitle("a", "one"))
    history.undo()
    history.apply(EnableStep("a", True))
    assert history.redo_text == "Call a 'one'"
    history.apply(SetTitle("a", "two"))
    assert history.redo_text is None


def test_only_so_many_edits_are_kept():
    history = History(START, limit=3)
    for value in range(6):
        history.apply(EnableStep("a", bool(value % 2)))
    for _ in range(10):
        history.undo()
    assert history.document.step("a").enabled is False
