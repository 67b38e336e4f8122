"""Pipeline parameters in the graph: values in the place of references, and references to nothing."""

from __future__ import annotations

from pipelines.document.codec import loads
from pipelines.graph.order import resolve
from pipelines.graph.rules import Context
from pipelines.graph.rules.parameters import WrongParameter

TEXT = """
name: test
parameters:
- {name: share, default: 0.6}
- {name: price, default: horsepower}
steps:
- {id: cars, type: dataset, params: {dataset: automobile-price}}
- {id: columns, type: select_columns, params: {columns: {kind: all, exclude: [make, {$parameter: price}]}}}
- {id: split, type: split_data, params: {train_fraction: {$parameter: NAME}}}
"""


def test_references_are_filled_in_before_a_step_is_parsed():
    graph = resolve(loads(TEXT.replace("NAME", "share")))
    assert graph.node("split").step.train_fraction == 0.6
    assert graph.node("columns").step.columns.exclude == ("make", "horsepower")


def test_a_reference_to_nothing_is_told_with_the_nearest_and_mended_in_one_click():
    document = loads(TEXT.replace("NAME", "shar"))
    (found,) = WrongParameter().check(Context(resolve(document)))
    assert (found.step, found.parameter) == ("split", "train_fraction")
    assert "no pipeline parameter 'shar'" in found.message
    assert found.fix == "Did you mean 'share'?"
    for edit in found.edits:
        document = edit.apply(document)
    assert resolve(document).node("split").step.train_fraction == 0.6


def test_a_value_that_does_not_fit_is_told_at_the_step():
    document = loads(TEXT.replace("NAME", "price"))
    (found,) = WrongParameter().check(Context(resolve(document)))
    assert "must be a number" in found.message
