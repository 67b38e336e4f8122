"""The numbers of drift, on real loans, against SciPy and the formula written out."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipelines.samples import install_sample_datasets
from pipelines.sdk import Workspace
from pipelines.serving.monitoring.drift import FEWEST, Drift, column_drift, compare, psi, quantile_edges


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    home: Path = tmp_path_factory.mktemp("drift") / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    workspace = Workspace.open(home)
    install_sample_datasets(workspace.datasets, ["german-credit"])
    return workspace.datasets.read("german-credit")


def halves(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    mixed = rows.sample(frac=1, random_state=1)
    return mixed.iloc[:600].reset_index(drop=True), mixed.iloc[600:].reset_index(drop=True)


def of(found: list[Drift], column: str) -> Drift:
    return next(d for d in found if d.column == column)


def test_a_number_is_compared_as_the_formulas_say(loans: pd.DataFrame) -> None:
    before, after = (h["credit-amount"] for h in halves(loans))
    after = after * 2
    found = column_drift(before, after)
    deciles = [np.quantile(before, q / 10) for q in range(1, 10)]
    index = 0.0
    for low, high in zip([-math.inf, *deciles], [*deciles, math.inf], strict=True):
        expected = max(((before > low) & (before <= high)).mean(), 1e-4)
        actual = max(((after > low) & (after <= high)).mean(), 1e-4)
        index += (actual - expected) * math.log(actual / expected)
    # No row is without a value: the bin of gaps is as empty in both and adds nothing.
    assert found.psi == pytest.approx(index, abs=1e-12)
    tested = stats.ks_2samp(before, after, method="asymp")
    assert (found.test, found.statistic, found.p_value) == ("ks", tested.statistic, tested.pvalue)
    assert (found.before, found.after) == (before.median(), after.median())


def test_categories_are_compared_as_the_formulas_say(loans: pd.DataFrame) -> None:
    before, after = (h["housing"].astype(str) for h in halves(loans))
    after = after.where(after != "own", "rent")
    found = column_drift(before, after)
    names = sorted(set(before))
    shares = [(max((before == n).mean(), 1e-4), max((after == n).mean(), 1e-4)) for n in names]
    assert found.psi == pytest.approx(sum((a - e) * math.log(a / e) for e, a in shares))
    table = [[(v == n).sum() for n in names] for v in (before, after)]
    tested = stats.chi2_contingency(table, correction=False)
    assert found.statistic == pytest.approx(tested.statistic)
    assert found.p_value == pytest.approx(tested.pvalue)
    assert found.unseen == 0


def test_other_rows_of_the_same_data_have_not_drifted(loans: pd.DataFrame) -> None:
    found = compare(*halves(loans))
    assert {d.state for d in found} == {"stable"}
    assert len(found) == len(loans.columns)


def test_few_rows_move_the_index_and_are_not_taken_for_drift(loans: pd.DataFrame) -> None:
    before, _after = halves(loans)
    states = []
    for seed in range(20):
        found = compare(before, loans.sample(FEWEST, random_state=seed))
        states += [d.state for d in found]
    assert max(d.psi or 0.0 for d in found) > 0.1
    assert states.count("drifted") + states.count("moderate") <= 0.01 * len(states)
    assert {d.state for d in compare(before, loans.head(FEWEST - 1))} == {"few"}


def test_what_has_changed_is_said_in_words(loans: pd.DataFrame) -> None:
    before, after = halves(loans)
    shifted = after.assign(**{"age": after["age"] + 20, "duration-months": after["duration-months"].astype(float)})
    shifted["housing"] = shifted["housing"].astype(object).where(shifted.index % 4 > 0, "houseboat")
    shifted.loc[shifted.index % 3 == 0, "duration-months"] = np.nan
    found = compare(before, shifted)
    assert {d.column for d in found if d.state == "drifted"} == {"age", "housing", "duration-months"}
    assert f"median was {before['age'].median():g} and is {shifted['age'].median():g}" in of(found, "age").message
    assert "25.0% of the values were never seen in training." in of(found, "housing").message
    assert "Missing: 0.0% in training" in of(found, "duration-months").message
    assert of(found, "duration-months").missing == pytest.approx(shifted["duration-months"].isna().mean())
    assert [d.state for d in found[:3]] == ["drifted"] * 3


def test_p_values_are_corrected_for_the_number_of_columns(loans: pd.DataFrame) -> None:
    before, after = halves(loans)
    plain = [column_drift(before[c], after[c]) for c in before.columns]
    every = [p for d in plain for p in (d.p_value, d.missing_p_value) if p is not None]
    corrected = dict(zip(every, stats.false_discovery_control(every), strict=True))
    found = compare(before, after)
    for drift in plain:
        if drift.p_value is not None:
            assert of(found, drift.column).p_value == pytest.approx(corrected[drift.p_value])


def test_columns_that_cannot_be_compared_say_so() -> None:
    texts = pd.Series([f"note {i}" for i in range(200)], name="note")
    assert column_drift(texts, texts).state == "unknown"
    gone = pd.Series([np.nan] * 200, name="x")
    numbers = pd.Series(np.arange(200.0), name="x")
    all_missing = compare(numbers.to_frame(), gone.to_frame())[0]
    assert (all_missing.state, all_missing.p_value) == ("drifted", None)
    assert compare(gone.to_frame(), gone.to_frame())[0].state == "stable"
    constant = pd.Series([1.0] * 200, name="x")
    assert compare(constant.to_frame(), constant.to_frame())[0].state == "stable"
    assert compare(constant.to_frame(), (constant + 1).to_frame())[0].state == "drifted"


def test_times_are_compared_too() -> None:
    days = pd.Series(pd.date_range("2025-01-01", periods=300, freq="D"), name="day")
    found = compare(days.to_frame(), (days + pd.Timedelta(days=400)).to_frame())[0]
    assert (found.state, found.before) == ("drifted", "2025-05-30")


def test_repeated_values_share_their_bin() -> None:
    values = np.array([0.0] * 90 + list(range(10)))
    edges = quantile_edges(values)
    assert len(edges) == len(set(edges))
    assert psi(np.array([5.0, 5.0]), np.array([50.0, 50.0])) == 0
