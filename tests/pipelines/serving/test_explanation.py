"""Why a row gets its answer and what would change it, asked of real models as an endpoint is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines.chain.contract import Contract, ContractColumn
from pipelines.chain.served import Served
from pipelines.errors import InputError
from pipelines.execution.cache import ResultStore
from pipelines.execution.datasets import SampleDatasets
from pipelines.execution.runner import Runner
from pipelines.graph.order import Graph, leak_proof, resolve
from pipelines.inference.packaging import contract_of
from pipelines.schema import ColumnType
from pipelines.sdk import Workspace
from pipelines.serving.counterfactuals import counterfactuals
from pipelines.serving.explanation import explanation
from pipelines.serving.variants import Ask, Row, between

pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")


class Model:
    """A trained sample as an endpoint serves it: its contract, a row, and its answers."""

    def __init__(self, workspace: Workspace, sample: str, step: str, **edits: Any) -> None:
        document = workspace.sample(sample)
        graph = leak_proof(resolve(document))
        needed = {step, *(n.id for n in graph.ancestors(step))}
        nodes = tuple(n for n in graph.nodes if n.id in needed)
        run = Runner(SampleDatasets(workspace.datasets), ResultStore(workspace.home.cache)).run(Graph(document, nodes))
        self.served = Served(run.models[step], **edits)
        self.contract: Contract = contract_of(self.served)
        self.row: dict[str, Any] = {c.name: c.example for c in self.contract.columns}
        self.requests = 0

    def ask(self, rows: Sequence[Row]) -> Sequence[Mapping[str, Any]]:
        self.requests += 1
        found = self.served.predict(pd.DataFrame(list(rows)))
        records = found.astype(object).where(found.notna(), None).to_dict("records")
        return [{str(k): v for k, v in r.items()} for r in records]

    def answer(self, row: Row) -> Mapping[str, Any]:
        return self.ask([row])[0]


@pytest.fixture(scope="module")
def credit(furnished: Workspace) -> Model:
    return Model(furnished, "german-credit", "logistic")


@pytest.fixture(scope="module")
def cars(furnished: Workspace) -> Model:
    return Model(furnished, "automobile-price", "train")


@pytest.fixture(scope="module")
def wine(furnished: Workspace) -> Model:
    return Model(furnished, "wine-quality", "train")


def test_effects_are_the_reasons_that_a_model_gives_itself(cars: Model, credit: Model, wine: Model) -> None:
    for model, change in ((cars, {"make": "audi", "engine-size": 200}), (credit, {"age": 60}), (wine, {"alcohol": 14})):
        row = model.row | change
        told = Served(model.served.chain, explanations=3).predict(pd.DataFrame([row])).iloc[0]
        before = model.requests
        found = explanation(model.contract, row, model.ask)
        assert model.requests == before + 1
        names = [told[f"Reason {i}"] for i in (1, 2, 3) if not pd.isna(told[f"Reason {i}"])]
        assert [e.column for e in found.effects[:3]] == names
        effects = [told[f"Effect {i}"] for i in range(1, len(names) + 1)]
        np.testing.assert_allclose([e.effect for e in found.effects[:3]], effects)
        assert set(change) <= {e.column for e in found.effects}
        assert all(e.value != e.typical for e in found.effects)


def test_it_is_said_which_number_is_moved(cars: Model, credit: Model, wine: Model) -> None:
    assert explanation(cars.contract, cars.row, cars.ask).measure.kind == "prediction"  # type: ignore[union-attr]
    two = explanation(credit.contract, credit.row, credit.ask)
    assert (two.measure.kind, two.measure.of) == ("probability", "good")  # type: ignore[union-attr]
    three = explanation(wine.contract, wine.row, wine.ask)
    assert three.measure.of == three.answer["Scored Labels"]  # type: ignore[union-attr]
    assert three.value == three.answer[f"Scored Probabilities_{three.measure.of}"]  # type: ignore[union-attr]


def test_a_model_that_tells_labels_alone_has_no_effects_and_still_counterfactuals(wine: Model) -> None:
    bare = Served(wine.served.chain, scores=False)

    def ask(rows: Sequence[Row]) -> Sequence[Mapping[str, Any]]:
        return [{"Scored Labels": v} for v in bare.predict(pd.DataFrame(list(rows)))["Scored Labels"]]

    found = explanation(wine.contract, wine.row, ask)
    assert (found.measure, found.effects) == (None, ())
    changed = counterfactuals(wine.contract, wine.row, ask)
    assert all(c.value is None and c.label != changed.answer["Scored Labels"] for c in changed.found)


def _realistic(model: Model, ask: Ask) -> list[Any]:
    found = counterfactuals(model.contract, model.row, ask)
    for one in found.found:
        for change in one.changes:
            column = model.contract[change.column]
            if column.type.is_numeric:
                assert column.minimum is not None
                assert column.maximum is not None
                assert column.minimum <= change.after <= column.maximum
            else:
                assert change.after in (column.categories or [True, False])
    return [found.answer, *found.found]


def test_counterfactuals_lead_to_another_class_with_values_of_training(credit: Model, wine: Model) -> None:
    for model in (credit, wine):
        answer, *found = _realistic(model, model.ask)
        assert found
        for one in found:
            other = model.answer(model.row | {c.column: c.after for c in one.changes})
            assert other["Scored Labels"] == one.label != answer["Scored Labels"]
            assert one.value is not None
            assert 0 < one.value <= 1
        assert [c.distance for c in found] == sorted(c.distance for c in found)
        assert len({len(c.changes) for c in found}) == 1  # two columns only where one is never enough


def test_the_class_wished_for_is_reached_and_an_unknown_one_refused(wine: Model) -> None:
    now = str(wine.answer(wine.row)["Scored Labels"])
    wished = next(c for c in wine.contract.classes if c != now)
    found = counterfactuals(wine.contract, wine.row, wine.ask, target=wished)
    assert {c.label for c in found.found} <= {wished}
    with pytest.raises(InputError, match="no class 'sour'"):
        counterfactuals(wine.contract, wine.row, wine.ask, target="sour")


def test_a_threshold_moves_where_the_answer_changes(credit: Model) -> None:
    strict = Model.__new__(Model)
    strict.served, strict.requests, strict.row = Served(credit.served.chain, threshold=0.999), 0, credit.row
    strict.contract = contract_of(strict.served)
    assert strict.contract.threshold == 0.999
    found = counterfactuals(strict.contract, strict.row, strict.ask, target="good")
    assert found.answer["Scored Labels"] == "bad"
    assert all(one.value >= 0.999 for one in found.found if one.value is not None)


def test_without_a_target_the_strongest_change_up_and_down_is_told_for_each_column(cars: Model) -> None:
    answer, *found = _realistic(cars, cars.ask)
    moved = [abs(one.value - answer["Scored Labels"]) for one in found]
    assert moved == sorted(moved, reverse=True)
    places = [(c.changes[0].column, c.value > answer["Scored Labels"]) for c in found]
    assert len(places) == len(set(places))


@pytest.mark.parametrize("factor", [1.3, 0.8])
def test_a_number_wished_for_is_reached_by_the_smallest_change(cars: Model, factor: float) -> None:
    now = float(cars.answer(cars.row)["Scored Labels"])
    found = counterfactuals(cars.contract, cars.row, cars.ask, target=now * factor)
    assert found.found
    assert all((one.value - now * factor) * (factor - 1) >= 0 for one in found.found if one.value is not None)
    with pytest.raises(InputError, match="is a number"):
        counterfactuals(cars.contract, cars.row, cars.ask, target="dear")


def test_a_contract_without_quantiles_is_searched_over_its_range(cars: Model) -> None:
    plain = tuple(c.model_copy(update={"quantiles": ()}) for c in cars.contract.columns)
    old = cars.contract.model_copy(update={"columns": plain})
    assert counterfactuals(old, cars.row, cars.ask).found


def test_a_model_without_a_contract_is_not_asked() -> None:
    for question in (explanation, counterfactuals):
        with pytest.raises(InputError, match="no other values"):
            question(None, {"a": 1}, lambda rows: [])


def test_between_two_values_of_training_others_are_tried_where_the_column_takes_them() -> None:
    rare = ContractColumn(name="gain", type=ColumnType.INTEGER, quantiles=(0.0,) * 20 + (99999.0,))
    few = ContractColumn(name="doors", type=ColumnType.FLOAT, quantiles=(2.0,) * 10 + (4.0,) * 11)
    assert all(0 < v < 99999 for v in between(rare, 0, 99999))
    assert len(between(rare, 0, 99999)) == 12
    assert between(few, 2, 4) == []
