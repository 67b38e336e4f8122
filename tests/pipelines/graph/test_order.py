from __future__ import annotations

import pytest

from pipelines.document.edits import MoveStep, SetInput
from pipelines.graph.order import Edge, leak_proof


def edges(graph):
    return {n.id: dict(n.edges) for n in graph.nodes}


def test_each_step_reads_the_nearest_step_before_that_gives_its_kind(graph):
    made = graph("""
        cars, type: dataset
        split, type: split_data
        train, type: train_model, params: {algorithm: {type: ridge}}
        out, type: export_data
        score, type: score_model
        evaluate, type: evaluate_model
    """)
    assert edges(made) == {
        "cars": {},
        "split": {"table": Edge("cars")},
        "train": {"table": Edge("split")},
        "out": {"table": Edge("split")},
        "score": {"model": Edge("train"), "table": Edge("split")},
        "evaluate": {"table": Edge("score")},
    }
    assert made.problems == ()
    assert [n.id for n in made.ancestors("evaluate")] == ["cars", "split", "train", "score"]
    assert [(n.id, p) for n, p, _ in made.readers("split")] == [
        ("train", "table"),
        ("out", "table"),
        ("score", "table"),
    ]


def test_results_that_stand_aside_are_read_only_by_who_names_them(graph):
    made = graph("""
        cars, type: dataset
        summary, type: summarize_data
        clean, type: clean_missing_data
        out, type: export_data, inputs: {table: summary}
        split, type: split_data
    """)
    assert edges(made) == {
        "cars": {},
        "summary": {"table": Edge("cars")},
        "clean": {"table": Edge("cars")},
        "out": {"table": Edge("summary")},
        "split": {"table": Edge("clean")},
    }
    assert made.problems == ()


def test_a_look_at_rows_needs_no_model(found):
    problems = found("""
        cars, type: dataset
        summary, type: summarize_data
        clean, type: clean_missing_data
    """)
    assert [d for d in problems if d.code in ("SK109", "SK111")] == []


def test_a_look_at_rows_on_the_way_keeps_no_split_from_moving(graph):
    made = leak_proof(
        graph("""
        cars, type: dataset
        clean, type: clean_missing_data
        summary, type: summarize_data
        split, type: split_data
    """)
    )
    assert [n.id for n in made.nodes] == ["cars", "split", "clean", "summary"]


def test_named_inputs_parts_and_the_name_table_for_a_main_port(graph):
    made = graph("""
        cars, type: dataset
        prices, type: dataset
        join, type: join_data, inputs: {table: cars, right: prices.table}
        split, type: split_data
        train, type: train_model, params: {algorithm: {type: ridge}}, inputs: {table: split.train}
        score, type: score_model, inputs: {table: split.test, model: train.model}
    """)
    assert made.problems == ()
    assert edges(made)["join"] == {"left": Edge("cars"), "right": Edge("prices")}
    assert edges(made)["train"] == {"table": Edge("split", "train")}
    assert edges(made)["score"] == {"model": Edge("train"), "table": Edge("split", "test")}


def test_a_step_that_is_off_is_passed_by(graph):
    made = graph("""
        cars, type: dataset
        prices, type: dataset
        clean, type: clean_missing_data, enabled: false, inputs: {table: cars}
        split, type: split_data, inputs: {table: clean}
        out, type: export_data, inputs: {table: clean.test}
    """)
    assert "clean" not in made
    assert edges(made)["split"] == {"table": Edge("cars")}
    assert edges(made)["out"] == {"table": Edge("cars", "test")}
    assert edges(graph("cars, type: dataset\nclean, type: clean_missing_data, enabled: false\nout, type: export_data"))[
        "out"
    ] == {"table": Edge("cars")}


PROBLEMS = {
    "cars, type: datset": ("SK102", "cars: there is no step type 'datset'. Did you mean 'dataset'?", ()),
    "cars, type: dataset\nout, type: export_data, inputs: {table: crs.test}": (
        "SK103",
        "Export data: its input 'table' names a step 'crs' that is not here. Did you mean 'cars'?",
        (SetInput("out", "table", "cars.test"),),
    ),
    "cars, type: dataset\nout, type: export_data, inputs: {table: cars.tst}": (
        "SK103",
        "Export data: its input 'table' asks 'cars' for 'tst', which no step has. Did you mean 'cars.test'?",
        (SetInput("out", "table", "cars.test"),),
    ),
    "out, type: export_data, inputs: {table: cars}\ncars, type: dataset": (
        "SK104",
        "Export data: its input 'table' reads 'cars', which comes later. Move it behind 'cars'.",
        (MoveStep("out", 1),),
    ),
    "cars, type: dataset\nout, type: export_data, inputs: {table: out}": (
        "SK104",
        "Export data: its input 'table' names the step itself. Let it read the step before it.",
        (SetInput("out", "table", None),),
    ),
    "out, type: export_data": (
        "SK105",
        "Export data: no step before it gives a table. Put a step that gives a table before it.",
        (),
    ),
    "cars, type: dataset\njoin, type: join_data": (
        "SK105",
        "Join data: nothing is connected to its input 'right'. Choose the step that 'right' reads.",
        (),
    ),
    "cars, type: dataset, enabled: false\nout, type: export_data, inputs: {table: cars}": (
        "SK105",
        "Export data: its input 'table' reads 'cars', which is switched off and has nothing before it. "
        "Switch 'cars' on, or choose another step.",
        (),
    ),
    "cars, type: dataset\njoin, type: join_data, inputs: {rigth: cars, right: cars}": (
        "SK106",
        "Join data: there is no input 'rigth'. Did you mean 'right'?",
        (SetInput("join", "rigth", None), SetInput("join", "right", "cars")),
    ),
    "cars, type: dataset\ncars2, type: dataset, inputs: {table: cars}": (
        "SK106",
        "Dataset: it takes no input, but 'table' is connected to 'cars'. Take the input away.",
        (SetInput("cars2", "table", None),),
    ),
    "cars, type: dataset\nscore, type: score_model": (
        "SK108",
        "Score model: no step before it gives a trained model. Put a step that gives a trained model before it.",
        (),
    ),
    "cars, type: dataset\nscore, type: score_model, inputs: {model: cars}": (
        "SK107",
        "Score model: its input 'model' needs a trained model, but 'cars' does not give one. "
        "Choose a step that gives a trained model.",
        (),
    ),
}


