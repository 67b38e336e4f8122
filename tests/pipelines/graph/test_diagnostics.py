"""Every rule with a bad and a good example; what the analyst reads is in tests/golden/diagnostics.txt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.datasets.versions import ColumnInfo, DatasetVersion
from pipelines.document.edits import AddStep, MoveStep, ReplaceColumn, SetInput
from pipelines.errors import NotFoundError, SekkeiError
from pipelines.graph.order import resolve
from pipelines.graph.rules import RULES
from pipelines.schema import Role
from pipelines.settings import settings
from pipelines.table import Scored, Table
from tests.pipelines.graph.conftest import TYPES
from tests.texts import assert_can_be_translated

GOLDEN = Path(__file__).parents[2] / "golden" / "diagnostics.txt"

FRAME = pd.DataFrame(
    {
        "make": ["audi", "bmw", "audi", "dodge", "bmw", "audi", "dodge", "audi"],
        "horsepower": [102.0, 111.0, None, 95.0, 120.0, 130.0, 90.0, 97.0],
        "price": [13950.5, 17450.0, 15250.25, 6229.0, 24565.0, 30760.0, 5572.0, 18920.75],
        "risk": ["good", "bad", "good", "good", "good", "bad", "bad", "good"],
    }
)
PRICE, RISK = {"price": Role.LABEL}, {"risk": Role.LABEL}
FULL = FRAME.dropna().reset_index(drop=True)


def split(table: Table) -> Table:
    marks = pd.Series(["train", "test"] * len(table.frame), index=range(2 * len(table.frame)))[: len(table.frame)]
    return Table(table.frame, table.roles, marks)


def halves(table: Table) -> Table:
    """The first half of the rows for training, the second for testing."""
    marks = pd.Series(["train", "test"], index=[0, 1]).repeat(
        [len(table.frame) // 2, len(table.frame) - len(table.frame) // 2]
    )
    return Table(table.frame, table.roles, marks.set_axis(table.frame.index))


def training(algorithm: str, more: str = "") -> str:
    return f"cars, type: dataset\ntrain, type: train_model, params: {{algorithm: {{type: {algorithm}{more}}}}}"


def folds(number: int) -> str:
    params = f"{{algorithm: {{type: logistic_regression}}, n_folds: {number}}}"
    return f"cars, type: dataset\nvalidate, type: cross_validate_model, params: {params}"


CARS = {"cars": Table(FRAME)}
SPLIT_FIRST = "cars, type: dataset\nsplit, type: split_data\nclean, type: clean_missing_data"
DROP = "drop, type: clean_missing_data, params: {strategy: drop_rows}"
WIDE = Table(pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1e3, 5e3, 9e3], "y": ["n", "m", "n"]}), {"y": Role.LABEL})
EVEN = Table(WIDE.frame.assign(b=[2.0, 3.0, 9.0]), WIDE.roles)
MISSING = NotFoundError("dataset", "automobile", ["automobile-price"])

ROWS = 40
MANY = pd.DataFrame(
    {
        "customer_id": [f"C{i:04}" for i in range(ROWS)],
        "x": np.sin(np.arange(ROWS)),
        "when": pd.date_range("2026-01-01", periods=ROWS, freq="D"),
        "income": [str(1000 + 37 * (i * i % 97)) for i in range(ROWS)],
        "country": "JP",
        "reason": ["moved", "stays"] * (ROWS // 2),
        "churned": ["yes", "no"] * (ROWS // 2),
    }
)
CHURN = {"churned": Role.LABEL}


def churn(*columns: str, **more) -> dict[str, Table]:
    return {"cars": Table(MANY[[*columns, "churned"]].assign(**more), CHURN)}


def version(number: int, *columns: str) -> DatasetVersion:
    found = tuple(ColumnInfo(c, "float", 0) for c in columns)
    moment = datetime(2026, 1, number, tzinfo=UTC)
    return DatasetVersion("automobile", number, 8, found, f"hash{number}", "", None, 100, moment, Path("x"))


SPLIT_CARS = "cars, type: dataset\nsplit, type: split_data"
TWICE = pd.concat([MANY[["x", "churned"]]] * 2, ignore_index=True)
CITIES = {
    "cars": Table(
        pd.DataFrame({"city": [f"city {i % 150}" for i in range(400)], "y": ["n", "m"] * 200}), {"y": Role.LABEL}
    )
}
FEW_CITIES = {"cars": Table(CITIES["cars"].frame.assign(city=["a", "b", "c", "d"] * 100), {"y": Role.LABEL})}
VERSIONS = {"automobile": [version(1, "price"), version(2, "price")]}
PAIRWISE = (
    "cars, type: dataset, params: {dataset: automobile}\ntrain, type: train_model, params: {algorithm: {type: %s}}"
)
MANY_ROWS = {"automobile": [replace(version(1, "price"), rows=100_001)]}
PINNED = "cars, type: dataset, params: {dataset: automobile, version: %d}"

# code -> (bad steps, tables, failures, versions), (good steps, …)
EXAMPLES = {
    "SK101": [("", {}, {}), ("cars, type: dataset", {}, {})],
    "SK102": [("cars, type: datset", {}, {}), ("cars, type: dataset", {}, {})],
    "SK103": [
        ("cars, type: dataset\nout, type: export_data, inputs: {table: crs}", {}, {}),
        ("cars, type: dataset\nout, type: export_data, inputs: {table: cars}", {}, {}),
    ],
    "SK104": [
        ("out, type: export_data, inputs: {table: cars}\ncars, type: dataset", {}, {}),
        ("cars, type: dataset\nout, type: export_data, inputs: {table: cars}", {}, {}),
    ],
    "SK105": [
        ("clean, type: clean_missing_data", {}, {}),
        ("cars, type: dataset\nclean, type: clean_missing_data", {}, {}),
    ],
    "SK106": [
        ("cars, type: dataset\nout, type: export_data, inputs: {tabel: cars}", {}, {}),
        ("cars, type: dataset\nout, type: export_data, inputs: {table: cars}", {}, {}),
    ],
    "SK107": [
        (training("ridge") + "\nscore, type: score_model, inputs: {model: cars}", {}, {}),
        (training("ridge") + "\nscore, type: score_model, inputs: {model: train}", {}, {}),
    ],
    "SK108": [
        ("cars, type: dataset\nscore, type: score_model", {}, {}),
        (training("ridge") + "\nscore, type: score_model", {}, {}),
    ],
    "SK109": [
        ("cars, type: dataset\nprices, type: dataset\nout, type: export_data", {}, {}),
        ("cars, type: dataset\nprices, type: dataset\njoin, type: join_data, inputs: {right: cars}", {}, {}),
    ],
    "SK110": [
        ("cars, type: dataset\nout, type: export_data, inputs: {table: cars.test}", {}, {}),
        (SPLIT_FIRST + "\nout, type: export_data, inputs: {table: clean.test}", {}, {}),
    ],
    "SK111": [
        (training("ridge") + "\nevaluate, type: evaluate_model", CARS, {}),
        (
            training("ridge") + "\nscore, type: score_model\nevaluate, type: evaluate_model",
            {"cars": Table(FULL, PRICE), "score": Table(FULL, PRICE, scored=Scored("regression", "price"))},
            {},
        ),
    ],
    "SK201": [
        ("cars, type: dataset\nlabel, type: set_label, params: {column: prce}", CARS, {}),
        ("cars, type: dataset\nlabel, type: set_label, params: {column: price}", CARS, {}),
    ],
    "SK202": [
        ("cars, type: dataset\nscale, type: normalize_data, params: {columns: [make, price]}", CARS, {}),
        ("cars, type: dataset\nscale, type: normalize_data, params: {columns: [price]}", CARS, {}),
    ],
    "SK203": [
        (training("random_forest_classifier"), churn("income", "x"), {}),
        (training("random_forest_classifier"), churn("x", income=np.arange(ROWS) % 7.0), {}),
    ],
    "SK301": [
        ("cars, type: dataset\nclean, type: clean_missing_data, params: {stratgy: mean}", {}, {}),
        ("cars, type: dataset\nclean, type: clean_missing_data, params: {strategy: mean}", {}, {}),
    ],
    "SK302": [
        ("cars, type: dataset, params: {dataset: automobile}", {}, {"cars": MISSING}),
        ("cars, type: dataset, params: {dataset: automobile-price}", {}, {}),
    ],
    "SK303": [
        ("cars, type: dataset\nout, type: export_data, params: {name: ../../etc/passwd}", {}, {}),
        ("cars, type: dataset\nout, type: export_data, params: {name: passwd}", {}, {}),
    ],
    "SK401": [
        (training("ridge"), {"cars": Table(FULL)}, {}),
        (training("ridge"), {"cars": Table(FULL, PRICE)}, {}),
    ],
    "SK402": [
        (training("ridge"), {"cars": Table(FRAME, PRICE)}, {}),
        (training("boosted_trees_regressor"), {"cars": Table(FRAME, PRICE)}, {}),
    ],
    "SK441": [
        (training("multinomial_nb"), {"cars": Table(FULL.assign(warmth=-FULL["horsepower"]), RISK)}, {}),
        (training("multinomial_nb"), {"cars": Table(FULL, RISK)}, {}),
    ],
    "SK442": [
        (training("gamma_regressor"), {"cars": Table(FULL.assign(price=0.0), PRICE)}, {}),
        (training("gamma_regressor"), {"cars": Table(FULL, PRICE)}, {}),
    ],
    "SK443": [
        (PAIRWISE % "dbscan", {"cars": Table(FULL, {})}, {}, MANY_ROWS),
        (PAIRWISE % "mini_batch_k_means", {"cars": Table(FULL, {})}, {}, MANY_ROWS),
    ],
    "SK451": [
        (training("isolation_forest"), {"cars": Table(FULL, RISK)}, {}),
        (training("isolation_forest"), {"cars": Table(FULL, {})}, {}),
    ],
    "SK403": [
        (training("logistic_regression"), {"cars": Table(FULL, PRICE)}, {}),
        (training("logistic_regression"), {"cars": Table(FULL, RISK)}, {}),
    ],
    "SK404": [
        (training("random_forest_regressor"), {"cars": Table(FULL, RISK)}, {}),
        (training("random_forest_regressor"), {"cars": Table(FULL, PRICE)}, {}),
    ],
    "SK405": [
        (training("logistic_regression"), {"cars": Table(FULL.assign(risk="good"), RISK)}, {}),
        (training("logistic_regression"), {"cars": Table(FULL, RISK)}, {}),
    ],
    "SK406": [(folds(5), {"cars": Table(FULL, RISK)}, {}), (folds(2), {"cars": Table(FULL, RISK)}, {})],
    "SK407": [(training("mlp_classifier"), {"cars": WIDE}, {}), (training("mlp_classifier"), {"cars": EVEN}, {})],
    "SK408": [
        (training("logistic_regression"), churn("x", churned=MANY["churned"].where(MANY.index > 3)), {}),
        (training("logistic_regression"), churn("x"), {}),
    ],
    "SK409": [
        (training("logistic_regression"), churn("x", churned=["Yes", "no", "yes", " no", "Yes"] * 8), {}),
        (training("logistic_regression"), churn("x", churned=["Yes", "no", "yes please", "no"] * 10), {}),
    ],
    "SK411": [
        (f"cars, type: dataset\nscale, type: normalize_data\n{DROP}\nsplit, type: split_data", {}, {}),
        (SPLIT_FIRST, {}, {}),
    ],
    "SK412": [
        ("cars, type: dataset\nsplit, type: split_data\nagain, type: split_data\nout, type: export_data", {}, {}),
        ("cars, type: dataset\nsplit, type: split_data\nout, type: export_data", {}, {}),
    ],
    "SK413": [
        (
            "cars, type: dataset\nsplit, type: split_data\nsql, type: apply_sql",
            {**CARS, "split": split(CARS["cars"]), "sql": CARS["cars"]},
            {},
        ),
        ("cars, type: dataset\nsql, type: apply_sql\nsplit, type: split_data", CARS, {}),
    ],
    "SK421": [
        (training("logistic_regression"), churn("x", "reason"), {}),
        (training("logistic_regression"), churn("x", reason=["moved", "moved", "stays", "stays"] * 10), {}),
    ],
    "SK422": [
        (SPLIT_CARS, {"cars": Table(TWICE, CHURN), "split": halves(Table(TWICE, CHURN))}, {}),
        (SPLIT_CARS, {**churn("x"), "split": halves(churn("x")["cars"])}, {}),
    ],
    "SK423": [
        (SPLIT_CARS, {**churn("x", "when"), "split": halves(churn("x", "when")["cars"])}, {}),
        (
            SPLIT_CARS + ", params: {shuffle: false}",
            {**churn("x", "when"), "split": halves(churn("x", "when")["cars"])},
            {},
        ),
    ],
    "SK424": [
        (SPLIT_CARS + "\nmade, type: smote\nencode, type: encode_by_target", CARS, {}),
        (SPLIT_CARS + "\nencode, type: encode_by_target\nmade, type: smote", CARS, {}),
    ],
    "SK431": [
        (training("random_forest_classifier"), churn("customer_id", "x"), {}),
        (
            training("random_forest_classifier"),
            {"cars": Table(MANY[["customer_id", "x", "churned"]], {**CHURN, "customer_id": Role.ID})},
            {},
        ),
    ],
    "SK432": [
        (training("random_forest_classifier"), churn("country", "x"), {}),
        (training("random_forest_classifier"), churn("x", country=["JP", "KR", "JP", "CN"] * 10), {}),
    ],
    "SK433": [
        (training("logistic_regression"), CITIES, {}),
        (training("logistic_regression"), FEW_CITIES, {}),
    ],
    "SK434": [
        (training("logistic_regression"), churn("x", message=[f"the parcel {i} came too late" for i in range(40)]), {}),
        (training("logistic_regression"), churn("x", message=["came too late again", "all is well now"] * 20), {}),
    ],
    "SK435": [
        (training("logistic_regression"), churn("x", plan=["Basic", "basic", "Plus", "Basic"] * 10), {}),
        (training("logistic_regression"), churn("x", plan=["Basic", "Plus"] * 20), {}),
    ],
    "SK501": [
        (
            "cars, type: dataset\nsql, type: apply_sql",
            CARS,
            {"sql": SekkeiError("The query has a mistake near 'selct'.", fix="Correct it.")},
        ),
        ("cars, type: dataset\nsql, type: apply_sql", CARS, {}),
    ],
    "SK611": [(PINNED % 1, CARS, {}, VERSIONS), (PINNED % 2, CARS, {}, VERSIONS)],
    "SK612": [
        ("cars, type: dataset\nsql, type: apply_sql\n" + training("ridge").split("\n")[1], {}, {}),
        (training("ridge"), {}, {}),
    ],
}


def codes(diagnostics):
    return {d.code for d in diagnostics}


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_bad_example_is_found_and_the_good_one_is_not(found, code):
    bad, good = EXAMPLES[code]
    assert code in codes(found(*bad))
    assert code not in codes(found(*good))


def test_code_switched_off_is_found(found, monkeypatch):
    steps = "cars, type: dataset\npython, type: execute_python"
    assert "SK304" not in codes(found(steps))
    monkeypatch.setenv("SEKKEI_PYTHON_STEPS", "false")
    settings.cache_clear()
    try:
        assert "SK304" in codes(found(steps))
    finally:
        monkeypatch.undo()
        settings.cache_clear()


def test_every_rule_has_examples_a_reason_and_a_code_of_its_own():
    rules = [rule() for rule in RULES]
    assert sorted(r.code for r in rules) == sorted({*EXAMPLES, "SK304"})
    for rule in rules:
        assert rule.name
        assert "Bad: " in rule.reason
        assert "Good: " in rule.reason


def test_the_wording_is_as_agreed(found):
    lines = []
    for code, (bad, _) in EXAMPLES.items():
        for diagnostic in (d for d in found(*bad) if d.code == code):
            lines.append(f"{code} {diagnostic.severity} {diagnostic}")
            lines += [f"    {edit.describe()}" for edit in diagnostic.edits]
    assert "\n".join(lines) + "\n" == GOLDEN.read_text()


@pytest.mark.parametrize("code", EXAMPLES)
def test_the_edits_offered_can_be_made_and_are_plain_for_json(found, graph, code):
    steps, *known = EXAMPLES[code][0]
    document = graph(steps).document
    for diagnostic in found(steps, *known):
        changed = document
        for edit in diagnostic.edits:
            changed = edit.apply(changed)
        assert (changed == document) is not bool(diagnostic.edits)
        assert json.loads(json.dumps(diagnostic.to_dict()))["code"] == diagnostic.code


def edits_of(diagnostics, code):
    return next(d.edits for d in diagnostics if d.code == code)


def test_an_unknown_column_is_replaced_in_one_click(found):
    (steps, tables, _), _ = EXAMPLES["SK201"]
    assert edits_of(found(steps, tables), "SK201") == (ReplaceColumn("label", "column", "prce", "price"),)


def test_the_label_is_set_at_the_source_and_the_gaps_are_filled_before_training(found):
    steps = (
        "cars, type: dataset\nsplit, type: split_data\nscale, type: normalize_data\n" + training("ridge").split("\n")[1]
    )
    table = Table(FRAME.drop(columns="risk"))
    tables = {"cars": table, "split": split(table), "scale": split(table)}
    made = found(steps, tables)
    assert edits_of(made, "SK401") == (AddStep("set_label", "cars", {"column": "price"}, "label"),)
    columns = {"kind": "numeric"}
    (add,) = edits_of(made, "SK402")
    assert (add.after, add.params) == ("scale", {"strategy": "median", "columns": columns})


def test_a_named_input_is_led_through_the_step_that_is_put_in(found, graph):
    steps = "cars, type: dataset\nsplit, type: split_data\nout, type: export_data\n"
    steps += "train, type: train_model, params: {algorithm: {type: ridge}}, inputs: {table: split.train}"
    table = Table(FRAME, PRICE)
    edits = edits_of(found(steps, {"cars": table, "split": split(table)}), "SK402")
    assert edits[1:] == (SetInput("clean", "table", "split.train"), SetInput("train", "table", "clean"))


def test_a_split_that_running_moves_is_a_warning_and_one_that_it_cannot_an_error(found):
    steps = "cars, type: dataset\nscale, type: normalize_data\nclean, type: clean_missing_data\nsplit, type: split_data"
    (moved,) = found(steps)
    assert (moved.severity, moved.step, moved.edits) == ("warning", "scale", (MoveStep("split", 1),))
    steps = f"cars, type: dataset\nscale, type: normalize_data\n{DROP}\nsplit, type: split_data"
    (stuck,) = found(steps)
    assert (stuck.severity, stuck.step, stuck.edits) == ("error", "scale", (MoveStep("scale", 3),))


def test_what_a_fix_of_the_order_leads_to_is_clean(found, graph):
    for code in ("SK411", "SK412", "SK413"):
        steps, tables, _ = EXAMPLES[code][0]
        made = graph(steps)
        document = made.document
        for edit in edits_of(found(steps, tables), code):
            document = edit.apply(document)
        assert document != made.document
        types = {n.node.type: n.step_type for n in made.nodes}
        assert resolve(document, types).problems == ()


def test_a_failure_that_a_rule_explains_is_not_told_twice(found):
    (steps, tables, _), _ = EXAMPLES["SK201"]
    made = found(steps, tables, {"label": SekkeiError("There is no column 'prce'.")})
    assert [d.code for d in made] == ["SK201"]


def test_one_class_in_a_part_of_a_large_dataset_is_a_warning(found):
    many = pd.DataFrame({"x": np.arange(2000.0), "risk": ["good"] * 2000})
    made = found(training("logistic_regression"), {"cars": Table(many, RISK)})
    assert [d.severity for d in made if d.code == "SK405"] == ["warning"]


def test_diagnostics_come_in_the_order_of_the_steps_errors_first(found):
    steps = "cars, type: dataset\nscale, type: normalize_data, params: {columns: [make, prce]}\n" + DROP
    made = found(steps, CARS)
    assert [(d.step, d.severity) for d in made] == [("scale", "error"), ("scale", "warning")]


@pytest.mark.parametrize("code", sorted(EXAMPLES.keys() - {"SK501"}))  # whose text is the step's own
def test_what_it_says_can_be_said_in_another_language(found, code):
    steps, *known = EXAMPLES[code][0]
    titles = {t.title for t in TYPES.values()}
    for diagnostic in found(steps, *known):
        assert_can_be_translated(diagnostic.message, titles)
        assert_can_be_translated(diagnostic.fix, titles)
