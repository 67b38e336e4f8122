"""Prints how fast the designer answers, in a real Chromium, and where the time goes.

    .venv/bin/python -m benchmarks.designer                                 50 and 100 steps, and 500 columns
    .venv/bin/python -m benchmarks.designer --case "50 steps" --repeats 10

Every interaction is timed inside the page: from the key or click to the last change of the page, and to that of the
canvas, once the script has ended. The page's parts: until the server hears of it, until the server's last word, until
all is drawn.
"""

from __future__ import annotations

import argparse
import gc
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from playwright.sync_api import Locator, Page, sync_playwright

from pipelines import Workspace
from pipelines.document.edits import Edit, SetParameter
from pipelines.document.model import PipelineDocument, StepNode

ROOT = Path(__file__).parents[1]
WARM_UP = 2
FLAGS = ["--no-sandbox", "--disable-gpu"]
CLOCK = """
(() => {
  if (window !== window.top) return;
  const b = window.bench = {sent: [], got: [], bytes: 0, began: 0, drawn: 0, canvas: 0, armed: false};
  const Socket = window.WebSocket;
  window.WebSocket = class extends Socket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', e => {
        b.got.push(performance.now()); b.bytes += e.data.byteLength ?? e.data.size ?? 0;
      });
    }
    send(data) { b.sent.push(performance.now()); super.send(data); }
  };
  const began = () => { if (b.armed) { b.armed = false; b.began = performance.now(); } };
  for (const kind of ['click', 'keydown']) window.addEventListener(kind, began, true);
  b.arm = () => {
    const frame = document.querySelector('iframe[title="streamlit_flow.streamlit_flow"]');
    const page = frame?.contentDocument?.body;
    const watch = (root, note) => new MutationObserver(note).observe(
      root, {subtree: true, childList: true, attributes: true, characterData: true});
    if (!b.watched) { b.watched = true; watch(document.body, () => { b.drawn = performance.now(); }); }
    if (page && b.page !== page) { b.page = page; watch(page, () => { b.canvas = performance.now(); }); }
    Object.assign(b, {sent: [], got: [], bytes: 0, began: 0, drawn: 0, canvas: 0, armed: true});
  };
  b.settled = quiet => {
    const app = document.querySelector('[data-testid="stApp"]');
    const last = Math.max(b.drawn, b.canvas, b.got.at(-1) ?? Infinity);
    return app?.dataset.testScriptState === 'notRunning' && performance.now() - last > quiet;
  };
  b.times = () => ({
    page: Math.max(b.drawn, b.got.at(-1)) - b.began, canvas: b.canvas ? b.canvas - b.began : null,
    heard: b.sent[0] - b.began, server: b.got.at(-1) - b.sent[0],
    render: Math.max(0, b.drawn - b.got.at(-1)), runs: b.sent.length, bytes: b.bytes});
})();
"""
PAGE_GOAL, CANVAS_GOAL = 300, 500  # milliseconds, of the p95
QUIET = 400  # milliseconds without a message or a change, after which the page is taken as settled


@dataclass(frozen=True)
class Case:
    """A pipeline to work in."""

    name: str
    document: PipelineDocument


def long_pipeline(steps: int, dataset: str = "adult-income") -> PipelineDocument:
    """A real pipeline of ``steps`` steps: filters and scalings before a model, which is judged."""
    head = [
        StepNode(id="data", type="dataset", params={"dataset": dataset}),
        StepNode(id="label", type="set_label", params={"column": "income"}),
        StepNode(id="split", type="split_data", params={"random_state": 0}),
    ]
    tail = [
        StepNode(id="clean", type="clean_missing_data", params={"strategy": "median"}),
        StepNode(id="scale", type="normalize_data"),
        StepNode(id="train", type="train_model", params={"algorithm": {"type": "logistic_regression"}}),
        StepNode(id="score", type="score_model"),
        StepNode(id="evaluate", type="evaluate_model"),
    ]
    between = [
        StepNode(id=f"filter{i}", type="filter_rows", params={"expression": f"age > {i % 15}"})
        if i % 2
        else StepNode(id=f"clip{i}", type="clip_values", params={"upper_percentile": 99.0 - i % 10 / 10})
        for i in range(steps - len(head) - len(tail))
    ]
    return PipelineDocument(name=f"{steps} steps", steps=tuple(head + between + tail))


