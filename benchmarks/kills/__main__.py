"""Kills processes of a studio with ``kill -9`` at random moments, and looks for what was lost, doubled or left half.

    .venv/bin/python -m benchmarks.kills --kills 100 --seed 0
    .venv/bin/python -m benchmarks.kills --kills 20 --only table        kinds with this word in their name

In the middle of batch jobs to every kind of place, of an endpoint's updates, shifts and rollbacks, and of publishing.
After each kill the studio is left to recover as it does for its users: services start again, a job goes on. Then what
is there is compared with what nobody interrupted, row for row. The exit code is 1 when something was wrong. Ctrl+C ends
it early, with the table of what was done.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from contextlib import suppress

from benchmarks.kills.batch import Batch
from benchmarks.kills.endpoints import Endpoints
from benchmarks.kills.publishing import Publishing
from benchmarks.kills.scene import opened


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="only kinds with this word in their name")
    given = parser.parse_args()
    chance = random.Random(given.seed)
    counts: Counter[str] = Counter()
    found: defaultdict[str, list[str]] = defaultdict(list)
    with opened(chance) as scene:
        kinds = Batch(scene).kinds | Endpoints(scene).kinds | Publishing(scene).kinds
        kinds = {name: kind for name, kind in kinds.items() if given.only in name}
        with suppress(KeyboardInterrupt):
            for number, name in enumerate(drawn(list(kinds), given.kills, chance)):
                began = time.monotonic()
                told, wrong = kinds[name]()
                counts[name] += 1
                found[name] += [f"kill {number}, {told}: {w}" for w in wrong]
                verdict = "; ".join(wrong) or "ok"
                print(f"{number:3} {name:38} {told:46} {time.monotonic() - began:5.1f} s  {verdict}", flush=True)
    report(given.seed, counts, found)
    return 1 if any(found.values()) else 0


def drawn(kinds: list[str], kills: int, chance: random.Random) -> list[str]:
    """As many kinds as there are kills: each as often as the others, in no order."""
    every = [kinds[i % len(kinds)] for i in range(kills)]
    chance.shuffle(every)
    return every


def report(seed: int, counts: Counter[str], found: dict[str, list[str]]) -> None:
    print(f"\nseed {seed}\n\n| killed in the middle | kills | wrong |\n|---|---|---|")
    for name in sorted(counts):
        print(f"| {name} | {counts[name]} | {len(found[name])} |")
    print(f"| all | {counts.total()} | {sum(map(len, found.values()))} |\n")
    for name in sorted(found):
        for wrong in found[name]:
            print(f"{name}: {wrong}")


if __name__ == "__main__":
    sys.exit(main())
