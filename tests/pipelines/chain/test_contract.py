from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pytest

from pipelines.chain.contract import Contract
from pipelines.errors import ContractError
from pipelines.schema import ColumnType

NAMES = ["age", "hours", "income", "work", "city", "member", "since", "empty"]


def test_a_contract_says_what_training_saw(people: pd.DataFrame) -> None:
    contract = Contract.of(people, NAMES)
    assert contract.names == NAMES
    assert contract["age"].type is ColumnType.INTEGER
    assert contract["age"].required
    assert not contract["hours"].required
    assert contract["work"].empty_text
    assert set(contract["work"].categories or []) == {"NA", "None", "", "private"}
    assert contract["age"].minimum == people["age"].min()
    assert isinstance(contract["age"].example, int)
    assert Contract.model_validate_json(contract.model_dump_json()) == contract


def as_json(frame: pd.DataFrame) -> pd.DataFrame:
    rows = json.loads(frame.to_json(orient="records", date_format="iso"))
    return pd.DataFrame(
        [{k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in r.items()} for r in rows]
    )


def as_csv(frame: pd.DataFrame) -> pd.DataFrame:
    text = frame.to_csv(index=False, na_rep="\x00")
    return pd.read_csv(io.StringIO(text), keep_default_na=False, na_values=["\x00"])


def as_text_csv(frame: pd.DataFrame) -> pd.DataFrame:
    return pd.read_csv(
        io.StringIO(frame.to_csv(index=False, na_rep="\x00")), keep_default_na=False, na_values=["\x00"], dtype="str"
    )


def as_nullable(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.convert_dtypes()


def as_arrow(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.convert_dtypes(dtype_backend="pyarrow")


def as_categories(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(dict.fromkeys(("work", "city", "age"), "category"))


def as_objects(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(object).where(frame.notna(), None)


def as_narrow(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"age": "int8", "hours": "float32"})


WAYS = [as_json, as_csv, as_text_csv, as_nullable, as_arrow, as_categories, as_objects, as_narrow]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("rows", [1, 40, 300])
def test_rows_conform_alike_however_they_were_read(people: pd.DataFrame, way, rows: int) -> None:
    contract = Contract.of(people, NAMES)
    block = people[NAMES].iloc[:rows]
    wanted = contract.conform(block)
    found = contract.conform(way(block).set_index(block.index))
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
    assert [found[c].dtype.kind for c in NAMES] == [wanted[c].dtype.kind for c in NAMES]


def test_an_integer_column_with_a_gap_keeps_its_other_values(people: pd.DataFrame) -> None:
    contract = Contract.of(people, ["age"])
    found = contract.conform(pd.DataFrame({"age": [30.0, np.nan, 41.0]}))
    assert found["age"].tolist()[::2] == [30, 41]
    assert np.isnan(found["age"][1])
    assert contract.conform(pd.DataFrame({"age": [30.0, 41.0]}))["age"].dtype == np.int64


def test_whole_numbers_of_a_float_column_stay_floats(people: pd.DataFrame) -> None:
    assert Contract.of(people, ["income"]).conform(pd.DataFrame({"income": [3]}))["income"].dtype == np.float64


def test_of_very_many_rows_the_extremes_are_exact_and_the_rest_is_close() -> None:
    values = np.random.default_rng(1).gamma(2.0, 10.0, 400_000)
    column = Contract.of(pd.DataFrame({"x": values}), ["x"])["x"]
    assert (column.minimum, column.maximum) == (values.min(), values.max())
    assert (column.quantiles[0], column.quantiles[-1]) == (values.min(), values.max())
    places = [(values <= q).mean() for q in column.quantiles[1:-1]]
    np.testing.assert_allclose(places, np.arange(1, 20) / 20, atol=0.01)
    assert set(column.quantiles) <= set(values)


@pytest.mark.parametrize("dtype", ["str", "category", object])
def test_categories_come_by_how_often_and_then_by_which_was_first(dtype: object) -> None:
    values = pd.Series(["b", None, "c", "a", "c", "a", "b", "d"] * 3, dtype=dtype)
    column = Contract.of(values.to_frame("x"), ["x"])["x"]
    assert column.categories == ["b", "c", "a", "d"]
    assert column.example == "b"


def test_empty_text_is_a_value_only_where_training_had_it(people: pd.DataFrame) -> None:
    found = Contract.of(people, ["work", "city"]).conform(pd.DataFrame({"work": ["", "NA"], "city": ["", "Oslo"]}))
    assert found["work"].tolist() == ["", "NA"]
    assert found["city"].isna().tolist() == [True, False]


def test_other_columns_are_left_out_and_optional_ones_may_be_absent(people: pd.DataFrame) -> None:
    found = Contract.of(people, ["age", "city"]).conform(pd.DataFrame({"label": ["yes"], "age": [20]}))
    assert list(found) == ["age", "city"]
    assert found["city"].isna().all()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"Age": [20]}, "needs column 'age'.*Is it 'Age' here"),
        ({"age": [20, "old"]}, "Row 2, column 'age': found 'old', expected a number"),
        ({"age": ["1_000"]}, "expected a number"),
        ({"age": [20], "member": ["maybe"]}, "column 'member': found 'maybe', expected true or false"),
        ({"age": [20], "since": ["soon"]}, "column 'since': found 'soon', expected a date"),
        ({"age": [20], "since": [5]}, "expected a date"),
    ],
)
def test_rows_that_do_not_fit_are_named(people: pd.DataFrame, rows: dict, said: str) -> None:
    names = [n for n in ("age", "member", "since") if n in rows or n == "age"]
    with pytest.raises(ContractError, match=said):
        Contract.of(people, names).conform(pd.DataFrame(rows))


def test_two_columns_of_one_name_are_refused(people: pd.DataFrame) -> None:
    with pytest.raises(ContractError, match="two columns 'age'"):
        Contract.of(people, ["age"]).conform(pd.DataFrame([[1, 2]], columns=["age", "age"]))


def test_times_of_any_zone_become_utc(people: pd.DataFrame) -> None:
    contract = Contract.of(people, ["since"])
    texts = contract.conform(pd.DataFrame({"since": ["2026-01-31T02:00:00+02:00"]}))
    zoned = contract.conform(pd.DataFrame({"since": pd.to_datetime(["2026-01-31T02:00:00+02:00"])}))
    assert texts["since"].iloc[0] == zoned["since"].iloc[0] == pd.Timestamp("2026-01-31")
    for written in ("2026/1/31", "2026-1-31", "2026年1月31日", "2026/01/31 0:00", " 2026/1/31T00:00:00"):
        assert contract.conform(pd.DataFrame({"since": [written]}))["since"].iloc[0] == pd.Timestamp("2026-01-31")
