"""The form of a model: fields from its contract, a real row in them, and the row that comes back."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from components import try_it_form


def _form() -> None:
    import streamlit as st

    from components import try_it_form
    from pipelines.chain.contract import Contract, ContractColumn
    from pipelines.schema import ColumnType

    contract = Contract(
        columns=(
            ContractColumn(name="age", type=ColumnType.INTEGER, minimum=18, maximum=80, example=40),
            ContractColumn(name="income", type=ColumnType.FLOAT, required=False, minimum=0, maximum=9e5, example=1.5),
            ContractColumn(name="plan", type=ColumnType.TEXT, categories=["basic", "pro"], example="basic"),
            ContractColumn(name="member", type=ColumnType.BOOLEAN, example=True),
            ContractColumn(name="since", type=ColumnType.DATETIME, required=False, example="2024-01-01T00:00:00"),
        )
    )
    row = try_it_form.show(contract, {"age": 33, "income": None, "plan": "pro", "member": False, "paid": 1}, key="try")
    if row is not None:
        st.session_state["row"] = row


def test_the_fields_are_the_contract_s_filled_with_the_example() -> None:
    at = AppTest.from_function(_form).run()
    assert not at.exception
    labels = [w.label for kind in (at.number_input, at.selectbox, at.text_input) for w in kind]
    assert sorted(labels) == ["age", "income", "member", "plan", "since"]
    assert "paid" not in labels  # in the example row, but not asked for: the label
    assert at.number_input(key="try_0").value == 33
    assert at.number_input(key="try_1").value is None
    assert at.selectbox(key="try_2").value == "pro"
    assert at.selectbox(key="try_3").value is False


def test_predict_gives_the_row_as_the_model_asks_for_it() -> None:
    at = AppTest.from_function(_form).run()
    at.number_input(key="try_0").set_value(51)
    at.text_input(key="try_4").set_value("")
    at.button(key="try_send").click().run()
    assert not at.exception
    assert at.session_state["row"] == {"age": 51, "income": None, "plan": "pro", "member": False, "since": None}
    assert isinstance(at.session_state["row"]["age"], int)


def test_one_probability_is_that_of_the_second_class() -> None:
    assert try_it_form.probabilities({"Scored Labels": "good", "Scored Probabilities": 0.9}) == {
        "good": 0.9,
        "not good": 1 - 0.9,
    }
    found = try_it_form.probabilities({"Scored Labels": "bad", "Scored Probabilities": 0.25})
    assert found == {"bad": 0.75, "not bad": 0.25}


def test_many_probabilities_are_told_likeliest_first() -> None:
    found = try_it_form.probabilities(
        {"Scored Labels": "b", "Scored Probabilities_a": 0.2, "Scored Probabilities_b": 0.8}
    )
    assert list(found) == ["b", "a"]
    assert try_it_form.probabilities({"Scored Labels": 12.5}) == {}


def test_an_anomaly_is_told_in_words_with_its_score() -> None:
    def page() -> None:
        from components import try_it_form

        try_it_form.answer({"Scored Labels": 1, "Scored Probabilities": 0.81}, "anomaly", key="odd")
        try_it_form.answer({"Scored Labels": 0, "Scored Probabilities": 0.2}, "anomaly", key="usual")

    at = AppTest.from_function(page).run()
    assert not at.exception
    assert [m.value for m in at.metric] == ["anomaly", "0.81", "normal", "0.2"]
    assert not at.get("vega_lite_chart")
