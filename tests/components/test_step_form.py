"""The generated form: it draws for every step type, shows what the document says, and gives edits."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.range_fields import first, tunable
from components.step_form import sources
from pipelines.algorithms.library import ALGORITHMS
from pipelines.document.edits import EnableStep, ResetParameter, SetInput, SetParameter
from pipelines.document.model import PipelineDocument
from pipelines.samples.gallery import sample_document
from pipelines.steps.base import Port
from pipelines.steps.library import STEP_TYPES
from pipelines.steps.training.ranges import searches_of


def draw() -> None:
    """The app under test: the form of one step; edits are applied, and listed in the session's state."""
    import streamlit as st

    from components import step_form
    from components.parameter_fields import Surroundings
    from pipelines.schema import Column, ColumnType, TableSchema

    def on_edit(*edits) -> None:  # type: ignore[no-untyped-def]
        for edit in edits:
            st.session_state.document = edit.apply(st.session_state.document)
            st.session_state.edits.append(edit)

    columns = TableSchema(
        (Column("age", ColumnType.INTEGER), Column("plan", ColumnType.TEXT), Column("x_1", ColumnType.FLOAT))
    )
    around = Surroundings(lambda port: columns, {"people": 1, "cars": 3})
    step_form.show(st.session_state.document, st.session_state.step, around, [], key="form", on_edit=on_edit)


def form(document: PipelineDocument, step: str) -> AppTest:
    app = AppTest.from_function(draw, default_timeout=60)
    app.session_state.document = document
    app.session_state.step = step
    app.session_state.edits = []
    return checked(app.run())


def one(step_type: str, params: dict[str, Any] | None = None) -> AppTest:
    document = PipelineDocument.model_validate(
        {"name": "t", "steps": [{"id": "it", "type": step_type, "params": params or {}}]}
    )
    return form(document, "it")


def checked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def edits(app: AppTest) -> list[Any]:
    return list(app.session_state.edits)


@pytest.mark.parametrize("step_type", list(STEP_TYPES))
def test_a_new_step_of_every_type_has_a_form(step_type: str) -> None:
    app = one(step_type)
    assert app.toggle(key="form.it.on").value is True
    assert edits(app) == []


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
def test_every_algorithm_has_its_parameters(algorithm: str) -> None:
    app = one("train_model", {"algorithm": {"type": algorithm}})
    assert app.selectbox(key="form.it.algorithm.type").value == algorithm
    assert edits(app) == []


@pytest.mark.parametrize(
    ("step_type", "params"),
    [
        ("split_data", {"train_fraction": "a lot", "random_state": -5, "shuffle": "perhaps", "stratify": 3}),
        ("split_data", {"train_fraction": 7.5}),
        ("normalize_data", {"method": "zcore", "columns": {"kind": "numbers"}}),
        ("normalize_data", {"columns": ["no-such"]}),
        ("train_model", {"algorithm": {"type": "no_such"}}),
        ("train_model", {"algorithm": "ridge"}),
        ("train_model", {"algorithm": {"type": "ridge", "alpha": None}}),
        ("dataset", {"dataset": "gone", "version": 2**70}),
        ("dataset", {"dataset": ["a"]}),
        ("group_into_bins", {"edges": [1, {"a": 2}], "n_bins": 2.5}),
        ("no_such_type", {"a": 1}),
        ("tune_model_hyperparameters", {"algorithm": {"type": "ridge"}, "ranges": {"gone": "1 to 2", "alpha": "1-2"}}),
        ("tune_model_hyperparameters", {"algorithm": "ridge", "ranges": {"alpha": 3}}),
    ],
)
def test_a_draft_with_mistakes_in_it_still_has_a_form(step_type: str, params: dict[str, Any]) -> None:
    assert edits(one(step_type, params)) == []


def test_a_field_gives_an_edit_and_its_default_again_a_reset() -> None:
    app = one("split_data")
    checked(app.number_input(key="form.it.train_fraction").set_value(0.6).run())
    assert edits(app) == [SetParameter("it", "train_fraction", 0.6)]
    checked(app.menu_button(key="form.it.train_fraction.more").click("reset").run())
    assert edits(app)[-1] == ResetParameter("it", "train_fraction")
    assert app.number_input(key="form.it.train_fraction").value == 0.7
    checked(app.number_input(key="form.it.train_fraction").set_value(0.5).run())
    checked(app.number_input(key="form.it.train_fraction").set_value(0.7).run())
    assert edits(app)[-1] == ResetParameter("it", "train_fraction")


