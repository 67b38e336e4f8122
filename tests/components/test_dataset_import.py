"""Importing: what was found is shown and can be corrected before anything is kept."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

SEMICOLONS = "name;price;note\nOslo;1,5;?\nRoma;2,25;fine\nBonn;NA;?\n".encode("cp1252")


def _panel() -> None:
    import streamlit as st

    from components import dataset_import

    order = dataset_import.show(["cities"], key="import")
    if order is not None:
        st.session_state["order"] = order
        st.session_state["kept"] = order.path.read_bytes()


def _given(name: str, content: bytes) -> AppTest:
    at = AppTest.from_function(_panel, default_timeout=30).run()
    at.file_uploader(key="import_file").set_value([(name, content, "text/csv")]).run()
    assert not at.exception
    return at


def _widget(at: AppTest, kind: str, ending: str):  # type: ignore[no-untyped-def]
    return next(w for w in getattr(at, kind) if w.key and w.key.endswith(ending))


def test_delimiter_decimal_header_and_marks_are_found_and_shown() -> None:
    at = _given("cities.csv", SEMICOLONS)
    assert _widget(at, "selectbox", "_delimiter").value == ";"
    assert _widget(at, "selectbox", "_decimal").value == ","
    assert _widget(at, "toggle", "_header").value is True
    assert _widget(at, "multiselect", "_missing").value == ["?"]
    frame = at.dataframe[0].value
    assert list(frame["price"].dropna()) == [1.5, 2.25]
    assert frame["note"].isna().tolist() == [True, False, True]


def test_a_correction_changes_the_preview_and_what_is_ordered() -> None:
    at = _given("cities.csv", SEMICOLONS)
    _widget(at, "multiselect", "_missing").set_value(["fine"]).run()
    assert at.dataframe[0].value["note"].tolist()[0] == "?"
    at.button(key="import_go").click().run()
    order = at.session_state["order"]
    assert order.options.missing == ("fine",)
    assert order.options.delimiter == ";"
    assert (order.name, order.file_name) == ("cities", "cities.csv")
    assert at.session_state["kept"] == SEMICOLONS


def test_a_name_that_exists_is_told_to_become_a_version() -> None:
    at = _given("cities.csv", SEMICOLONS)
    assert any("becomes its next version" in c.value for c in at.caption)
    _widget(at, "text_input", "_name").set_value("towns").run()
    assert not any("becomes its next version" in c.value for c in at.caption)


def test_a_ragged_file_is_named_by_line_and_cannot_be_imported() -> None:
    at = _given("bad.csv", b"a,b\n1,2\n3,4,5\n")
    assert "Line 3" in at.error[0].value
    assert at.button(key="import_go").disabled


def test_a_file_of_another_kind_is_refused_with_its_cause() -> None:
    at = _given("table.csv", b"%PDF-1.7 some pages")
    assert "PDF" in at.error[0].value
    assert not [b for b in at.button if b.key == "import_go"]


def test_another_delimiter_brings_the_error_box_and_no_trace() -> None:
    at = _given("cities.csv", b"a,b;c\n1,2;3\n4;5\n")
    assert not at.exception
    assert len(at.error) <= 1


def test_dates_with_the_day_first_are_found_and_shown() -> None:
    at = _given("sales.csv", b"shop;seen\nOslo;08.03.2022\nRoma;28.03.2022\n")
    assert _widget(at, "segmented_control", "_dates").value == "day_first"
    assert [str(v.date()) for v in at.dataframe[0].value["seen"]] == ["2022-03-08", "2022-03-28"]


def test_unclear_dates_are_asked_about() -> None:
    at = _given("sales.csv", b"shop,seen\nOslo,08/03/2022\nRoma,09/04/2022\n")
    assert "seen" in at.warning[0].value
    _widget(at, "segmented_control", "_dates").set_value("month_first").run()
    assert not at.warning
    assert str(at.dataframe[0].value["seen"][0].date()) == "2022-08-03"


def test_how_an_unclear_comma_is_taken_is_said_and_can_be_chosen() -> None:
    at = _given("rooms.csv", b"room;price\nA;30,072\nB;9,500\n")
    assert "price" in at.warning[0].value
    assert "30.072" in at.warning[0].value
    assert at.dataframe[0].value["price"].tolist() == [30.072, 9.5]
    _widget(at, "selectbox", "_decimal").set_value(".").run()
    assert "30072" in at.warning[0].value
    assert at.dataframe[0].value["price"].tolist() == [30072, 9500]


def test_several_files_become_one_table() -> None:
    at = AppTest.from_function(_panel, default_timeout=30).run()
    files = [(f"{n}.csv", f"a,b\n{n},x\n".encode(), "text/csv") for n in range(3)]
    at.file_uploader(key="import_file").set_value(files).run()
    assert not at.exception
    assert list(at.dataframe[0].value.columns) == ["a", "b"]
    at.button(key="import_go").click().run()
    assert at.session_state["order"].file_name == "0.zip"
