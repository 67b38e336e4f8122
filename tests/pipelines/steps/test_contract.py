"""What every step type must keep, tried with the cases in its own test module; a step without one fails."""

from __future__ import annotations

import inspect
import json
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.base import clone

from pipelines.chain.storage import is_trusted
from pipelines.chain.transformer import Transformer, columns_of
from pipelines.document import codec
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.errors import InputError
from pipelines.execution.apply import apply, fit_link
from pipelines.execution.context import StepContext
from pipelines.execution.events import ignore
from pipelines.schema import Role
from pipelines.steps import library
from pipelines.steps.base import Behaviour, Inputs, Step
from pipelines.table import TEST, TRAIN, Table
from tests.pipelines.steps.bench import Bench, bare_of
from tests.pipelines.steps.cases import Case

ROWS = 60


def rows(seed: int = 0, count: int = ROWS) -> pd.DataFrame:
    """A table with every kind of column that pandas has for what a dataset holds, gaps included."""
    random = np.random.default_rng(seed)

    def gaps(values: Any) -> pd.Series:
        return pd.Series(values).mask(random.random(count) < 0.15)

    colours, sizes = np.array(["red", "green", "blue", "NA", ""]), np.array(["s", "m", "l"])
    frame = pd.DataFrame(
        {
            "key": np.arange(count) % 17,
            "float number": gaps(random.normal(10, 3, count)),
            "int-number": random.integers(0, 50, count),
            "Int64": gaps(pd.array(random.integers(0, 9, count), dtype="Int64")),
            "bool": random.random(count) < 0.5,
            "boolean": gaps(pd.array(random.random(count) < 0.5, dtype="boolean")),
            "text": gaps(pd.array(colours[random.integers(0, 5, count)], dtype="str")),
            "arrow": gaps(pd.array(colours[random.integers(0, 5, count)], dtype="string[pyarrow]")),
            "object": gaps(pd.Series(colours[random.integers(0, 5, count)], dtype=object)),
            "category": gaps(pd.Categorical(sizes[random.integers(0, 3, count)])),
            "time": gaps(pd.Timestamp("2026-01-01") + pd.to_timedelta(random.integers(0, 9999, count), unit="h")),
            "zoned": gaps(pd.Timestamp("2026-01-01", tz="Europe/Paris") + pd.to_timedelta(np.arange(count), unit="h")),
            "nothing": np.full(count, np.nan),
            "x": random.random(count),
            "y": random.random(count) * 5,
        }
    )
    frame["label"] = pd.array(np.where(frame["x"] + random.normal(0, 0.2, count) > 0.5, "yes", "no"), dtype="str")
    return frame.set_index(pd.Index(random.permutation(count) + 100))


def table(frame: pd.DataFrame | None = None, split: bool = False) -> Table:
    frame = rows() if frame is None else frame
    marks = pd.Series(np.where(np.arange(len(frame)) % 3 == 2, TEST, TRAIN), index=frame.index) if split else None
    return Table(frame, {"label": Role.LABEL, "key": Role.ID}, marks)


CASES: dict[str, list[Case]] = {
    name: import_module(f"tests.{t.__module__.rpartition('.')[0]}.test_{name}").CASES
    for name, t in library.STEP_TYPES.items()
}


def cases(*behaviours: Behaviour) -> list[Any]:
    """Each case as (step), for the behaviours asked for."""
    found = []
    for name, step_type in library.STEP_TYPES.items():
        for number, case in enumerate(CASES[name]):
            step = step_type.model_validate(case.params)
            if case.runs and (not behaviours or step.acts_as in behaviours):
                found.append(pytest.param(step, id=f"{name}-{number}"))
    return found


LINKS = cases(Behaviour.ROW_WISE, Behaviour.FITTED)
ALL = cases()
TYPES = list(library.STEP_TYPES.values())
OUTSIDE = {
    "dataset",  # needs a catalogue
    "import_database",  # needs a connection
    "execute_r",  # needs R
}
NAMES = [t.type for t in TYPES]


