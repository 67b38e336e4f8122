"""Endpoints asked from within: a model server of theirs directly, without a key and without the gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.errors import InputError, UnavailableError
from pipelines.messages import Joined, _, declared
from pipelines.serving.answers import refusal
from pipelines.serving.counterfactuals import Counterfactuals, counterfactuals
from pipelines.serving.endpoint import Endpoint, chosen_deployment, server_address
from pipelines.serving.example import request_body
from pipelines.serving.explanation import Explanation, explanation
from pipelines.serving.trial import Kind, Trial, question
from pipelines.serving.variants import Ask
from pipelines.serving.watching import WatchedEndpoints
from pipelines.settings import settings


class AskedEndpoints(WatchedEndpoints):
    """Endpoints that answer for rows, and tell why."""

    def test(self, name: str, rows: list[dict[str, Any]], *, deployment: str = "") -> dict[str, Any]:
        """What a deployment (the one with the most traffic) answers for ``rows``, asked directly and without a key.

        InputError with the model's own words when it refuses them; UnavailableError when it is not up.
        """
        return _asked(self.get(name), deployment, request_body(rows))

    def try_rows(self, name: str, content: bytes, kind: Kind = "json", *, deployment: str = "") -> Trial:
        """Rows written as JSON or CSV, read by the contract as the gateway does, with the answers and its warnings.

        InputError, or ContractError with row and column, when they cannot be asked; UnavailableError as for ``test``.
        """
        found = self.get(name)
        wanted = question(content, kind, chosen_deployment(found, deployment).contract)
        return wanted.answered(_asked(found, deployment, wanted.asked.body))

    def explain(self, name: str, row: Mapping[str, Any], *, deployment: str = "") -> Explanation:
        """How far each column's value moves a deployment's answer to ``row``, strongest first.

        Found by asking for the row with each column's typical value in turn, so that any model with a contract can be
        asked. Errors as for ``try_rows``.
        """
        found = self.get(name)
        return explanation(chosen_deployment(found, deployment).contract, row, self._asking(found, deployment))

    def counterfactuals(
        self,
        name: str,
        row: Mapping[str, Any],
        *,
        target: float | str | None = None,
        deployment: str = "",
        most: int = 12,
    ) -> Counterfactuals:
        """The smallest changes to ``row`` that change a deployment's answer, with values that training saw.

        ``target``: the class, or the number, to get to. Errors as for ``try_rows``.
        """
        found = self.get(name)
        contract = chosen_deployment(found, deployment).contract
        return counterfactuals(contract, row, self._asking(found, deployment), target=target, most=most)

    def _asking(self, found: Endpoint, deployment: str) -> Ask:
        """Asks the deployment for rows; its answers, an object a row."""
        contract = chosen_deployment(found, deployment).contract

        def ask(rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
            wanted = question(request_body(rows), "json", contract)
            return wanted.answered(_asked(found, deployment, wanted.asked.body)).answers

        return ask


def _asked(found: Endpoint, deployment: str, body: bytes) -> dict[str, Any]:
    """What a model server of the deployment answers to ``body``."""
    import httpx

    chosen = chosen_deployment(found, deployment)
    server = next((s for s in chosen.servers if s.is_alive and chosen.is_serving and s.port), None)
    if server is None:
        said = _("The endpoint {name!r} is {state}.", name=found.name, state=declared(chosen.state.value))
        raise UnavailableError(Joined([said, chosen.reason]))
    try:
        with httpx.Client(trust_env=False, timeout=settings().endpoint_timeout) as client:
            headers = {"content-type": "application/json"}
            answer = client.post(server_address(server), content=body, headers=headers)
    except httpx.TimeoutException as error:
        raise UnavailableError(_("The prediction took too long.")) from error
    except httpx.HTTPError as error:
        raise UnavailableError(
            _("The endpoint {name!r} did not answer; it is being restarted.", name=found.name)
        ) from error
    if answer.status_code != 200:
        raise InputError(refusal(answer.status_code, answer.content))
    return answer.json()
