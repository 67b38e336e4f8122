from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.document.codec import MAX_BYTES, dumps, loads
from pipelines.document.model import PipelineDocument, StepNode
from pipelines.errors import DocumentError

GOLDEN = Path(__file__).parents[2] / "golden"

ids = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,12}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40) | st.sampled_from(
    [
        "",
        "on",
        "No",
        "null",
        "~",
        "1e5",
        "0x1F",
        "1:30",
        "2020-01-01",
        ".nan",
        "- a",
        "a: b",
        "# a",
        " a\nb ",
        "a\n\nb",
        "<<",
        "=",
    ]
)
shown_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
)
nodes = st.builds(
    StepNode,
    id=ids,
    type=ids,
    title=shown_texts,
    params=st.dictionaries(texts, values, max_size=4),
    inputs=st.dictionaries(ids, ids, max_size=3),
    enabled=st.booleans(),
    note=shown_texts,
    position=st.none() | st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2),
)
documents = st.builds(
    PipelineDocument,
    name=shown_texts.filter(str.strip),
    description=st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=80),
    steps=st.lists(nodes, max_size=4, unique_by=lambda n: n.id).map(tuple),
)


@given(documents)
@settings(max_examples=100, deadline=None)
def test_reads_back_what_it_writes(document):
    text = dumps(document)
    assert loads(text) == document
    assert dumps(loads(text)) == text


@given(documents)
@settings(max_examples=50, deadline=None)
def test_reads_the_same_document_from_json(document):
    data = json.dumps(document.model_dump(mode="python"))
    assert loads(data) == document


@given(st.text(max_size=60) | st.text("{}[]:,-&*!|>'\"%@`# \n\tab0", max_size=60))
@settings(max_examples=100, deadline=None)
def test_any_text_is_a_document_or_a_document_error(text):
    try:
        loads(text)
    except DocumentError as error:
        assert type(error) is DocumentError  # noqa: PT017 - most texts are refused, some are documents


def test_writes_a_short_step_on_one_line_and_a_long_one_in_a_block():
    document = PipelineDocument(
        name="sql",
        steps=(
            StepNode(id="cars", type="dataset", params={"dataset": "automobile-price"}),
            StepNode(
                id="sql", type="apply_sql", params={"query": "select *\nfrom t\n  where x > 1\n"}, inputs={"t": "cars"}
            ),
            StepNode(id="columns", type="select_columns", params={"columns": [f"column-{i}" for i in range(12)]}),
            StepNode(id="names", type="select_columns", params={"columns": ["on", "No", "Größe", "車"]}, enabled=False),
        ),
    )
    assert dumps(document) == (
        "format: 3\n"
        "name: sql\n"
        "steps:\n"
        "  - {id: cars, type: dataset, params: {dataset: automobile-price}}\n"
        "  - id: sql\n"
        "    type: apply_sql\n"
        "    inputs: {t: cars}\n"
        "    params:\n"
        "      query: |\n"
        "        select *\n"
        "        from t\n"
        "          where x > 1\n"
        "  - id: columns\n"
        "    type: select_columns\n"
        "    params:\n"
        "      columns:\n"
        + "".join(f"        - column-{i}\n" for i in range(12))
        + "  - {id: names, type: select_columns, params: {columns: ['on', 'No', Größe, 車]}, enabled: false}\n"
    )


def test_the_order_parameters_were_set_in_does_not_show():
    def text(params):
        return dumps(PipelineDocument(name="p", steps=(StepNode(id="s", type="split_data", params=params),)))

    first = text({"train_fraction": 0.7, "random_state": 0})
    assert first == text({"random_state": 0, "train_fraction": 0.7})
    assert "params: {train_fraction: 0.7, random_state: 0}" in first


def test_a_group_begins_with_its_type_and_keeps_its_order_else():
    document = PipelineDocument(
        name="p", steps=(StepNode(id="s", type="x", params={"a": {"z": 1, "type": "t", "b": 2}}),)
    )
    assert "params: {a: {type: t, z: 1, b: 2}}" in dumps(document)


def test_plain_words_of_yaml_1_1_are_text():
    document = loads(
        "name: n\nsteps:\n - {id: a, type: join_data, params: {on: [No, 2020-01-01, yes], day: 1:30, x: 010}}"
    )
    assert document.steps[0].params == {"on": ["No", "2020-01-01", "yes"], "day": "1:30", "x": 10}


def test_numbers_that_are_not_finite_survive():
    params = loads("name: n\nsteps:\n - {id: a, type: b, params: {x: .nan, y: -.inf, z: 1e5}}").steps[0].params
    assert math.isnan(params["x"])
    assert (params["y"], params["z"]) == (-math.inf, 1e5)
    text = dumps(loads("name: n\nsteps:\n - {id: a, type: b, params: {x: .nan, y: -.inf}}"))
    assert dumps(loads(text)) == text


def test_golden_document_opens_and_is_canonical():
    text = (GOLDEN / "format_3.yaml").read_text()
    assert dumps(loads(text)) == text