def run(step: Step, first: Table, second: Table | None = None) -> Any:
    """The step's output on a table, through the engine; a second table for a second port."""
    given = {port.name: t for port, t in zip(step.inputs, [first, second or first], strict=False)}
    context = StepContext("step", {}, None, None, ignore)  # type: ignore[arg-type]
    return apply(step, Inputs(given, {}, dict.fromkeys(given, "input")), context, "key")


def attempt(step: Step, given: Table) -> Table | None:
    """The table a step gives; None where it says in words why it cannot."""
    try:
        return run(step, given).table
    except InputError as error:
        said = error
    assert said.message
    assert said.fix
    return None


# Declarations


@pytest.mark.parametrize("step_type", TYPES, ids=NAMES)
def test_every_step_type_has_a_case(step_type: type[Step]) -> None:
    assert CASES[step_type.type], f"add a case for {step_type.type} to CASES in its test"


@pytest.mark.parametrize("step_type", TYPES, ids=NAMES)
def test_it_is_described_to_the_analyst(step_type: type[Step]) -> None:
    lines = inspect.cleandoc(step_type.__doc__ or "").splitlines()
    assert lines[0].endswith((".", "?")), "the first line is the tooltip"
    assert len(lines[0]) <= 110
    assert step_type.title
    assert step_type.synonyms
    assert Path(inspect.getfile(step_type)).stem == step_type.type
    for name, info in step_type.model_fields.items():
        assert info.description, f"{name} has no description"
        assert info.description.endswith((".", "?")), f"the description of {name} is a sentence"


@pytest.mark.parametrize("step_type", TYPES, ids=NAMES)
def test_it_is_shown_in_python_and_on_an_example(step_type: type[Step]) -> None:
    assert step_type.equivalent, "give the same work in Python as equivalent"
    assert step_type.example or step_type.type in OUTSIDE, "give an example"


@pytest.mark.parametrize("step_type", TYPES, ids=NAMES)
def test_its_conditions_name_parameters_and_values_that_exist(step_type: type[Step]) -> None:
    for info in step_type.model_fields.values():
        for form in (m for m in info.metadata if hasattr(m, "when")):
            for sibling, values in form.when.items():
                assert sibling in step_type.model_fields
                assert values
            assert not form.port or form.port in [p.name for p in step_type.inputs]


@pytest.mark.parametrize("step_type", TYPES, ids=NAMES)
def test_its_parameters_have_a_json_schema(step_type: type[Step]) -> None:
    schema = json.loads(json.dumps(step_type.model_json_schema()))
    assert set(schema["properties"]) == set(step_type.model_fields)


@pytest.mark.parametrize(
    ("name", "params"),
    [pytest.param(n, c.params, id=f"{n}-{i}") for n, found in CASES.items() for i, c in enumerate(found)],
)
def test_its_parameters_survive_yaml(name: str, params: dict[str, Any]) -> None:
    step = library.get(name).model_validate(params)
    for written in (params, step.model_dump(mode="json")):
        node = StepNode(id="step", type=name, params=written)
        read = codec.loads(codec.dumps(PipelineDocument(name="p", steps=(node,)))).steps[0]
        again = library.get(name).model_validate(read.params)
        assert again == step
        assert again.model_dump(mode="json") == step.model_dump(mode="json")


def test_the_library_is_ordered_by_category() -> None:
    assert list(library.STEP_TYPES) == [t.type for types in library.CATEGORIES.values() for t in types]
    assert all(t.category == category for category, types in library.CATEGORIES.items() for t in types)
    described = library.describe()
    assert [d["type"] for d in described] == NAMES
    assert all(d["help"] and d["params"]["type"] == "object" for d in described)


@pytest.mark.parametrize("step_type", list(library.BUILT_IN.values()), ids=list(library.BUILT_IN))
def test_what_it_is_measured_against_gives_the_same(step_type: type[Step]) -> None:
    found = bare_of(step_type.type)
    assert found, f"say in its test, as BARE, what does the work of {step_type.type} by hand, or why nothing does"
    for bare in [] if isinstance(found, str) else found:
        with warnings.catch_warnings(action="ignore"):  # the library's own, by hand
            Bench(step_type.type, bare, 300).agree()