def test_where_tuning_looks_is_a_form_of_the_algorithms_parameters() -> None:
    app = one("tune_model_hyperparameters", {"algorithm": {"type": "decision_tree_classifier"}})
    assert any("1 to 50, by the logarithm" in c.value for c in app.caption)
    names = ["min_samples_leaf", "criterion", "max_depth"]
    checked(app.multiselect(key="form.it.ranges").set_value(names).run())
    assert list(edits(app)[-1].value) == names
    assert edits(app)[-1].value["min_samples_leaf"] == "auto"
    leaf = "form.it.ranges.min_samples_leaf"
    checked(app.segmented_control(key=f"{leaf}.way").set_value("range").run())
    assert app.number_input(key=f"{leaf}.low").value == 1
    checked(app.number_input(key=f"{leaf}.high").set_value(9).run())
    checked(app.checkbox(key=f"{leaf}.log").set_value(False).run())
    checked(app.segmented_control(key="form.it.ranges.criterion.way").set_value("values").run())
    checked(app.multiselect(key="form.it.ranges.criterion.values").set_value(["gini"]).run())
    checked(app.segmented_control(key="form.it.ranges.max_depth.way").set_value("values").run())
    checked(app.text_input(key="form.it.ranges.max_depth.values.text").set_value("3, none, 5").run())
    step = app.session_state.document.steps[0]
    assert step.params["ranges"] == {
        "min_samples_leaf": "1 to 9",
        "criterion": ["gini"],
        "max_depth": [3, None, 5],
    }
    assert STEP_TYPES[step.type].model_validate(step.params).ranges == step.params["ranges"]
    checked(app.multiselect(key="form.it.ranges").set_value([]).run())
    assert edits(app)[-1] == ResetParameter("it", "ranges")


@pytest.mark.parametrize("algorithm", ["ridge", "svm_regressor", "mlp_classifier", "stacking_classifier", "k_means"])
def test_every_parameter_that_can_be_tuned_begins_with_a_range_that_can_be_read(algorithm: str) -> None:
    known = tunable(ALGORITHMS[algorithm])
    given = {n: first(p, ALGORITHMS[algorithm].searches().get(n)) for n, p in known.items()}
    app = one("tune_model_hyperparameters", {"algorithm": {"type": algorithm}, "ranges": given})
    assert edits(app) == []
    if given:
        searches_of(ALGORITHMS[algorithm](), given)


def test_the_document_wins_over_what_a_widget_remembers() -> None:
    app = one("split_data")
    checked(app.number_input(key="form.it.train_fraction").set_value(0.6).run())
    app.session_state.document = SetParameter("it", "train_fraction", 0.9).apply(app.session_state.document)
    assert checked(app.run()).number_input(key="form.it.train_fraction").value == 0.9


def test_only_parameters_that_apply_are_shown() -> None:
    app = one("clean_missing_data")
    assert not [w for w in app.text_input if w.key == "form.it.fill_value.text"]
    checked(app.selectbox(key="form.it.strategy").set_value("constant").run())
    checked(app.text_input(key="form.it.fill_value.text").set_value("0").run())
    assert edits(app)[-1] == SetParameter("it", "fill_value", 0)
    checked(app.text_input(key="form.it.fill_value.text").set_value("unknown").run())
    assert edits(app)[-1] == SetParameter("it", "fill_value", "unknown")


def test_another_algorithm_brings_its_own_parameters() -> None:
    app = one("train_model", {"algorithm": {"type": "ridge", "alpha": 3.0}})
    assert app.number_input(key="form.it.algorithm.alpha").value == 3.0
    checked(app.selectbox(key="form.it.algorithm.type").set_value("logistic_regression").run())
    assert edits(app) == [SetParameter("it", "algorithm.type", "logistic_regression")]
    checked(app.number_input(key="form.it.algorithm.C").set_value(10.0).run())
    assert app.session_state.document.step("it").params == {"algorithm": {"type": "logistic_regression", "C": 10.0}}


