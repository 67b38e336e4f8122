"""Why a row got its answer and what would change it, as the page draws them."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from components import try_it_form
from pipelines.chain.contract import Contract


def _reasons() -> None:
    from components import answer_reasons
    from pipelines.serving.explanation import Effect, Explanation
    from pipelines.serving.measure import Measure

    measure = Measure("probability", "Scored Probabilities", "good")
    effects = (Effect("age", 67, 33, 0.25), Effect("sa*vings", None, "A61", -0.125))
    answer_reasons.show(Explanation({"Scored Labels": "good"}, measure, 0.9, effects), key="two")
    answer_reasons.show(Explanation({"Scored Labels": 12.0}, Measure("prediction", "Scored Labels"), 12.0), key="none")
    answer_reasons.show(Explanation({"Scored Labels": "b"}, None, None), key="labels")


def test_effects_are_a_sentence_and_bars() -> None:
    at = AppTest.from_function(_reasons).run()
    assert not at.exception
    told = [m.value for m in at.markdown]
    assert "Most of all, **age = 67** (typical: 33) raises the probability of good by 0.250." in told
    assert len(at.get("vega_lite_chart")) == 1
    captions = [c.value for c in at.caption]
    assert any("typical value, or none" in c for c in captions)
    assert any("no number or probability" in c for c in captions)


def _changes() -> None:
    import streamlit as st

    from components import answer_changes
    from pipelines.errors import InputError
    from pipelines.serving.counterfactuals import Change, Counterfactual, Counterfactuals

    asked = st.session_state.setdefault("asked", [])

    def number(target: float | str | None) -> Counterfactuals:
        asked.append(target)
        one = Counterfactual((Change("size", 2.0, 5.5),), {"Scored Labels": 16.5}, 16.5, 0.2)
        return Counterfactuals({"Scored Labels": 12.0}, (one,) if target is None else (), 3)

    def label(target: float | str | None) -> Counterfactuals:
        if target == "c":
            raise InputError("The model is gone.")
        changes = (Change("hours", 40, 55), Change("member", None, True))
        return Counterfactuals({"Scored Labels": "a"}, (Counterfactual(changes, {"Scored Labels": "b"}, 0.62, 1.2),), 9)

    answer_changes.show({"Scored Labels": 12.0}, (), number, task="regression", label=str, key="number")
    answer_changes.show({"Scored Labels": "a"}, ("a", "b", "c"), label, task="classification", label=str, key="label")


def test_changes_are_told_in_a_table_and_looked_for_once_a_target() -> None:
    at = AppTest.from_function(_changes).run()
    assert not at.exception
    number, label = (d.value.to_dict("records") for d in at.dataframe)
    assert number == [{"Change": "size 2 → 5.5", "Prediction": "16.5", "Difference": "+4.5"}]
    assert label == [{"Change": "hours 40 → 55, member missing → true", "Prediction": "b", "Probability": "0.620"}]
    at.number_input(key="number_number").set_value(20.0).run()
    assert any("No change of one or two columns" in c.value for c in at.caption)
    at.number_input(key="number_number").set_value(None).run()
    assert at.session_state["asked"] == [None, 20.0]
    at.selectbox(key="label_class").set_value("c").run()
    assert [e.value for e in at.error] == ["The model is gone."]


@pytest.mark.parametrize("threshold", [None, 0.3])
def test_of_two_classes_that_the_contract_names_both_have_their_own_probability(threshold: float | None) -> None:
    contract = Contract(columns=(), task="classification", classes=("bad", "good"), threshold=threshold)
    found = try_it_form.probabilities({"Scored Labels": "good", "Scored Probabilities": 0.4}, contract)
    assert found == {"bad": 0.6, "good": 0.4}


def test_the_threshold_stands_beside_the_probabilities() -> None:
    def page() -> None:
        from components import try_it_form
        from pipelines.chain.contract import Contract

        contract = Contract(columns=(), task="classification", classes=("<=50K", ">50K"), threshold=0.3)
        answer = {"Scored Labels": ">50K", "Scored Probabilities": 0.4}
        try_it_form.answer(answer, "classification", contract=contract, key="income")

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert [c.value for c in at.caption] == ["From a probability of 0.3 (the line): \\>50K"]