def wide_dataset(workspace: Workspace) -> str:
    """A dataset of 500 columns, imported."""
    numbers = np.random.default_rng(0).normal(size=(2000, 499)).round(3)
    frame = pd.DataFrame(numbers, columns=[f"measure {i}" for i in range(499)])
    frame["income"] = np.where(frame["measure 0"] > 0, "high", "low")
    workspace.datasets.add_frame("wide", frame)
    return "wide"


def wide_pipeline(dataset: str) -> PipelineDocument:
    """A short pipeline on the dataset's columns."""
    found = long_pipeline(12, dataset)
    steps = [
        s.model_copy(update={"type": "normalize_data", "params": {}}) if s.id.startswith(("filter", "clip")) else s
        for s in found.steps
    ]
    return found.model_copy(update={"name": "500 columns", "steps": tuple(steps)})


class Designer:
    """The designer in a page, and the things done in it."""

    def __init__(self, page: Page, ids: list[str]) -> None:
        self.page = page
        self.ids = ids
        self.middle = len(ids) // 2

    def step(self, at: int) -> Locator:
        return self.page.locator(f'.st-key-step_list [data-id="{self.ids[at]}"]')

    def wait(self) -> None:
        self.page.wait_for_function(f"bench.settled({QUIET})", timeout=60_000)

    def choose(self, at: int) -> None:
        """Select a step, unmeasured."""
        self.page.evaluate("bench.arm()")
        self.step(at).click(force=True)
        self.wait()

    def measure(self, act: Callable[[], None]) -> dict[str, Any]:
        self.page.evaluate("bench.arm()")
        act()
        self.wait()
        found: dict[str, Any] = self.page.evaluate("bench.times()")
        return found

    def undo(self) -> dict[str, Any]:
        return self.measure(lambda: self.page.keyboard.press("Control+z"))

    def select(self, turn: int) -> list[tuple[str, dict[str, Any]]]:
        at = self.middle - 4 + turn * 3 % 8
        return [("select a step", self.measure(self.step(at).click))]

    def parameter(self, turn: int) -> list[tuple[str, dict[str, Any]]]:
        self.choose(self.ids.index("split"))
        field = self.page.locator(".st-key-form_scroll input[type=number]").first
        field.fill(f"0.{5 + turn % 3}{turn % 10 or 1}")
        return [("change a parameter", self.measure(lambda: field.press("Enter")))]

    def add(self, turn: int) -> list[tuple[str, dict[str, Any]]]:
        self.choose(self.middle)
        self.measure(lambda: self.page.locator(".st-key-palette-open button").first.click())
        find = self.page.get_by_role("searchbox").or_(self.page.locator("input[type=search]:visible")).first
        find.fill("clip values")
        found = [("add a step", self.measure(lambda: find.press("Enter")))]
        self.page.keyboard.press("Escape")
        self.step(self.middle).focus()
        return [*found, ("undo", self.undo())]

    def move(self, turn: int) -> list[tuple[str, dict[str, Any]]]:
        return self._key("move a step", "Alt+ArrowDown")

    def duplicate(self, turn: int) -> list[tuple[str, dict[str, Any]]]:
        return self._key("duplicate a step", "Control+d")

    def delete(self, turn: int) -> list[tuple[str, dict[str, Any]]]:
        return self._key("delete a step", "Delete")

    def _key(self, name: str, keys: str) -> list[tuple[str, dict[str, Any]]]:
        self.choose(self.middle)
        self.step(self.middle).focus()
        return [(name, self.measure(lambda: self.page.keyboard.press(keys))), ("undo", self.undo())]


ACTS = ("select", "parameter", "add", "move", "duplicate", "delete")
SERVICES_SECONDS = 15  # until the services that start beside the studio leave the machine to it