def test_columns_by_rule_count_what_they_take_here() -> None:
    app = one("normalize_data")
    assert "2 of 3 columns" in " ".join(c.value for c in app.caption)
    checked(app.text_input(key="form.it.columns.pattern").set_value("^x_").run())
    assert edits(app)[-1] == SetParameter("it", "columns", {"kind": "numeric", "pattern": "^x_"})
    assert "1 of 3 columns" in " ".join(c.value for c in app.caption)


def test_columns_by_name_begin_with_those_the_rule_took() -> None:
    app = one("normalize_data")
    checked(app.segmented_control(key="form.it.columns.mode").set_value("By name").run())
    assert edits(app) == [SetParameter("it", "columns", ["age", "x_1"])]
    checked(app.multiselect(key="form.it.columns.names").set_value(["x_1"]).run())
    assert edits(app)[-1] == SetParameter("it", "columns", ["x_1"])


def test_a_list_of_names_keeps_commas_inside_quotes() -> None:
    app = one("edit_metadata", {"columns": ["age", "plan"]})
    checked(app.text_input(key="form.it.new_names").set_value('years, "a, b"').run())
    assert edits(app) == [SetParameter("it", "new_names", ["years", "a, b"])]
    assert app.text_input(key="form.it.new_names").value == 'years, "a, b"'


def test_inputs_are_chosen_from_the_earlier_steps_of_their_kind() -> None:
    document = sample_document("german-credit")
    app = form(document, "evaluate")
    checked(app.selectbox(key="form.evaluate.in.other").set_value("score_logistic").run())
    assert edits(app) == [SetInput("evaluate", "other", "score_logistic")]
    assert sources(document, "score_forest", Port("model", "model")) == ["logistic", "forest"]
    assert sources(document, "label", Port("table")) == ["applicants"]
    assert "split.test" in sources(document, "encode", Port("table"))


def test_switching_a_step_off() -> None:
    app = one("split_data")
    checked(app.toggle(key="form.it.on").set_value(False).run())
    assert edits(app) == [EnableStep("it", False)]


VOTING = {"algorithm": {"type": "voting_classifier"}}


def test_a_member_of_one_vs_all_is_chosen_and_set() -> None:
    app = one("train_model", {"algorithm": {"type": "one_vs_rest"}})
    member = "form.it.algorithm.classifier"
    assert app.selectbox(key=f"{member}.type").value == "logistic_regression"
    checked(app.selectbox(key=f"{member}.type").set_value("k_neighbors_classifier").run())
    checked(app.number_input(key=f"{member}.n_neighbors").set_value(9).run())
    params = app.session_state.document.step("it").params
    assert params["algorithm"]["classifier"] == {"type": "k_neighbors_classifier", "n_neighbors": 9}
    assert STEP_TYPES["train_model"].model_validate(params)


def test_members_of_a_vote_are_added_changed_and_removed() -> None:
    app = one("train_model", VOTING)
    members = "form.it.algorithm.estimators"
    assert [app.selectbox(key=f"{members}.{n}.type").value for n in (0, 1)] == [
        "logistic_regression",
        "random_forest_classifier",
    ]
    checked(app.button(key=f"{members}.add").click().run())
    checked(app.selectbox(key=f"{members}.2.type").set_value("gaussian_nb").run())
    checked(app.number_input(key=f"{members}.0.C").set_value(3.0).run())
    checked(app.button(key=f"{members}.1.remove").click().run())
    params = app.session_state.document.step("it").params
    assert params["algorithm"]["estimators"] == [{"type": "logistic_regression", "C": 3.0}, {"type": "gaussian_nb"}]
    assert STEP_TYPES["train_model"].model_validate(params)


def test_a_dataset_is_read_as_it_is_now_or_in_a_version_of_it() -> None:
    app = one("dataset", {"dataset": "cars"})
    version = app.selectbox(key="form.it.version")
    assert version.options == ["newest (v3)", "v3", "v2", "v1"]
    assert version.value is None
    version.select(2).run()
    assert edits(app) == [SetParameter("it", "version", 2)]
    gone = one("dataset", {"dataset": "people", "version": 7}).selectbox(key="form.it.version")
    assert (gone.value, gone.options[-1]) == (7, "v7")
