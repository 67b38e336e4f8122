"""What a suspect column is worth, on real algorithms."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipelines.errors import ColumnMissingError, InputError, NotFoundError, StepError

SPLIT = """
- {id: rows, type: dataset, params: {dataset: rows}}
- {id: label, type: set_label, params: {column: y}}
- {id: split, type: split_data}
- {id: scale, type: normalize_data, params: {columns: [a, copy]}}
- {id: train, type: train_model, params: {algorithm: {type: logistic_regression}}}
"""
FOLDS = """
- {id: rows, type: dataset, params: {dataset: rows}}
- {id: label, type: set_label, params: {column: amount}}
- {id: encode, type: encode_categories, params: {columns: [word]}}
- {id: train, type: train_model, params: {algorithm: {type: linear_regression}}}
"""


@pytest.fixture
def rows(workspace):
    rng = np.random.default_rng(0)
    a = rng.normal(size=900)
    y = np.where(a + rng.normal(size=900) > 0, "yes", "no")
    kind = rng.integers(0, 4, 900)
    frame = pd.DataFrame(
        {
            "a": a,
            "copy": (y == "yes") + rng.normal(scale=0.01, size=900),
            "word": np.array(["north", "east", "south", "west"])[kind],
            "amount": kind * 10.0 + rng.normal(size=900),
            "y": y,
        }
    )
    workspace.datasets.add_frame("rows", frame)
    return workspace


def test_a_leak_is_worth_what_the_score_falls_by_on_the_pipelines_own_split(rows, document):
    price = rows.leak_price(document(SPLIT), "train", "copy")
    assert (price.column, price.metric, price.split, price.n_rows) == ("copy", "roc_auc", True, 270)
    assert price.with_column > 0.99
    assert 0.7 < price.without_column < 0.9
    assert price.difference == pytest.approx(price.with_column - price.without_column)


def test_the_price_is_what_running_the_pipeline_with_the_column_left_out_gives(rows, document):
    evaluated = SPLIT.replace("[a, copy]", "[a]") + "- {id: score, type: score_model}\n"
    evaluated += "- {id: evaluate, type: evaluate_model}\n"
    drop = "- {id: drop, type: select_columns, params: {columns: {exclude: [copy]}}}\n- {id: split"
    done = rows.run(document(evaluated.replace("- {id: split", drop)))
    price = rows.leak_price(document(SPLIT), "train", "copy")
    assert price.without_column == pytest.approx(done.result.metrics["roc_auc"], abs=1e-9)


def test_a_column_that_a_step_turns_into_others_is_kept_from_it_and_without_a_split_there_are_folds(rows, document):
    price = rows.leak_price(document(FOLDS), "train", "word")
    assert (price.metric, price.split, price.n_rows) == ("r2", False, 900)
    assert price.with_column > 0.95
    assert price.without_column < 0.3


def test_a_harmless_column_costs_little(rows, document):
    price = rows.leak_price(document(FOLDS), "train", "a")
    assert abs(price.difference) < 0.02


def test_nothing_is_kept_or_tracked(rows, document):
    rows.leak_price(document(FOLDS), "train", "word")
    assert rows.runs.list() == []
    assert not list(rows.home.cache.glob("*/*"))


def test_what_cannot_be_priced_says_why(rows, document):
    with pytest.raises(NotFoundError, match=r"step 'trian'.*Did you mean 'train'"):
        rows.leak_price(document(SPLIT), "trian", "copy")
    with pytest.raises(ColumnMissingError, match=r"column 'cpy'.*Did you mean 'copy'"):
        rows.leak_price(document(SPLIT), "train", "cpy")
    with pytest.raises(InputError, match="Set Label needs 'y'"):
        rows.leak_price(document(SPLIT), "train", "y")
    with pytest.raises(InputError, match="learns no label"):
        rows.leak_price(document(SPLIT), "scale", "copy")
    with pytest.raises(StepError, match="predicts a number"):
        rows.leak_price(document(SPLIT.replace("logistic_regression", "linear_regression")), "train", "copy")
