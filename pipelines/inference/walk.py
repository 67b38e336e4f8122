"""An inference pipeline gone through step by step, to see what each gives."""

from __future__ import annotations

import pandas as pd

from pipelines.chain.chain import Chain
from pipelines.document.model import PipelineDocument
from pipelines.inference.assemble import assemble
from pipelines.inference.derive import resolve_derived
from pipelines.steps.base import Behaviour


def walk(document: PipelineDocument, chain: Chain, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What each step that gives rows makes of ``rows``, by its id. Nothing is written."""
    served = assemble(document, chain, rows)
    contract = served.contract
    assert contract is not None
    rows = rows.reindex(columns=list(dict.fromkeys([*rows.columns, *contract.names])))
    found: dict[str, pd.DataFrame] = {}
    links = dict(chain.links)
    current = contract.conform(rows)
    shown = set(current.columns)
    for node in resolve_derived(document).nodes:
        match node.behaviour:
            case Behaviour.SOURCE:
                found[node.id] = current
                current = chain.before(current)
            case Behaviour.ROW_WISE if node.id in links:
                earlier = set(current.columns)
                current = links[node.id].transform(current)
                shown |= set(current.columns) - earlier
                found[node.id] = current[[c for c in current.columns if c in shown]]
            case Behaviour.SCORE:
                found[node.id] = chain.predict(rows)
            case Behaviour.ROW_WISE | Behaviour.SINK:
                found[node.id] = served.predict(rows)
            case _:
                pass
    return found
