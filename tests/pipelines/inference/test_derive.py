"""Inference pipelines derived from every sample pipeline: what they hold, and that they score as the run did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

from pipelines.chain.chain import Chain
from pipelines.chain.served import Served
from pipelines.document import codec
from pipelines.document.inference_edits import SetInference
from pipelines.document.model import InferenceEdits, PipelineDocument
from pipelines.errors import ContractError, NotFoundError, ParameterError
from pipelines.execution.cache import ResultStore
from pipelines.execution.datasets import SampleDatasets
from pipelines.execution.result import RunResult
from pipelines.execution.runner import Runner
from pipelines.graph.order import Graph, leak_proof, resolve
from pipelines.inference.assemble import assemble
from pipelines.inference.derive import Derived, Trained, derive, head_of, resolve_derived
from pipelines.samples.gallery import SAMPLES
from pipelines.sdk import Workspace
from pipelines.steps.base import Behaviour

WITH_MODELS = [s.name for s in SAMPLES if s.name != "adult-cross-validation"]
pytestmark = pytest.mark.filterwarnings("ignore:lbfgs failed to converge")  # of a sample, some learners need more

FEWER = {"adult-tuning": ("tune", "n_trials", 2)}  # so that a sample is run in a second


@dataclass(frozen=True)
class Ran:
    """A sample pipeline, run on the samples of its datasets."""

    document: PipelineDocument
    graph: Graph
    result: RunResult
    store: ResultStore

    def key(self, step: str) -> str:
        return next(s.key for s in self.result.steps if s.id == step)

    def head(self, step: str) -> pd.DataFrame:
        return self.store.table(self.key(head_of(self.graph, step).id)).frame


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    home = tmp_path_factory.mktemp("derive") / "workspace"
    home.mkdir()
    (home / ".furnished").touch()
    return Workspace.open(home)


@pytest.fixture(scope="module")
def ran(workspace: Workspace) -> dict[str, Ran]:
    """Filled as samples are asked for."""
    return {}


def run(workspace: Workspace, ran: dict[str, Ran], name: str) -> Ran:
    if name not in ran:
        document = workspace.sample(name)
        if name in FEWER:
            from pipelines.document.edits import SetParameter

            document = SetParameter(*FEWER[name]).apply(document)
        graph = leak_proof(resolve(document))
        needed = {a.id for n in graph.nodes if n.behaviour is Behaviour.SCORE for a in (n, *graph.ancestors(n.id))}
        nodes = tuple(n for n in graph.nodes if n.id in needed)
        store = ResultStore(workspace.home.cache)
        result = Runner(SampleDatasets(workspace.datasets), store).run(Graph(document, nodes))
        assert result.failure is None
        ran[name] = Ran(document, graph, result, store)
    return ran[name]


def derived(found: Ran, step: str, edits: InferenceEdits | None = None) -> Derived:
    return derive(found.document, Trained(found.result.models[step], step, "r" * 32, "models:/m-1"), edits)


@pytest.mark.parametrize("name", WITH_MODELS)
def test_every_sample_is_derived_and_scores_as_in_its_run(workspace: Workspace, ran: dict[str, Ran], name: str) -> None:
    found = run(workspace, ran, name)
    for step, chain in found.result.models.items():
        pipelines = derived(found, step)
        for kind in ("realtime", "batch"):
            document = pipelines.document(kind)
            assert codec.loads(codec.dumps(document)) == document
            graph = resolve_derived(document)
            assert not graph.problems
            kinds = [n.behaviour for n in graph.nodes]
            assert not {Behaviour.SPLIT, Behaviour.ROW_CHANGING, Behaviour.FOLDS, Behaviour.EVALUATE} & set(kinds)
            assert (kinds[0], kinds[-1]) == (Behaviour.SOURCE, Behaviour.SINK)
            told = {f.step for f in pipelines.fates[kind]} - {""}
            assert told == {n.id for n in found.graph.nodes}
            assert all(f.reason for f in pipelines.fates[kind])
            now = {f.becomes for f in pipelines.fates[kind]} - {""}
            assert now == set(document.ids)
        assert_scores_alike(found, step, pipelines, chain)


def assert_scores_alike(found: Ran, step: str, pipelines: Derived, chain: Chain) -> None:
    """The derived pipeline gives each row of the run's score step what the run gave it."""
    score = next(n for n in found.graph.nodes if any(e.step == step for p, e in n.edges.items() if p == "model"))
    expected = found.store.table(found.key(score.id)).frame
    head = found.head(step)
    split = next((n.id for n in found.graph.ancestors(step) if n.behaviour is Behaviour.SPLIT), None)
    where = expected.index if split is None else found.store.table(found.key(split)).rows("test").index
    rows = head.loc[where].set_axis(expected.index)  # rows that were repeated for training have numbered the rest anew
    for kind in ("realtime", "batch"):
        served = assemble(pipelines.document(kind), chain, rows)
        label = chain.label
        given = rows.drop(columns=[label]) if label in rows and label not in served.contract.names else rows
        got = served.predict(given)
        for column in got:
            one, other = expected[column], got[column]
            if pd.api.types.is_float_dtype(one.dtype):
                np.testing.assert_allclose(other.to_numpy(float), one.to_numpy(float), rtol=1e-9, atol=1e-12)
            else:
                assert other.astype("object").tolist() == one.astype("object").tolist()