@pytest.mark.parametrize("step", LINKS)
def test_fitting_and_transforming_in_one_go_is_the_same(step: Step) -> None:
    given = table()
    link = step.build(given.schema)
    together = link.fit_transform(given.frame, given.frame["label"])
    apart = fit_link(step, given)
    afterwards = apart.transform(given.frame)
    pd.testing.assert_frame_equal(link.transform(given.frame), afterwards)
    assert state(link) == state(apart)
    if not link.cross_fits:
        pd.testing.assert_frame_equal(together, afterwards)


# What every step that runs keeps


@pytest.mark.parametrize("step", ALL)
@pytest.mark.parametrize("split", [False, True], ids=["whole", "split"])
def test_its_input_is_left_as_it_was_and_its_output_is_the_same_again(step: Step, split: bool) -> None:
    given, before = table(split=split), rows()
    may_refuse = split and step.acts_as in (Behaviour.SPLIT, Behaviour.COMBINE)
    first = attempt(step, given) if may_refuse else run(step, given).table
    pd.testing.assert_frame_equal(given.frame, before)
    if may_refuse and first is None:
        return
    second = run(step, table(split=split)).table
    pd.testing.assert_frame_equal(first.frame, second.frame)
    assert first.roles == second.roles
    assert first.frame.index.is_unique
    assert all(isinstance(c, str) for c in first.frame.columns)
    assert first.frame.columns.is_unique


@pytest.mark.parametrize("step", ALL)
@pytest.mark.parametrize(
    "frame", [rows().iloc[:0], rows().iloc[:1], rows().iloc[3:4], rows().iloc[:2]], ids=["empty", "one", "other", "two"]
)
def test_hardly_any_rows_give_a_result_or_a_reason(step: Step, frame: pd.DataFrame) -> None:
    found = attempt(step, table(frame))
    if found is not None and step.acts_as.is_link:
        pd.testing.assert_index_equal(found.frame.index, frame.index)


@pytest.mark.parametrize("step", ALL)
def test_columns_without_any_value_give_a_result_or_a_reason(step: Step) -> None:
    frame = rows()
    empty = frame.drop(columns=["label", "key"]).apply(lambda s: s.iloc[:0].reindex(frame.index))
    attempt(step, table(empty.assign(label=frame["label"], key=frame["key"])))


@pytest.mark.parametrize("step", cases(Behaviour.ROW_CHANGING))
def test_after_a_split_it_changes_training_rows_only(step: Step) -> None:
    given = table(split=True)
    found = run(step, given).table
    tested = given.rows(TEST)[found.frame.columns].sort_index()
    pd.testing.assert_frame_equal(found.rows(TEST).sort_index().set_axis(tested.index), tested)


@pytest.mark.parametrize("step", cases(Behaviour.ROW_CHANGING))
def test_each_row_that_is_made_names_the_row_it_came_from(step: Step) -> None:
    given = table(split=True)
    found = step.change(given.training, given.schema)
    kept = found[~found.index.duplicated()]
    pd.testing.assert_frame_equal(kept, given.training.loc[kept.index, kept.columns], check_dtype=False)


# What every link keeps


@pytest.mark.parametrize("step", LINKS)
def test_a_link_keeps_the_rows(step: Step) -> None:
    given = table(split=True)
    found = run(step, given).table
    pd.testing.assert_index_equal(found.frame.index, given.frame.index)
    pd.testing.assert_series_equal(found.partition, given.partition)


@pytest.mark.parametrize("step", LINKS)
def test_a_link_is_a_scikit_learn_object(step: Step) -> None:
    link = step.build(table().schema)
    assert isinstance(link, Transformer)
    assert clone(link).get_params().keys() == link.get_params().keys()
    given = table()
    again = clone(fit_link(step, given)).fit(given.frame, given.frame["label"])
    pd.testing.assert_frame_equal(again.transform(given.frame), fit_link(step, given).transform(given.frame))


@pytest.mark.parametrize("step", LINKS)
def test_a_step_declares_whether_its_link_cross_fits(step: Step) -> None:
    assert step.build(table().schema).cross_fits == step.cross_fits


