"""Numbers, times and names as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from components import wording

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (float("nan"), "–"),
        (float("inf"), "∞"),
        (0.91234, "0.9123"),
        (1717.637, "1,717.6"),
        (5640232.59, "5,640,233"),
        (3.0, "3"),
        (1.2e-7, "1.2e-07"),
        (-0.5, "-0.5"),
    ],
)
def test_number_keeps_the_telling_digits(value: float | None, text: str) -> None:
    assert wording.number(value) == text


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=1, hours=2), "yesterday"),
        (timedelta(days=40), "15 Oct 2026"),
    ],
)
def test_ago_names_the_coarsest_unit_that_still_tells(age: timedelta, text: str) -> None:
    assert wording.ago(NOW - age, NOW) == text


def test_a_moment_without_a_zone_is_utc() -> None:
    assert wording.ago(NOW.replace(tzinfo=None), NOW) == "just now"


def test_metric_names_are_written_out_and_tell_their_step() -> None:
    assert wording.metric("roc_auc") == "ROC AUC"
    assert wording.metric("evaluate.forest.f1") == "F1 (evaluate.forest)"
    assert wording.metric("balanced_accuracy") == "Balanced accuracy"


def test_a_free_name_skips_those_taken() -> None:
    assert wording.free_name("cars", {"cars", "cars-2"}) == "cars-3"
    assert wording.free_name("cars", set()) == "cars"


@pytest.mark.parametrize(("count", "text"), [(812, "812 B"), (1500, "1.5 KiB"), (3 * 2**30, "3.0 GiB")])
def test_size_uses_the_unit_that_fits(count: int, text: str) -> None:
    assert wording.size(count) == text


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("price", "price"),
        ("ten letter", "ten letter"),
        ("eleven lett", "eleven le…"),
        ("くちばし長", "くちばし長"),
        ("くちばしの長さ", "くちばし…"),
    ],
)
def test_a_long_name_is_cut_short_by_its_width(text: str, short: str) -> None:
    assert wording.shortened(text, 10) == short


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        ("models:/car-price/1", "car-price v1"),
        ("models:/car-price@champion", "models:/car-price@champion"),
        ("runs:/a1/model", "runs:/a1/model"),
    ],
)
def test_a_model_is_called_by_its_name_and_version(uri: str, text: str) -> None:
    assert wording.model(uri) == text


def test_what_there_is_of_several_things_is_said_in_one_line() -> None:
    assert wording.listed(["2 errors", "", "1 warning"]) == "2 errors, 1 warning"