def interactions(page: Page, url: str, case: Case, pipeline: str, repeats: int, acts: Sequence[str] = ACTS) -> None:
    """Print the table of one case."""
    page.goto(f"{url}/designer?pipeline={pipeline}")
    page.frame_locator('iframe[title="streamlit_flow.streamlit_flow"]').locator(".react-flow__node").first.wait_for()
    designer = Designer(page, case.document.ids)
    page.wait_for_timeout(SERVICES_SECONDS * 1000)
    found: dict[str, list[dict[str, Any]]] = {}
    for act in (getattr(designer, name) for name in acts):
        for turn in range(WARM_UP + repeats):
            for name, times in act(turn):
                if turn >= WARM_UP:
                    found.setdefault(name, []).append(times)
    print(
        f"\n{case.name:22} {'p50':>6} {'p95':>6} {'goal':>6}   {'heard':>6} {'server':>7} {'render':>7}   "
        f"{'canvas p50':>10} {'p95':>6} {'goal':>6}   {'runs':>4} {'KiB':>6}   (ms)"
    )
    for name, times in found.items():
        page_drawn = [t["page"] for t in times]
        canvas = [t["canvas"] for t in times if t["canvas"]] or [0.0]
        print(
            f"{name:22} {statistics.median(page_drawn):6.0f} {_p95(page_drawn):6.0f} {PAGE_GOAL:6}   "
            + " ".join(
                f"{statistics.median(t[k] for t in times):{w}.0f}"
                for k, w in (("heard", 6), ("server", 7), ("render", 7))
            )
            + f"   {statistics.median(canvas):10.0f} {_p95(canvas):6.0f} {CANVAS_GOAL:6}   "
            + f"{statistics.median(t['runs'] for t in times):4.0f}"
            + f" {statistics.median(t['bytes'] for t in times) / 1024:6.1f}",
            flush=True,
        )


def inspection(workspace: Workspace, document: PipelineDocument, repeats: int) -> None:
    """Print how long columns and diagnostics of 50 steps take after an edit."""
    print(f"\n{'columns and diagnostics':32} {'p50':>6} {'p95':>6} {'goal':>6}   (ms)")
    last = document.steps[-2].id
    first: Callable[[int], Edit] = lambda t: SetParameter("split", "random_state", 1000 + t)  # noqa: E731
    end: Callable[[int], Edit] = lambda t: SetParameter(last, "rows", ["test", "all"][t % 2])  # noqa: E731
    workspace.inspect(document)
    gc.collect()
    gc.freeze()  # as the studio does once its libraries are there
    for name, edit, goal in (("after an edit at the start", first, 200), ("after an edit at the end", end, 30)):
        found = []
        for turn in range(WARM_UP + repeats):
            changed = edit(turn).apply(document)
            began = time.perf_counter()
            workspace.inspect(changed)
            found.append((time.perf_counter() - began) * 1000)
        kept = sorted(found[WARM_UP:])
        print(f"{name:32} {statistics.median(kept):6.0f} {_p95(kept):6.0f} {goal:6}", flush=True)


def _p95(values: list[float]) -> float:
    return float(np.percentile(values, 95))


@contextmanager
def studio(home: Path) -> Iterator[str]:
    """A studio of the benchmark's own; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"SEKKEI_HOME": str(home), "SEKKEI_MLFLOW_PORT": "0", "SEKKEI_API_PORT": "0"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            assert process.poll() is None, "the studio did not start"
            try:
                urllib.request.urlopen(f"{url}/_stcore/health", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--case", choices=["50 steps", "100 steps", "500 columns", "inspection"], help="one alone")
    parser.add_argument("--acts", nargs="+", choices=ACTS, default=ACTS, help="some of the interactions")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as temporary:
        workspace = Workspace.open(Path(temporary) / "workspace")
        cases = [
            Case("50 steps", long_pipeline(50)),
            Case("100 steps", long_pipeline(100)),
            Case("500 columns", wide_pipeline(wide_dataset(workspace))),
        ]
        if arguments.case in (None, "inspection"):
            inspection(workspace, cases[0].document, arguments.repeats)
        chosen = [c for c in cases if arguments.case in (None, c.name)]
        if not chosen:
            return
        with studio(Path(temporary) / "workspace") as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=FLAGS
            )
            for case in chosen:
                made = workspace.pipelines.create(case.document)
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.add_init_script(CLOCK)
                interactions(page, url, case, made.id, arguments.repeats, arguments.acts)
                page.close()
            browser.close()


if __name__ == "__main__":
    main()
