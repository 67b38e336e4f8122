"""Endpoints that are killed while they change: how they are afterwards, against what was asked for."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from benchmarks.endpoints import Clients
from benchmarks.kills.scene import Scene, shoot
from pipelines.serving.endpoints import Endpoint

NAME = "prices"
VICTIMS = {"model server": 3, "every model server": 1, "gateway": 3, "studio": 1, "everything": 1, "worker": 1}
SETTLES = 8.0
"""An update takes about so long, in seconds; the kill falls into them."""


@dataclass
class Endpoints:
    """The endpoint of a scene, asked without pause while it is changed and killed."""

    scene: Scene
    clients: Clients = field(init=False)

    def __post_init__(self) -> None:
        scene = self.scene
        made, key = scene.workspace.endpoints.create(NAME, scene.uris[0], wait=True, timeout=180)
        if made.state != "healthy":
            raise SystemExit(f"The endpoint that nobody killed: {made.reason}")
        self.clients = Clients(made.url, key, scene.rows, scene.answers)

    @property
    def kinds(self) -> dict[str, Callable[[], tuple[str, list[str]]]]:
        return {
            "endpoint, a version put in place": partial(self._asked_meanwhile, self._update),
            "endpoint, traffic shifted": partial(self._asked_meanwhile, self._traffic),
            "endpoint, rolled back": partial(self._asked_meanwhile, self._roll_back),
            "endpoint, whoever asks for the update": partial(self._asked_meanwhile, self._asking),
        }

    def _asked_meanwhile(self, act: Callable[[], tuple[str, list[str]]]) -> tuple[str, list[str]]:
        self.clients.stop.clear()
        asker = threading.Thread(target=self.clients.run, args=(0,), daemon=True)
        asker.start()
        try:
            return act()
        finally:
            self.clients.stop.set()
            asker.join()

    def _update(self) -> tuple[str, list[str]]:
        wanted = self._other()
        self.scene.workspace.endpoints.update(NAME, wanted)
        return self._killed({wanted: 100})

    def _roll_back(self) -> tuple[str, list[str]]:
        endpoints = self.scene.workspace.endpoints
        before = self._serving()
        if endpoints.get(NAME).before is None:
            endpoints.update(NAME, self._other(), wait=True)
        else:
            before = ((found := endpoints.get(NAME).before) and found.model_uri) or before
        endpoints.rollback(NAME)
        return self._killed({before: 100})

    def _traffic(self) -> tuple[str, list[str]]:
        endpoints, wanted = self.scene.workspace.endpoints, self._other()
        old = next(d for d in endpoints.get(NAME).running if d.traffic)
        endpoints.deploy(NAME, wanted, deployment="beside")
        share = self.scene.chance.choice([20, 50, 80])
        endpoints.set_traffic(NAME, {old.name: 100 - share, "beside": share})
        told, wrong = self._killed({old.model_uri: 100 - share, wanted: share})
        endpoints.set_traffic(NAME, {old.name: 100})
        endpoints.remove(NAME, "beside")
        return told, wrong + self._found({old.model_uri: 100})

    def _asking(self) -> tuple[str, list[str]]:
        """The command is killed: what it asks for was not asked for, or happens."""
        before, wanted = self._serving(), self._other()
        command = [sys.executable, "-m", "pipelines", "endpoint", "update", NAME, wanted]
        process = subprocess.Popen(command, env=self.scene.studio.environment, stdout=subprocess.DEVNULL)
        wait = self.scene.chance.uniform(0, SETTLES)
        time.sleep(wait)
        process.kill()
        process.wait()
        wrong = self._found({wanted: 100})
        return f"the command + {wait:.1f} s", wrong if not wrong else self._found({before: 100})

    def _killed(self, shares: dict[str, int]) -> tuple[str, list[str]]:
        chance, scene = self.scene.chance, self.scene
        victim, wait = chance.choices(list(VICTIMS), list(VICTIMS.values()))[0], chance.uniform(0, SETTLES)
        time.sleep(wait)
        servers = scene.named("model_server.py")
        if victim in ("everything", "studio"):
            count = scene.shoot_studio(victim)
        elif "model server" in victim:
            count = shoot(servers if victim.startswith("every") else servers and [chance.choice(servers)])
        else:
            count = shoot(scene.service("api" if victim == "gateway" else victim))
        scene.recover()
        return f"{victim} ({count}) + {wait:.1f} s", self._found(shares)

    def _found(self, shares: dict[str, int]) -> list[str]:
        """What is wrong once the endpoint has settled: ``shares`` of the traffic is what each version should have."""
        return list(self._wrong(shares))

    def _wrong(self, shares: dict[str, int]) -> Iterator[str]:
        scene, endpoints = self.scene, self.scene.workspace.endpoints

        def settled() -> Endpoint | None:
            found = endpoints.get(NAME)
            return found if found.state == "healthy" and found.updating is None else None

        endpoint = scene.wait(settled)
        if endpoint is None:
            found = endpoints.get(NAME)
            yield f"two minutes later the endpoint is {found.state}: {found.reason or found.updating}"
            return
        running = {d.model_uri: d.traffic for d in endpoint.running}
        if running != shares:
            yield f"the traffic is {running}, not {shares}"
        kept = {s.process.pid for d in endpoint.running for s in d.servers if s.process and s.is_alive}

        def alone() -> bool:
            return {p.pid for p in scene.named("model_server.py")} == kept

        if not scene.wait(alone):
            yield f"{len(scene.named('model_server.py'))} model servers run, and {len(kept)} are recorded"
        before = dict(self.clients.heard.answers)
        if not scene.wait(lambda: sum(self.clients.heard.answers.values()) > sum(before.values()) + 30):
            yield "the endpoint does not answer"
        strange = {v for v, n in self.clients.heard.answers.items() if n > before.get(v, 0) + 1} - set(shares)
        if strange:
            yield f"{strange} answered as well"
        wrong, self.clients.heard.wrong = [str(w) for w in self.clients.heard.wrong], []
        yield from (f"a wrong answer: {w[:120]}" for w in wrong)

    def _serving(self) -> str:
        return next(d.model_uri for d in self.scene.workspace.endpoints.get(NAME).running if d.traffic == 100)

    def _other(self) -> str:
        serving = self._serving()
        return self.scene.chance.choice([u for u in self.scene.uris if u != serving])
