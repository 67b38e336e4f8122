"""An inference pipeline made into the one object that scores: in memory, in batch and behind an endpoint."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipelines.chain.chain import Chain, needed_links
from pipelines.chain.contract import Contract, ContractColumn
from pipelines.chain.explain import EFFECT, REASON, can_be_explained
from pipelines.chain.predictor import PROBABILITIES, probability_columns
from pipelines.chain.served import CLASS, PROBABILITY, Served
from pipelines.document.model import PipelineDocument
from pipelines.errors import InputError, ParameterError
from pipelines.graph.order import Graph, Node
from pipelines.inference.derive import resolve_derived
from pipelines.inference.steps import Answer, Input
from pipelines.messages import _
from pipelines.schema import ColumnType, column_type
from pipelines.steps.base import Behaviour


def assemble(document: PipelineDocument, chain: Chain, rows: pd.DataFrame) -> Chain | Served:
    """What the inference pipeline ``document`` does with ``chain``; the chain itself where that is all.

    ``rows`` are some of the training pipeline's head rows, which tell the types of columns that are passed through.
    ParameterError says which of the pipeline's settings the model cannot fulfil, InputError that it has other steps.
    """
    graph = resolve_derived(document)
    _require_links(graph, chain)
    asked = _asked(graph, chain)
    given = next(n.step for n in graph.nodes if isinstance(n.step, Input))
    answers = [n.step for n in graph.nodes if isinstance(n.step, Answer)]
    answering: dict[str, Any] = answers[0].answering if answers else {}
    wide = _with_columns(asked, given, rows)
    served = Served(wide, list(dict.fromkeys([*given.ids, *given.passed])), **answering)
    if not served.passed and served.get_params(deep=False) == Served(wide, []).get_params(deep=False):
        return asked
    _check(served)
    return served


def _require_links(graph: Graph, chain: Chain) -> None:
    given = _link_steps(graph)
    wanted = [name for name, _link in chain.links]
    if given != wanted:
        raise InputError(
            _(
                "The inference pipeline has the steps {given}, the model {wanted}.",
                given=str(given),
                wanted=str(wanted),
            ),
            fix=_("Derive it again from the run."),
        )


def _link_steps(graph: Graph) -> list[str]:
    """The steps that are links: those on the way to the scoring step."""
    score = next(n for n in graph.nodes if n.behaviour is Behaviour.SCORE)
    return [n.id for n in graph.ancestors(score.id) if n.behaviour is Behaviour.ROW_WISE]


def _asked(graph: Graph, chain: Chain) -> Chain:
    """The chain as the scoring step asks it, with the contract that this needs."""
    score: Node = next(n for n in graph.nodes if n.behaviour is Behaviour.SCORE)
    if score.step is None or chain.contract is None:
        return chain
    asked = score.step.asks(chain)
    if asked is chain or asked.predictor.columns == chain.predictor.columns:
        return asked
    _links, needed, _seen = needed_links(chain.links, asked.predictor.columns)
    kept = tuple(c for c in chain.contract.columns if c.name in needed)
    return _with_contract(asked, chain.contract.model_copy(update={"columns": kept}))


def _with_columns(chain: Chain, given: Input, rows: pd.DataFrame) -> Chain:
    """The chain with the columns that come back in its contract."""
    assert chain.contract is not None
    known = set(chain.contract.names)
    extra = [
        _described(name, rows, required=name in given.ids)
        for name in dict.fromkeys([*given.ids, *given.passed])
        if name not in known
    ]
    must = [c.model_copy(update={"required": True}) if c.name in given.ids else c for c in chain.contract.columns]
    return _with_contract(chain, chain.contract.model_copy(update={"columns": (*must, *extra)}))


def _described(name: str, rows: pd.DataFrame, *, required: bool) -> ContractColumn:
    """A column that comes back, in the type it has in the training rows, else as text."""
    if name not in rows:
        return ContractColumn(name=name, type=ColumnType.TEXT, required=required, passed=True)
    own = Contract.of(rows, [name]).columns[0]
    kind = column_type(rows[name])
    return ContractColumn(
        name=name, type=kind, required=required, passed=True, example=own.example, empty_text=own.empty_text
    )


def _with_contract(chain: Chain, contract: Contract) -> Chain:
    return Chain(chain.links, chain.predictor, chain.head, contract, chain.label, chain.path, chain.step)


def _check(served: Served) -> None:
    """ParameterError for what this model cannot do, and for columns that would have the answers' names."""
    chain = served.chain
    columns = [str(c) for c in chain.empty()]
    if served.threshold is not None and PROBABILITIES not in columns:
        raise ParameterError(
            _("The model gives no probability of one class against another, so it takes no threshold."),
            parameter="threshold",
            fix=_("Take the threshold off, or train an algorithm with probabilities on a label with two classes."),
        )
    classes = probability_columns(chain.classes) if chain.task == "classification" else []
    if served.top_k is not None and not (classes and set(classes) <= set(columns)):
        raise ParameterError(
            _("The model gives no probabilities of classes, so there are no likeliest ones."),
            parameter="top_k",
            fix=_("Take them off, or train an algorithm with probabilities."),
        )
    if served.explanations and not can_be_explained(chain):
        raise ParameterError(
            _("The model's answers are neither numbers nor probabilities, so there are no reasons to tell."),
            parameter="explanations",
            fix=_("Take the reasons off."),
        )
    _check_names(served, columns)


def _check_names(served: Served, columns: list[str]) -> None:
    numbers = range(1, 101)
    made = {f"{word} {n}" for word in (CLASS, PROBABILITY, REASON, EFFECT) for n in numbers}
    taken = [name for name in served.passed or [] if name in columns or name in made]
    if taken:
        raise ParameterError(
            _("The answer has a column {column!r} of its own.", column=taken[0]),
            parameter="passed",
            fix=_("Give the column another name, or do not pass it through."),
        )