STEP = "name: x\nsteps:\n  - "
REFUSED = {
    "": "Line 1: A pipeline document holds named values, but this is empty.",
    "[1, 2]": "Line 1: A pipeline document holds named values, but this is a list.",
    "name: x\nstpes: []": "Line 2: A pipeline document cannot have 'stpes'. Did you mean 'steps'?",
    "format: 4\nname: x": "Line 1: This document has format 4, written by a newer Sekkei; this one reads format 3.",
    "name: x\nformat: one": "Line 2: The format must be 3, but it is 'one'.",
    "format: 1": "Line 1: The pipeline has no name.",
    "name: ' '": "Line 1: The pipeline's name is empty.",
    "name: [x]": "Line 1: The pipeline's name must be text, but it is a list.",
    "name: x\nname: y": "Line 2: 'name' is there twice.",
    '{"name": "x",\n "name": "y"}': "Line 2: 'name' is there twice.",
    "name: x\nsteps: {a: 1}": "Line 2: 'steps' must be a list of steps, but it is a group of named values.",
    STEP + "clean": "Line 3: Step 1 must be written as {id: …, type: …}, but it is 'clean'.",
    STEP + "{type: b}": "Line 3: Step 1 has no id.",
    STEP + "{id: a}": "Line 3: Step 'a' has no type.",
    STEP + "id: a\n    typ: b": "Line 4: Step 'a' cannot have 'typ'. Did you mean 'type'?",
    STEP + "{id: a, type: b}\n  - {id: a, type: c}": "Line 4: Steps 1 and 2 have the same id, 'a'.",
    STEP + "{id: ../../etc, type: b}": "Line 3: '../../etc' cannot be the id of a step.",
    STEP + '{id: "a\\n", type: b}': "Line 3: 'a\\n' cannot be the id of a step.",
    STEP + "{id: <b>, type: b}": "Line 3: '<b>' cannot be the id of a step.",
    STEP + "{id: 5, type: b}": "Line 3: 5 cannot be the id of a step.",
    STEP + "{id: a, type: b, params: [1]}": "Line 3: Step 'a': 'params' must be named values",
    STEP + "{id: a, type: b, inputs: clean}": "Line 3: Step 'a': 'inputs' must be a step's id for each input",
    STEP
    + "{id: a, type: b, inputs: {table: [c]}}": "Line 3: Step 'a': the input 'table' must be text, but it is a list.",
    STEP + "{id: a, type: b, enabled: 'yes'}": "Line 3: Step 'a': 'enabled' must be true or false, but it is 'yes'.",
    STEP + "{id: a, type: b, position: [.inf, 1]}": "Line 3: Step 'a': 'position' must be two numbers",
    "name: &a x\ndescription: *a": "Line 1: the anchor '&a' is not allowed.",
    "name: *a": "Line 1: the alias '*a' is not allowed.",
    "name: !!python/object/apply:os.system [ls]": "Line 1: the tag 'tag:yaml.org,2002:python/object/apply:os",
    "<<: {name: x}": "Line 1: A pipeline document cannot have '<<'.",
    "name: x\n---\nname: y": "Line 2: this is not YAML: a second document begins here, behind '---'.",
    "name: x\nsteps:\n\t- a": "Line 3: this is not YAML: found character '\\t' that cannot start any token.",
    "name: x: y": "Line 1: this is not YAML: mapping values are not allowed here.",
    "name: [x": "Line 1: this is not YAML: expected ',' or ']', but got 'stream end'.",
    "name: " + "9" * 5000: "Line 1: the number 9999999999999999999… is too long to be read.",
    "name: x\ndescription: \x07": "Line 2: the document has a character that cannot be shown.",
    'name: "\\ud800"': "Line 1: The pipeline's name has a character that cannot be shown",
    STEP + '{id: a, type: b, params: {x: "\\ud800"}}': "Line 3: A text has a broken character in it",
    "? [a]\n: b": "Line 1: a name must be text",
    "[" * 5000: "Line 1: the values are nested too deeply.",
    '{"a":' * 5000: "Line 1: the values are nested too deeply.",
}


@pytest.mark.parametrize(("text", "message"), REFUSED.items(), ids=[str(i) for i in range(len(REFUSED))])
def test_refuses_in_words_with_the_line(text, message):
    with pytest.raises(DocumentError) as caught:
        loads(text)
    assert str(caught.value).startswith(message)
    assert type(caught.value) is DocumentError


def test_refuses_more_than_a_mebibyte_both_ways():
    with pytest.raises(DocumentError, match="1 MiB is the most"):
        loads("name: x\n#" + "a" * MAX_BYTES)
    with pytest.raises(DocumentError, match="larger than 1 MiB"):
        dumps(PipelineDocument(name="x", steps=(StepNode(id="a", type="b", params={"rows": "a,b\n" * 300_000}),)))


def test_reads_bytes_with_a_mark_and_refuses_other_encodings():
    assert loads("\ufeffname: Größe".encode()).name == "Größe"
    with pytest.raises(DocumentError, match="Line 2: the document is not UTF-8 text"):
        loads("format: 1\nname: Größe".encode("latin-1"))