@pytest.mark.parametrize("step", LINKS)
def test_a_link_learns_from_training_rows_only(step: Step) -> None:
    given = table(split=True)
    test = (given.partition == TEST).to_numpy()
    other = rows(seed=9)
    changed = pd.concat([given.frame[~test], other.set_index(given.frame.index)[test]]).loc[given.frame.index]
    first, second = fit_link(step, given), fit_link(step, table(changed, split=True))
    assert state(first) == state(second)
    train = given.rows(TRAIN)
    pd.testing.assert_frame_equal(first.transform(train), second.transform(train))


@pytest.mark.parametrize("step", LINKS)
def test_a_link_is_stored_without_pickle(step: Step) -> None:
    link = fit_link(step, table())
    stored = skops.io.dumps(link)
    untrusted = skops.io.get_untrusted_types(data=stored)
    assert all(map(is_trusted, untrusted)), untrusted
    read = skops.io.loads(stored, trusted=untrusted)
    assert state(read) == state(link)
    for frame in (rows(seed=5), rows().iloc[[7]]):
        pd.testing.assert_frame_equal(read.transform(frame), link.transform(frame))


@pytest.mark.parametrize("step", LINKS)
def test_one_row_comes_out_as_it_does_among_others(step: Step) -> None:
    link = fit_link(step, table())
    given = rows(seed=3, count=200)
    together = link.transform(given)
    for at in (0, 7, 42, 199):
        alone = link.transform(given.iloc[[at]])
        assert list(alone.columns) == list(together.columns)
        for name in together:
            assert_same(alone[name].iloc[0], together[name].iloc[at], name)


@pytest.mark.parametrize("step", LINKS)
def test_columns_that_stand_alone_come_out_as_they_do_in_a_table(step: Step) -> None:
    link = fit_link(step, table())
    for given in (rows(seed=3).reset_index(drop=True), rows(seed=6, count=1).reset_index(drop=True), rows().iloc[:0]):
        found = link.apply(columns_of(given), len(given))
        expected = link.transform(given)
        pd.testing.assert_frame_equal(pd.DataFrame(found, index=expected.index), expected, check_dtype=False)


@pytest.mark.parametrize("step", LINKS)
def test_unseen_categories_and_new_gaps_are_scored(step: Step) -> None:
    link = fit_link(step, table())
    strange = rows(seed=1)
    for name in ("text", "arrow", "object"):
        strange[name] = strange[name].mask(strange.index % 2 == 0, "never seen")
    strange["category"] = strange["category"].cat.rename_categories({"s": "xxl"})
    strange[["x", "y"]] = np.nan
    found = link.transform(strange)
    pd.testing.assert_index_equal(found.index, strange.index)
    assert list(found.columns) == list(link.transform(rows()).columns)


@pytest.mark.parametrize("step", LINKS)
def test_what_a_link_says_it_needs_is_enough(step: Step) -> None:
    link = fit_link(step, table())
    given = rows(seed=2)
    whole = link.transform(given)
    for name in whole.columns:
        needed = link.requires({name})
        assert needed <= set(given.columns), name
        other = rows(seed=8).set_index(given.index)
        blurred = pd.concat([given[c] if c in needed else other[c] for c in given.columns], axis=1)
        pd.testing.assert_series_equal(link.transform(blurred)[name], whole[name])


@pytest.mark.parametrize("step", LINKS)
def test_the_label_may_be_absent_when_the_model_is_used(step: Step) -> None:
    label = next((n for n, r in step.roles(table().schema).items() if r is Role.LABEL and n in rows()), "label")
    link = fit_link(step, table())
    whole = link.transform(rows(seed=4))
    if label in set().union(*(link.requires({c}) for c in whole.columns if c not in (label, "double", "label"))):
        pytest.fail("a feature hangs on the label")
    served = link.transform(rows(seed=4).drop(columns=label))
    for name in served:
        pd.testing.assert_series_equal(served[name], whole[name])


def state(link: Transformer) -> str:
    """Parameters and learned attributes as text, to the last bit."""
    return json.dumps(link.__getstate__(), default=_plain, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, np.dtype):
        return str(value)
    if isinstance(value, np.random.RandomState):
        return str(value.get_state())
    return vars(value)


def assert_same(first: Any, second: Any, name: str) -> None:
    if pd.isna(first) or pd.isna(second):
        assert pd.isna(first), name
        assert pd.isna(second), name
    else:
        assert first == second, name
