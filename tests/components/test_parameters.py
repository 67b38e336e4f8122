"""Every step type and algorithm can be read for a form, and what is read is what pydantic checks."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from components.parameters import effective, parameters, variant_named
from pipelines.algorithms.library import ALGORITHMS
from pipelines.steps.library import STEP_TYPES

MODELS: list[type[BaseModel]] = [*STEP_TYPES.values(), *ALGORITHMS.values()]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_field_but_the_tag_is_a_parameter_with_its_default(model: type[BaseModel]) -> None:
    found = parameters(model)
    assert [p.name for p in found] == [n for n in model.model_fields if n != "type" or model not in ALGORITHMS.values()]
    for each in found:
        assert each.label
        assert each.required == model.model_fields[each.name].is_required()
    try:
        plain = model()
    except ValidationError:
        return  # it needs something
    assert model.model_validate({p.name: p.default for p in found}) == plain


@pytest.mark.parametrize(
    ("model", "name", "kind"),
    [
        (STEP_TYPES["dataset"], "dataset", "dataset"),
        (STEP_TYPES["dataset"], "version", "version"),
        (STEP_TYPES["set_label"], "column", "column"),
        (STEP_TYPES["filter_rows"], "expression", "code"),
        (STEP_TYPES["execute_python"], "code", "code"),
        (STEP_TYPES["normalize_data"], "columns", "columns"),
        (STEP_TYPES["normalize_data"], "method", "choice"),
        (STEP_TYPES["split_data"], "shuffle", "boolean"),
        (STEP_TYPES["train_model"], "algorithm", "variant"),
        (ALGORITHMS["mlp_classifier"], "hidden_layer_sizes", "list"),
        (ALGORITHMS["random_forest_classifier"], "max_features", "other"),
        (ALGORITHMS["logistic_regression"], "class_weight", "other"),
        (ALGORITHMS["logistic_regression"], "calibration", "choice"),
        (ALGORITHMS["boosted_trees_classifier"], "early_stopping", "choice"),
        (ALGORITHMS["boosted_trees_classifier"], "learning_rate", "number"),
    ],
)
def test_kind(model: type[BaseModel], name: str, kind: str) -> None:
    assert next(p for p in parameters(model) if p.name == name).kind == kind


def test_a_parameter_applies_only_beside_the_values_it_is_for() -> None:
    model = STEP_TYPES["clean_missing_data"]
    fill = next(p for p in parameters(model) if p.name == "fill_value")
    assert not fill.applies(effective(model, {"strategy": "median"}))
    assert fill.applies(effective(model, {"strategy": "constant"}))


def test_an_exclusive_bound_of_whole_numbers_is_the_next_one() -> None:
    depth = next(p for p in parameters(ALGORITHMS["decision_tree_classifier"]) if p.name == "max_depth")
    assert (depth.low, depth.optional) == (1, True)


def test_the_algorithms_are_the_variants_of_train() -> None:
    algorithm = parameters(STEP_TYPES["train_model"])[0]
    assert [v.model_fields["type"].default for v in algorithm.variants] == list(ALGORITHMS)
    assert variant_named(algorithm, "ridge") is ALGORITHMS["ridge"]
    assert variant_named(algorithm, "rigde") is None