@pytest.mark.parametrize(
    ("steps", "problem"), PROBLEMS.items(), ids=[p[0] + str(i) for i, p in enumerate(PROBLEMS.values())]
)
def test_what_cannot_be_read_is_told_with_the_nearest(graph, steps, problem):
    (found,) = graph(steps).problems
    assert (found.code, str(found), found.edits) == problem
    assert found.severity == "error"


def test_wrong_parameters_are_told_one_by_one(graph):
    (_, clean, split, train, ridge) = graph("""
        cars, type: dataset
        clean, type: clean_missing_data, params: {stratgy: mean, strategy: medain, columns: 5}
        split, type: split_data, params: {train_fraction: 1.5}
        train, type: train_model, params: {algorithm: {type: rigde}}
        ridge, type: train_model, params: {algorithm: {type: ridge, alpha: x, alhpa: 1}}
    """).nodes
    assert clean.step is None
    assert [f"{e.message} {e.fix}".strip() for n in (clean, split, train, ridge) for e in n.errors] == [
        "'columns' is 5, but it must be a list of columns, or a rule such as {kind: numeric}.",
        "'strategy' cannot be 'medain'. Did you mean 'median'?",
        "There is no parameter 'stratgy'. Did you mean 'strategy'?",
        "'train_fraction' is 1.5, but it must be below 1.",
        "'algorithm.type' cannot be 'rigde'. Did you mean 'ridge'?",
        "'algorithm.alpha' is 'x', but it must be a number.",
        "There is no parameter 'algorithm.alhpa'. Did you mean 'algorithm.alpha'?",
    ]
    assert ridge.errors[0].parameter == "algorithm.alpha"


def test_missing_parameters_are_told(graph):
    nodes = graph(
        "cars, type: dataset\nlabel, type: set_label\ntrain, type: train_model, params: {algorithm: {}}"
    ).nodes
    assert [(e.parameter, e.message) for n in nodes for e in n.errors] == [
        ("column", "'column' is not set."),
        ("algorithm.type", "'algorithm.type' is not set."),
    ]


def test_a_split_is_hoisted_before_the_fitted_steps_that_feed_it(graph):
    made = leak_proof(
        graph("""
        cars, type: dataset
        clean, type: clean_missing_data
        label, type: set_label, params: {column: price}
        split, type: split_data
        train, type: train_model, params: {algorithm: {type: ridge}}
        score, type: score_model, inputs: {table: split.test}
    """)
    )
    assert [n.id for n in made.nodes] == ["cars", "split", "clean", "label", "train", "score"]
    assert edges(made) == {
        "cars": {},
        "split": {"table": Edge("cars")},
        "clean": {"table": Edge("split")},
        "label": {"table": Edge("clean")},
        "train": {"table": Edge("label")},
        "score": {"model": Edge("train"), "table": Edge("label", "test")},
    }


@pytest.mark.parametrize(
    "steps",
    [
        "cars, type: dataset\nsplit, type: split_data\nclean, type: clean_missing_data",
        "cars, type: dataset\nlabel, type: set_label, params: {column: price}\nsplit, type: split_data",
        "cars, type: dataset\nn, type: normalize_data\ndrop, type: clean_missing_data, params: {strategy: drop_rows}\n"
        "split, type: split_data",
        "cars, type: dataset\nn, type: normalize_data\nsql, type: apply_sql\nsplit, type: split_data",
        "cars, type: dataset\nn, type: normalize_data\nsplit, type: split_data\n"
        "join, type: join_data, inputs: {right: n}",
    ],
    ids=["behind", "row-wise", "row-changing", "combine", "branch"],
)
def test_a_split_stays_where_nothing_would_be_gained_or_more_would_change(graph, steps):
    made = graph(steps)
    assert leak_proof(made) == made


def test_a_split_passes_back_as_far_as_the_way_is_clear(graph):
    made = leak_proof(
        graph("""
        cars, type: dataset
        first, type: normalize_data
        drop, type: clean_missing_data, params: {strategy: drop_rows}
        second, type: normalize_data
        split, type: split_data
        out, type: export_data, inputs: {table: second}
    """)
    )
    assert [n.id for n in made.nodes] == ["cars", "first", "drop", "split", "second", "out"]
    assert edges(made)["out"] == {"table": Edge("second")}