def test_smote_splits_and_other_branches_go_with_a_reason(workspace: Workspace, ran: dict[str, Ran]) -> None:
    found = run(workspace, ran, "customer-churn")
    pipelines = derived(found, "boosted_smote")
    fates = {f.step: f for f in pipelines.fates["realtime"]}
    assert [(s, fates[s].change) for s in ("split", "roles", "smote", "boosted", "evaluate")] == [
        (s, "removed") for s in ("split", "roles", "smote", "boosted", "evaluate")
    ]
    assert "label" in fates["roles"].reason
    assert (fates["words"].change, fates["clean"].change) == ("replaced", "replaced")
    assert fates["customers"].becomes == "web_service_input"
    assert pipelines.realtime.step("clean").type == "fitted_state"
    assert pipelines.batch.defaults == {"dataset": "customer-churn"}


def test_a_vocabulary_and_a_selection_go_along(workspace: Workspace, ran: dict[str, Ran]) -> None:
    words = derived(run(workspace, ran, "support-messages"), "train_n_grams").realtime
    assert [s.type for s in words.steps][1:3] == ["preprocess_text", "fitted_state"]
    chosen = derived(run(workspace, ran, "income-features"), "train").realtime
    assert len(chosen.step("web_service_input").params["columns"]) == 5


def test_rows_come_as_the_last_join_gives_them(workspace: Workspace, ran: dict[str, Ran]) -> None:
    found = run(workspace, ran, "flight-delay")
    fates = {f.step: f for f in derived(found, "train").fates["realtime"]}
    assert fates["join"].becomes == "web_service_input"
    assert fates["weather"].change == fates["flights"].change == "removed"
    assert "Join Data" in fates["weather"].reason


def test_edits_survive_in_the_document_and_change_the_answers(workspace: Workspace, ran: dict[str, Ran]) -> None:
    found = run(workspace, ran, "adult-income")
    document = found.document
    for name, value in {
        "ids": ["fnlwgt"],
        "passed": ["order no", "income"],
        "threshold": 0.2,
        "top_k": 2,
        "explanations": 2,
        "export": {"to": "dataset", "dataset": "scored"},
        "defaults": {"dataset": "adult-income-test"},
    }.items():
        document = SetInference(name, value).apply(document)
    assert codec.loads(codec.dumps(document)).inference == document.inference
    chain = found.result.models["train"]
    pipelines = derive(document, Trained(chain, "train"))
    assert pipelines.batch.defaults == {"dataset": "adult-income-test"}
    assert pipelines.batch.step("export").params["dataset"] == "scored"
    rows = found.head("train")
    served = assemble(pipelines.realtime, chain, rows)
    assert isinstance(served, Served)
    asked = rows.head(60)
    got = served.predict(asked.drop(columns="income"))
    assert list(got)[:4] == ["fnlwgt", "order no", "income", "Scored Labels"]
    assert got["fnlwgt"].tolist() == asked["fnlwgt"].tolist()
    assert got["income"].isna().all()
    share = chain.predict(asked)["Scored Probabilities"]
    assert (got["Scored Labels"] == ">50K").tolist() == (share >= 0.2).tolist()
    assert got["Class 1"].tolist() == np.where(share > 0.5, ">50K", "<=50K").tolist()
    np.testing.assert_allclose(got["Probability 1"], np.maximum(share, 1 - share))
    with pytest.raises(ContractError, match="fnlwgt"):
        served.predict(asked.drop(columns="fnlwgt"))
    alone = pd.concat([served.predict(asked.iloc[[i]]) for i in range(5)])
    pd.testing.assert_frame_equal(alone, served.predict(asked.head(5)), check_exact=False, rtol=1e-12)


def test_a_reason_is_what_the_answer_would_be_otherwise(workspace: Workspace, ran: dict[str, Ran]) -> None:
    found = run(workspace, ran, "automobile-price")
    chain, rows = found.result.models["train"], found.head("train").head(30)
    served = assemble(derived(found, "train", InferenceEdits(explanations=3)).realtime, chain, rows)
    got = served.predict(rows)
    contract = chain.contract
    assert contract is not None
    number = int(np.flatnonzero(got["Reason 1"].notna())[0])
    column = got["Reason 1"].iloc[number]
    row = rows.iloc[[number]]
    other = chain.predict(row.assign(**{column: contract[column].example}))["Scored Labels"]
    expected = chain.predict(row)["Scored Labels"].iloc[0] - other.iloc[0]
    assert got["Effect 1"].iloc[number] == pytest.approx(expected)
    effects = got[["Effect 1", "Effect 2", "Effect 3"]].abs().to_numpy()
    assert (np.diff(np.nan_to_num(effects), axis=1) <= 1e-6).all()


@pytest.mark.parametrize(
    ("name", "step", "edits", "said"),
    [
        ("automobile-price", "train", {"threshold": 0.5}, "takes no threshold"),
        ("automobile-price", "train", {"top_k": 2}, "no likeliest"),
        ("wine-quality", "train", {"threshold": 0.5}, "takes no threshold"),
        ("wine-groups", "train", {"explanations": 1}, "no reasons"),
        ("wine-quality", "train", {"passed": ["Scored Labels"]}, "column of its own|'Scored Labels' of its own"),
    ],
)
def test_what_a_model_cannot_do_is_said(
    workspace: Workspace, ran: dict[str, Ran], name: str, step: str, edits: dict[str, object], said: str
) -> None:
    found = run(workspace, ran, name)
    pipelines = derived(found, step, InferenceEdits.model_validate(edits))
    with pytest.raises(ParameterError, match=said):
        assemble(pipelines.realtime, found.result.models[step], found.head(step))


def test_a_step_that_is_not_there_is_told_with_the_nearest(workspace: Workspace, ran: dict[str, Ran]) -> None:
    found = run(workspace, ran, "wine-groups")
    with pytest.raises(NotFoundError, match="Did you mean 'train'"):
        derive(found.document, Trained(found.result.models["train"], "trian"))
